"""Admission: what a ledger checks of a statement, and what the statement changes."""

from .admission import CLOCK_TOLERANCE, admit
from .roles import MAY_SIGN
from .state import (
    Admission,
    Batch,
    BatchStatus,
    Draw,
    Enrolled,
    RegisteredKey,
    RegisteredSite,
    Shipment,
    State,
    TransferStatus,
    drawn,
)
from .touched import Touched, touched

__all__ = [
    "CLOCK_TOLERANCE",
    "MAY_SIGN",
    "Admission",
    "Batch",
    "BatchStatus",
    "Draw",
    "Enrolled",
    "RegisteredKey",
    "RegisteredSite",
    "Shipment",
    "State",
    "Touched",
    "TransferStatus",
    "admit",
    "drawn",
    "touched",
]
