"""Groups of countries by date: who is bound by which treaty, who belongs to which alliance."""

from .groups import GROUPS, Confidence, Group, Membership, holds, least, membership, read_groups

__all__ = [
    "GROUPS",
    "Confidence",
    "Group",
    "Membership",
    "holds",
    "least",
    "membership",
    "read_groups",
]
