"""Firms' own lenses and those of policies, as the tables keep them."""

from collections.abc import Sequence

import asyncpg

from provenite_proto.content import Lens
from provenite_proto.content.own import digest_of, written

from .named import load
from .rows import Row

_SQL = load("lenses.sql")
MAX_LENSES = 100
"""Lenses that a party can register."""


async def register(pool: asyncpg.Pool, digest: bytes, definition: str, party: int) -> bool:
    """Keep a party's lens, by the digest of its rules; false when it has as many as it can have."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(_SQL["one_at_a_time"])
        number = await connection.fetchval(_SQL["register"], digest)
        await connection.execute(_SQL["use"], number, party, definition)
        if await connection.fetchval(_SQL["count"], party) <= MAX_LENSES:
            return True
        await connection.execute(_SQL["give_up"], number, party)
        return False


async def of_policy(pool: asyncpg.Pool, lens: Lens) -> int:
    """The number of a policy's lens, which gets one when it has none."""
    digest = digest_of(lens)
    number: int | None = await pool.fetchval(_SQL["of_policy"], digest)
    if number is None:
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(_SQL["one_at_a_time"])
            number = await connection.fetchval(_SQL["register"], digest)
            await connection.execute(_SQL["define"], number, written(lens))
    return number


async def own(pool: asyncpg.Pool, party: int) -> Sequence[Row]:
    """The lenses that a party has registered: number, digest and definition."""
    found: Sequence[Row] = await pool.fetch(_SQL["own"], party)
    return found


async def own_by_digest(pool: asyncpg.Pool, digest: bytes, party: int) -> Row | None:
    """The lens of that digest, if the party has registered it: number and definition."""
    found: Row | None = await pool.fetchrow(_SQL["own_by_digest"], digest, party)
    return found
