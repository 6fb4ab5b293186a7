"""The content of the audited batch, computed anew from the statements, and compared figure by figure.

Content follows from all that is upstream: one mass that is withheld or missing there leaves all of it
unverified, and a fact for which only some lenses ask leaves those unverified.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set

import msgspec

from ..content import LENSES, Lens, Made, Shares, Step, part_of
from ..content.averaging import averages
from ..ledger import Attested, Owned, State
from ..matter.quantity import kilograms, milligrams
from ..pack import Content
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
from ..replay import Facts, Making, computed, making_of, standing, step_of
from ..tables import Tables
from .admitting import Admitted
from .frame import Frame
from .gaps import Upstream
from .upstream import add_upstream
from .verdict import Tally, Withheld


class Recomputing:
    """Keeps of every statement that makes matter what its content is computed from."""

    def __init__(self, frame: Frame, tally: Tally, tables: Tables) -> None:
        self._frame = frame
        self._tally = tally
        self._tables = tables
        self._steps = tables.table("steps", Step)
        self._index = tables.table("indices", int)
        # Statements of whose outputs, and parts of batches, the content is not known, and why not: `withheld`,
        # `upstream` or `range`.
        self._opaque = tables.table("opaque", str)
        self._unranged = tables.names("unranged")
        self._siteless = tables.names("siteless")
        self._unaveraged = tables.names("unaveraged")
        self._undisclosed = tables.names("undisclosed")
        self._averaging = tables.table("averaging", int)

    def add(self, admitted: Admitted) -> None:
        """A statement that was admitted."""
        digest, record, hidden = admitted.admission.digest, admitted.record, admitted.hidden
        self._index[digest] = admitted.index
        if admitted.averaged is not None and not _rolls(record):
            self._tally.fail(
                "average-false",
                "Its line says over what it averages; there is no rolling average.",
                statement=digest,
                index=admitted.index,
            )
        if not all(admitted.ranged):
            self._unranged.add(digest)
        match record:
            case Ownership() if hidden.may_be("parties"):
                self._undisclosed.add(admitted.issuer)
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

    def compare(self, batch_id: str, claims: Content, up: Upstream, over: Upstream) -> None:
        """Compare what is claimed of the batch with what follows of all upstream, and of what is averaged over.

        What cannot be computed is noted as that.
        """
        if not self._computable(up):
            return
        unknown = self._unknown_lenses(up, over)
        lenses = [lens for lens in LENSES.values() if lens.id not in unknown]
        found = self._content(batch_id, (up.makers, over.makers), lenses)
        batch = self._frame.state.batches[batch_id]
        if claims.elements.keys() != batch.elements.keys():
            self._tally.fail(
                "content-false",
                f"The pack claims {', '.join(claims.elements)}; in the batch are {', '.join(batch.elements)}.",
            )
            return
        for element, claim in claims.elements.items():
            self._figure(f"{element}", milligrams(claim.mass), batch.elements[element])
            for lens in LENSES:
                if lens not in claim.lenses:
                    self._tally.miss(
                        "lens", f"The pack does not say what {element} is through {lens}."
                    )
                elif lens not in unknown:
                    said = {name: milligrams(mass) for name, mass in claim.lenses[lens].items()}
                    self._labels(f"{element} through {lens}", said, found[element][lens])
            for lens in claim.lenses.keys() - LENSES.keys():
                self._tally.miss("lens", f"The lens {lens} is not one of the protocol's.")

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

    def _computable(self, up: Upstream) -> bool:
        """Whether everything upstream is known; what is not is noted."""
        state = self._frame.state
        known = True
        for digest in sorted(each for each in up.makers if each not in state.statements):
            sentence = (
                f"What the batch consists of follows from {digest} too, which is not carried."
            )
            self._tally.miss("content", sentence)
            known = False
        for each, why in self._opaque.items():
            if each not in up.makers and each not in up.batches:
                continue
            known = False
            digest = each.partition(".")[0]
            if why != "upstream":
                self._tally.withhold(
                    Withheld(
                        check="content" if why == "withheld" else "content, by earlier draws",
                        section="quantities",
                        statement=digest,
                        index=self._index[digest],
                    )
                )
        return known

    def _unknown_lenses(self, up: Upstream, over: Upstream) -> frozenset[str]:
        """The lenses that ask for a fact that is not known; each is noted."""
        reasons: list[tuple[str, str, Iterable[str]]] = []
        if siteless := self._first(self._siteless, up):
            reasons.append(
                ("site", siteless, (x.id for x in LENSES.values() if _asks(x, "attested")))
            )
        if owner := self._by_undisclosed(up):
            reasons.append(
                ("controllers", owner, (x.id for x in LENSES.values() if _asks(x, "controllers")))
            )
        rolling = self._first(self._averaging, up)
        if rolling and not self._averages(up, over):
            reasons.append(("average", rolling, (x.id for x in LENSES.values() if averages(x))))
        found: set[str] = set()
        for check, statement, lenses in reasons:
            named = tuple(lenses)
            found.update(named)
            if check == "average":
                self._tally.miss(
                    "average",
                    f"Not all transformations are carried over which it averages: {', '.join(named)}.",
                    statement=statement,
                    index=self._index[statement],
                )
                continue
            self._tally.withhold(
                Withheld(
                    check=f"content through {', '.join(named)}",
                    section="identities" if check == "site" else "parties",
                    statement=statement,
                    index=self._index[statement],
                )
            )
        return frozenset(found)

    def _first(self, statements: Iterable[str], up: Upstream) -> str | None:
        """The first of the statements that made something upstream."""
        return next((each for each in statements if each in up.makers), None)

    def _by_undisclosed(self, up: Upstream) -> str | None:
        """The first statement upstream of a party whose controllers are withheld."""
        if not self._undisclosed:
            return None
        said = self._frame.state.statements
        steps = (each for each in self._steps if said[each].issuer in self._undisclosed)
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

    def _content(self, batch_id: str, makers: Iterable[Set[str]], lenses: list[Lens]) -> Shares:
        """What the batch consists of, in one pass over what is upstream."""
        averaging = any(map(averages, lenses))
        shares = self._tables.table("shares", Shares)
        made = self._tables.table("made", Made)
        said = _Said(self._frame.state)
        for statement in self._steps:
            if not any(statement in each for each in makers):
                continue
            step = self._steps[statement]
            if not averaging:
                step = msgspec.structs.replace(step, averaged=())
            recorded = self._frame.state.statements[statement]
            making = making_of(step.record, recorded)
            found = computed(step, standing(making, said.about(making)), lenses, shares, made)
            shares.update(zip(step.batches, found.outputs, strict=True))
            if statement in self._averaging:
                # Others look up the run only.
                made[statement] = Made((), found.run)
        batch = self._frame.state.batches[batch_id]
        return part_of(
            shares[batch.root],
            {
                element: (low, low + batch.elements[element])
                for element, low in batch.offsets.items()
            },
        )

    def _labels(self, what: str, said: Mapping[str, int], found: Mapping[str, int]) -> None:
        for label in sorted(said.keys() | found.keys()):
            self._figure(f"{what}, {label}", said.get(label, 0), found.get(label, 0))

    def _figure(self, what: str, said: int, found: int) -> None:
        if said == found:
            self._tally.verified["figures"] += 1
        else:
            self._tally.fail(
                "content-false",
                f"{what}: {kilograms(said)} kg are claimed, {kilograms(found)} kg follow.",
            )


class _Said:
    """What the register has about statements, by what it is about."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._accreditations = tuple(state.accreditations.values())
        self._attestations: defaultdict[str, list[Attested]] = defaultdict(list)
        self._ownerships: defaultdict[str, list[Owned]] = defaultdict(list)
        for attested in state.attestations.values():
            self._attestations[attested.subject.partition(".")[0]].append(attested)
        for owned in state.ownerships.values():
            self._ownerships[owned.party].append(owned)

    def about(self, making: Making) -> Facts:
        """What is said of a statement that makes matter, of its site and of its issuer."""
        subjects = {making.statement, making.issuer, *((making.site,) if making.site else ())}
        return Facts(
            keys=self._state.keys,
            statements=self._state.statements,
            attestations=[one for each in subjects for one in self._attestations.get(each, ())],
            accreditations=self._accreditations,
            ownerships=self._ownerships.get(making.issuer, ()),
        )


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
