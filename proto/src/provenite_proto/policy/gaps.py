"""The gap list: which facts that nobody has recorded keep a figure from being better, where, and what each is worth."""

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

import msgspec

from ..content.contributing import Contribution, Kind
from .assessing import Assessment
from .figures import ATTESTED, CUSTODY, Deciding, Figure

Contributing = Callable[[str, str, str], Iterable[Contribution]]
"""What brings the milligrams of an element that have a label in a lens: element, lens id, label."""
Fact = Literal["origin", "replacement", "average", "path", "attestation", "custody", "review"]

_OF_KIND: Mapping[Kind, Fact] = {
    "untraced": "origin",
    "void": "replacement",
    "average": "average",
    "source": "path",
}
_OF_LENS: Mapping[str, Fact] = {ATTESTED: "attestation", CUSTODY: "custody"}


class Gap(msgspec.Struct, frozen=True):
    """`mass` milligrams of an element that do not count, for want of a fact about the batch or statement `at`.

    With the fact the figure is, at best, `best` of `whole`; at worst it stays at its lower bound, and its upper
    bound falls to `worst`. `fact`: `origin` (matter came without a statement), `replacement` (the statement does
    not stand), `average` (the rolling average does not cover it), `path` (a step on its way, or what its source
    says, is not known), `attestation` (a step is not vouched for), `custody` (a step was under a model that is
    not accepted), `review` (somebody has to judge).
    """

    fact: Fact
    at: str
    figure: str
    element: str
    lens: str
    label: str
    mass: int
    best: int
    worst: int
    whole: int


def gaps(found: Assessment, contributing: Contributing) -> tuple[Gap, ...]:
    """The gaps of every figure that does not pass, the largest first; of one batch, whose contributions are asked for.

    There are none where an exemption decides. Facts that no statement holds (values, costs, the product) are not among them: `Assessment.missing` has them.
    """
    if found.exemption is not None:
        return ()
    figures = {(each.name, each.of): each for each in found.figures if each.verdict != "pass"}
    listed = [
        _gap(each, figure, contribution)
        for each in found.deciding
        if each.counts in ("unknown", "review", "refused")
        and (figure := figures.get((each.test, each.element))) is not None
        for contribution in contributing(each.element, each.lens, each.label)
    ]
    return tuple(sorted(listed, key=lambda gap: (-gap.mass, gap.at, gap.figure, gap.label)))


def _gap(deciding: Deciding, figure: Figure, contribution: Contribution) -> Gap:
    fact = _OF_LENS.get(deciding.lens) or _OF_KIND[contribution.kind]
    if deciding.counts == "review":
        fact = "review"
    # What is refused is refused for certain: it is not in the upper bound, and a fact can only bring it there.
    if deciding.counts == "refused":
        best, worst = min(figure.whole, figure.lower + contribution.mass), figure.upper
    else:
        best = min(figure.upper, figure.lower + contribution.mass)
        worst = max(figure.lower, figure.upper - contribution.mass)
    return Gap(
        fact=fact,
        at=contribution.id,
        figure=figure.name,
        element=deciding.element,
        lens=deciding.lens,
        label=deciding.label,
        mass=contribution.mass,
        best=best,
        worst=worst,
        whole=figure.whole,
    )
