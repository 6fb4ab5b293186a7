"""/v1/certificates and /v1/notices: certifying batches, and what becomes of certificates."""

from typing import Annotated

from litestar import Response, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody
from msgspec import structs

from provenite_proto import paths
from provenite_proto.answers import Page
from provenite_proto.certificate.answers import (
    CertificateAnswer,
    CertificateEntry,
    CertificateRequest,
    NoticeAnswer,
)
from provenite_proto.policy.answers import AssessmentAnswer
from provenite_proto.problem import Problem

from ..access import Reader, listed, may_certify
from ..answering import certificate as answering
from ..assessing import Question, answered
from ..issuing import Wanted
from ..store import certifying, reading, rows
from ..store.rows import OUTPUTS, Row
from .documenting import BY_TOKEN, CERTIFICATE_ID, CURSOR, LIMIT, OPEN, WITH_TOKEN, refusals
from .entitlement import opened
from .paging import cut, each, linked, page
from .parts import AnyRequest, Parts, found, parts, reader
from .settling import as_of

_MAX_BYTES = 16 * 1024


@post(
    paths.CERTIFICATES,
    request_max_body_size=_MAX_BYTES,
    operation_id="certify",
    summary="Certify a batch",
    tags=["Certificates"],
    security=WITH_TOKEN,
    responses={
        201: ResponseSpec(
            CertificateAnswer, generate_examples=False, description="Issued, and in the log."
        ),
        200: ResponseSpec(
            CertificateAnswer,
            generate_examples=False,
            description="Issued before: the same is said, and it is valid.",
        ),
        **refusals(
            *BY_TOKEN,
            "not-entitled",
            "not-found",
            "batch-retracted",
            "transfer-not-received",
            "statement-not-own",
            "declaration-mismatch",
            "already-retracted",
            "not-passed",
            "policy-ended",
            "content-pending",
            "too-many",
            "body-too-large",
        ),
    },
)
async def certify(
    request: AnyRequest, data: JSONBody[CertificateRequest]
) -> Response[CertificateAnswer]:
    """A certificate that the batch passes the policy, for who holds it, or has made or shipped it.

    Whoever asks again is answered with the same certificate, as long as it is valid and its figures are those of now.
    """
    who, ledger = reader(request), parts(request)
    row = found(await reading.batch(ledger.pool, data.batch), "batch", data.batch)
    if not may_certify(who, row["holder"], row["issuer"]):
        raise Problem("not-entitled", "A batch is certified for who holds it, made or shipped it.")
    party = found(ledger.sequencer.party(who.party), "party", who.party)
    wanted = await ledger.issuing.wanted(who, party, data, row)
    issued = await ledger.issuing.certify(
        wanted, lambda asked: _assessed(ledger, who, row, wanted, asked)
    )
    answered = await _answered(ledger, issued.certificate)
    if not issued.new:
        return Response(answered, status_code=200)
    location = paths.certificate(issued.certificate)
    answered = structs.replace(answered, new=True)
    return Response(answered, status_code=201, headers={"Location": location})


@get(
    paths.CERTIFICATES,
    operation_id="listCertificates",
    summary="List one's certificates",
    tags=["Certificates"],
    security=WITH_TOKEN,
    responses=refusals(*BY_TOKEN),
)
async def list_certificates(
    request: AnyRequest,
    cursor: Annotated[str | None, CURSOR] = None,
    limit: Annotated[int, LIMIT] = 100,
) -> Response[Page[CertificateEntry]]:
    """The reader's certificates and how they stand, in the order of the log. The registrar sees all."""
    who, ledger = reader(request), parts(request)
    after = -1 if cursor is None else int(cursor)
    of = listed(who)
    read = await certifying.certificates(ledger.pool, of, after=after, limit=limit + 1)
    read, following = cut(read, limit, "index")
    granted = await opened(ledger, who, {row["batch"] // OUTPUTS for row in read})

    def entry(row: Row) -> CertificateEntry:
        party = ledger.sequencer.party_at(row["party"])
        shown = granted.get(row["batch"] // OUTPUTS, frozenset())
        return answering.entry(row, ledger.origin, party, who, shown)

    return await page(request, read, following, entry)


@get(
    f"{paths.CERTIFICATES}/{{certificate_id:str}}",
    operation_id="getCertificate",
    summary="Read a certificate",
    tags=["Certificates"],
    security=OPEN,
    responses=refusals("not-found"),
)
async def certificate(
    request: AnyRequest, certificate_id: Annotated[str, CERTIFICATE_ID]
) -> Response[CertificateAnswer]:
    """A certificate, how it stands now, and the proof that the log commits to it; for whoever knows its id."""
    answered = await _answered(parts(request), certificate_id)
    return Response(answered, headers={"Cache-Control": "no-cache"})


@get(
    paths.NOTICES,
    operation_id="listNotices",
    summary="List what has become of one's certificates",
    tags=["Certificates"],
    security=WITH_TOKEN,
    responses=refusals(*BY_TOKEN),
)
async def list_notices(
    request: AnyRequest,
    cursor: Annotated[str | None, CURSOR] = None,
    limit: Annotated[int, LIMIT] = 100,
) -> Response[Page[NoticeAnswer]]:
    """Each change of the status of the reader's certificates, in the order of the log. The registrar sees all."""
    who, ledger = reader(request), parts(request)
    after = -1 if cursor is None else int(cursor)
    read = await certifying.notices(ledger.pool, listed(who), after=after, limit=limit + 1)
    read, following = cut(read, limit, "index")
    said = await each(read, answering.change)
    of = await certifying.noticed(ledger.pool, {one.certificate for one in said})
    items = tuple(
        answering.notice(one, of[one.certificate], ledger.origin)
        for one in said
        # One that the registrar has recorded by hand may have no text here.
        if one.certificate in of
    )
    return linked(request, Page(items=items, next=following))


async def _assessed(
    ledger: Parts, who: Reader, batch: Row, wanted: Wanted, asked: Question
) -> AssessmentAnswer:
    async def look(size: int) -> AssessmentAnswer:
        async with ledger.computing.connection(who.index) as connection:
            return await answered(connection, batch, size, asked)

    _, come = await as_of(ledger, wanted.newest, batch["root"], look)
    return come


async def _answered(ledger: Parts, certificate_id: str) -> CertificateAnswer:
    row = found(
        await certifying.certificate(ledger.pool, certificate_id), "certificate", certificate_id
    )
    digest, recorded_at = rows.text(row["digest"]), int(row["recorded_at"].timestamp())
    await ledger.publisher.published.covering(row["index"])
    receipt = await ledger.receipts.best(digest, row["index"], recorded_at)
    return answering.certificate(row, ledger.origin, receipt)
