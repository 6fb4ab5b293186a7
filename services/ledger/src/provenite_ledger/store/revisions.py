"""What late statements have changed of the content of earlier batches."""

from collections.abc import Sequence

import asyncpg

from . import rows
from .named import load
from .rows import Row

_SQL = load("contents.sql")


async def late(pool: asyncpg.Pool, digest: str) -> Row | None:
    """How far a statement is worked out, if there is one; `done` is null when it can change nothing."""
    found: Row | None = await pool.fetchrow(_SQL["late"], rows.raw(digest))
    return found


async def overtaken(pool: asyncpg.Pool, size: int) -> bool:
    """Whether content is revised already by a statement that is not among the first `size`."""
    found: bool = await pool.fetchval(_SQL["overtaken"], size)
    return found


async def changed(
    pool: asyncpg.Pool, digest: str, party: int, *, after: int, limit: int
) -> Sequence[Row]:
    """The batches that a statement has changed and that may concern a party, by key."""
    found: Sequence[Row] = await pool.fetch(
        _SQL["revisions"], rows.raw(digest), after, party, limit
    )
    return found
