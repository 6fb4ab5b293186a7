"""GET /v1/shipments: what is on its way and what is overdue, for both sides."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from litestar import Response, get
from litestar.params import QueryParameter

from provenite_proto import paths
from provenite_proto.answers import Page, ShipmentAnswer
from provenite_proto.problem import Problem

from ..access import sees_shipment
from ..answering.shipment import shipment as answered
from ..store import shipping
from ..store.rows import Row
from .documenting import BY_TOKEN, CURSOR, LIMIT, WITH_TOKEN, identifier, refusals
from .paging import cut, linked
from .parts import AnyRequest, Parts, found, parts, reader


@get(
    paths.SHIPMENTS,
    operation_id="listShipments",
    summary="List one's shipments",
    tags=["Shipments"],
    security=WITH_TOKEN,
    responses=refusals(*BY_TOKEN),
)
async def list_shipments(
    request: AnyRequest,
    side: Annotated[
        Literal["any", "sender", "receiver"],
        QueryParameter(description="Only what the reader has sent, or what is addressed to it."),
    ] = "any",
    status: Annotated[
        Literal["in_transit", "accepted", "refused", "retracted"] | None,
        QueryParameter(description="Only shipments in this status."),
    ] = None,
    overdue: Annotated[
        bool | None,
        QueryParameter(description="Only those that are in transit after they were due, or not."),
    ] = None,
    cursor: Annotated[str | None, CURSOR] = None,
    limit: Annotated[int, LIMIT] = 100,
) -> Response[Page[ShipmentAnswer]]:
    """The shipments that the reader has sent or that are addressed to it, in the order of the log."""
    who, ledger = reader(request), parts(request)
    now = datetime.now(UTC)
    rows = await shipping.shipments(
        ledger.pool,
        who.index,
        sent=side != "receiver",
        addressed=side != "sender",
        after=-1 if cursor is None else int(cursor),
        status=status,
        overdue=overdue,
        now=now,
        limit=limit + 1,
    )
    rows, following = cut(rows, limit, "index")
    brought = await shipping.brought(ledger.pool, [row["index"] for row in rows])
    items = tuple(_answered(ledger, row, brought[row["index"]], now) for row in rows)
    return linked(request, Page(items=items, next=following))


@get(
    f"{paths.SHIPMENTS}/{{transfer:str}}",
    operation_id="getShipment",
    summary="Read a shipment",
    tags=["Shipments"],
    security=WITH_TOKEN,
    responses=refusals(*BY_TOKEN, "not-entitled", "not-found"),
)
async def shipment(
    request: AnyRequest, transfer: Annotated[str, identifier("Digest of the transfer")]
) -> ShipmentAnswer:
    """A shipment with what was sent and what was found, for its sender and its receiver."""
    who, ledger = reader(request), parts(request)
    row = found(await shipping.shipment(ledger.pool, transfer), "transfer", transfer)
    if not sees_shipment(who, row["sender"], row["receiver"]):
        raise Problem("not-entitled", "A shipment is for its sender and its receiver.")
    brought = await shipping.brought(ledger.pool, [row["index"]])
    return _answered(ledger, row, brought[row["index"]], datetime.now(UTC))


def _answered(ledger: Parts, row: Row, brought: list[Row], now: datetime) -> ShipmentAnswer:
    return answered(
        row,
        brought,
        ledger.sequencer.party_at(row["sender"]),
        ledger.sequencer.party_at(row["receiver"]),
        now,
    )
