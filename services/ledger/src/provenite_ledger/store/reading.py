"""Reading: thin functions over the named queries, by the ids of the wire."""

from collections.abc import Collection, Sequence
from datetime import datetime

import asyncpg

from provenite_proto.ledger.vouching import Compromise

from . import rows
from .named import load
from .packing import unpacked
from .rows import Row

_SQL = load("reads.sql")


async def statement(pool: asyncpg.Pool, digest: str) -> Row | None:
    """A statement, if there is one."""
    found: Row | None = await pool.fetchrow(_SQL["statement"], rows.raw(digest))
    return found


async def texts(pool: asyncpg.Pool, indices: Collection[int]) -> dict[int, str]:
    """The statements as received, with every section, by index."""
    found = await pool.fetch(_SQL["texts"], list(indices))
    return {row["index"]: unpacked(row["compact"]) for row in found}


async def batch(pool: asyncpg.Pool, batch_id: str) -> Row | None:
    """A batch and whom it concerns, if there is one."""
    digest, output = rows.split(batch_id)
    found: Row | None = await pool.fetchrow(_SQL["batch"], rows.raw(digest), output)
    return found


async def batches_left(pool: asyncpg.Pool, party: int, *, after: int, limit: int) -> Sequence[Row]:
    """The batches of which a party holds something, or of which something is on its way to it, by key."""
    found: Sequence[Row] = await pool.fetch(_SQL["batches_left"], party, after, limit)
    return found


async def batches_concerning(
    pool: asyncpg.Pool, party: int, *, after: int, limit: int
) -> Sequence[Row]:
    """The batches that a party made or shipped, or that were shipped to it, by key."""
    found: Sequence[Row] = await pool.fetch(_SQL["batches_concerning"], party, after, limit)
    return found


async def nodes(connection: asyncpg.Connection, indices: Collection[int]) -> dict[int, Row]:
    """The open parts of statements, by index."""
    return {row["index"]: row for row in await connection.fetch(_SQL["trace_nodes"], list(indices))}


async def opened(
    pool: asyncpg.Pool,
    statements: Collection[int],
    reader: int,
    now: datetime,
    *,
    holding: bool = False,
) -> dict[int, frozenset[str]]:
    """The sections of statements that grants open to a reader, by the statements' index.

    `holding` says that the reader is known to hold matter made from all of them.
    """
    found: dict[int, frozenset[str]] = {}
    for row in await pool.fetch(_SQL["opened"], list(statements), reader, now, holding):
        found[row["index"]] = found.get(row["index"], frozenset()).union(row["opened"])
    return found


async def known_to(pool: asyncpg.Pool, party: int) -> frozenset[int]:
    """The parties that have shipped to a party, and those that have accepted what it shipped."""
    return frozenset(row["party"] for row in await pool.fetch(_SQL["known_to"], party))


async def is_known_to(pool: asyncpg.Pool, party: int, other: int) -> bool:
    """Whether `other` has shipped to the party, or accepted what it shipped."""
    answer: bool = await pool.fetchval(_SQL["is_known_to"], party, other)
    return answer


async def party(pool: asyncpg.Pool, party_id: str, at: int) -> Row | None:
    """A party, if there is one at a time in seconds since 1970."""
    found: Row | None = await pool.fetchrow(_SQL["party"], rows.raw(party_id), at)
    return found


async def parties(
    pool: asyncpg.Pool, among: Collection[int] | None, at: int, *, after: int, limit: int
) -> Sequence[Row]:
    """Parties by index: all, or those among the ones given; with the keys that can sign at a time."""
    listed = None if among is None else list(among)
    found: Sequence[Row] = await pool.fetch(_SQL["parties"], after, listed, limit, at)
    return found


async def compromises(
    connection: asyncpg.Connection, keys: Collection[bytes]
) -> dict[bytes, list[Compromise]]:
    """What was told of keys' compromise, by key, in the order of the log."""
    told: dict[bytes, list[Compromise]] = {}
    for row in await connection.fetch(_SQL["compromises"], list(keys)):
        recorded_at = int(row["recorded_at"].timestamp())
        told.setdefault(row["key_id"], []).append(Compromise(row["compromised_from"], recorded_at))
    return told


async def site(pool: asyncpg.Pool, site_id: str) -> Row | None:
    """A site, if there is one."""
    found: Row | None = await pool.fetchrow(_SQL["site"], rows.raw(site_id))
    return found


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
