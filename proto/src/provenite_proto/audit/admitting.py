"""Admission as an auditor replays it: the ledger's own rules, on as much of the ledger as is shown.

A rule that decides otherwise than the ledger did has found something false. A rule that needs what is withheld
or not carried finds nothing: that is noted instead, so that it never counts as verified.
"""

import msgspec

from ..counting import counted
from ..ledger import Admission, Batch, Draw, admit
from ..matter.quantity import kilograms
from ..problem import Problem
from ..record import (
    AnyRecord,
    Certificate,
    CertificateStatus,
    Declaration,
    Key,
    OfMatter,
    Party,
    Receipt,
    Retraction,
    Transfer,
    Transformation,
)
from ..statement import PublicKey, Statement
from ..tables import Tables
from .filling import CHECKS, Absent, absent, filled
from .frame import Frame, Vague
from .gaps import Gap
from .preparing import Lacking, Preparing
from .registrar import with_spare_key
from .verdict import Doubt, Tally, Withheld
from .verifying import Checked

ALONE = frozenset(
    {
        "moisture-missing",
        "assay-unusual",
        "balance-excess",
        "custody-model-doubtful",
        "receipt-differs",
        "transit-too-fast",
        "retraction-of-used",
        "attester-not-accredited",
        "shipment-barred",
        "consent-missing",
    }
)
"""Findings that follow from the statements that a pack carries; the others ask for all of a ledger."""

OPEN = frozenset({"shipment-barred"})
"""Findings that follow from the open part of a statement: what is withheld changes nothing in them."""


_BESIDE = OfMatter | Declaration | Certificate | CertificateStatus
"""Records that say nothing of how others stand."""


class Admitted(msgspec.Struct, frozen=True, kw_only=True):
    """An admission as far as it was seen: of the record as it was shown, by the party `issuer`.

    `vague` says that something of what it takes from is not known, `ranged` of each draw that what was left
    before it is known. `averaged` are the indices of what the line says that it averages over.
    """

    index: int
    issuer: str
    record: AnyRecord
    admission: Admission
    hidden: Absent
    vague: bool
    ranged: tuple[bool, ...]
    averaged: tuple[int, ...] | None


