"""A ledger's whole life without a ledger: statements in order, and what they make of state and content."""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from ..content import (
    LENSES,
    Contribution,
    Lens,
    Made,
    Run,
    Shares,
    Standing,
    Step,
    contributions,
    part_of,
)
from ..ledger import Admission, Attested, Effect, Owned, State, admit
from ..record import Collection, Extraction, Transformation
from ..statement import parse
from .facts import Facts, Making, making_of, standing
from .reach import Reach, reach
from .stepping import computed, step_of


class Change(msgspec.Struct, frozen=True):
    """The content of a batch that a late fact has changed. What was shipped of it has changed with it."""

    batch: str
    before: Shares
    after: Shares


class Replay:
    """The state and the content after the statements so far.

    `contents` has the content of every batch that was first made, `changes` what the last statement has
    changed of it, in the order of the log; `steps` the statements that made them, in that order. All is a
    function of the statements, their order and times.
    """

    def __init__(self, audience: str, lenses: Iterable[Lens] = LENSES.values()) -> None:
        """An empty ledger of the origin `audience`, to be seen through `lenses`."""
        self.audience = audience
        self.lenses = tuple(lenses)
        self.state = State()
        self.contents: dict[str, Shares] = {}
        self.changes: tuple[Change, ...] = ()
        self.steps: dict[str, Step] = {}
        self.makings: dict[str, Making] = {}
        self.standings: dict[str, Standing] = {}
        self._made: dict[str, Made] = {}
        self._later: dict[str, set[str]] = defaultdict(set)
        # Ids in the register: what is said of each, and the statements that it is about.
        self._said: dict[str, set[str]] = defaultdict(set)
        self._about: dict[str, set[str]] = defaultdict(set)

    def check(self, text: str, recorded_at: int) -> Admission:
        """What admitting the statement would change; `Problem` when it is refused."""
        return admit(parse(text), self.state, audience=self.audience, now=recorded_at)

    def add(self, text: str, recorded_at: int) -> Admission:
        """Admit the statement, compute the content of what it makes and changes; `Problem` when it is refused."""
        statement = parse(text)
        admission = admit(statement, self.state, audience=self.audience, now=recorded_at)
        index = self.state.size
        self.state.apply(admission)
        for effect in admission.effects:
            if isinstance(effect, Attested):
                self._said[effect.subject.partition(".")[0]].add(effect.id)
            elif isinstance(effect, Owned):
                self._said[effect.party].add(effect.id)
        self.changes = self._changed(self._reached(admission.effects))
        record = statement.record
        if isinstance(record, Extraction | Collection | Transformation):
            self._enter(step_of(index, record, admission, self.state))
        return admission

    def content(self, batch_id: str) -> Shares:
        """The content of a batch as it was made or shipped; `KeyError` when there is none."""
        batch = self.state.batches[batch_id]
        return part_of(
            self.contents[batch.root],
            {
                element: (low, low + batch.elements[element])
                for element, low in batch.offsets.items()
            },
        )

    def contributions(
        self, batch_id: str, element: str, lens: str, label: str
    ) -> tuple[Contribution, ...]:
        """What brings the label to a batch as it was made or shipped; `KeyError` for what there is not."""
        batch = self.state.batches[batch_id]
        low = batch.offsets[element]
        (seen,) = (each for each in self.lenses if each.id == lens)
        span = (low, low + batch.elements[element])
        return contributions(batch.root, span, element, seen, label, self)

    def step(self, statement: str) -> Step:
        """A statement that made batches."""
        return self.steps[statement]

    def standing(self, statement: str) -> Standing:
        """The standing of a statement that made batches."""
        return self.standings[statement]

    def shares(self, root: str) -> Shares:
        """The content of a batch that was first made."""
        return self.contents[root]

    def run(self, statement: str) -> Run | None:
        """What later rolling averages need of a statement that made batches, when it is one and stands."""
        return self._made[statement].run

    def anew(self) -> dict[str, Shares]:
        """All content in one pass with the facts of now; what was computed as they came is the same."""
        made: dict[str, Made] = {}
        shares: dict[str, Shares] = {}
        for name, step in self.steps.items():
            made[name] = self._computed(step, self._standing(name), shares, made)
            shares |= dict(zip(step.batches, made[name].outputs, strict=True))
        return shares

    def _enter(self, step: Step) -> None:
        name = step.statement
        making = making_of(step.record, self.state.statements[name])
        for root, _ in step.drawn:
            self._later[root.partition(".")[0]].add(name)
        for earlier in step.averaged:
            self._later[earlier].add(name)
        for about in (name, making.issuer, making.key_id, making.site):
            if about is not None:
                self._about[about].add(name)
        self.steps[name] = step
        self.makings[name] = making
        self.standings[name] = self._standing(name)
        self._made[name] = self._computed(step, self.standings[name], self.contents, self._made)
        self.contents |= dict(zip(step.batches, self._made[name].outputs, strict=True))

    def _reached(self, effects: Iterable[Effect]) -> list[str]:
        """The statements whose standing is another one after the effects."""
        touched = reach(effects)
        if touched.keys or touched.accredited:
            everything = self._facts((*self.state.attestations, *self.state.ownerships))
            touched = touched.widened(everything)
        return [
            name for name in self._named(touched) if self._standing(name) != self.standings[name]
        ]

    def _named(self, touched: Reach) -> set[str]:
        ids = touched.statements | touched.sites | touched.parties | touched.keys
        return {
            name
            for about in ids
            for name in self._about.get(about, ())
            if touched.holds(self.makings[name])
        }

    def _changed(self, statements: Iterable[str]) -> tuple[Change, ...]:
        """Compute anew what the statements made and whatever follows from it, in the order of the log."""
        due = [(self.steps[name].index, name) for name in statements]
        heapq.heapify(due)
        done: set[str] = set()
        changes: list[Change] = []
        while due:
            _, name = heapq.heappop(due)
            if name in done:
                continue
            done.add(name)
            step = self.steps[name]
            self.standings[name] = self._standing(name)
            made = self._computed(step, self.standings[name], self.contents, self._made)
            if made == self._made[name]:
                continue
            self._made[name] = made
            for batch, after in zip(step.batches, made.outputs, strict=True):
                if after != self.contents[batch]:
                    changes.append(Change(batch, self.contents[batch], after))
                    self.contents[batch] = after
            for later in self._later[name]:
                heapq.heappush(due, (self.steps[later].index, later))
        return tuple(changes)

    def _computed(
        self,
        step: Step,
        stands: Standing,
        shares: Mapping[str, Shares],
        made: Mapping[str, Made],
    ) -> Made:
        return computed(step, stands, self.lenses, shares, made)

    def _standing(self, name: str) -> Standing:
        making = self.makings[name]
        said: set[str] = set()
        for about in (making.statement, making.issuer, making.site):
            said |= self._said.get(about, set()) if about is not None else set()
        return standing(making, self._facts(said))

    def _facts(self, said: Iterable[str]) -> Facts:
        """The facts of now, of what is said by the statements."""
        said = tuple(said)
        state = self.state
        return Facts(
            keys=state.keys,
            statements=state.statements,
            attestations=[state.attestations[each] for each in said if each in state.attestations],
            accreditations=tuple(state.accreditations.values()),
            ownerships=[state.ownerships[each] for each in said if each in state.ownerships],
        )
