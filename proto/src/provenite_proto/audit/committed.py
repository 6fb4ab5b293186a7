"""What the statements of a pack say of the certificates that are audited: what the log commits to, and how they stand."""

from collections.abc import Iterable, Mapping

import msgspec

from ..certificate import Certificate
from ..ledger import State
from ..ledger.resting import against_batch
from ..record import Certificate as CertificateRecord
from ..record import CertificateStatus, Declaration, Facts, Validity
from ..tables import Tables
from .admitting import Admitted
from .said import Compromise, so_far

_FACTS = frozenset({"retraction", "revocation", "attestation", "accreditation", "ownership"})
"""Kinds of statements that change what others have come to."""


class Commitment(msgspec.Struct, frozen=True):
    """The statement of a certificate, at its index, as far as it is shown."""

    statement: str
    index: int
    record: CertificateRecord


class Standing(msgspec.Struct, frozen=True):
    """How a certificate stands since the statement at the index, recorded in seconds since 1970, and why."""

    index: int
    recorded_at: int
    status: Validity
    reason: str


class Declared(msgspec.Struct, frozen=True):
    """A declaration: what is declared, as far as it is shown."""

    index: int
    facts: Facts | None


class Committing:
    """Takes statements in the order of the log, and keeps what concerns these certificates of the batch.

    `compromises` has what they say of keys, in that order.
    """

    def __init__(
        self,
        batch: str,
        certificates: Iterable[Certificate],
        state: State,
        compromises: Mapping[str, Compromise],
        tables: Tables,
    ) -> None:
        self._batch = batch
        self._state = state
        self._compromises = compromises
        self._names = {name for each in certificates for name in (each.digest, each.id)}
        # By the digest of the credential, and by the id of the certificate.
        self._commitments: dict[str, Commitment] = {}
        self._standings: dict[str, Standing] = {}
        self._declared = tables.table("declared", Declared)
        # Where the newest statement that says something of others stands, and when it was recorded.
        self.newest = (-1, 0)

    def add(self, admitted: Admitted) -> None:
        """A statement that was admitted."""
        digest, record, index = admitted.admission.digest, admitted.record, admitted.index
        recorded = self._state.statements[digest]
        if recorded.kind in _FACTS:
            self.newest = (index, recorded.recorded_at)
        match record:
            case CertificateRecord():
                found = Commitment(digest, index, record)
                names = {record.credential}
                if record.identities is not None:
                    names.add(record.identities.certificate)
                for name in names & self._names:
                    self._commitments[name] = found
            case CertificateStatus() if self._is_wanted(record.certificate):
                self._standings[record.certificate] = Standing(
                    index, recorded.recorded_at, record.status, record.reason
                )
            case Declaration() if record.batch == self._batch:
                self._declared[digest] = Declared(index, record.costs)

    def commitment(self, certificate: Certificate) -> Commitment | None:
        """The statement of its text, or else that of its id, which then is of another text."""
        found = self._commitments.get(certificate.digest)
        return found or self._commitments.get(certificate.id)

    def standing(self, commitment: Commitment) -> Standing | None:
        """How it stands; none when nothing was said of that."""
        return self._standings.get(commitment.statement)

    def made_at(self, batch: str) -> int | None:
        """Where the statement stands that made a batch, if it is carried."""
        found = self._state.statements.get(batch.partition(".")[0])
        return None if found is None else found.index

    def declared(self, digest: str) -> Declared | None:
        """A declaration about the batch, by its digest."""
        return self._declared.get(digest)

    def material(self, batch: str) -> str:
        """What a batch is, of which the statement that made it is carried."""
        return self._state.batches[batch].material

    def against(self, declaration: str | None, size: int) -> str | None:
        """What stands, by the first `size` statements, against a certificate of the batch, whatever its figures are.

        It rests on this declaration, if on any.
        """
        statements, keys = so_far(self._state, self._compromises.values(), size)
        batch = self._state.batches.get(self._batch)
        return against_batch(self._batch, batch, declaration, statements, keys)

    def _is_wanted(self, statement: str) -> bool:
        return any(each.statement == statement for each in self._commitments.values())