class Admitting:
    """Takes statements in the order of the log. With `whole` all of the log is there."""

    def __init__(self, audience: str, tally: Tally, tables: Tables, *, whole: bool) -> None:
        self._audience = audience
        self._tally = tally
        self._whole = whole
        self.frame = Frame(tables)
        self._preparing = Preparing(self.frame, tally, whole=whole)
        self.all_shown = True

    def take(self, checked: Checked, statement: Statement) -> Admitted | None:
        """Admit the next statement and change the state; `None` when it cannot be."""
        frame, digest, index = self.frame, statement.digest, checked.index
        if frame.knows(digest) or digest in frame.unadmitted:
            self._fail("statement-repeated", "It is in the log twice.", digest, index)
            return None
        self._after_all(digest, "it", digest, index)
        hidden = absent(statement)
        self.all_shown &= not statement.withheld
        self._withheld(statement, hidden, index)
        frame.state.size = index
        try:
            self._key_after_all(statement, index)
            key = self._key(statement, checked)
            prepared = self._preparing.prepared(filled(statement), index)
            admission = self._admission(prepared, key, checked.recorded_at)
        except Lacking as lacking:
            frame.assume(lacking.name, digest)
            frame.unadmitted.add(digest)
            if not isinstance(statement.record, _BESIDE):
                frame.untold.add(digest)
            return None
        except Problem as problem:
            self._fail(problem.slug, problem.detail, digest, index)
            frame.unadmitted.add(digest)
            return None
        return self._applied(statement, prepared, admission, hidden, checked)

    def _after_all(self, name: str, what: str, digest: str, index: int) -> None:
        """Something has come to which an earlier statement refers."""
        if (earlier := self.frame.assumed.pop(name, None)) is not None:
            sentence = f"{earlier} refers to {what}, and is before it in the log."
            self._fail("order-false", sentence, digest, index)

    def _key_after_all(self, statement: Statement, index: int) -> None:
        record = statement.record
        if self.frame.assumed and isinstance(record, Party | Key):
            name = PublicKey(record.key).key_id
            self._after_all(name, f"its key {name}", statement.digest, index)

    def _key(self, statement: Statement, checked: Checked) -> PublicKey:
        """The key that signed the statement, as it is registered; nothing is admitted on one that was not tried."""
        record, index = statement.record, checked.index
        if index == 0 and isinstance(record, Party):
            self._tried(statement, checked)
            return PublicKey(record.key)
        registered = self.frame.state.keys.get(statement.key_id)
        if registered is None and self._whole:
            raise Problem("key-unknown", f"No key {statement.key_id} is registered before it.")
        if registered is None:
            self.frame.miss(
                Gap(what="key", name=statement.key_id, statement=statement.digest, index=index)
            )
            raise Lacking(statement.key_id)
        self._tried(statement, checked)
        return registered.key

    def _tried(self, statement: Statement, checked: Checked) -> None:
        if not checked.signed and not checked.faults:
            sentence = f"Its signature was not tried with its key {statement.key_id}."
            raise Problem("signature-invalid", sentence)

    def _admission(self, statement: Statement, key: PublicKey, recorded_at: int) -> Admission:
        state = self.frame.state

        def admitted() -> Admission:
            return admit(statement, state, audience=self._audience, now=recorded_at, verified=key)

        try:
            return admitted()
        except Problem as problem:
            if problem.slug != "registrar-keyless" or self._whole:
                raise
        self.frame.miss(
            Gap(what="spare-key", name=key.key_id, statement=statement.digest, index=state.size)
        )
        with with_spare_key(state):
            return admitted()

    def _applied(
        self,
        statement: Statement,
        prepared: Statement,
        admission: Admission,
        hidden: Absent,
        checked: Checked,
    ) -> Admitted:
        frame, record, index = self.frame, prepared.record, checked.index
        if statement.withheld:
            frame.hidden.add(statement.digest)
        sources = self._sources(record)
        if hidden.may_be("quantities"):
            frame.blurred.add(statement.digest)
            for source in sources:
                frame.loose.add(source)
        if isinstance(record, Party) and hidden.may_be("identities"):
            frame.nameless.add(statement.digest)
        vague = [frame.vague[each] for each in sources if each in frame.vague]
        created = self._created(record, sources, admission)
        frame.state.apply(msgspec.structs.replace(admission, created=created))
        if isinstance(record, Retraction) and created:
            frame.withdrew[statement.digest] = record.statement
        ranged = self._ranged(admission, hidden, checked)
        self._unknown_inputs(prepared, vague, index)
        plain = not statement.withheld and not vague
        self._tally.verified["admission" if plain else "admission-in-part"] += 1
        self._doubts(admission, index, plain=plain)
        return Admitted(
            index=index,
            issuer=admission.issuer,
            record=statement.record,
            admission=admission,
            hidden=hidden,
            vague=bool(vague),
            ranged=ranged,
            averaged=checked.averaged,
        )

    def _ranged(self, admission: Admission, hidden: Absent, checked: Checked) -> tuple[bool, ...]:
        """Of each draw whether what the line says was left before it is what was left."""
        draws, before = admission.draws, checked.before
        if self._whole:
            return (True,) * len(draws)
        if hidden.may_be("quantities") or before is None:
            return (False,) * len(draws)
        if len(before) != len(draws):
            sentence = f"Its line speaks of {counted(len(before), 'draw')}; the number of them is {len(draws)}."
            self._fail("remaining-false", sentence, admission.digest, checked.index)
            return (False,) * len(draws)
        return tuple(
            self._left(draw, said, checked.index, admission.digest)
            for draw, said in zip(draws, before, strict=True)
        )

    def _left(self, draw: Draw, said: int | None, index: int, digest: str) -> bool:
        frame, vague = self.frame, self.frame.vague.get(draw.batch)
        if said is None or (vague is not None and vague.mass):
            return False
        if said > draw.before:
            self._fail(
                "remaining-false",
                f"{draw.batch}: {kilograms(said)} kg are said to have been left, and what is carried "
                f"has left {kilograms(draw.before)} kg.",
                digest,
                index,
            )
        if said < draw.mass:
            self._fail(
                "insufficient-mass",
                f"{draw.batch}: {kilograms(said)} kg are said to have been left, {kilograms(draw.mass)} kg are taken.",
                digest,
                index,
            )
        if draw.mass <= said < draw.before:
            batch = frame.state.batches[draw.batch]
            frame.state.put(msgspec.structs.replace(batch, remaining=said - draw.mass))
            if draw.batch not in frame.loose:
                frame.miss(
                    Gap(
                        what="consumer",
                        name=kilograms(draw.before - said),
                        statement=digest,
                        index=index,
                        batch=draw.batch,
                    )
                )
        return said == draw.before

    def _sources(self, record: AnyRecord) -> tuple[str, ...]:
        """The batches from which the statement takes."""
        state = self.frame.state
        match record:
            case Transformation() | Transfer():
                return record.inputs
            case Receipt():
                return state.shipments[record.transfer].batches
            case Retraction():
                return tuple(each.batch for each in state.statements[record.statement].draws)
        return ()

    def _created(
        self, record: AnyRecord, sources: tuple[str, ...], admission: Admission
    ) -> tuple[Batch, ...]:
        """What the statement makes, without what a withheld section would say of it."""
        frame = self.frame
        unsure = {admission.digest, record.statement if isinstance(record, Retraction) else ""}
        if any(each in frame.blurred for each in unsure):
            return tuple(frame.blur(each, admission.digest) for each in admission.created)
        if isinstance(record, Transfer | Receipt | Retraction):
            for each in admission.created:
                source = next(
                    batch for batch in sources if frame.state.batches[batch].root == each.root
                )
                if (of := frame.vague.get(source)) is not None:
                    frame.vague[each.id] = Vague(of.of, mass=False)
        return admission.created

    def _withheld(self, statement: Statement, hidden: Absent, index: int) -> None:
        kind = str(statement.record.__struct_config__.tag)
        if hidden.short:
            sentence = f"It lacks {' and '.join(hidden.short)}, and too few digests are withheld."
            self._fail("section-missing", sentence, statement.digest, index)
        for name in hidden.surely:
            for check in CHECKS[kind][name]:
                self._lacks(check, name, statement.digest, index)
        if hidden.perhaps:
            checks = dict.fromkeys(each for name in hidden.perhaps for each in CHECKS[kind][name])
            self._lacks(" or ".join(checks), " or ".join(hidden.perhaps), statement.digest, index)

    def _lacks(
        self, check: str, section: str, digest: str, index: int, of: str | None = None
    ) -> None:
        self._tally.withhold(
            Withheld(check=check, section=section, statement=digest, index=index, of=of)
        )

    def _unknown_inputs(self, statement: Statement, vague: list[Vague], index: int) -> None:
        """The checks of figures that are shown beside those of an input that are not."""
        record = statement.record
        if not isinstance(record, Transformation | Transfer | Receipt):
            return
        for of in dict.fromkeys(each for each in vague if each.of is not None):
            checks = ["mass"] if of.mass else []
            if isinstance(record, Transformation):
                checks.append("balance")
            for check in checks:
                self._lacks(check, "quantities", statement.digest, index, of.of)

    def _doubts(self, admission: Admission, index: int, *, plain: bool) -> None:
        for finding in admission.findings:
            known = finding.slug in ALONE or (self._whole and self.all_shown)
            if finding.slug in OPEN or (plain and known):
                self._tally.doubt(Doubt(statement=admission.digest, index=index, finding=finding))

    def _fail(self, slug: str, sentence: str, digest: str, index: int) -> None:
        self._tally.fail(slug, sentence, statement=digest, index=index)
