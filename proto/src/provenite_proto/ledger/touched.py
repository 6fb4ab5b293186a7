"""What a statement touches: the part of the state that its admission needs, so that a ledger loads no more."""

from datetime import UTC, datetime

import msgspec

from ..record import (
    Attestation,
    Certificate,
    CertificateStatus,
    Collection,
    Declaration,
    Document,
    Extraction,
    Grant,
    Receipt,
    Retraction,
    Site,
    SubjectKind,
    Transfer,
    Transformation,
)
from ..statement import Statement
from .certified import reserving
from .place import cell

ASSAY = "assay"
"""The kind of document that speaks of one batch only."""


class Touched(msgspec.Struct, frozen=True):
    """Ids to load before admission; parties, keys, accreditations and perfect runs aside, which are few.

    A batch brings its root, one of those in `certified` the statement that made its root too, and a shipment its batches and its site. A statement brings its batches, those
    that it drew from, the shipment that it made or closed, the year of a site in which its output counts, and
    the attestation, grant, ownership, declaration or certificate that it is. A site brings its output in `years`, and its averaging; an
    assay the statement that has used it.
    """

    batches: tuple[str, ...] = ()
    certified: tuple[str, ...] = ()
    shipments: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    assays: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    reserved: tuple[str, ...] = ()


def touched(statement: Statement) -> Touched:
    """The ids that `admit` will look up for `statement`."""
    record = statement.record
    match record:
        case Transformation() | Extraction() | Collection():
            return Touched(
                batches=record.inputs if isinstance(record, Transformation) else (),
                sites=_site(record),
                years=(year_of(record.occurred_at),),
                assays=assay_documents(record),
            )
        case Transfer():
            return Touched(batches=record.inputs, sites=_site(record))
        case Receipt():
            return Touched(shipments=(record.transfer,), sites=_site(record))
        case Attestation():
            return _subject(record)
        case Retraction():
            replacement = (record.replacement,) if record.replacement else ()
            return Touched(statements=(record.statement, *replacement))
        case Grant():
            return Touched(statements=record.statements)
        case Declaration():
            return Touched(batches=(record.batch,), statements=(record.batch.partition(".")[0],))
        case Certificate():
            return _certified(record)
        case CertificateStatus():
            cause = record.identities.cause if record.identities else None
            return Touched(statements=(record.certificate, *((cause,) if cause else ())))
        case Site() if (at := cell(record)) is not None:
            return Touched(places=(at,))
        case _:
            return Touched()


def year_of(time: datetime) -> int:
    """The calendar year in UTC."""
    return time.astimezone(UTC).year


def assay_documents(record: Extraction | Collection | Transformation) -> tuple[str, ...]:
    """The digests of the assay certificates that a record with outputs names, each once."""
    documents: tuple[Document, ...] = record.documents.documents if record.documents else ()
    return tuple(dict.fromkeys(each.digest for each in documents if each.kind == ASSAY))


def _site(
    record: Extraction | Collection | Transformation | Transfer | Receipt,
) -> tuple[str, ...]:
    return (record.identities.site,) if record.identities and record.identities.site else ()


def _certified(record: Certificate) -> Touched:
    identities = record.identities
    if identities is None:
        return Touched()
    declaration = (identities.declaration,) if identities.declaration else ()
    return Touched(
        batches=(identities.batch,),
        certified=(identities.batch,),
        statements=(identities.batch.partition(".")[0], *declaration),
        reserved=reserving(record),
    )


def _subject(record: Attestation) -> Touched:
    subject = record.subject
    match subject.kind:
        case SubjectKind.STATEMENT:
            return Touched(statements=(subject.id,))
        case SubjectKind.BATCH:
            return Touched(statements=(subject.id.partition(".")[0],))
        case SubjectKind.SITE:
            return Touched(sites=(subject.id,))
        case SubjectKind.PARTY:
            return Touched()
