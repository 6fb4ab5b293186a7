"""Listing and retiring the keys of certificates, beside the running ledger or on its own."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import asyncpg

from . import issuer_keys
from .app import database_beside
from .settings import Settings
from .store import issuer_keys as kept
from .store.issuer_keys import IssuerKey


async def listed(settings: Settings) -> str:
    """Every key, with what has become of it and how many certificates stand by it.

    Raises what keeps the database from being read, as `retired` does.
    """
    async with _connected(settings) as connection:
        every, signed = await kept.every(connection), await kept.signed(connection)
    return "\n".join(_line(each, signed.get(each.id, 0)) for each in every)


async def retired(settings: Settings, name: str, agreed: Callable[[str], bool]) -> str | None:
    """Retire the key that is called so, once whoever asks has `agreed` to what that means; its thumbprint.

    `None` when he has not. `ValueError` when it cannot be retired; `PostgresUnavailable`, `OSError` or
    `asyncpg.PostgresError` of the database.
    """
    async with _connected(settings) as connection:
        key = await issuer_keys.retirable(connection, name)
        number = (await kept.signed(connection)).get(key.id, 0)
        if not agreed(_meaning(key, number)):
            return None
        if not await kept.retire(connection, key.id):
            raise ValueError(f"{key.id} has become the key that signs, or was retired meanwhile")
    return key.id


@asynccontextmanager
async def _connected(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    async with database_beside(settings) as dsn:
        connection = await asyncpg.connect(dsn)
        try:
            yield connection
        finally:
            await connection.close()


def _line(key: IssuerKey, number: int) -> str:
    if key.retired_at is not None:
        state = f"retired {key.retired_at:%Y-%m-%d}"
    else:
        state = "signs now" if key.signs else "replaced"
    standing = "" if key.retired_at is not None else f"; certificates that stand by it: {number:,}"
    return f"{key.id}\n  since {key.added_at:%Y-%m-%d}, {state}{standing}"


def _meaning(key: IssuerKey, number: int) -> str:
    return (
        f"{key.id}\nhas signed {number:,} of the certificates that stand. What it has signed fails to\n"
        "verify from then on, and the ledger revokes it. This cannot be undone."
    )
