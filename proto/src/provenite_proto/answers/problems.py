"""What is wrong with a statement or a question: refusals and doubts."""

from collections.abc import Iterable

from ..problem import Finding
from .answer import Answer


class FindingAnswer(Answer, frozen=True, kw_only=True):
    """A doubt about an admitted statement; `remedy` says what to do, the other members are those of a problem."""

    slug: str
    title: str
    detail: str
    remedy: str
    pointer: str = ""
    figures: dict[str, str] = {}


def answered(findings: Iterable[Finding]) -> tuple[FindingAnswer, ...]:
    """Findings as they are recorded, with what their slugs mean."""
    return tuple(
        FindingAnswer(
            slug=each.slug,
            title=each.kind.title,
            detail=each.detail,
            remedy=each.kind.remedy,
            pointer=each.pointer,
            figures=each.figures,
        )
        for each in findings
    )


class ProblemAnswer(Answer, frozen=True, kw_only=True):
    """RFC 9457 problem details; `type` is `urn:provenite:problem:<slug>`.

    `pointer` (RFC 6901) names the offending member, `figures` the numbers, ids and codes, `remedy` what to do.
    """

    type: str
    title: str
    status: int
    detail: str
    remedy: str
    pointer: str = ""
    figures: dict[str, str] = {}
    request_id: str = ""

    @property
    def slug(self) -> str:
        """The last part of `type`."""
        return self.type.rpartition(":")[2]
