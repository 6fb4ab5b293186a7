"""What a portfolio says of an element: its countries at mining and at each stage, its sources, its concentration.

Everything follows from added-up content, in exact integers. What is unknown is never left out of a whole: each
figure lies between what is so if all of it were the best, and what is so if all of it were the worst.
"""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from msgspec import Struct

from ..content import UNKNOWN, Labels, Shares
from ..content.lens import NONE
from ..countries import holds
from ..matter.quantity import FRACTION_ONE, parts
from ..record import CustodyModel, Source, Stage
from .strategic import LIST, STRATEGIC, Strategic

PRIMARY = "primary"
"""The label of matter that was mined, in the lens `source`."""
STAGES: tuple[Stage, ...] = tuple(
    stage for stage in Stage if stage not in (Stage.BLENDING, Stage.REPACKING)
)
"""Mining, and the stages at which matter is processed, in their order."""
_SECONDARY = (Source.POST_CONSUMER.value, Source.PRE_CONSUMER.value)

Verdict = Literal["within", "above", "undecided"]
"""Against the benchmark: certainly not more, certainly more, or either, by what is unknown."""


class Bounds(Struct, frozen=True):
    """Between `lower` and `upper` parts of `whole`."""

    lower: int
    upper: int
    whole: int


class Supply(Struct, frozen=True):
    """Milligrams of which a country is known; `union` when it is a member of the European Union."""

    country: str
    mass: int
    union: bool


class Step(Struct, frozen=True):
    """An element at a stage: known countries, the largest mass first, and milligrams of which none is known.

    `apart` did not go through the stage. `third` is the known third country with the largest mass, `largest` the
    part of `whole` that one third country has, whichever it is, `herfindahl` the sum of the squares of the parts.
    """

    stage: Stage
    supplies: tuple[Supply, ...]
    unknown: int
    apart: int
    third: str | None
    largest: Bounds
    herfindahl: Bounds

    @property
    def whole(self) -> int:
        """What went through the stage, or may have."""
        return self.largest.whole

    @property
    def verdict(self) -> Verdict | None:
        """The largest third country against the benchmark; none at a stage of which it does not speak."""
        if self.stage not in LIST.stages:
            return None
        benchmark = parts(LIST.benchmark) * self.whole
        if self.largest.lower * FRACTION_ONE > benchmark:
            return "above"
        return "within" if self.largest.upper * FRACTION_ONE <= benchmark else "undecided"


class Exposure(Struct, frozen=True):
    """An element: milligrams in all, and by source; what is `credited` is claimed and not contained.

    `avoided` are the milligrams of secondary matter: in their place no primary matter was needed.
    """

    element: str
    mass: int
    strategic: Strategic | None
    source: Labels
    avoided: Bounds
    credited: int
    steps: tuple[Step, ...]


def exposures(totals: Shares, day: date) -> tuple[Exposure, ...]:
    """What added-up content says, the European Union being as it was on the day.

    `totals` has the lenses `source`, `custody` and `stage/…`. Strategic elements come first, then the larger mass.
    Mining is left out where all is known not to be mined, another stage where no country is known.
    """
    found = (_exposure(element, lenses, day) for element, lenses in totals.items())
    return tuple(
        sorted(
            (each for each in found if each.mass),
            key=lambda each: (each.strategic is None, -each.mass, each.element),
        )
    )


def at_stage(stage: Stage, labels: Mapping[str, int], day: date) -> Step:
    """An element at a stage by the labels of the lens of the stage."""
    known = {country: mass for country, mass in labels.items() if country not in (UNKNOWN, NONE)}
    unknown = labels.get(UNKNOWN, 0)
    whole = sum(known.values()) + unknown
    supplies = tuple(
        Supply(country, mass, holds("eu", country, day))
        for country, mass in sorted(known.items(), key=lambda item: (-item[1], item[0]))
        if mass
    )
    third = next((each for each in supplies if not each.union), None)
    most = third.mass if third else 0
    top = supplies[0].mass if supplies else 0
    squares = sum(each.mass**2 for each in supplies)
    return Step(
        stage=stage,
        supplies=supplies,
        unknown=unknown,
        apart=labels.get(NONE, 0),
        third=third.country if third else None,
        largest=Bounds(most, most + unknown, whole),
        herfindahl=Bounds(squares, squares - top**2 + (top + unknown) ** 2, whole**2),
    )


def _exposure(element: str, lenses: Mapping[str, Labels], day: date) -> Exposure:
    source = lenses["source"]
    mass = sum(source.values())
    secondary = sum(source.get(each, 0) for each in _SECONDARY)
    steps = (at_stage(stage, lenses[f"stage/{stage}"], day) for stage in STAGES)
    return Exposure(
        element=element,
        mass=mass,
        strategic=STRATEGIC.get(element),
        source=source,
        avoided=Bounds(secondary, secondary + source.get(UNKNOWN, 0), mass),
        credited=lenses["custody"].get(CustodyModel.MASS_BALANCE_CREDIT.value, 0),
        steps=tuple(each for each in steps if _is_listed(each)),
    )


def _is_listed(step: Step) -> bool:
    return step.whole > 0 if step.stage is Stage.EXTRACTION else bool(step.supplies)
