"""GET /v1/batches/{id}/pack: all that an auditor needs to find out offline what is true of a batch."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated

from litestar import get
from litestar.openapi.datastructures import ResponseSpec

from provenite_proto import paths
from provenite_proto.content import part_of
from provenite_proto.log import inclusion
from provenite_proto.pack import FORMAT, Content, Head, Writer
from provenite_proto.problem import Problem
from provenite_proto.statement import parse

from .. import contents
from ..access import Reader
from ..answering.pack import Shown, claims, shown
from ..publishing.published import Signed
from ..selecting import Selection, select
from ..store import packs, reading
from ..store.packing import unpacked
from ..store.rows import OUTPUTS, Row
from ..store.shares import decode, ranges
from .documenting import BATCH_ID, BY_TOKEN, WITH_TOKEN, refusals
from .parts import AnyRequest, Parts, found, parts, reader
from .settling import as_of
from .streaming import Stream

_CHUNK = 25
"""Statements read at a time (some 6 MB at the most)."""
_HASHES = 4096
"""Hashes of the tree that are remembered while a pack is made."""
_COVERING_SECONDS = 5.0
"""How long an answer waits for a checkpoint that covers the batch."""
_WITNESSED_SECONDS = 3.0
"""How long it waits, before that, for witnesses to cosign one that does."""
_LOOK_SECONDS = 0.05
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
    the parties that the batch concerns, what the ledger says of its content. The specification describes the
    file. All is as one checkpoint of the log has it: the newest that its witnesses have cosigned, when it covers the
    batch, otherwise the newest that the ledger has signed.
    """
    who, ledger = reader(request), parts(request)
    row = found(await reading.batch(ledger.pool, batch_id), "batch", batch_id)
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(ledger.packing.taken(who.index))
        signed = await _checkpoint(ledger, row["key"] // OUTPUTS)
        selection = await select(
            ledger.pool,
            who,
            row,
            signed.size,
            ledger.settings.pack_statements,
            datetime.now(UTC),
        )
        content = await _content(ledger, who, row, signed.size) if selection.evidence else None
        head = Head(
            format=FORMAT,
            ledger=ledger.origin,
            batch=batch_id,
            size=signed.size,
            created=int(time.time()),
        )
        policy = ledger.witnessing.policy.text if ledger.witnessing else None
        writer = Writer(head, signed.note, f"{ledger.publisher.published.key}\n", policy)
        pieces = _pieces(ledger, who, signed, selection, writer, content)
        held = stack.pop_all()
    name = f"{batch_id}.pack.zip"
    return Stream(
        pieces,
        held,
        (
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-disposition", f'attachment; filename="{name}"'.encode()),
            (b"cache-control", b"private, no-store"),
        ),
    )


async def _checkpoint(ledger: Parts, index: int) -> Signed:
    """The checkpoint for the pack of what the statement `index` made."""
    published = ledger.publisher.published
    if ledger.witnessing is not None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_WITNESSED_SECONDS):
                while published.witnessed is None or published.witnessed.size <= index:  # noqa: ASYNC110 # witnesses take a second or so
                    await asyncio.sleep(_LOOK_SECONDS)
    if published.witnessed is not None and published.witnessed.size > index:
        return published.witnessed
    try:
        async with asyncio.timeout(_COVERING_SECONDS):
            return await published.newer(index)
    except TimeoutError:
        raise Problem(
            "ledger-unavailable", "No checkpoint covers the batch: the log cannot be published."
        ) from None


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


async def _pieces(
    ledger: Parts,
    who: Reader,
    signed: Signed,
    selection: Selection,
    writer: Writer,
    content: Content | None,
) -> AsyncIterator[bytes]:
    yield writer.begin()
    known = await reading.known_to(ledger.pool, who.index)
    published = ledger.publisher.size

    # Neighbours in the log share most of their proofs. A tree keeps all tiles that it has read: none is kept.
    @lru_cache(_HASHES)
    def read(level: int, index: int) -> bytes:
        return ledger.publisher.files.tree(published).read(level, index)

    indices = sorted(selection.statements)

    def written(texts: list[Row], draws: dict[int, list[Row]]) -> bytes:
        return b"".join(
            _written(writer, each)
            for each in (
                shown(
                    row,
                    parse(unpacked(row["compact"])),
                    who,
                    selection.statements[row["index"]],
                    known=known,
                    proof=inclusion(row["index"], signed.size, read),
                    draws=draws.get(row["index"], ()),
                    computable=selection.computable,
                    averaged=selection.averaged.get(row["index"]),
                )
                for row in texts
            )
        )

    for first in range(0, len(indices), _CHUNK):
        some = indices[first : first + _CHUNK]
        texts = await packs.texts(ledger.pool, some)
        draws = await packs.draws(ledger.pool, some)
        # Proofs are read from files, and what is full is deflated.
        yield await asyncio.to_thread(written, texts, draws)
    yield await asyncio.to_thread(writer.end, content)


def _written(writer: Writer, each: Shown) -> bytes:
    return writer.add(each.line, each.record, each.withheld)
