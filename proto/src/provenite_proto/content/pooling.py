"""Content: for each batch, element and lens, exact integer milligrams by label.

A transformation pools what it draws from its inputs, relabels it, and deals it out to outputs, then
losses. All rounding is by largest remainder, so the labels of a lens always sum to the element's mass,
and dealing from what is left of the pool makes every label's mass conserved to the milligram.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from ..matter.apportion import apportion
from .lens import Event, Lens

Shares = dict[str, dict[str, dict[str, int]]]
"""Element, then lens, then label: milligrams."""


class Taken(msgspec.Struct, frozen=True):
    """Element masses in milligrams taken from a batch, and the shares of that batch."""

    elements: Mapping[str, int]
    shares: Shares


def entered(elements: Mapping[str, int], event: Event, lenses: Iterable[Lens]) -> Shares:
    """The content of matter that enters the record: one label a lens."""
    labels = [(lens.id, lens.first(event)) for lens in lenses]
    return {
        element: {lens: {label: mass} if mass else {} for lens, label in labels}
        for element, mass in elements.items()
    }


def scaled(elements: Mapping[str, int], shares: Shares) -> Shares:
    """The content of a part of a batch: its element masses dealt out as the batch's labels are."""
    return {
        element: {lens: apportion(mass, labels) for lens, labels in shares[element].items()}
        for element, mass in elements.items()
    }


def transformed(
    taken: Sequence[Taken],
    untraced: Mapping[str, int],
    outputs: Sequence[Mapping[str, int]],
    losses: Mapping[str, int],
    event: Event,
    lenses: Iterable[Lens],
) -> tuple[Shares, ...]:
    """The content of each output of a transformation; element masses in milligrams.

    What comes out beyond inputs and untraced matter (within the uncertainty) counts as untraced.
    """
    arrivals = Event(event.region, "untraced")
    result: tuple[Shares, ...] = tuple({element: {} for element in out} for out in outputs)
    elements = {element for out in outputs for element in out}
    for element in elements:
        leaving = sum(out.get(element, 0) for out in outputs) + losses.get(element, 0)
        entering = sum(part.elements.get(element, 0) for part in taken)
        new = max(untraced.get(element, 0), leaving - entering)
        for lens in lenses:
            pool = _pooled(taken, element, lens.id)
            if new:
                label = lens.first(arrivals)
                pool[label] = pool.get(label, 0) + new
            pool = _relabelled(pool, event, lens)
            for out, shares in zip(outputs, result, strict=True):
                if element in out:
                    shares[element][lens.id] = _dealt(out[element], pool)
    return result


def _pooled(taken: Sequence[Taken], element: str, lens: str) -> dict[str, int]:
    pool: dict[str, int] = {}
    for part in taken:
        mass = part.elements.get(element, 0)
        if mass:
            for label, share in apportion(mass, part.shares[element][lens]).items():
                pool[label] = pool.get(label, 0) + share
    return pool


def _relabelled(pool: Mapping[str, int], event: Event, lens: Lens) -> dict[str, int]:
    result: dict[str, int] = {}
    for label, mass in pool.items():
        after = lens.next(label, event)
        result[after] = result.get(after, 0) + mass
    return result


def _dealt(mass: int, pool: dict[str, int]) -> dict[str, int]:
    """`mass` out of the pool, which is left with the rest."""
    share = apportion(mass, pool)
    for label, part in share.items():
        pool[label] -= part
    return share
