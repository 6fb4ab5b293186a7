"""Content: for each batch, element and lens, exact integer milligrams by label.

A transformation pools what it draws from its inputs, relabels it, and deals it out to outputs, then losses.
Dealing from what is left of the pool conserves every label's mass to the milligram.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from ..matter.apportion import apportion
from .lens import NOWHERE, Event, Lens
from .ranges import Labels, Range, Shares, within


class Taken(msgspec.Struct, frozen=True):
    """What is taken of a root: its shares, and of each element the range of its milligrams."""

    shares: Shares
    ranges: Mapping[str, Range]

    def mass(self, element: str) -> int:
        """The milligrams taken of an element."""
        low, high = self.ranges.get(element, (0, 0))
        return high - low

    def labels(self, element: str, lens: str) -> Labels:
        """What of it is under which label."""
        if not self.mass(element):
            return {}
        return within(self.shares[element][lens], *self.ranges[element])


class Credit(msgspec.Struct, frozen=True):
    """`mass` milligrams of `element` in an output that are claimed to come from an input, both by index."""

    input: int
    output: int
    element: str
    mass: int


class Flow(msgspec.Struct, frozen=True):
    """What goes into a transformation and comes out, by element in milligrams.

    What comes out beyond inputs and untraced matter (within the uncertainty) counts as untraced.
    """

    taken: Sequence[Taken]
    untraced: Mapping[str, int]
    outputs: Sequence[Mapping[str, int]]
    losses: Mapping[str, int]
    credits: Sequence[Credit] = ()

    def new(self, element: str) -> int:
        """The milligrams that enter without a statement."""
        leaving = self.leaving(element) + self.losses.get(element, 0)
        entering = sum(part.mass(element) for part in self.taken)
        return max(self.untraced.get(element, 0), leaving - entering)

    def leaving(self, element: str) -> int:
        """The milligrams in the outputs."""
        return sum(out.get(element, 0) for out in self.outputs)

    def elements(self) -> set[str]:
        """The elements of the outputs."""
        return {element for out in self.outputs for element in out}


class Credited(msgspec.Struct, frozen=True):
    """Labels before the step, by input: what is `left` there, and what was `given` by output and input."""

    left: list[Labels]
    given: list[dict[int, Labels]]


def credited(flow: Flow, element: str, lens: Lens) -> Credited:
    """Each credit, in order, by largest remainder out of what is left of its input's labels."""
    left = [part.labels(element, lens.id) for part in flow.taken]
    given: list[dict[int, Labels]] = [{} for _ in flow.outputs]
    for credit in flow.credits:
        if credit.element == element:
            _add(
                given[credit.output].setdefault(credit.input, {}),
                dealt(credit.mass, left[credit.input]),
            )
    return Credited(left, given)


def entered(elements: Mapping[str, int], event: Event, lenses: Iterable[Lens]) -> Shares:
    """The content of matter that enters the record: one label a lens."""
    labels = [(lens.id, lens.first(event)) for lens in lenses]
    return {
        element: {lens: {label: mass} if mass else {} for lens, label in labels}
        for element, mass in elements.items()
    }


def void(elements: Mapping[str, int], lenses: Iterable[Lens]) -> Shares:
    """The content of matter of which nothing is known."""
    return entered(elements, NOWHERE, lenses)


def transformed(flow: Flow, event: Event, lenses: Iterable[Lens]) -> tuple[Shares, ...]:
    """The content of each output of a transformation."""
    result: tuple[Shares, ...] = tuple({element: {} for element in out} for out in flow.outputs)
    lenses = tuple(lenses)
    for element in flow.elements():
        new = flow.new(element)
        for lens in lenses:
            outputs = _outputs(flow, element, new, event, lens)
            for shares, labels in zip(result, outputs, strict=True):
                if element in shares:
                    shares[element][lens.id] = labels
    return result


def pooled(flow: Flow, element: str, event: Event, lens: Lens) -> Labels:
    """All that goes in of an element, relabelled by the step."""
    pool: Labels = {}
    for part in flow.taken:
        _add(pool, part.labels(element, lens.id))
    return _relabelled(_with_new(pool, flow.new(element), event, lens), event, lens)


def dealt(mass: int, pool: Labels) -> Labels:
    """`mass` by largest remainder out of the pool, which is left with the rest."""
    share = apportion(mass, pool)
    for label, part in share.items():
        if part == pool[label]:
            del pool[label]
        else:
            pool[label] -= part
    return share


def untraced_label(event: Event, lens: Lens) -> str:
    """The label, before the step, of matter that enters a transformation without a statement."""
    return lens.first(Event(event.region, "untraced"))


def _outputs(flow: Flow, element: str, new: int, event: Event, lens: Lens) -> list[Labels]:
    at = credited(flow, element, lens)
    pool: Labels = {}
    for labels in at.left:
        _add(pool, labels)
    pool = _relabelled(_with_new(pool, new, event, lens), event, lens)
    result = []
    for out, given in zip(flow.outputs, at.given, strict=True):
        content: Labels = {}
        for labels in given.values():
            _add(content, _relabelled(labels, event, lens))
        _add(content, dealt(out.get(element, 0) - sum(content.values()), pool))
        result.append(content)
    return result


def _with_new(pool: Labels, new: int, event: Event, lens: Lens) -> Labels:
    if new:
        _add(pool, {untraced_label(event, lens): new})
    return pool


def _relabelled(pool: Mapping[str, int], event: Event, lens: Lens) -> Labels:
    result: Labels = {}
    for label, mass in pool.items():
        after = lens.next(label, event)
        result[after] = result.get(after, 0) + mass
    return result


def _add(pool: Labels, labels: Mapping[str, int]) -> None:
    for label, mass in labels.items():
        pool[label] = pool.get(label, 0) + mass
