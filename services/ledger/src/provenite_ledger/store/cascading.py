"""The certificates that something else may change, as the tables keep them."""

from collections.abc import Collection, Sequence
from datetime import datetime

import asyncpg
import msgspec

from .named import load
from .rows import Row

_SQL = load("cascading.sql")


class Window(msgspec.Struct, frozen=True):
    """Which certificates: of a party or of all, that have not lapsed at a time, after an index, at most so many."""

    party: int | None
    now: datetime
    after: int
    limit: int


async def under(connection: asyncpg.Connection, policy_id: str, window: Window) -> Sequence[Row]:
    """Those that were issued under a policy's id, in the order of the log."""
    return await _those(connection, "under", window, policy_id)


async def touched(connection: asyncpg.Connection, late: int, window: Window) -> Sequence[Row]:
    """Those that a late statement (its index) has been found to reach."""
    return await _those(connection, "touched", window, late)


async def standing(connection: asyncpg.Connection, window: Window) -> Sequence[Row]:
    """All of them."""
    return await _those(connection, "standing", window)


async def batches(connection: asyncpg.Connection, keys: Collection[int]) -> dict[int, Row]:
    """Batches by key."""
    return {row["key"]: row for row in await connection.fetch(_SQL["batches"], list(keys))}


async def declared(connection: asyncpg.Connection, indices: Collection[int]) -> dict[int, Row]:
    """Declarations by index."""
    return {row["index"]: row for row in await connection.fetch(_SQL["declared"], list(indices))}


async def _those(
    connection: asyncpg.Connection, query: str, window: Window, *which: str | int
) -> Sequence[Row]:
    found: Sequence[Row] = await connection.fetch(
        _SQL[query], window.after, window.party, window.limit, window.now, *which
    )
    return found
