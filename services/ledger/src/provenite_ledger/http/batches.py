"""GET /v1/batches and /v1/batches/{id}."""

from typing import Annotated, Literal

from litestar import Response, get
from litestar.params import QueryParameter

from provenite_proto import paths
from provenite_proto.answers import BatchAnswer, Page
from provenite_proto.problem import Problem
from provenite_proto.statement import parse

from ..answering import batch as batches
from ..store import reading
from .documenting import BATCH_ID, BY_TOKEN, CURSOR, LIMIT, MATERIAL, WITH_TOKEN, refusals
from .paging import cut, linked
from .parts import AnyRequest, parts, reader

_SEARCHED = 500
"""Batches looked through for a lot in one request: lots are sealed, so the database cannot search them."""


@get(
    paths.BATCHES,
    operation_id="listBatches",
    summary="List one's batches",
    tags=["Batches"],
    security=WITH_TOKEN,
    responses=refusals(*BY_TOKEN, "not-entitled"),
)
async def list_batches(
    request: AnyRequest,
    holder: Annotated[
        str,
        QueryParameter(
            description="`me` (or one's own party id): the batches that the reader holds or that are on "
            "their way to it. `any`: also those that it has made or shipped."
        ),
    ] = "me",
    material: Annotated[str | None, MATERIAL] = None,
    status: Annotated[
        Literal["held", "in_transit"] | None,
        QueryParameter(description="Only batches in this status."),
    ] = None,
    lot: Annotated[
        str | None,
        QueryParameter(
            description="Only batches that their maker or sender gave this lot. A page may then hold "
            "fewer items than `limit`, even none, and still have a next one.",
            max_length=256,
        ),
    ] = None,
    cursor: Annotated[str | None, CURSOR] = None,
    limit: Annotated[int, LIMIT] = 100,
) -> Response[Page[BatchAnswer]]:
    """The reader's batches, in the order of the log."""
    who, ledger = reader(request), parts(request)
    if holder not in ("me", "any", who.party):
        raise Problem("not-entitled", "The batches of another party are not listed.")
    looked_through = limit if lot is None else _SEARCHED
    found = await reading.batches(
        ledger.pool,
        who.index,
        held=holder != "any",
        after=-1 if cursor is None else int(cursor),
        material=material,
        status=status,
        limit=looked_through + 1,
    )
    found, following = cut(found, looked_through, "key")
    items = []
    for row in found:
        holding = ledger.sequencer.party_at(row["holder"])
        item = batches.batch(row, parse(row["compact"]).record, holding, who)
        if lot is None or item.lot == lot:
            items.append(item)
        if len(items) == limit and row is not found[-1]:
            following = str(row["key"])
            break
    return linked(request, Page(items=tuple(items), next=following))


@get(
    f"{paths.BATCHES}/{{batch_id:str}}",
    operation_id="getBatch",
    summary="Read a batch",
    tags=["Batches"],
    security=WITH_TOKEN,
    responses=refusals(*BY_TOKEN, "not-found"),
)
async def batch(request: AnyRequest, batch_id: Annotated[str, BATCH_ID]) -> BatchAnswer:
    """A batch; its masses, holder and lot for the parties that it concerns."""
    who, ledger = reader(request), parts(request)
    row = await reading.batch(ledger.pool, batch_id)
    holding = ledger.sequencer.party_at(row["holder"])
    return batches.batch(row, parse(row["compact"]).record, holding, who)
