"""What a ledger answers over HTTP: the types that service and SDK share.

JSON, camelCase. Masses are decimal strings in kilograms of dry matter, shares decimal strings of the
element's mass rounded to nine decimals, times RFC 3339. A section that the reader may not see is named in
`withheld`, and what depends on it is absent.
"""

from .answer import Answer, Page
from .batches import BatchAnswer, ElementMass, Trace, TraceEdge, TraceNode
from .contents import (
    ChangedBatch,
    Consequences,
    ContentAnswer,
    ContributionAnswer,
    ContributionsAnswer,
    ElementContent,
    LabelShare,
    LensAnswer,
    LensChange,
    LensShares,
)
from .log import (
    MAX_LOGGED,
    ConsistencyAnswer,
    LedgerAnswer,
    LogAnswer,
    LoggedAnswer,
    LogStatements,
    WitnessAnswer,
)
from .problems import FindingAnswer, ProblemAnswer, answered
from .registry import (
    AccreditationAnswer,
    EnrolmentAnswer,
    EnrolmentRequest,
    InvitationAnswer,
    InvitationRequest,
    KeyAnswer,
    PartyAnswer,
    SiteAnswer,
)
from .shipments import ShipmentAnswer, ShippedBatch
from .statements import Line, Lines, StatementAnswer, Submitted

__all__ = [
    "MAX_LOGGED",
    "AccreditationAnswer",
    "Answer",
    "BatchAnswer",
    "ChangedBatch",
    "Consequences",
    "ConsistencyAnswer",
    "ContentAnswer",
    "ContributionAnswer",
    "ContributionsAnswer",
    "ElementContent",
    "ElementMass",
    "EnrolmentAnswer",
    "EnrolmentRequest",
    "FindingAnswer",
    "InvitationAnswer",
    "InvitationRequest",
    "KeyAnswer",
    "LabelShare",
    "LedgerAnswer",
    "LensAnswer",
    "LensChange",
    "LensShares",
    "Line",
    "Lines",
    "LogAnswer",
    "LogStatements",
    "LoggedAnswer",
    "Page",
    "PartyAnswer",
    "ProblemAnswer",
    "ShipmentAnswer",
    "ShippedBatch",
    "SiteAnswer",
    "StatementAnswer",
    "Submitted",
    "Trace",
    "TraceEdge",
    "TraceNode",
    "WitnessAnswer",
    "answered",
]
