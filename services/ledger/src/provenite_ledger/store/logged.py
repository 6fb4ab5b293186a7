"""Reading the log itself, statement by statement."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from .named import load
from .rows import Row

_SQL = load("logged.sql")


async def statements(pool: asyncpg.Pool, first: int, limit: int, size: int) -> Sequence[Row]:
    """The statements from an index on: at most `limit`, and about `size` bytes as they are stored."""
    found: Sequence[Row] = await pool.fetch(_SQL["statements"], first, limit, size)
    return found


async def opened_by_registrar(
    pool: asyncpg.Pool, party: int, now: datetime
) -> tuple[frozenset[str], ...]:
    """The sections that each standing grant of the registrar's opens to a party, of all of its statements."""
    rows = await pool.fetch(_SQL["opened_by_registrar"], party, now)
    return tuple(frozenset(row["opened"]) for row in rows)
