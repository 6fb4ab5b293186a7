"""GET /log/…, /v1/log and /v1/log/consistency: the log as files that anyone may read, and about itself."""

import asyncio
from typing import Annotated

from litestar import Response, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import PathParameter, QueryParameter

from provenite_proto import paths
from provenite_proto.answers import ConsistencyAnswer, LogAnswer
from provenite_proto.log.note import base64
from provenite_proto.log.tree import MAX_SIZE
from provenite_proto.problem import Problem

from ..publishing.published import Signed
from .accepting import accepted
from .documenting import COSE_TYPE, OPEN, TEXT_TYPE, refusals
from .parts import AnyRequest, Parts, parts

JSON_TYPE = "application/json"
TILE_TYPE = "application/octet-stream"
_IMMUTABLE = {"Cache-Control": "public, max-age=31536000, immutable"}


@get(
    paths.LOG_STATE,
    operation_id="getLog",
    summary="Read about the log",
    tags=["Log"],
    security=OPEN,
    responses=refusals(),
)
async def state(request: AnyRequest) -> LogAnswer:
    """The log's name, its keys, its newest checkpoint, signed and witnessed, and what is known of each witness."""
    ledger = parts(request)
    published, signed = ledger.publisher.published, _signed(ledger)
    return LogAnswer(
        name=published.key.name,
        key=str(published.key),
        receipt_key=ledger.receipts.key.jwk,
        size=signed.size,
        checkpoint=signed.note.decode(),
        witnessed=published.witnessed.note.decode() if published.witnessed else None,
        policy=ledger.witnessing.policy.text if ledger.witnessing else None,
        witnesses=ledger.witnessing.witnesses if ledger.witnessing else (),
    )


@get(
    paths.LOG_CONSISTENCY,
    operation_id="getConsistency",
    summary="Prove that the log has only grown",
    tags=["Log"],
    security=OPEN,
    responses={
        200: ResponseSpec(
            ConsistencyAnswer,
            generate_examples=False,
            description=f"The proof; as `{COSE_TYPE}` a COSE receipt (RFC 9942).",
        ),
        **refusals("not-acceptable"),
    },
)
async def consistency(
    request: AnyRequest,
    old: Annotated[
        int, QueryParameter(name="from", ge=0, le=MAX_SIZE, description="The smaller size.")
    ],
    new: Annotated[
        int | None,
        QueryParameter(
            name="to", ge=0, le=MAX_SIZE, description="The larger size; by default the newest."
        ),
    ] = None,
) -> Response[ConsistencyAnswer] | Response[bytes]:
    """The proof that the log's tree of one size begins with that of another. It never changes for two sizes."""
    ledger = parts(request)
    signed = _signed(ledger)
    new = signed.size if new is None else new
    if not old <= new <= signed.size:
        raise Problem("bad-request", f"from {old} to {new}: the log has {signed.size} statements.")
    if accepted(request, JSON_TYPE, COSE_TYPE) == COSE_TYPE:
        if not 1 <= old < new:
            raise Problem("bad-request", f"from {old} to {new}: there is no COSE receipt of that.")
        return Response(await ledger.receipts.cose_consistency(old, new), media_type=COSE_TYPE)
    hashes = await ledger.receipts.consistency(old, new, signed)
    return Response(
        ConsistencyAnswer(
            old=old, new=new, hashes=tuple(map(base64, hashes)), checkpoint=signed.note.decode()
        )
    )


@get(
    paths.LOG_CHECKPOINT,
    operation_id="getCheckpoint",
    summary="Read the newest public checkpoint",
    tags=["Log"],
    security=OPEN,
    responses={
        200: ResponseSpec(
            str, media_type=TEXT_TYPE, generate_examples=False, description="A signed note (C2SP)."
        ),
        **refusals("not-found"),
    },
)
async def checkpoint(request: AnyRequest) -> Response[bytes]:
    """The newest checkpoint that enough witnesses have cosigned; where none are asked, the newest that is signed."""
    public = parts(request).publisher.published.public
    if public is None:
        raise Problem("not-found", "No checkpoint has enough cosignatures yet.")
    return Response(public, media_type=TEXT_TYPE, headers={"Cache-Control": "no-cache"})


@get(
    f"{paths.LOG}/tile/{{tile:path}}",
    operation_id="getTile",
    summary="Read a tile or an entry bundle",
    tags=["Log"],
    security=OPEN,
    responses={
        200: ResponseSpec(
            bytes,
            media_type=TILE_TYPE,
            generate_examples=False,
            description="The hashes of a tile, or the entries of a bundle (C2SP tlog-tiles).",
        ),
        **refusals("not-found"),
    },
)
async def tile(
    request: AnyRequest,
    tile: Annotated[
        str,
        PathParameter(
            max_length=100,
            description="`<level>/<index>` or `entries/<index>`, with `.p/<width>` of what is not full.",
        ),
    ],
) -> Response[bytes]:
    """A part of the log's tree, or of its entries. It never changes."""
    publisher = parts(request).publisher
    # As it was sent: the router passes over slashes that are doubled or at the end.
    path = request.scope["raw_path"].decode().removeprefix(f"{paths.LOG}/")
    found = await asyncio.to_thread(publisher.files.find, path, publisher.size)
    if found is None:
        raise Problem("not-found", f"The log has no tile {tile.removeprefix('/')[:100]}.")
    return Response(found, media_type=TILE_TYPE, headers=_IMMUTABLE)


def _signed(ledger: Parts) -> Signed:
    signed = ledger.publisher.published.signed
    if signed is None:
        raise LookupError("a ledger that is founded has signed a checkpoint")
    return signed
