"""The element balance: matter is conserved, element by element, within the declared uncertainty."""

from collections.abc import Mapping, Sequence

import msgspec

from ..problem import Finding, Problem
from .quantity import FRACTION_ONE, kilograms


class Assayed(msgspec.Struct, frozen=True):
    """An output as weighed and assayed: `mass` and `elements` in milligrams, `uncertainty` in parts per 10^9."""

    mass: int
    elements: dict[str, int]
    uncertainty: int


def total(parts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """The sum of element masses, in milligrams."""
    result: dict[str, int] = {}
    for part in parts:
        for element, mass in part.items():
            result[element] = result.get(element, 0) + mass
    return result


def excess(
    inputs: Mapping[str, int],
    untraced: Mapping[str, int],
    outputs: Sequence[Assayed],
    losses: Mapping[str, int],
) -> dict[str, int]:
    """By how many milligrams outputs and losses exceed inputs and untraced matter, for elements that do.

    All masses in milligrams. The tolerance of an element is the sum over outputs of its mass times that
    output's uncertainty, rounded down. Beyond it, `Problem` `element-created` with the figures
    of the first such element by symbol.
    """
    out = total([output.elements for output in outputs])
    over: dict[str, int] = {}
    # In one order, so that everyone who recomputes a refusal names the same element.
    for element in sorted(out.keys() | losses.keys()):
        leaving = out.get(element, 0) + losses.get(element, 0)
        entering = inputs.get(element, 0) + untraced.get(element, 0)
        if leaving <= entering:
            continue
        tolerance = (
            sum(output.elements.get(element, 0) * output.uncertainty for output in outputs)
            // FRACTION_ONE
        )
        if leaving > entering + tolerance:
            raise _created(element, entering, leaving, tolerance)
        over[element] = leaving - entering
    return over


def excess_findings(over: Mapping[str, int]) -> tuple[Finding, ...]:
    """A finding for each element that exceeds within the tolerance."""
    return tuple(
        Finding(
            "balance-excess",
            f"{element}: {kilograms(mass)} kg more comes out than went in; it counts as unknown.",
            pointer="/record/quantities/outputs",
            figures={"element": element, "excessKg": kilograms(mass)},
        )
        for element, mass in sorted(over.items())
    )


def _created(element: str, entering: int, leaving: int, tolerance: int) -> Problem:
    share = (
        f"{(2000 * leaving + entering) // (2 * entering) / 10:.1f} %"
        if entering
        else "out of nothing"
    )
    return Problem(
        "element-created",
        f"{element}: {kilograms(entering)} kg in, {kilograms(leaving)} kg out: {share}. "
        f"At most {kilograms(entering + tolerance)} kg can come out.",
        pointer="/record/quantities/outputs",
        figures={
            "element": element,
            "inKg": kilograms(entering),
            "outKg": kilograms(leaving),
            "toleranceKg": kilograms(tolerance),
            **({"ratio": share} if entering else {}),
        },
    )
