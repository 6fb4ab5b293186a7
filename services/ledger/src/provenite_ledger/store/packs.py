"""What belongs into a pack, as the tables know it: thin functions over the named queries, each of bounded work."""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from typing import Any

import asyncpg

from .named import load
from .rows import Row

_SQL = load("packs.sql")
_CHUNK = 5_000
"""Indices or keys that one query is given."""


async def way(pool: asyncpg.Pool, batches: Collection[int], limit: int) -> list[int]:
    """Batches and all that they were made of, at most `limit`."""
    return [row["key"] for row in await pool.fetch(_SQL["way"], list(batches), limit)]


async def concerned(pool: asyncpg.Pool, statements: Collection[int], size: int) -> list[Row]:
    """Those of the statements that are among the first `size`."""
    return [row async for row in _all(pool, "concerned", statements, size)]


async def withdrawn(pool: asyncpg.Pool, retractions: Collection[int]) -> list[int]:
    """The statements that retractions withdrew."""
    return [row["index"] async for row in _all(pool, "withdrawn", retractions)]


async def shipments(pool: asyncpg.Pool, transfers: Collection[int], size: int) -> list[Row]:
    """The receipts, among the first `size` statements, that have closed transfers, and the sites that these left."""
    return [row async for row in _all(pool, "shipments", transfers, size)]


async def made_at(pool: asyncpg.Pool, makers: Collection[int]) -> list[Row]:
    """The sites at which statements made batches."""
    return [row async for row in _all(pool, "made_at", makers)]


async def averages(pool: asyncpg.Pool, consumers: Collection[int]) -> dict[int, list[int]]:
    """The statements on which rolling averages look back, by those that do."""
    found: dict[int, list[int]] = {}
    async for row in _all(pool, "averages", consumers):
        found.setdefault(row["consumer"], []).append(row["member"])
    return found


async def last_draws(pool: asyncpg.Pool, consumers: Collection[int]) -> dict[int, int]:
    """The batches from which statements took, each with the last of them that did."""
    last: dict[int, int] = {}
    async for row in _all(pool, "last_draws", consumers):
        last[row["batch"]] = max(row["consumer"], last.get(row["batch"], 0))
    return last


async def earlier_draws(
    pool: asyncpg.Pool, last: dict[int, int], limit: int
) -> AsyncIterator[Sequence[Row]]:
    """What was taken from batches before the statements given with them, some batches at a time."""
    items = list(last.items())
    for first in range(0, len(items), _CHUNK):
        some = items[first : first + _CHUNK]
        yield await pool.fetch(
            _SQL["earlier_draws"], [key for key, _ in some], [one for _, one in some], limit
        )


async def attestations(
    pool: asyncpg.Pool, subjects: Collection[int], size: int, limit: int
) -> list[Row]:
    """What is said, among the first `size` statements, of statements, their batches, sites and parties."""
    return [row async for row in _all(pool, "attestations", subjects, size, limit)]


async def register(
    pool: asyncpg.Pool, query: str, parties: Collection[int], size: int, limit: int
) -> list[int]:
    """What is said of parties among the first `size` statements: `accreditations`, `ownerships` or `keys`."""
    return [row["index"] async for row in _all(pool, query, parties, size, limit)]


async def certificates(pool: asyncpg.Pool, batch: int, size: int, limit: int) -> list[Row]:
    """The certificates of a batch among the first `size` statements, the newest first, and what was signed."""
    found: list[Row] = await pool.fetch(_SQL["certificates"], batch, size, limit)
    return found


async def told_of(pool: asyncpg.Pool, batch: int, party: int | None, limit: int) -> dict[int, int]:
    """The status lists of a batch's certificates, a party's or all, with the newest statement about one of them."""
    found = await pool.fetch(_SQL["told_of"], batch, party, limit)
    return {row["list"]: row["newest"] for row in found}


async def standings(
    pool: asyncpg.Pool, parties: Collection[int], after: int, size: int, limit: int
) -> list[Row]:
    """Statements after an index, among the first `size`, that say how certificates of parties stand."""
    found: list[Row] = await pool.fetch(_SQL["standings"], list(parties), after, size, limit)
    return found


async def texts(pool: asyncpg.Pool, statements: Sequence[int]) -> list[Row]:
    """Statements as received, in the order of the log."""
    found: list[Row] = await pool.fetch(_SQL["texts"], statements)
    return found


async def draws(pool: asyncpg.Pool, consumers: Sequence[int]) -> dict[int, list[Row]]:
    """What statements took, in order, by statement."""
    found: dict[int, list[Row]] = {}
    for row in await pool.fetch(_SQL["draws"], consumers):
        found.setdefault(row["consumer"], []).append(row)
    return found


async def revised(connection: asyncpg.Connection, root: int, size: int, until: int) -> bytes | None:
    """What a batch that was made held after `size` statements, when one of the next ones, before `until`, changed it."""
    found: bytes | None = await connection.fetchval(_SQL["revised"], root, size, until)
    return found


async def _all(
    pool: asyncpg.Pool, query: str, wanted: Iterable[int], *arguments: Any
) -> AsyncIterator[Row]:
    ordered = sorted(wanted)
    for first in range(0, len(ordered), _CHUNK):
        for row in await pool.fetch(_SQL[query], ordered[first : first + _CHUNK], *arguments):
            yield row
