"""Contributions: which matter that entered the record a label of a batch consists of.

One pass back from the batch, from later statements to earlier ones, over content that is computed already.
At each statement what is asked for is dealt by largest remainder over what it was made of, so that the
contributions sum exactly to the label's mass.
"""

import heapq
from collections.abc import Mapping
from typing import Literal, Protocol

import msgspec

from ..matter.apportion import apportion
from ..record import Collection, CustodyModel, Extraction, Transformation
from .averaging import averages
from .computing import event_of, flow_of
from .lens import NOWHERE, Event, Lens
from .pooling import Flow, Taken, credited, pooled, untraced_label
from .ranges import Labels, Range, Shares, within
from .standing import Standing

Kind = Literal["source", "untraced", "void", "average"]


class Contribution(msgspec.Struct, frozen=True):
    """`mass` milligrams of what was asked for come from here.

    `kind` says what `id` names: the batch of an extraction or collection (`source`), the batch of a
    statement that does not stand (`void`), the transformation into which it came without a statement
    (`untraced`), or the one whose rolling average does not cover it (`average`).
    """

    kind: Kind
    id: str
    mass: int


class Step(msgspec.Struct, frozen=True):
    """A statement that made batches: all that their content is computed from, aside from other content.

    `batches` are their ids and `outputs` their element masses in milligrams; `drawn` the roots that it took
    from, in the order of its inputs, with of each element the range; `averaged` the earlier statements on
    which its rolling average looks back. `index` is its place in the log.
    """

    statement: str
    index: int
    record: Extraction | Collection | Transformation
    batches: tuple[str, ...]
    outputs: tuple[Mapping[str, int], ...]
    drawn: tuple[tuple[str, Mapping[str, Range]], ...] = ()
    averaged: tuple[str, ...] = ()


class Reader(Protocol):
    """Where the pass reads: statements by digest, content by the id of the batch first made."""

    def step(self, statement: str) -> Step:
        """The statement, which is one that made batches."""

    def standing(self, statement: str) -> Standing:
        """Its standing."""

    def shares(self, root: str) -> Shares:
        """The content of a batch."""


def contributions(
    root: str, span: Range, element: str, lens: Lens, label: str, reader: Reader
) -> tuple[Contribution, ...]:
    """What brings the label to a range of a root's milligrams of an element, the largest first.

    They sum to the label's mass in the range; nothing when it has none. `KeyError` for an element or lens
    that the content does not have.
    """
    labels = within(reader.shares(root)[element][lens.id], *span)
    walk = _Walk(element, lens, reader)
    if label in labels:
        walk.ask(root, label, labels[label])
    return walk.back()


