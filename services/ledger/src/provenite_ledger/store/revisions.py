"""What late statements have changed of the content of earlier batches."""

from collections.abc import Collection, Sequence

import asyncpg
import msgspec

from provenite_proto.replay.reach import Reach

from . import rows
from .named import load
from .rows import Row

_SQL = load("contents.sql")
_MAX_PENDING = 5_000
_MAX_UPSTREAM = 5_000
_decode_reach = msgspec.json.Decoder(Reach).decode


async def late(pool: asyncpg.Pool, digest: str) -> Row | None:
    """How far a statement is worked out, if there is one; `done` is null when it can change nothing."""
    found: Row | None = await pool.fetchrow(_SQL["late"], rows.raw(digest))
    return found


async def overtaken(pool: asyncpg.Pool, size: int) -> bool:
    """Whether content is revised already by a statement that is not among the first `size`."""
    found: bool = await pool.fetchval(_SQL["overtaken"], size)
    return found


async def reaches(pool: asyncpg.Pool, roots: Collection[int], size: int) -> bool:
    """Whether a statement before `size` that is still to be worked in may change what batches hold that were made.

    It is not looked for among more than so many statements: then one may.
    """
    pending = await pool.fetch(_SQL["pending"], size, _MAX_PENDING + 1)
    if not pending:
        return False
    upstream = await pool.fetch(_SQL["upstream"], list(roots), _MAX_UPSTREAM + 1)
    if len(pending) > _MAX_PENDING or len(upstream) > _MAX_UPSTREAM:
        return True
    found = await pool.fetch(_SQL["entries"], [row["index"] for row in upstream])
    ids = {
        name: {rows.text(row[name]) for row in found if row[name]}
        for name in ("digest", "site", "issuer")
    }
    for reach in (_decode_reach(row["reach"]) for row in pending):
        # Through attestations a key or an accreditation reaches what it does not name.
        if reach.keys or reach.accredited:
            return True
        if (
            not reach.statements.isdisjoint(ids["digest"])
            or not reach.sites.isdisjoint(ids["site"])
            or not reach.parties.isdisjoint(ids["issuer"])
        ):
            return True
    return False


async def changed(
    pool: asyncpg.Pool, digest: str, party: int, *, after: int, limit: int
) -> Sequence[Row]:
    """The batches that a statement has changed and that may concern a party, by key."""
    found: Sequence[Row] = await pool.fetch(
        _SQL["revisions"], rows.raw(digest), after, party, limit
    )
    return found
