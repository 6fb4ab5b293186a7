"""The content of the audited batch, computed anew from the statements, and compared figure by figure.

Content follows from all that is upstream: one mass that is withheld or missing there leaves all of it
unverified, and a fact for which only some lenses ask leaves those unverified.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Literal

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
from .admitting import Admitted
from .frame import Frame
from .gaps import Upstream
from .upstream import add_upstream
from .verdict import Tally, Withheld


class Recomputing:
    """Keeps of every statement that makes matter what its content is computed from."""

    def __init__(self, frame: Frame, tally: Tally) -> None:
        self._frame = frame
        self._tally = tally
        self._steps: dict[str, Step] = {}
        self._index: dict[str, int] = {}
        # Statements of whose outputs, and parts of batches, the content is not known, and why not.
        self._opaque: dict[str, Literal["withheld", "upstream", "range"]] = {}
        self._unranged: set[str] = set()
        self._siteless: set[str] = set()
        self._unaveraged: set[str] = set()
        self._undisclosed: set[str] = set()
        self._averaging: dict[str, int] = {}

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
                self._opaque |= {each.id: "range" for each in admitted.admission.created}
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
        found = self._content(batch_id, up.makers | over.makers, lenses)
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
        for digest in sorted(up.makers - state.statements.keys()):
            sentence = (
                f"What the batch consists of follows from {digest} too, which is not carried."
            )
            self._tally.miss("content", sentence)
            known = False
        opaque = {
            each: self._opaque[each] for each in up.makers | up.batches if each in self._opaque
        }
        for each, why in sorted(opaque.items(), key=lambda item: self._place(item[0])):
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

    def _place(self, name: str) -> int:
        return self._index[name.partition(".")[0]]

    def _unknown_lenses(self, up: Upstream, over: Upstream) -> frozenset[str]:
        """The lenses that ask for a fact that is not known; each is noted."""
        makers = [self._steps[each] for each in up.makers if each in self._steps]
        issuers = {self._frame.state.statements[each.statement].issuer for each in makers}
        reasons: list[tuple[str, str, Iterable[str]]] = []
        siteless = [each.statement for each in makers if each.statement in self._siteless]
        if siteless:
            reasons.append(
                ("site", siteless[0], (x.id for x in LENSES.values() if _asks(x, "attested")))
            )
        if issuers & self._undisclosed:
            owner = next(
                each.statement
                for each in makers
                if self._frame.state.statements[each.statement].issuer in self._undisclosed
            )
            reasons.append(
                ("controllers", owner, (x.id for x in LENSES.values() if _asks(x, "controllers")))
            )
        rolling = [each.statement for each in makers if each.statement in self._averaging]
        if rolling and not self._averages(up, over):
            reasons.append(("average", rolling[0], (x.id for x in LENSES.values() if averages(x))))
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

    def averaged_over(self, up: Upstream) -> Upstream:
        """All upstream of the statements over which those upstream average, and those average in turn."""
        found = Upstream()
        pending = [one for each in up.makers & self._averaging.keys() for one in self._over(each)]
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
            self._unaveraged.isdisjoint(up.makers | over.makers)
            and self._opaque.keys().isdisjoint(over.makers | over.batches)
            and over.makers <= self._frame.state.statements.keys()
        )

    def _content(self, batch_id: str, makers: set[str], lenses: list[Lens]) -> Shares:
        """What the batch consists of, in one pass over what is upstream."""
        averaging = any(map(averages, lenses))
        needed = {each: self._steps[each] for each in makers if each in self._steps}
        shares: dict[str, Shares] = {}
        made: dict[str, Made] = {}
        said = _Said(self._frame.state)
        for step in sorted(needed.values(), key=lambda each: each.index):
            if not averaging:
                step = msgspec.structs.replace(step, averaged=())  # noqa: PLW2901 # the same step, with less
            recorded = self._frame.state.statements[step.statement]
            making = making_of(step.record, recorded)
            stands = standing(making, said.about(making))
            made[step.statement] = computed(step, stands, lenses, shares, made)
            shares |= dict(zip(step.batches, made[step.statement].outputs, strict=True))
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
