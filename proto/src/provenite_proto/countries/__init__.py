"""Groups of countries by date: who is bound by which treaty, who belongs to which alliance."""

from .groups import GROUPS, Group, Membership, holds, membership, read_groups

__all__ = ["GROUPS", "Group", "Membership", "holds", "membership", "read_groups"]
