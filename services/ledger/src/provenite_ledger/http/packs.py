"""GET /v1/batches/{id}/pack: all that an auditor needs to find out offline what is true of a batch."""

import contextlib
import time
from datetime import UTC, datetime
from typing import Annotated

from litestar import get
from litestar.openapi.datastructures import ResponseSpec

from provenite_proto import paths
from provenite_proto.content import part_of
from provenite_proto.pack import FORMAT, Content, Head, Writer

from .. import contents
from ..access import Reader
from ..answering.pack import claims
from ..assembling import issued, pieces, told
from ..selecting import select
from ..store import packs, reading
from ..store.rows import OUTPUTS, Row
from ..store.shares import decode, ranges
from .documenting import BATCH_ID, BY_TOKEN, WITH_TOKEN, refusals
from .parts import AnyRequest, Parts, found, parts, reader
from .settling import as_of
from .streaming import Stream

MEDIA_TYPE = "application/zip"


@get(
    f"{paths.BATCHES}/{{batch_id:str}}/pack",
    operation_id="getPack",
    summary="Fetch a batch's pack",
    tags=["Batches"],
    security=WITH_TOKEN,
    responses={
        200: ResponseSpec(
            bytes,
            media_type=MEDIA_TYPE,
            generate_examples=False,
            description="A zip file, sent as it is made; without a length.",
        ),
        **refusals(*BY_TOKEN, "not-found", "too-far", "content-pending"),
    },
)
async def pack(request: AnyRequest, batch_id: Annotated[str, BATCH_ID]) -> Stream:
    """One file with which an auditor finds out offline what is true of the batch, by `provenite audit FILE`.

    It has the statements that made it, as the reader may see them, the proofs that they are in the log, and, for
    the parties that the batch concerns, what the ledger says of its content, and certificates for whose they are. The specification describes the
    file. All is as one checkpoint of the log has it: the newest that its witnesses have cosigned, when it covers the
    batch, otherwise the newest that the ledger has signed.
    """
    who, ledger = reader(request), parts(request)
    row = found(await reading.batch(ledger.pool, batch_id), "batch", batch_id)
    lists = await told(ledger.pool, ledger.status_lists, who, row)
    # Before it takes a place: others need not wait for witnesses too.
    signed = await ledger.publisher.published.best_covering(
        max(row["key"] // OUTPUTS, lists.newest),
        wait=ledger.witnessing is not None and ledger.witnessing.quorum_in_reach,
    )
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(ledger.pack_places.taken(who.index))
        selection = await select(
            ledger.pool,
            who,
            row,
            signed.size,
            ledger.settings.pack_statements,
            datetime.now(UTC),
        )
        content = await _content(ledger, who, row, signed.size) if selection.shows_content else None
        head = Head(
            format=FORMAT,
            ledger=ledger.origin,
            batch=batch_id,
            size=signed.size,
            created=int(time.time()),
        )
        certified = await issued(
            ledger.pool, ledger.status_lists, lists, ledger.origin, selection.certificates
        )
        policy = ledger.witnessing.policy.text if ledger.witnessing else None
        writer = Writer(head, signed.note, f"{ledger.publisher.published.key}\n", policy)
        made = pieces(
            ledger.pool,
            ledger.publisher,
            ledger.receipts,
            who,
            signed,
            selection,
            writer,
            content,
            certified,
        )
        held = stack.pop_all()
    name = f"{batch_id}.pack.zip"
    return Stream(
        made,
        held,
        (
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-disposition", f'attachment; filename="{name}"'.encode()),
            (b"cache-control", b"private, no-store"),
        ),
        hurried=lambda: ledger.pack_places.wanted,
    )


async def _content(ledger: Parts, who: Reader, row: Row, size: int) -> Content:
    """What the batch holds after the log's first `size` statements."""

    async def look(now: int) -> Content:
        async with ledger.computing.connection(who.index) as connection:
            elements, shares = await contents.content(connection, row["key"], now)
            before = await packs.revised(connection, row["root"], size, now)
        if before is not None:
            shares = part_of(decode(before), ranges(row))
        return claims(elements, shares)

    _, content = await as_of(ledger, row["key"] // OUTPUTS, row["root"], look)
    return content
