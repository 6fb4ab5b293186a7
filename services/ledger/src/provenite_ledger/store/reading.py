"""Reading: thin functions over the named queries, by the ids of the wire."""

from collections.abc import Collection, Sequence

import asyncpg

from provenite_proto.problem import Problem

from . import rows
from .named import load
from .rows import Row

_SQL = load("reads.sql")


async def statement(pool: asyncpg.Pool, digest: str) -> Row:
    """A statement; `Problem` `not-found` when there is none."""
    return _found(await pool.fetchrow(_SQL["statement"], rows.raw(digest)), "statement", digest)


async def sender(pool: asyncpg.Pool, transfer: str) -> int | None:
    """The index of the party that sent a transfer."""
    index: int | None = await pool.fetchval(_SQL["sender"], rows.raw(transfer))
    return index


async def batch(pool: asyncpg.Pool, batch_id: str) -> Row:
    """A batch with its statement; `Problem` `not-found` when there is none."""
    digest, output = rows.split(batch_id)
    return _found(await pool.fetchrow(_SQL["batch"], rows.raw(digest), output), "batch", batch_id)


async def batches(
    pool: asyncpg.Pool,
    party: int,
    *,
    held: bool,
    after: int,
    material: str | None,
    status: str | None,
    limit: int,
) -> Sequence[Row]:
    """Batches that a party holds, or with `held` false also those that it made or shipped, by key."""
    query = _SQL["batches_held" if held else "batches_concerning"]
    found: Sequence[Row] = await pool.fetch(query, party, after, material, status, limit)
    return found


async def nodes(connection: asyncpg.Connection, indices: Collection[int]) -> dict[int, Row]:
    """The open parts of statements, by index."""
    return {row["index"]: row for row in await connection.fetch(_SQL["trace_nodes"], list(indices))}


async def known_to(pool: asyncpg.Pool, party: int) -> frozenset[int]:
    """The parties that have shipped to a party, and those that have accepted what it shipped."""
    return frozenset(row["party"] for row in await pool.fetch(_SQL["known_to"], party))


async def is_known_to(pool: asyncpg.Pool, party: int, other: int) -> bool:
    """Whether `other` has shipped to the party, or accepted what it shipped."""
    answer: bool = await pool.fetchval(_SQL["is_known_to"], party, other)
    return answer


async def party(pool: asyncpg.Pool, party_id: str) -> Row:
    """A party; `Problem` `not-found` when there is none."""
    return _found(await pool.fetchrow(_SQL["party"], rows.raw(party_id)), "party", party_id)


async def parties(
    pool: asyncpg.Pool, among: Collection[int] | None, *, after: int, limit: int
) -> Sequence[Row]:
    """Parties by index: all, or those among the ones given."""
    listed = None if among is None else list(among)
    found: Sequence[Row] = await pool.fetch(_SQL["parties"], after, listed, limit)
    return found


async def site(pool: asyncpg.Pool, site_id: str) -> Row:
    """A site; `Problem` `not-found` when there is none."""
    return _found(await pool.fetchrow(_SQL["site"], rows.raw(site_id)), "site", site_id)


async def sites(pool: asyncpg.Pool, party: int | None, *, after: int, limit: int) -> Sequence[Row]:
    """Sites by index: all, or one party's."""
    found: Sequence[Row] = await pool.fetch(_SQL["sites"], after, party, limit)
    return found


async def origin(connection: asyncpg.Connection) -> str | None:
    """The origin that the ledger was founded for; none when it is new."""
    name: str | None = await connection.fetchval(_SQL["origin"])
    return name


async def alive(pool: asyncpg.Pool) -> None:
    """Return when the database answers; raise what the connection raises otherwise."""
    await pool.fetchval(_SQL["alive"])


def _found(row: Row | None, what: str, name: str) -> Row:
    if row is None:
        raise Problem("not-found", f"No {what} {name} is recorded.")
    return row
