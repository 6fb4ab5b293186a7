"""The content of the audited batch, computed anew from the statements: through any lenses, as of any size of the log.

Content follows from all that is upstream: one mass that is withheld or missing there leaves all of it
unknown, and a fact for which only some lenses ask leaves those unknown.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from ..content import Lens, Made, Shares, Step
from ..content.averaging import averages
from ..ledger import RegisteredKey
from ..record import (
    AnyRecord,
    Collection,
    CustodyModel,
    Extraction,
    Ownership,
    Retraction,
    Transfer,
    Transformation,
)
from ..replay import computed, step_of
from ..tables import Tables
from .admitting import Admitted
from .frame import Frame
from .gaps import Upstream
from .history import History
from .said import Compromise, Said
from .upstream import add_upstream
from .verdict import Tally


class Opaque(msgspec.Struct, frozen=True):
    """A statement upstream because of which the content is not known, and why.

    `withheld` are its quantities, `range` are those of earlier draws, so that it is not known which part it took;
    `upstream` of it is one that is told of itself; `missing` is the statement, and then it has no index.
    """

    statement: str
    index: int | None
    why: str


class Unknown(msgspec.Struct, frozen=True):
    """That some lenses ask for a fact about a statement that its `section` would tell; without one, what it averages over."""

    section: str | None
    statement: str
    index: int
    lenses: tuple[str, ...]


class Recomputing:
    """Keeps of every statement that makes matter what its content is computed from."""

    def __init__(self, frame: Frame, tally: Tally, tables: Tables) -> None:
        self._frame = frame
        self._tally = tally
        self._tables = tables
        self._steps = tables.table("steps", Step)
        # Statements of whose outputs, and parts of batches, the content is not known, and why not: `withheld`,
        # `upstream` or `range`.
        self._opaque = tables.table("opaque", str)
        self._unranged = tables.names("unranged")
        self._siteless = tables.names("siteless")
        self._unaveraged = tables.names("unaveraged")
        # By party the first of its ownership statements whose parties are withheld.
        self._undisclosed = tables.table("undisclosed", int)
        self._averaging = tables.table("averaging", int)
        self._compromises = tables.table("compromises", Compromise)
        # Of one pass over what is upstream: the next one writes each entry anew before it reads it.
        self._shares = tables.table("shares", Shares)
        self._runs = tables.table("made", Made)

    def add(self, admitted: Admitted) -> None:
        """A statement that was admitted."""
        digest, record, hidden = admitted.admission.digest, admitted.record, admitted.hidden
        if admitted.averaged is not None and not _rolls(record):
            self._tally.fail(
                "average-false",
                "Its line says over what it averages; there is no rolling average.",
                statement=digest,
                index=admitted.index,
            )
        if not all(admitted.ranged):
            self._unranged.add(digest)
        for effect in admitted.admission.effects:
            if isinstance(effect, RegisteredKey) and effect.compromised_from is not None:
                self._compromises[f"{digest}/{effect.id}"] = Compromise(
                    admitted.index, effect.id, effect.compromised_from
                )
        match record:
            case Ownership() if hidden.may_be("parties"):
                self._undisclosed.setdefault(admitted.issuer, admitted.index)
            case Transfer():
                self._moved(record, admitted)
            case Retraction() if record.statement in self._unranged:
                self._opaque.update({each.id: "range" for each in admitted.admission.created})
            case Extraction() | Collection() | Transformation():
                self._made(record, admitted)

    def _moved(self, record: Transfer, admitted: Admitted) -> None:
        """Of each part that is shipped whether it is known which part it is."""
        withheld = admitted.hidden.may_be("quantities")
        parts = zip(record.inputs, admitted.admission.created, admitted.ranged, strict=True)
        for source, batch, ranged in parts:
            if withheld:
                self._opaque[batch.id] = "withheld"
            elif source in self._frame.vague:
                self._opaque[batch.id] = "upstream"
            elif not ranged:
                self._opaque[batch.id] = "range"

    def _made(self, record: Extraction | Collection | Transformation, admitted: Admitted) -> None:
        digest, hidden = admitted.admission.digest, admitted.hidden
        if hidden.may_be("quantities"):
            self._opaque[digest] = "withheld"
        elif admitted.vague:
            self._opaque[digest] = "upstream"
        elif not all(admitted.ranged):
            self._opaque[digest] = "range"
        else:
            bare = msgspec.structs.replace(record, sd=(), documents=None, parties=None)
            step = step_of(admitted.index, bare, admitted.admission, self._frame.state)
            self._steps[digest] = step
            if hidden.may_be("identities"):
                self._siteless.add(digest)
            self._average(record, admitted, step)

    def _average(
        self, record: Extraction | Collection | Transformation, admitted: Admitted, step: Step
    ) -> None:
        """Over which earlier transformations of the site a rolling average goes: the pack's word, as far as it can be seen."""
        if not _rolls(record):
            return
        self._averaging[step.statement] = step.index
        seen = {self._averaging[each] for each in step.averaged if each in self._averaging}
        said = admitted.averaged
        if said is None or seen != set(said) or admitted.hidden.may_be("identities"):
            self._unaveraged.add(step.statement)
        if said is not None and not admitted.hidden.may_be("identities") and seen - set(said):
            self._tally.fail(
                "average-false",
                f"It looks back on statement {min(seen - set(said))} too, of which its line does not say so.",
                statement=step.statement,
                index=step.index,
            )

    @property
    def compromises(self) -> Mapping[str, Compromise]:
        """What has been said of keys, in the order of the log."""
        return self._compromises

    def opaque(self, up: Upstream) -> Iterator[Opaque]:
        """What upstream keeps all of the content from being known; nothing when it can be computed."""
        state = self._frame.state
        for digest in sorted(each for each in up.makers if each not in state.statements):
            yield Opaque(digest, None, "missing")
        for each, why in self._opaque.items():
            if each in up.makers or each in up.batches:
                digest = each.partition(".")[0]
                yield Opaque(digest, self._at(digest), why)

    def unknown(
        self, lenses: Sequence[Lens], up: Upstream, over: Upstream, size: int
    ) -> Iterator[Unknown]:
        """Which facts that some of the lenses ask for the first `size` statements do not tell as far as they are shown."""
        attested = tuple(each.id for each in lenses if _asks(each, "attested"))
        if attested and (siteless := self._first(self._siteless, up)):
            yield Unknown("identities", siteless, self._at(siteless), attested)
        controllers = tuple(each.id for each in lenses if _asks(each, "controllers"))
        if controllers and (owner := self._by_undisclosed(up, size)):
            yield Unknown("parties", owner, self._at(owner), controllers)
        averaging = tuple(each.id for each in lenses if averages(each))
        rolling = self._first(self._averaging, up) if averaging else None
        if rolling and not self._averages(up, over):
            yield Unknown(None, rolling, self._at(rolling), averaging)

    def _at(self, statement: str) -> int:
        return self._frame.state.statements[statement].index

    def _first(self, statements: Iterable[str], up: Upstream) -> str | None:
        """The first of the statements that made something upstream."""
        return next((each for each in statements if each in up.makers), None)

    def _by_undisclosed(self, up: Upstream, size: int) -> str | None:
        """The first statement upstream of a party whose controllers are withheld."""
        if not self._undisclosed:
            return None
        said = self._frame.state.statements
        steps = (
            each for each in self._steps if self._undisclosed.get(said[each].issuer, size) < size
        )
        return self._first(steps, up)

    def averaged_over(self, up: Upstream) -> Upstream:
        """All upstream of the statements over which those upstream average, and those average in turn."""
        found = Upstream.none(self._tables, "averaged")
        for rolling in self._averaging:
            pending = list(self._over(rolling)) if rolling in up.makers else []
            while pending:
                for batch in self._frame.state.statements[pending.pop()].batches:
                    for maker in add_upstream(found, batch, self._frame):
                        if maker in self._averaging:
                            pending += self._over(maker)
        return found

    def _over(self, rolling: str) -> tuple[str, ...]:
        return self._steps[rolling].averaged

    def _averages(self, up: Upstream, over: Upstream) -> bool:
        """Whether all that rolling averages on the way need is known."""
        return (
            not any(each in up.makers or each in over.makers for each in self._unaveraged)
            and not any(each in over.makers or each in over.batches for each in self._opaque)
            and all(each in self._frame.state.statements for each in over.makers)
        )

    def content(
        self, batch_id: str, ways: Iterable[Upstream], lenses: Sequence[Lens], size: int
    ) -> Shares:
        """What the batch consists of, as its `history` has it."""
        return self.history(batch_id, ways, lenses, size).content

    def history(
        self, batch_id: str, ways: Iterable[Upstream], lenses: Sequence[Lens], size: int
    ) -> History:
        """What the batch was made of as the first `size` statements have it, in one pass over what is upstream.

        It is to be read before the next pass.

        For a batch that one of them made, of whose way nothing is `opaque`, through lenses that ask for nothing `unknown`.
        """
        makers = [each.makers for each in ways]
        averaging = any(map(averages, lenses))
        shares, made = self._shares, self._runs
        state = self._frame.state
        said = Said(state, self._compromises.values(), size)
        found = History(state.batches[batch_id], self._steps, shares, state, said)
        for statement in self._steps:
            if not any(statement in each for each in makers):
                continue
            step = self._steps[statement]
            if not averaging:
                step = msgspec.structs.replace(step, averaged=())
            come = computed(step, found.standing(statement), lenses, shares, made)
            shares.update(zip(step.batches, come.outputs, strict=True))
            if statement in self._averaging:
                # Others look up the run only.
                made[statement] = Made((), come.run)
        return found


def _rolls(record: AnyRecord) -> bool:
    return (
        isinstance(record, Transformation)
        and record.custody_model is CustodyModel.MASS_BALANCE_ROLLING_AVERAGE
    )


def _asks(lens: Lens, fact: str) -> bool:
    """Whether a lens asks for the fact: in a condition or a placeholder."""
    return any(
        getattr(rule, fact) is not None or f"{{{fact}}}" in rule.label
        for rule in (*lens.start, *lens.step)
    )
