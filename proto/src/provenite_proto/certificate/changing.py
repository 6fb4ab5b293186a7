"""What would become of certificates, or has: an outcome and figures before and after something else changed."""

from datetime import date

from ..answers import Answer
from ..policy import Outcome
from ..policy.answers import AssessmentAnswer
from ..record import Validity
from .building import certified
from .model import CertifiedFigure


class Reassessed(Answer, frozen=True, kw_only=True):
    """What a policy (its `digest`) says of a certificate's batch, in shares; `row` as in a certificate."""

    digest: str
    outcome: Outcome
    row: int | None = None
    exemption: str | None = None
    figures: tuple[CertifiedFigure, ...] = ()


class ChangedCertificate(Answer, frozen=True, kw_only=True):
    """A certificate that changes: its `id`, the statement that logged it, the batch, and how it stands at present.

    `policy` and `version` are those under which it was issued, for the day `as_of`. Without `after`, `reason`
    says in a sentence why there is none: it falls whatever the figures, or it is not known. `short` says of a pass
    as of another statement that it is by less than the certificate says, so that this falls too.
    """

    certificate: str
    statement: str
    batch: str
    policy: str
    version: str
    as_of: date
    status: Validity
    before: Reassessed | None = None
    after: Reassessed | None = None
    short: bool = False
    reason: str | None = None


class Cascade(Answer, frozen=True, kw_only=True):
    """Of `checked` certificates of a page those that change, in the order of the log, of which there are `size` statements.

    `settled` is false while it is not yet known which certificates a late statement may change. `next` is the
    cursor of the following page.
    """

    size: int
    checked: int
    items: tuple[ChangedCertificate, ...] = ()
    settled: bool = True
    next: str | None = None


def reassessed(found: AssessmentAnswer) -> Reassessed:
    """The assessment as a certificate would have it."""
    return Reassessed(
        digest=found.digest,
        outcome=found.outcome,
        row=found.row,
        exemption=found.exemption,
        figures=tuple(map(certified, found.figures)),
    )


def differs(before: Reassessed, after: Reassessed) -> bool:
    """Whether a certificate says something else afterwards than that it was computed by another version."""
    return (before.outcome, before.exemption, before.figures) != (
        after.outcome,
        after.exemption,
        after.figures,
    )