class _Walk:
    """What is asked of each root by label; statements wait in a heap, the latest first."""

    def __init__(self, element: str, lens: Lens, reader: Reader) -> None:
        self._element = element
        self._lens = lens
        self._reader = reader
        self._asked: dict[str, dict[str, Labels]] = {}
        self._waiting: list[tuple[int, str]] = []
        self._found: dict[tuple[Kind, str], int] = {}

    def ask(self, root: str, label: str, mass: int) -> None:
        """Ask for milligrams of a label of a root, beside what is asked of it already."""
        statement = root.partition(".")[0]
        if statement not in self._asked:
            self._asked[statement] = {}
            heapq.heappush(self._waiting, (-self._reader.step(statement).index, statement))
        labels = self._asked[statement].setdefault(root, {})
        labels[label] = labels.get(label, 0) + mass

    def back(self) -> tuple[Contribution, ...]:
        """Go back to where all of it entered."""
        while self._waiting:
            _, statement = heapq.heappop(self._waiting)
            self._through(self._reader.step(statement), self._asked.pop(statement))
        return tuple(
            Contribution(kind, name, mass)
            for (kind, name), mass in sorted(
                self._found.items(), key=lambda item: (-item[1], item[0])
            )
        )

    def _through(self, step: Step, asked: dict[str, Labels]) -> None:
        standing = self._reader.standing(step.statement)
        if standing.void or not isinstance(step.record, Transformation):
            for root, labels in asked.items():
                self._find("void" if standing.void else "source", root, sum(labels.values()))
        elif step.record.custody_model is CustodyModel.MASS_BALANCE_ROLLING_AVERAGE and averages(
            self._lens
        ):
            self._through_average(step, step.record, asked)
        else:
            self._through_pool(step, asked)

    def _through_pool(self, step: Step, asked: dict[str, Labels]) -> None:
        flow, event = self._flow(step)
        at = credited(flow, self._element, self._lens)
        rest: Labels = {}
        for number, root in enumerate(step.batches):
            for label, mass in asked.get(root, {}).items():
                sources = self._under(label, at.given[number], event)
                whole = self._reader.shares(root)[self._element][self._lens.id][label]
                pool = whole - sum(each for _, _, each in sources.values())
                left = self._deal(mass, sources, pool, step)
                rest[label] = rest.get(label, 0) + left
        for label, mass in rest.items():
            self._from_pool(mass, label, step, flow, event, dict(enumerate(at.left)))

    def _through_average(
        self, step: Step, record: Transformation, asked: dict[str, Labels]
    ) -> None:
        unknown = self._lens.first(NOWHERE)
        total: Labels = {}
        for labels in asked.values():
            for label, mass in labels.items():
                total[label] = total.get(label, 0) + mass
        self._find("average", step.statement, total.pop(unknown, 0))
        runs = [
            (other, *self._flow(other))
            for other in (*map(self._reader.step, step.averaged), step)
            if other.record.occurred_at <= record.occurred_at
            and not self._reader.standing(other.statement).void
        ]
        for label, mass in total.items():
            # Of each run what came out: the same weights as in the average itself.
            weights = {
                f"{number:04}": apportion(
                    flow.leaving(self._element), pooled(flow, self._element, event, self._lens)
                ).get(label, 0)
                for number, (_, flow, event) in enumerate(runs)
            }
            for number, part in apportion(mass, weights).items():
                other, flow, event = runs[int(number)]
                inputs = {
                    index: taken.labels(self._element, self._lens.id)
                    for index, taken in enumerate(flow.taken)
                }
                self._from_pool(part, label, other, flow, event, inputs)

    def _from_pool(
        self,
        mass: int,
        label: str,
        step: Step,
        flow: Flow,
        event: Event,
        inputs: Mapping[int, Labels],
    ) -> None:
        """Milligrams under a label after the step, out of what its inputs and untraced matter brought."""
        arrived = untraced_label(event, self._lens)
        new = flow.new(self._element) if self._lens.next(arrived, event) == label else 0
        self._find(
            "untraced",
            step.statement,
            self._deal(mass, self._under(label, inputs, event), new, step),
        )

    def _under(
        self, label: str, inputs: Mapping[int, Labels], event: Event
    ) -> dict[str, tuple[int, str, int]]:
        """Input, label and milligrams of what is under `label` after the step, by keys in that order."""
        return {
            f"{number:04} {before}": (number, before, mass)
            for number, labels in inputs.items()
            for before, mass in labels.items()
            if self._lens.next(before, event) == label
        }

    def _deal(
        self, mass: int, sources: Mapping[str, tuple[int, str, int]], other: int, step: Step
    ) -> int:
        """Ask the sources for their parts of `mass`; the part that falls to `other`, which comes last in a tie."""
        weights = {key: each for key, (_, _, each) in sources.items()}
        shares = apportion(mass, weights | {"other": other})
        for key, part in shares.items():
            if key in sources:
                number, before, _ = sources[key]
                self.ask(step.drawn[number][0], before, part)
        return shares.get("other", 0)

    def _flow(self, step: Step) -> tuple[Flow, Event]:
        record = step.record
        if not isinstance(record, Transformation):
            raise TypeError(f"{step.statement} is no transformation")
        taken = [Taken(self._reader.shares(root), ranges) for root, ranges in step.drawn]
        event = event_of(record, self._reader.standing(step.statement))
        return flow_of(record, taken, step.outputs), event

    def _find(self, kind: Kind, name: str, mass: int) -> None:
        if mass:
            self._found[kind, name] = self._found.get((kind, name), 0) + mass
