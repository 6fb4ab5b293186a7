"""Rolling average percentage (ISO 22095-2:2026): what comes out of a site has the proportions of a period's inputs.

It applies to lenses without step rules, which ask how matter entered. What a lens asks about the steps
themselves is a property of each batch and is not averaged.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from ..matter.apportion import apportion
from .lens import NOWHERE, Event, Lens
from .pooling import Flow, pooled
from .ranges import Labels, Shares


class Run(msgspec.Struct, frozen=True):
    """A transformation under the rolling average: what went in by label, and what its outputs were given."""

    occurred_at: datetime
    pooled: Shares
    given: Shares


def averages(lens: Lens) -> bool:
    """Whether the rolling average applies to a lens."""
    return not lens.step


def run_of(
    occurred_at: datetime,
    flow: Flow,
    event: Event,
    made: Sequence[Shares],
    lenses: Iterable[Lens],
) -> Run:
    """A transformation as later ones average over it; `made` is the content of its outputs."""
    lenses = tuple(filter(averages, lenses))
    elements = flow.elements() | {each for part in flow.taken for each in part.ranges}
    return Run(
        occurred_at,
        {
            element: {lens.id: pooled(flow, element, event, lens) for lens in lenses}
            for element in sorted(elements)
        },
        {
            element: {
                lens.id: _sum(shares[element][lens.id] for shares in made if element in shares)
                for lens in lenses
            }
            for element in sorted(flow.elements())
        },
    )


def averaged(
    occurred_at: datetime,
    flow: Flow,
    event: Event,
    lenses: Iterable[Lens],
    earlier: Sequence[Run],
) -> tuple[Shares, ...]:
    """The content of each output under the rolling average, for the lenses to which it applies.

    `earlier` are the site's runs that the log has before this one and that happened after the period's
    start. Those that happened after this one bring nothing to the average, but what they were given beyond
    their own inputs is not given again.
    """
    result: tuple[Shares, ...] = tuple({element: {} for element in out} for out in flow.outputs)
    for element in flow.elements():
        for lens in filter(averages, lenses):
            pool = pooled(flow, element, event, lens)
            inputs, available = _period(
                pool, flow.leaving(element), occurred_at, element, lens.id, earlier
            )
            for out, shares in zip(flow.outputs, result, strict=True):
                if element in out:
                    shares[element][lens.id] = _claimed(out[element], inputs, available, lens)
    return result


def _period(
    pool: Labels,
    leaving: int,
    occurred_at: datetime,
    element: str,
    lens: str,
    earlier: Sequence[Run],
) -> tuple[Labels, Labels]:
    """The period's inputs by label, and what of them has come out and was not given yet."""
    inputs = dict(pool)
    available = apportion(leaving, pool)
    for run in earlier:
        went_in = run.pooled.get(element, {}).get(lens, {})
        given = run.given.get(element, {}).get(lens, {})
        came_out = apportion(sum(given.values()), went_in)
        if run.occurred_at <= occurred_at:
            inputs = _sum((inputs, went_in))
            available = _sum((available, came_out))
        else:
            # It has used what itself put in first, and of the period's inputs what it was given beyond.
            given = {label: max(0, mass - came_out.get(label, 0)) for label, mass in given.items()}
        for label, mass in given.items():
            available[label] = available.get(label, 0) - mass
    return inputs, available


def _claimed(mass: int, inputs: Labels, available: Labels, lens: Lens) -> Labels:
    """What an output is given; the part that nothing covers has the label of matter of which nothing is known."""
    unknown = lens.first(NOWHERE)
    whole = sum(inputs.values())
    content: Labels = {}
    for label, part in inputs.items():
        share = min(available.get(label, 0), part * mass // whole)
        if label != unknown and share > 0:
            content[label] = share
            available[label] -= share
    rest = mass - sum(content.values())
    if rest:
        content[unknown] = rest
    return content


def _sum(parts: Iterable[Labels]) -> Labels:
    total: Labels = {}
    for labels in parts:
        for label, mass in labels.items():
            total[label] = total.get(label, 0) + mass
    return total
