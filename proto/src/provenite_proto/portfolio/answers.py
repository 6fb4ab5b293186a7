"""A portfolio as a ledger answers it: JSON, camelCase, masses in kilograms, shares with nine decimals."""

from collections.abc import Iterable
from datetime import date
from typing import Literal

from msgspec import field

from ..answers import Answer
from ..content import UNKNOWN
from ..matter.quantity import kilograms, share
from ..record import Source, Stage
from .computing import PRIMARY, Bounds, Exposure, Step, Supply, Verdict
from .strategic import LIST

PortfolioFlow = Literal["stock", "received", "made", "shipped"]
"""What is added up: what a party holds, or what it has acquired, made or shipped."""


class MassShare(Answer, frozen=True, kw_only=True):
    """A mass and its share of the whole."""

    mass: str
    share: str


class SupplyAnswer(Answer, frozen=True, kw_only=True):
    """What is known to be of a country; `union` when it is a member of the European Union."""

    country: str
    mass: str
    share: str
    union: bool = False


class BoundsAnswer(Answer, frozen=True, kw_only=True):
    """A share that lies between `lower` and `upper`, whatever is unknown."""

    lower: str
    upper: str


class LargestAnswer(Answer, frozen=True, kw_only=True):
    """The share of the third country with the largest one; `country` is the largest known, if there is one.

    `benchmark` says on which side of the portfolio's benchmark it is: of strategic raw materials, at mining and at
    stages that are processing in the Regulation's sense.
    """

    lower: str
    upper: str
    country: str | None = None
    benchmark: Verdict | None = None


class StepAnswer(Answer, frozen=True, kw_only=True):
    """An element at a stage: of `mass`, which went through it or may have, the countries and what is unknown.

    `apart` did not go through it. `herfindahl` is the sum of the squares of the countries' shares.
    """

    stage: Stage
    mass: str
    apart: str
    countries: tuple[SupplyAnswer, ...]
    unknown: MassShare
    union: MassShare
    largest: LargestAnswer
    herfindahl: BoundsAnswer


class SourceShares(Answer, frozen=True, kw_only=True):
    """An element by source: they sum to its mass."""

    primary: MassShare
    post_consumer: MassShare
    pre_consumer: MassShare
    same_process_rework: MassShare
    unknown: MassShare


class AvoidedAnswer(Answer, frozen=True, kw_only=True):
    """Primary matter in whose place secondary matter stands: post-consumer and pre-consumer, never rework.

    At least `mass`, which is `lower` of the element; at most `upper` of it, if all that is unknown were secondary.
    It tells nothing of energy or emissions.
    """

    mass: str
    lower: str
    upper: str


class ExposureAnswer(Answer, frozen=True, kw_only=True):
    """An element of a portfolio. `strategic` names the raw material of the Union's list, `form` what that narrows it to.

    `physically_contained` is false when some of it came by mass-balance credit.
    """

    element: str
    mass: str
    strategic: str | None = None
    form: str | None = None
    physically_contained: bool = True
    source: SourceShares
    avoided: AvoidedAnswer
    stages: tuple[StepAnswer, ...]


class PortfolioAnswer(Answer, frozen=True, kw_only=True):
    """What a party holds, or has acquired, made or shipped from the day `from` to the day `to`, added up.

    So many `batches`, as the log's first `size` statements have them; the European Union is that of the day
    `as_of`. `benchmark` is one for the Union's consumption (Regulation (EU) 2024/1252, Article 5), not for a firm's.
    """

    party: str
    size: int
    flow: PortfolioFlow
    first: date | None = field(default=None, name="from")
    last: date | None = field(default=None, name="to")
    as_of: date
    batches: int
    benchmark: str
    elements: tuple[ExposureAnswer, ...]


def answer(
    party: str,
    size: int,
    found: Iterable[Exposure],
    *,
    flow: PortfolioFlow,
    period: tuple[date, date] | None,
    as_of: date,
    batches: int,
) -> PortfolioAnswer:
    """A party's portfolio of so many batches, in the log's first `size` statements."""
    first, last = period or (None, None)
    return PortfolioAnswer(
        party=party,
        size=size,
        flow=flow,
        first=first,
        last=last,
        as_of=as_of,
        batches=batches,
        benchmark=LIST.benchmark,
        elements=tuple(map(_exposure, found)),
    )


def _exposure(each: Exposure) -> ExposureAnswer:
    def of(label: str) -> MassShare:
        return _part(each.source.get(label, 0), each.mass)

    return ExposureAnswer(
        element=each.element,
        mass=kilograms(each.mass),
        strategic=None if each.strategic is None else each.strategic.name,
        form=None if each.strategic is None else each.strategic.form,
        physically_contained=not each.credited,
        source=SourceShares(
            primary=of(PRIMARY),
            post_consumer=of(Source.POST_CONSUMER),
            pre_consumer=of(Source.PRE_CONSUMER),
            same_process_rework=of(Source.SAME_PROCESS_REWORK),
            unknown=of(UNKNOWN),
        ),
        avoided=AvoidedAnswer(
            mass=kilograms(each.avoided.lower),
            lower=share(each.avoided.lower, each.mass),
            upper=share(each.avoided.upper, each.mass),
        ),
        stages=tuple(_step(step, strategic=each.strategic is not None) for step in each.steps),
    )


def _step(step: Step, *, strategic: bool) -> StepAnswer:
    return StepAnswer(
        stage=step.stage,
        mass=kilograms(step.whole),
        apart=kilograms(step.apart),
        countries=tuple(_supply(each, step.whole) for each in step.supplies),
        unknown=_part(step.unknown, step.whole),
        union=_part(sum(each.mass for each in step.supplies if each.union), step.whole),
        largest=LargestAnswer(
            lower=share(step.largest.lower, step.whole),
            upper=share(step.largest.upper, step.whole),
            country=step.third,
            benchmark=step.verdict if strategic else None,
        ),
        herfindahl=_bounds(step.herfindahl),
    )


def _supply(each: Supply, whole: int) -> SupplyAnswer:
    return SupplyAnswer(
        country=each.country,
        mass=kilograms(each.mass),
        share=share(each.mass, whole),
        union=each.union,
    )


def _part(mass: int, whole: int) -> MassShare:
    return MassShare(mass=kilograms(mass), share=share(mass, whole))


def _bounds(each: Bounds) -> BoundsAnswer:
    return BoundsAnswer(lower=share(each.lower, each.whole), upper=share(each.upper, each.whole))
