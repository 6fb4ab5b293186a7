"""Policies as the tables keep them: each for good by its digest, and whose own it is."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import asyncpg

from provenite_proto.policy import Policy, definition, digest
from provenite_proto.statement import base64url

from .named import load
from .rows import Row

_SQL = load("policies.sql")
MAX_OWN = 100
"""Policies that a party can register."""
MAX_OWN_LENSES = 100
"""Lenses in all the policies that a party can register: through each of them content may be computed and kept."""
MAX_SETTINGS = 1_000
"""Settings of the catalogue's policies with which a party can be answered."""


class Own(NamedTuple):
    """A policy that a party has registered: its definition, since when, and whether its id means a later one."""

    definition: bytes
    registered_at: datetime
    replaced: bool


class VersionTaken(Exception):
    """A party has another policy of the same id and version, since `registered_at`."""

    def __init__(self, registered_at: datetime) -> None:
        super().__init__(f"since {registered_at:%Y-%m-%d}")
        self.registered_at = registered_at


class Limit(NamedTuple):
    """What a party can have so many of."""

    most: int
    what: str


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
        [len(each.lens) for each in kept.values()],
    )


async def defined(pool: asyncpg.Pool, key: bytes) -> bytes | None:
    """The definition of the policy with this digest, if one is kept."""
    found: bytes | None = await pool.fetchval(_SQL["definition"], key)
    return found


async def register(pool: asyncpg.Pool, policy: Policy, party: int) -> Limit | None:
    """Keep a policy of a party's own; nothing is kept when the party would have more than the limit that is returned.

    One that it has already stays as it is; `VersionTaken` when another has its id and version.
    """
    return await _use(pool, policy, party, policy.id, "")


async def set_by(pool: asyncpg.Pool, policy: Policy, settings: str, party: int) -> Limit | None:
    """Keep a policy of the catalogue as a party has set it, unless it would have more than the limit that is returned."""
    return await _use(pool, policy, party, None, settings)


async def own(pool: asyncpg.Pool, party: int, only: Policy | None = None) -> Sequence[Own]:
    """The policies that a party has registered, or `only` this one, in the order in which it did."""
    wanted = None if only is None else _key(only)
    return [Own(**row) for row in await pool.fetch(_SQL["own"], party, wanted)]


async def own_named(pool: asyncpg.Pool, name: str, party: int) -> bytes | None:
    """The definition of the policy that a party has registered last under an id."""
    found: bytes | None = await pool.fetchval(_SQL["own_named"], party, name)
    return found


async def _use(
    pool: asyncpg.Pool, policy: Policy, party: int, name: str | None, settings: str
) -> Limit | None:
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            await connection.execute(_SQL["one_at_a_time"], party)
            await keep(connection, [policy], settings)
            if name is None:
                await connection.execute(_SQL["set"], _key(policy), party)
            else:
                own = (_key(policy), party, name, policy.version)
                taken = await connection.fetchval(_SQL["taken"], *own)
                if taken is not None:
                    raise VersionTaken(taken)
                await connection.execute(_SQL["register"], *own)
            counts = await connection.fetchrow(_SQL["counts"], party)
            reached = _reached(counts)
        except BaseException:
            await transaction.rollback()
            raise
        await (transaction.commit() if reached is None else transaction.rollback())
    return reached


def _reached(counts: Row) -> Limit | None:
    """The limit that a party is beyond."""
    for limit, count in (
        (Limit(MAX_OWN, "policies can be registered"), counts["own"]),
        (
            Limit(MAX_OWN_LENSES, "lenses can be in the policies that are registered"),
            counts["lenses"],
        ),
        (Limit(MAX_SETTINGS, "settings of policies can be asked for"), counts["settings"]),
    ):
        if count > limit.most:
            return limit
    return None


def _key(policy: Policy) -> bytes:
    return base64url.decode(digest(policy))
