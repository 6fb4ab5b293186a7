"""GET /v1/batches/{id}/trace: where a batch came from or went to."""

import asyncio
from typing import Annotated, Literal

from litestar import get
from litestar.params import QueryParameter

from provenite_proto import paths
from provenite_proto.answers import Trace
from provenite_proto.problem import Problem

from ..answering import trace as traces
from ..store import reading
from ..store.tracing import walk
from .documenting import BATCH_ID, BY_TOKEN, WITH_TOKEN, refusals
from .entitlement import opened
from .parts import AnyRequest, found, parts, reader

_CHUNK = 100
"""Statements read (some 3 ms) before others get their turn on the event loop."""


@get(
    f"{paths.BATCHES}/{{batch_id:str}}/trace",
    operation_id="traceBatch",
    summary="Trace a batch",
    tags=["Batches"],
    security=WITH_TOKEN,
    responses=refusals(*BY_TOKEN, "not-found"),
)
async def trace(
    request: AnyRequest,
    batch_id: Annotated[str, BATCH_ID],
    direction: Annotated[
        Literal["upstream", "downstream"],
        QueryParameter(description="To where the batch came from, or to where it went."),
    ] = "upstream",
    depth: Annotated[
        int, QueryParameter(ge=0, le=1000, description="Steps from the batch, at the most.")
    ] = 1000,
    limit: Annotated[
        int,
        QueryParameter(
            ge=1, description="Statements, at the most; the ledger may have a lower limit."
        ),
    ] = 1000,
) -> Trace:
    """The statements on the way and what went from one to the next. The statement that made the batch has depth 0.

    Everyone enrolled sees the open parts; the mass of an edge is for the parties of the consuming statement.
    """
    who, ledger = reader(request), parts(request)
    if limit > ledger.settings.trace_nodes:
        raise Problem(
            "bad-request",
            f"limit: {limit}; at most {ledger.settings.trace_nodes} are allowed.",
            figures={"limit": str(ledger.settings.trace_nodes)},
        )
    row = found(await reading.batch(ledger.pool, batch_id), "batch", batch_id)
    async with ledger.pool.acquire() as connection:
        walked = await walk(connection, row["key"], direction, depth=depth, limit=limit)
        passed = await reading.nodes(connection, walked.depths)
    nodes = []
    for number, (index, level) in enumerate(walked.depths.items()):
        if number % _CHUNK == 0:
            await asyncio.sleep(0)
        issuer = ledger.sequencer.party_at(passed[index]["issuer"])
        nodes.append(traces.node(passed[index], level, issuer))
    # Whoever holds the batch holds matter made from all that is upstream of it.
    holding = (
        direction == "upstream"
        and row["holder"] == who.index
        and row["status"] == "held"
        and row["remaining"] > 0
    )
    granted = await opened(ledger, who, walked.depths, holding=holding)
    return traces.trace(batch_id, direction, walked, passed, nodes, who, granted)
