"""Certificates, and what their holders are told of them. Nothing here tells of a statement upstream but a notice's cause."""

from datetime import datetime

from msgspec import Struct

from provenite_proto.certificate import certificate_url
from provenite_proto.certificate.answers import CertificateAnswer, CertificateEntry, NoticeAnswer
from provenite_proto.record import CertificateStatus, OutputIdentity, Validity
from provenite_proto.statement import parse, redact

from ..access import Reader, sees
from ..store import rows
from ..store.packing import unpacked
from ..store.rows import Row
from .batch import concerned, named


class Standing(Struct, frozen=True):
    """How a certificate stands, and since when and why if that has changed."""

    status: Validity
    since: datetime | None = None
    reason: str | None = None


def standing(row: Row) -> Standing:
    """How the certificate of a row stands; `said` is the statement that has changed it."""
    if row["said"] is None:
        return Standing(Validity(row["status"]))
    record = _status(row["said"])
    return Standing(record.status, row["since"], record.reason)


def certificate(row: Row, origin: str, receipt: str) -> CertificateAnswer:
    """A certificate for whoever knows its id: of the statement, which names the batch, only the open part."""
    stands = standing(row)
    return CertificateAnswer(
        id=row["id"],
        url=certificate_url(origin, row["id"]),
        credential=row["jwt"],
        digest=rows.text(row["credential"]),
        status=stands.status,
        since=stands.since,
        reason=stands.reason,
        valid_until=row["valid_until"],
        statement=redact(parse(unpacked(row["compact"])), keep=()),
        index=row["index"],
        receipt=receipt,
    )


def entry(
    row: Row, origin: str, party: str, reader: Reader, opened: frozenset[str] = frozenset()
) -> CertificateEntry:
    """A certificate in a list; `opened` are the sections of its batch's statement that grants open to the reader."""
    stands = standing(row)
    # Only who sees what the batch is called has its statement read.
    known = sees(reader, concerned(row, opened), "identities")
    record = parse(unpacked(row["made"])).record if known else None
    called = named(record, row["batch"] % rows.OUTPUTS) if record else OutputIdentity()
    return CertificateEntry(
        id=row["id"],
        url=certificate_url(origin, row["id"]),
        statement=rows.text(row["digest"]),
        batch=rows.batch_named(row),
        material=row["material"],
        lot=called.lot,
        product=called.product,
        party=party,
        policy=row["policy_id"],
        settings=row["settings"] or None,
        declaration=rows.text(row["declared"]) if row["declared"] else None,
        version=row["version"],
        policy_digest=rows.text(row["policy"]),
        as_of=row["as_of"],
        valid_until=row["valid_until"],
        status=stands.status,
        since=stands.since,
        reason=stands.reason,
    )


class Change(Struct, frozen=True):
    """What a statement says of how a certificate stands, and when that was recorded."""

    record: CertificateStatus
    at: datetime

    @property
    def certificate(self) -> str:
        """The digest of the certificate's statement."""
        return self.record.certificate


def change(row: Row) -> Change:
    """What the statement of a row says."""
    return Change(_status(row["compact"]), row["recorded_at"])


def notice(said: Change, of: Row, origin: str) -> NoticeAnswer:
    """What the holder of a certificate (`of`) is told of it by a statement."""
    record = said.record
    return NoticeAnswer(
        certificate=of["id"],
        url=certificate_url(origin, of["id"]),
        batch=rows.batch_named(of),
        policy=of["policy_id"],
        status=record.status,
        reason=record.reason,
        cause=record.identities.cause if record.identities else None,
        at=said.at,
    )


def _status(compact: bytes) -> CertificateStatus:
    record = parse(unpacked(compact)).record
    if not isinstance(record, CertificateStatus):
        raise TypeError("a certificate's status is given by no other statement")
    return record
