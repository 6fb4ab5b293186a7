"""Policies as the tables keep them: each for good by its digest, and whose own it is."""

from collections.abc import Iterable, Sequence

import asyncpg

from provenite_proto.policy import Policy, definition, digest
from provenite_proto.statement import base64url

from .named import load

_SQL = load("policies.sql")
MAX_OWN = 100
"""Policies that a party can register."""
MAX_SETTINGS = 1_000
"""Settings of the catalogue's policies with which a party can be answered."""


async def keep(
    connection: asyncpg.Connection, policies: Iterable[Policy], settings: str = ""
) -> None:
    """Keep policies for good; `settings` are the parameters that were set, as they are asked for."""
    kept = {_key(each): each for each in policies}
    await connection.execute(
        _SQL["keep"],
        list(kept),
        [definition(each) for each in kept.values()],
        [each.id for each in kept.values()],
        [settings for _ in kept],
    )


async def defined(pool: asyncpg.Pool, key: bytes) -> bytes | None:
    """The definition of the policy with this digest, if one is kept."""
    found: bytes | None = await pool.fetchval(_SQL["definition"], key)
    return found


async def register(pool: asyncpg.Pool, policy: Policy, party: int) -> bool:
    """Keep a policy of a party's own; false, and nothing is kept, when it has as many as it can have."""
    return await _use(pool, policy, party, policy.id, "")


async def set_by(pool: asyncpg.Pool, policy: Policy, settings: str, party: int) -> bool:
    """Keep a policy of the catalogue as a party has set it; false when it has set as many as it can."""
    return await _use(pool, policy, party, None, settings)


async def own(pool: asyncpg.Pool, party: int) -> Sequence[bytes]:
    """The definitions of the policies that a party has registered, in the order in which it did."""
    return [row["definition"] for row in await pool.fetch(_SQL["own"], party)]


async def own_named(pool: asyncpg.Pool, name: str, party: int) -> bytes | None:
    """The definition of the policy that a party has registered last under an id."""
    found: bytes | None = await pool.fetchval(_SQL["own_named"], party, name)
    return found


async def _use(
    pool: asyncpg.Pool, policy: Policy, party: int, name: str | None, settings: str
) -> bool:
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            await connection.execute(_SQL["one_at_a_time"], party)
            await keep(connection, [policy], settings)
            if name is None:
                await connection.execute(_SQL["set"], _key(policy), party)
            else:
                await connection.execute(_SQL["register"], _key(policy), party, name)
            counts = await connection.fetchrow(_SQL["counts"], party)
            allowed: bool = counts["own"] <= MAX_OWN and counts["settings"] <= MAX_SETTINGS
        except BaseException:
            await transaction.rollback()
            raise
        await (transaction.commit() if allowed else transaction.rollback())
    return allowed


def _key(policy: Policy) -> bytes:
    return base64url.decode(digest(policy))
