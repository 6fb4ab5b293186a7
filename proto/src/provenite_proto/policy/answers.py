"""Policies and assessments as a ledger answers them: JSON, camelCase, exact integers as text."""

from datetime import date, datetime

from ..answers import Answer
from ..matter.quantity import share
from .assessing import Assessment, Outcome
from .definition import digest
from .figures import Counts, Deciding, Figure, Missing, Verdict
from .gaps import Fact, Gap
from .model import Confidence, Measure, Policy, Status

MAX_FACTS = 4_096
"""Characters of the facts with which an assessment is asked for: percent-encoded they fit into a request line."""


class PolicyAnswer(Answer, frozen=True, kw_only=True):
    """A policy in a list: which rule it is, how sure it is, and by when it has to be looked up again.

    `digest` is what it is read by; `parameters` are the names of those that can be set; `own`: the reader's, since
    `registered_at`. `replaced`: asked for by its id, it is a version that was registered later.
    """

    digest: str
    id: str
    version: str
    title: str
    jurisdiction: str
    status: Status
    measure: Measure
    confidence: Confidence
    as_of: date
    verify_by: date
    parameters: tuple[str, ...] = ()
    own: bool = False
    registered_at: datetime | None = None
    replaced: bool = False


class FigureAnswer(Answer, frozen=True, kw_only=True):
    """A figure of a test: between `lower` and `upper` of `whole`, milligrams where it is of an element's mass.

    The shares are rounded half up to nine decimals: what is compared with `at_least`, or `below`, are the integers.
    """

    test: str
    of: str
    lower: str
    upper: str
    whole: str
    lower_share: str
    upper_share: str
    verdict: Verdict
    at_least: str | None = None
    below: str | None = None


class DecidingAnswer(Answer, frozen=True, kw_only=True):
    """How `mass` milligrams of an element count in a test, which have this label in the lens."""

    test: str
    element: str
    lens: str
    label: str
    counts: Counts
    mass: str


class MissingAnswer(Answer, frozen=True, kw_only=True):
    """A figure that nobody has given and without which the policy cannot be decided."""

    what: str
    detail: str


class GapAnswer(Answer, frozen=True, kw_only=True):
    """`mass` milligrams that do not count for want of a fact about the batch or statement `at`.

    With it the figure's lower share is at most `best`, or its upper share falls to `worst` at the worst.
    """

    fact: Fact
    at: str
    test: str
    element: str
    lens: str
    label: str
    mass: str
    best: str
    worst: str


class AssessmentAnswer(Answer, frozen=True, kw_only=True):
    """What a policy (its `version` and `digest`) says of a batch as of a day, and all that it follows from.

    The content is that of the log's first `size` statements. `row` is the number of the policy's row that
    applied, from 1; `missing` and `gaps` are what would decide it, `notes` what to say along with it.
    """

    batch: str
    size: int
    policy: str
    version: str
    digest: str
    as_of: date
    outcome: Outcome
    row: int | None = None
    figures: tuple[FigureAnswer, ...] = ()
    deciding: tuple[DecidingAnswer, ...] = ()
    missing: tuple[MissingAnswer, ...] = ()
    gaps: tuple[GapAnswer, ...] = ()
    exemption: str | None = None
    notes: tuple[str, ...] = ()


def policy_answer(policy: Policy, *, own: bool = False) -> PolicyAnswer:
    """The policy in a list."""
    return PolicyAnswer(
        digest=digest(policy),
        id=policy.id,
        version=policy.version,
        title=policy.title,
        jurisdiction=policy.jurisdiction,
        status=policy.status,
        measure=policy.measure,
        confidence=policy.confidence,
        as_of=policy.as_of,
        verify_by=policy.verify_by,
        parameters=tuple(policy.parameter),
        own=own,
    )


def answer(batch: str, size: int, found: Assessment, gaps: tuple[Gap, ...]) -> AssessmentAnswer:
    """The assessment of a batch, its content being that of the log's first `size` statements."""
    return AssessmentAnswer(
        batch=batch,
        size=size,
        policy=found.policy,
        version=found.version,
        digest=found.digest,
        as_of=found.as_of,
        outcome=found.outcome,
        row=None if found.row is None else found.row + 1,
        figures=tuple(map(_figure, found.figures)),
        deciding=tuple(map(_deciding, found.deciding)),
        missing=tuple(map(_missing, found.missing)),
        gaps=tuple(map(_gap, gaps)),
        exemption=found.exemption,
        notes=found.notes,
    )


def _figure(each: Figure) -> FigureAnswer:
    return FigureAnswer(
        test=each.name,
        of=each.of,
        lower=str(each.lower),
        upper=str(each.upper),
        whole=str(each.whole),
        lower_share=share(each.lower, each.whole),
        upper_share=share(each.upper, each.whole),
        verdict=each.verdict,
        at_least=each.at_least,
        below=each.below,
    )


def _deciding(each: Deciding) -> DecidingAnswer:
    return DecidingAnswer(
        test=each.test,
        element=each.element,
        lens=each.lens,
        label=each.label,
        counts=each.counts,
        mass=str(each.mass),
    )


def _missing(each: Missing) -> MissingAnswer:
    return MissingAnswer(what=each.what, detail=each.detail)


def _gap(each: Gap) -> GapAnswer:
    return GapAnswer(
        fact=each.fact,
        at=each.at,
        test=each.figure,
        element=each.element,
        lens=each.lens,
        label=each.label,
        mass=str(each.mass),
        best=share(each.best, each.whole),
        worst=share(each.worst, each.whole),
    )
