"""GET /v1/batches and /v1/batches/{id}."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import groupby
from typing import Annotated, Literal

import asyncpg
from litestar import Response, get
from litestar.params import QueryParameter
from msgspec import Struct

from provenite_proto import paths
from provenite_proto.answers import BatchAnswer, Page
from provenite_proto.problem import Problem
from provenite_proto.record import AnyRecord
from provenite_proto.statement import parse

from ..access import Reader
from ..answering import batch as batches
from ..store import reading
from ..store.rows import OUTPUTS, Row
from .documenting import BATCH_ID, BY_TOKEN, CURSOR, LIMIT, MATERIAL, SITE_ID, WITH_TOKEN, refusals
from .entitlement import concerning
from .paging import cut, linked
from .parts import AnyRequest, found, parts, reader

_SEARCHED = 500
"""Batches looked through for a filter in one request: a request costs what it looks through, not what there is."""
_CHUNK = 25
"""Statements fetched at a time (some 6 MB at the most)."""


class _Wanted(Struct, frozen=True):
    """Which of the batches that concern a reader he asks for; what is absent does not matter."""

    held: bool
    exhausted: bool
    material: str | None
    status: str | None
    lot: str | None
    site: str | None

    @property
    def filters(self) -> bool:
        """Whether it leaves out some of what `reading.batches_left` or `batches_concerning` finds."""
        named = any((self.material, self.status, self.lot, self.site))
        # Of what is held, what is left is found alone; of what concerns the reader, all.
        return named or self.held == self.exhausted

    def may_be(self, row: Row, reader: Reader) -> bool:
        """Whether a batch may be one of them, as far as its row says."""
        own = row["holder"] == reader.index
        return (
            (own or not self.held)
            # What others have left is not the reader's to know.
            and (self.exhausted or not own or row["remaining"] > 0)
            and (self.material is None or row["material"] == self.material)
            and (self.status is None or row["status"] == self.status)
            and (self.site is None or row["issuer"] == reader.index)
        )

    def is_one(self, record: AnyRecord, item: BatchAnswer) -> bool:
        """Whether a batch that may be one of them is, as its statement's sealed sections say."""
        return (self.lot is None or item.lot == self.lot) and (
            self.site is None or batches.site(record) == self.site
        )


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
            "their way to it. `any`: also those that it has made or shipped and others hold."
        ),
    ] = "me",
    exhausted: Annotated[
        bool,
        QueryParameter(
            description="Also the reader's batches of which nothing is left. (What is left of a batch that "
            "another holds is not shown, and such a batch listed either way.)"
        ),
    ] = False,
    material: Annotated[str | None, MATERIAL] = None,
    status: Annotated[
        Literal["held", "in_transit", "retracted"] | None,
        QueryParameter(description="Only batches in this status."),
    ] = None,
    lot: Annotated[
        str | None,
        QueryParameter(
            description="Only batches that their maker or sender gave this lot.", max_length=256
        ),
    ] = None,
    site: Annotated[str | None, SITE_ID] = None,
    cursor: Annotated[str | None, CURSOR] = None,
    limit: Annotated[int, LIMIT] = 100,
) -> Response[Page[BatchAnswer]]:
    """The reader's batches, in the order of the log.

    With a filter a page may hold fewer items than `limit`, even none, and still have a next one.
    """
    who, ledger = reader(request), parts(request)
    if holder not in ("me", "any", who.party):
        raise Problem("not-entitled", "The batches of another party are not listed.")
    wanted = _Wanted(
        held=holder != "any",
        exhausted=exhausted,
        material=material,
        status=status,
        lot=lot,
        site=site,
    )
    looked_through = max(limit, _SEARCHED) if wanted.filters else limit
    find = reading.batches_left if wanted.held and not exhausted else reading.batches_concerning
    after = -1 if cursor is None else int(cursor)
    rows = await find(ledger.pool, who.index, after=after, limit=looked_through + 1)
    rows, following = cut(rows, looked_through, "key")
    rows = [row for row in rows if wanted.may_be(row, who)]
    items: list[BatchAnswer] = []
    async for row, record in _with_records(ledger.pool, rows):
        item = batches.batch(row, record, ledger.sequencer.party_at(row["holder"]), who)
        if wanted.is_one(record, item):
            items.append(item)
        if len(items) == limit and row is not rows[-1]:
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
    row = found(await reading.batch(ledger.pool, batch_id), "batch", batch_id)
    holding = ledger.sequencer.party_at(row["holder"])
    (text,) = (await reading.texts(ledger.pool, [_maker(row)])).values()
    granted = (await concerning(ledger, who, row)).opened
    return batches.batch(row, parse(text).record, holding, who, granted)


async def _with_records(
    pool: asyncpg.Pool, rows: Sequence[Row]
) -> AsyncIterator[tuple[Row, AnyRecord]]:
    """Batches, in the order of their keys, with the records of the statements that made them.

    Each statement is fetched and read once, and others get their turn on the event loop after each.
    """
    makers = [(index, list(made)) for index, made in groupby(rows, _maker)]
    for start in range(0, len(makers), _CHUNK):
        chunk = makers[start : start + _CHUNK]
        texts = await reading.texts(pool, [index for index, _ in chunk])
        for index, made in chunk:
            await asyncio.sleep(0)
            record = parse(texts[index]).record
            for row in made:
                yield row, record


def _maker(row: Row) -> int:
    index: int = row["key"] // OUTPUTS
    return index
