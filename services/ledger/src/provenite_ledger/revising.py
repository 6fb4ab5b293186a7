"""Revising: what a late statement changes of the content of what was made before it.

A retraction, an attestation, an accreditation, an ownership or the revocation of a compromised key may change
how earlier statements stand. They are taken in the order of the log: first all content before one is computed
as the log had it until then, then what now stands otherwise and all that is made from it is computed anew, and
what differs is kept beside what it was.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import msgspec

from provenite_proto.replay.reach import Reach
from provenite_proto.statement import base64url

from .contents import CHUNK, SHIPPED, Computed, chunks, compute
from .keeping import RETRY_SECONDS, Kept
from .store.certifying import note_reached
from .store.facts import evidence, standings
from .store.named import load
from .store.rows import Row

_SQL = load("contents.sql")
_decode_reach = msgspec.json.Decoder(Reach).decode


class Progress(msgspec.Struct):
    """How far the late statement `index` is worked out: so many statements of `total`."""

    index: int
    done: int = 0
    total: int | None = None


class Revising:
    """Works out late statements, one at a time and in the order of the log. Owned by one event loop."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        """On the database of the pool."""
        self._pool = pool
        self._lock = asyncio.Lock()
        self.kept = Kept(pool)
        """How far there is content that can be revised."""
        self.progress: Progress | None = None
        """Of the one at work, if there is one."""

    async def settle(self, size: int) -> None:
        """Work out every late statement before `size`."""
        if await self._next(size) is None:
            return
        async with self._lock:
            while (row := await self._next(size)) is not None:
                with self._at_work(row["index"]) as progress:
                    if self.kept.next >= row["index"]:
                        await self._revise(row, progress)
                    elif not await self.kept.advance(row["index"]):
                        await asyncio.sleep(RETRY_SECONDS)

    async def _next(self, size: int) -> Row | None:
        row: Row | None = await self._pool.fetchrow(_SQL["next_late"])
        return row if row is not None and row["index"] < size else None

    @contextmanager
    def _at_work(self, index: int) -> Iterator[Progress]:
        self.progress = progress = Progress(index)
        try:
            yield progress
        finally:
            self.progress = None

    async def _revise(self, row: Row, progress: Progress) -> None:
        index = row["index"]
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(_SQL["keep_alone"])
            if not await connection.fetchval(_SQL["still_late"], index):
                # Another ledger was quicker; content may be that of later statements by now.
                return
            reach = _decode_reach(row["reach"])
            if reach.keys or reach.accredited:
                reach = reach.widened(await evidence(connection, reach, index + 1))
            touched = await connection.fetch(
                _SQL["touched"],
                index,
                _raw(reach.statements),
                _raw(reach.sites),
                _raw(reach.parties),
                _raw(reach.keys),
            )
            altered = await _altered(connection, [each["index"] for each in touched], index)
            reached = await connection.fetch(_SQL["reached"], index, altered) if altered else []
            progress.total = len(reached)
            for chunk in chunks(reached):
                found = await compute(connection, chunk, index + 1, SHIPPED)
                await _replace(connection, index, chunk, found)
                progress.done += len(chunk)
            made = [each["index"] for each in reached]
            if made:
                await connection.execute(_SQL["forget_own"], made)
            await note_reached(connection, index, made, reach)
            await connection.execute(_SQL["finish_late"], index, len(reached))


async def _altered(connection: asyncpg.Connection, touched: list[int], late: int) -> list[int]:
    """Those of the statements that the late one makes stand otherwise."""
    altered: list[int] = []
    for first in range(0, len(touched), CHUNK):
        some = touched[first : first + CHUNK]
        before = await standings(connection, some, late)
        after = await standings(connection, some, late + 1)
        altered += [each for each in some if before[each] != after[each]]
    return altered


async def _replace(
    connection: asyncpg.Connection, late: int, statements: list[int], found: Computed
) -> None:
    kept = dict(await connection.fetch(_SQL["shares"], SHIPPED.number, list(found.shares)))
    changed = [batch for batch, shares in found.shares.items() if shares != kept[batch]]
    await connection.execute(
        _SQL["replace_runs"], statements, list(found.runs), list(found.runs.values())
    )
    if changed:
        after = [found.shares[batch] for batch in changed]
        await connection.execute(
            _SQL["note_revision"], late, changed, [kept[batch] for batch in changed], after
        )
        await connection.execute(_SQL["replace"], changed, after)


def _raw(ids: frozenset[str]) -> list[bytes]:
    return [base64url.decode(each) for each in ids]
