"""GET /v1/statements/{digest}/receipt: the proof that a statement is in the log."""

from typing import Annotated

from litestar import Response, get
from litestar.openapi.datastructures import ResponseSpec

from provenite_proto import paths
from provenite_proto.problem import Problem

from ..store import reading
from .accepting import accepted
from .documenting import BY_TOKEN, COSE_TYPE, TEXT_TYPE, WITH_TOKEN, identifier, refusals
from .parts import AnyRequest, found, parts, reader


@get(
    f"{paths.STATEMENTS}/{{digest:str}}/receipt",
    operation_id="getReceipt",
    summary="Prove that a statement is in the log",
    tags=["Statements"],
    security=WITH_TOKEN,
    responses={
        200: ResponseSpec(
            str,
            media_type=TEXT_TYPE,
            generate_examples=False,
            description=f"The proof (C2SP tlog-proof); as `{COSE_TYPE}` a COSE receipt (RFC 9942).",
        ),
        **refusals(*BY_TOKEN, "not-found", "not-acceptable"),
    },
)
async def receipt(
    request: AnyRequest, digest: Annotated[str, identifier("Statement digest")]
) -> Response[str] | Response[bytes]:
    """The proof against the newest checkpoint that witnesses have cosigned, or else the newest that is signed."""
    reader(request)
    ledger = parts(request)
    form = accepted(request, TEXT_TYPE, COSE_TYPE)
    row = found(await reading.statement(ledger.pool, digest), "statement", digest)
    index, recorded_at = row["index"], int(row["recorded_at"].timestamp())
    await ledger.publisher.published.covering(index)
    headers = {"Cache-Control": "private, no-cache", "Vary": "Accept"}
    if form == COSE_TYPE:
        signed = await ledger.receipts.cose(digest, index, recorded_at)
        if signed is None:
            raise Problem("not-found", "A log of one statement has no COSE receipt.")
        return Response(signed, media_type=COSE_TYPE, headers=headers)
    text = await ledger.receipts.best(digest, index, recorded_at)
    return Response(text, media_type=TEXT_TYPE, headers=headers)
