"""Admission: what a ledger checks of a statement, and what the statement changes."""

from .admission import CLOCK_TOLERANCE, admit
from .batch import Batch, BatchStatus, Draw, Shipment, TransferStatus, drawn, spans
from .certified import Certified, Declared, Reserved
from .register import (
    Accredited,
    Attested,
    Enrolled,
    Granted,
    Owned,
    RegisteredKey,
    RegisteredSite,
)
from .remembered import (
    Averaged,
    Averaging,
    PerfectRun,
    Place,
    Recorded,
    SiteYear,
    UsedAssay,
)
from .roles import MAY_SIGN, may_sign
from .sharing import SECTIONS
from .state import Admission, Effect, State
from .touched import Touched, touched
from .vouching import accredited, owned, standing, within

__all__ = [
    "CLOCK_TOLERANCE",
    "MAY_SIGN",
    "SECTIONS",
    "Accredited",
    "Admission",
    "Attested",
    "Averaged",
    "Averaging",
    "Batch",
    "BatchStatus",
    "Certified",
    "Declared",
    "Draw",
    "Effect",
    "Enrolled",
    "Granted",
    "Owned",
    "PerfectRun",
    "Place",
    "Recorded",
    "RegisteredKey",
    "RegisteredSite",
    "Reserved",
    "Shipment",
    "SiteYear",
    "State",
    "Touched",
    "TransferStatus",
    "UsedAssay",
    "accredited",
    "admit",
    "drawn",
    "may_sign",
    "owned",
    "spans",
    "standing",
    "touched",
    "within",
]
