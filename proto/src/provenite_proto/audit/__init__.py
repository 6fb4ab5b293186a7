"""The audit: what is true of a pack, or of a whole ledger, found out without trusting its operator."""

from .asked import Asked
from .certificates import Presented
from .kinds import KINDS
from .of_ledger import LedgerAudit
from .of_pack import audit_pack, one_by_one
from .saving import go_on, save
from .trust import Evidence, Trust, evidence_of
from .verdict import (
    MAX_LISTED,
    AssessmentVerdict,
    CertificateVerdict,
    Claim,
    Doubt,
    Failure,
    FigureVerdict,
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
    "Asked",
    "AssessmentVerdict",
    "CertificateVerdict",
    "Checked",
    "Claim",
    "Doubt",
    "Evidence",
    "Failure",
    "FigureVerdict",
    "LedgerAudit",
    "Missing",
    "Outcome",
    "Presented",
    "Tally",
    "Tree",
    "Trust",
    "Verdict",
    "Verified",
    "Withheld",
    "Work",
    "audit_pack",
    "evidence_of",
    "go_on",
    "one_by_one",
    "save",
    "verify",
    "works",
]
