"""Where every milligram of a root is: the slow book-keeping against which admissions are checked.

It knows only admissions, in order. Of each root and element it collects the ranges of what is left in batches
and of what has gone: made into something else, or lost on the way.
"""

from collections import defaultdict

from provenite_proto.ledger import Admission, Batch, Draw, State

MAKING = {"extraction", "collection", "transformation"}


class Book:
    """Draws that stand, by the statement that made them; batches that a retracted receipt had made."""

    def __init__(self) -> None:
        self.gone: dict[str, list[Draw]] = {}
        self.moved: dict[str, list[Draw]] = {}
        self.void: set[str] = set()

    def add(self, admission: Admission, state: State) -> None:
        """Take note of an admission that has been applied."""
        kind = state.statements[admission.digest].kind
        draws = list(admission.draws)
        if kind == "transformation":
            self.gone[admission.digest] = draws
        elif kind == "transfer":
            self.moved[admission.digest] = draws
        elif kind == "receipt":
            refused = [(batch.mass, batch.offsets) for batch in admission.created]
            for draw in draws:
                at = {
                    element: low
                    for element, (low, _) in state.batches[draw.batch].spans(draw).items()
                }
                into = self.moved if (draw.mass, at) in refused else self.gone
                into.setdefault(admission.digest, []).append(draw)
        elif kind == "retraction":
            self._take_back(admission, state)

    def _take_back(self, admission: Admission, state: State) -> None:
        target = next(
            each for each in state.statements.values() if each.retracted_by == admission.digest
        )
        if target.kind == "receipt":
            self.gone.pop(target.id, None)
            self.moved.pop(target.id, None)
            self.void |= set(target.batches)
        if admission.created:
            self.moved[admission.digest] = self.gone.pop(target.id)

    def check(self, state: State) -> None:
        """Every milligram of every root is in one place, and every batch has what was not taken of it."""
        draws = [draw for taken in (*self.gone.values(), *self.moved.values()) for draw in taken]
        for batch in state.batches.values():
            taken = sum(draw.mass for draw in draws if draw.batch == batch.id)
            assert 0 <= batch.remaining == batch.mass - taken
        ranges: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
        for batch in state.batches.values():
            if batch.id not in self.void:
                _collect(ranges, batch, Draw(batch.id, batch.remaining, batch.remaining))
        for taken_by in self.gone.values():
            for draw in taken_by:
                _collect(ranges, state.batches[draw.batch], draw)
        for (root, element), parts in ranges.items():
            end = 0
            for low, high in sorted(part for part in parts if part[0] < part[1]):
                assert low == end, f"{element} of {root}: {low} follows {end}"
                end = high
            assert end == state.batches[root].elements[element]


def _collect(
    ranges: dict[tuple[str, str], list[tuple[int, int]]], batch: Batch, draw: Draw
) -> None:
    for element, span in batch.spans(draw).items():
        ranges[batch.root, element].append(span)


def origins(batch: str, state: State) -> set[str]:
    """The kinds of the statements in which a batch's history begins."""
    found: set[str] = set()
    pending, seen = [batch], set()
    while pending:
        root = state.batches[pending.pop()].root
        if root in seen:
            continue
        seen.add(root)
        maker = state.statements[root.partition(".")[0]]
        assert maker.kind in MAKING
        if maker.kind == "transformation":
            pending += [draw.batch for draw in maker.draws]
        else:
            found.add(maker.kind)
    return found
