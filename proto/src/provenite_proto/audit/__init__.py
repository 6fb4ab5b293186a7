"""The audit: what is true of a pack, or of a whole ledger, found out without trusting its operator."""

from .kinds import KINDS
from .of_pack import audit_pack, one_by_one
from .trust import Trust
from .verdict import (
    MAX_LISTED,
    Claim,
    Doubt,
    Failure,
    Missing,
    Outcome,
    Tally,
    Verdict,
    Withheld,
)
from .verifying import Checked, Tree, Verified, Work, verify, works

__all__ = [
    "KINDS",
    "MAX_LISTED",
    "Checked",
    "Claim",
    "Doubt",
    "Failure",
    "Missing",
    "Outcome",
    "Tally",
    "Tree",
    "Trust",
    "Verdict",
    "Verified",
    "Withheld",
    "Work",
    "audit_pack",
    "one_by_one",
    "verify",
    "works",
]
