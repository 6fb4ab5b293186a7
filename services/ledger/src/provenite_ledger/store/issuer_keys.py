"""The keys with which certificates and status lists are signed, as the table keeps them."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg
import msgspec

from provenite_proto.record import Jwk
from provenite_proto.statement import PublicKey

from . import rows
from .named import load
from .rows import Row

_SQL = load("issuer_keys.sql")


class IssuerKey(msgspec.Struct, frozen=True):
    """A key: since when it has signed, whether it is the one that signs now, and since when it is retired."""

    public: PublicKey
    added_at: datetime
    signs: bool
    retired_at: datetime | None

    @property
    def id(self) -> str:
        """Its RFC 7638 thumbprint."""
        return self.public.key_id


async def every(connection: asyncpg.Connection) -> Sequence[IssuerKey]:
    """Every key that has signed, the newest first; behind them those that are retired, the last one first."""
    return [
        IssuerKey(
            PublicKey(msgspec.json.decode(row["jwk"], type=Jwk)),
            row["added_at"],
            row["signs"],
            row["retired_at"],
        )
        for row in await connection.fetch(_SQL["every"])
    ]


async def put(connection: asyncpg.Connection, key: PublicKey) -> None:
    """Remember for good that this key signs."""
    jwk = msgspec.json.encode(key.jwk).decode()
    await connection.execute(_SQL["put"], rows.raw(key.key_id), jwk)


async def sign_with(connection: asyncpg.Connection, key: str) -> None:
    """The key (its id) is the one that signs."""
    await connection.execute(_SQL["sign_with"], rows.raw(key))


async def retire(connection: asyncpg.Connection, key: str) -> bool:
    """Retire a key for good; whether it was there to be retired, which the one that signs is not."""
    return await connection.fetchval(_SQL["retire"], rows.raw(key)) is not None


async def retired(pool: asyncpg.Pool) -> Sequence[str]:
    """The ids of the keys that are retired."""
    return [rows.text(row["key_id"]) for row in await pool.fetch(_SQL["retired"])]


async def standing_by(
    pool: asyncpg.Pool, key: str, now: datetime, *, after: bytes, limit: int
) -> Sequence[Row]:
    """Certificates that a key (its id) has signed and that are neither revoked nor over, by credential, after one."""
    found: Sequence[Row] = await pool.fetch(_SQL["standing_by"], rows.raw(key), after, now, limit)
    return found


async def signed(connection: asyncpg.Connection) -> dict[str, int]:
    """How many certificates that are neither revoked nor over each key has signed."""
    found = await connection.fetch(_SQL["signed"])
    return {rows.text(row["key_id"]): row["number"] for row in found}
