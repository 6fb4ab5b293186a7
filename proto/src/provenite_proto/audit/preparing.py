"""What a statement refers to, before the rules look for it: what is not here is noted and assumed.

So a rule never finds false what only is not carried, and all other rules are still tried. What is assumed and
comes later after all has been out of order.
"""

from typing import Final

import msgspec

from ..ledger import BatchStatus
from ..record import (
    COUNTERSIGNATURE,
    Accreditation,
    Attestation,
    Certificate,
    CertificateIdentities,
    CertificateStatus,
    Declaration,
    Grant,
    Key,
    OfMatter,
    Receipt,
    Retraction,
    Revocation,
    Supplier,
    Transfer,
    Transformation,
    Validity,
)
from ..statement import Statement
from .filling import SOME_BATCH, SOMEBODY
from .frame import Frame
from .gaps import Gap
from .verdict import Tally

Drawing = Transformation | Transfer
_OTHER: Final = {Validity.VALID: Validity.SUSPENDED, Validity.SUSPENDED: Validity.VALID}
"""Between what a certificate's status may go to and fro."""


class Lacking(Exception):
    """A statement cannot be admitted here: what it is about, of the digest or key id `name`, has not been carried."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Preparing:
    """Prepares one statement after the other. With `whole` all of the log is there, and nothing is assumed.

    But what a false statement would have made is assumed even then: one failure is told once.
    """

    def __init__(self, frame: Frame, tally: Tally, *, whole: bool) -> None:
        self._frame = frame
        self._tally = tally
        self._whole = whole

    def prepared(self, statement: Statement, index: int) -> Statement:
        """The statement to admit; `Lacking` when it cannot be."""
        about = _About(statement.digest, index, self._party(statement))
        record = statement.record
        if isinstance(record, Transformation | Transfer):
            self._inputs(record, about)
        if isinstance(record, OfMatter):
            self._site(record, about)
        match record:
            case Transfer() if record.parties is not None:
                self._known_party(record.parties.to, about)
            case Receipt():
                self._shipment(record, about)
            case Attestation():
                self._subject(record, about)
            case Retraction():
                record = self._target(record, about)
            case Grant():
                record = self._granted(record, about)
            case Declaration():
                self._declared(record, about)
            case Certificate() if record.identities is not None:
                record = self._certified(record, record.identities, about)
            case CertificateStatus():
                record = self._changed(record, about)
            case Key() | Accreditation() if record.party not in self._frame.state.parties:
                self._needed(record.party)
            case Revocation() if record.key not in self._frame.state.keys and not self._whole:
                raise Lacking(record.key)
        return msgspec.structs.replace(statement, record=record)

    def _party(self, statement: Statement) -> str:
        registered = self._frame.state.keys.get(statement.key_id)
        return statement.digest if registered is None else registered.party

    def _lacks(self, digest: str) -> bool:
        """Whether a statement is not here, and that is no wonder."""
        frame = self._frame
        return not frame.knows(digest) and (not self._whole or digest in frame.unadmitted)

    def _needed(self, digest: str) -> None:
        if self._lacks(digest):
            raise Lacking(digest)

    def _here(self, digest: str, about: "_About") -> bool:
        """Whether there is the other statement that this one names; it stands without it, but is not before it."""
        if not self._lacks(digest):
            return True
        self._frame.assume(digest, about.digest)
        self._tally.counts["beside"] += 1
        return False

    def _assumed(self, what: str, digest: str, about: "_About", batch: str | None = None) -> None:
        """Note that the statement refers to one that is not here."""
        self._frame.assume(digest, about.digest)
        if digest not in self._frame.unadmitted:
            self._gap(what, batch or digest, about, batch)

    def _gap(self, what: str, name: str, about: "_About", batch: str | None = None) -> None:
        self._frame.miss(
            Gap(what=what, name=name, statement=about.digest, index=about.index, batch=batch)
        )

    def _inputs(self, record: Drawing, about: "_About") -> None:
        frame = self._frame
        for batch_id in record.inputs:
            maker = batch_id.partition(".")[0]
            if batch_id in frame.state.batches:
                self._received(batch_id, maker, about)
            elif maker in frame.blurred and (said := frame.state.statements.get(maker)):
                # How many parts a receipt sends back is withheld with its quantities.
                if said.transfer is not None:
                    sender = frame.state.shipments[said.transfer].sender
                    frame.assume_batch(batch_id, sender, maker)
            elif self._lacks(maker):
                self._assumed("batch", maker, about, batch_id)
                frame.assume_batch(batch_id, about.issuer, None)

    def _received(self, batch_id: str, maker: str, about: "_About") -> None:
        """A shipment that its receiver uses, or its sender again, was closed by a receipt: perhaps by one not carried."""
        frame = self._frame
        batch, shipment = frame.state.batches[batch_id], frame.state.shipments.get(maker)
        if self._whole or shipment is None or batch.status is not BatchStatus.IN_TRANSIT:
            return
        if about.issuer not in (shipment.sender, shipment.receiver) and (
            shipment.receiver != SOMEBODY
        ):
            return
        frame.received.setdefault(maker, about.digest)
        self._gap("receipt", maker, about, batch_id)
        frame.state.put(
            msgspec.structs.replace(batch, holder=about.issuer, status=BatchStatus.HELD)
        )

    def _site(self, record: OfMatter, about: "_About") -> None:
        frame = self._frame
        site = record.identities.site if record.identities else None
        if site is None or not self._lacks(site):
            return
        country, known = _country(record), frame.state.sites.get(site)
        self._assumed("site", site, about)
        if known is None or (country and not known.country):
            frame.assume_site(site, about.issuer, country)

    def _known_party(self, party: str, about: "_About") -> None:
        frame = self._frame
        if party == SOMEBODY or not self._lacks(party):
            return
        self._assumed("party", party, about)
        if party not in frame.state.parties:
            frame.state.put(msgspec.structs.replace(frame.state.parties[SOMEBODY], id=party))

    def _shipment(self, record: Receipt, about: "_About") -> None:
        frame = self._frame
        shipment = frame.state.shipments.get(record.transfer)
        if shipment is None:
            if self._lacks(record.transfer):
                self._assumed("transfer", record.transfer, about)
                raise Lacking(record.transfer)
            return
        if record.transfer in frame.received:
            self._tally.fail(
                "transfer-not-received",
                f"{frame.received[record.transfer]}, which is before it in the log, uses what it receives.",
                statement=about.digest,
                index=about.index,
            )
        if shipment.receiver == SOMEBODY and about.issuer != shipment.sender:
            frame.state.put(msgspec.structs.replace(shipment, receiver=about.issuer))

    def _subject(self, record: Attestation, about: "_About") -> None:
        frame = self._frame
        subject = record.subject.id.partition(".")[0]
        self._needed(subject)
        said = frame.state.statements.get(subject)
        if record.scheme != COUNTERSIGNATURE or said is None or said.supplier is None:
            return
        party = frame.state.parties[about.issuer]
        if said.supplier.name == SOMEBODY and subject in frame.hidden:
            supplier = Supplier(name=SOMEBODY, country=party.country or said.supplier.country)
            frame.state.put(msgspec.structs.replace(said, supplier=supplier))
            frame.state.put(msgspec.structs.replace(party, names=(*party.names, SOMEBODY)))
        elif about.issuer in frame.nameless:
            names = (*party.names, said.supplier.name)
            frame.state.put(msgspec.structs.replace(party, names=names))

    def _batch(self, batch_id: str, about: "_About") -> None:
        """The batch that a statement speaks of without taking from it; who holds it is not told by that."""
        frame, maker = self._frame, batch_id.partition(".")[0]
        if batch_id == SOME_BATCH:
            frame.assume_batch(batch_id, SOMEBODY, about.digest)
            return
        self._needed(maker)
        if batch_id not in frame.state.batches and maker in frame.blurred:
            raise Lacking(maker)

    def _declared(self, record: Declaration, about: "_About") -> None:
        self._batch(record.batch, about)
        batch = self._frame.state.batches.get(record.batch)
        if batch is not None and batch.holder == SOMEBODY:
            self._frame.state.put(msgspec.structs.replace(batch, holder=about.issuer))

    def _certified(
        self, record: Certificate, identities: CertificateIdentities, about: "_About"
    ) -> Certificate:
        self._known_party(identities.party, about)
        self._batch(identities.batch, about)
        declaration = identities.declaration
        if declaration is None or self._here(declaration, about):
            return record
        without = msgspec.structs.replace(identities, declaration=None)
        return msgspec.structs.replace(record, identities=without)

    def _changed(self, record: CertificateStatus, about: "_About") -> CertificateStatus:
        self._needed(record.certificate)
        self._changed_before(record, about)
        cause = record.identities.cause if record.identities else None
        if cause is None or self._here(cause, about):
            return record
        return msgspec.structs.replace(record, identities=None)

    def _changed_before(self, record: CertificateStatus, about: "_About") -> None:
        """A status that is given once more was another one in between: by a statement that is not carried."""
        certified = self._frame.state.certificates.get(record.certificate)
        other = _OTHER.get(record.status)
        if self._whole or certified is None or other is None or certified.status != record.status:
            return
        self._gap("status", record.certificate, about)
        self._frame.state.put(msgspec.structs.replace(certified, status=other))

    def _granted(self, record: Grant, about: "_About") -> Grant:
        if record.parties is not None:
            self._known_party(record.parties.to, about)
        here = tuple(each for each in record.statements if self._here(each, about))
        return msgspec.structs.replace(record, statements=here)

    def _target(self, record: Retraction, about: "_About") -> Retraction:
        self._needed(record.statement)
        if record.replacement is None or self._here(record.replacement, about):
            return record
        return msgspec.structs.replace(record, replacement=None)


class _About(msgspec.Struct, frozen=True):
    """The statement that is prepared: its digest, its place in the log, its issuer."""

    digest: str
    index: int
    issuer: str


def _country(record: OfMatter) -> str | None:
    match record:
        case Transfer():
            return record.from_country
        case Receipt():
            return None
    return record.country
