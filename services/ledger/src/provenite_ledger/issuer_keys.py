"""The issuer's keys: the one that signs certificates and status lists, those before it, and those that are retired."""

import asyncpg

from provenite_proto.certificate import DidDocument, did_document, did_of
from provenite_proto.certificate.did import MAX_KEYS
from provenite_proto.statement import PublicKey

from .store import issuer_keys
from .store.issuer_keys import IssuerKey

LIST = "provenite-ledger certificate-keys"
RETIRE = "provenite-ledger retire-certificate-key"
FILE = "certificates.pem"


async def sign_with(pool: asyncpg.Pool, key: PublicKey) -> None:
    """Sign with this key from now on, and remember it for good.

    `ValueError` when it is retired, or when there would be more keys than an issuer's document has room for.
    """
    async with pool.acquire() as connection, connection.transaction():
        before = {each.id: each for each in await issuer_keys.every(connection)}
        known = before.get(key.key_id)
        if known is not None and known.retired_at is not None:
            raise ValueError(
                f"{FILE} holds a key that was retired on {known.retired_at:%Y-%m-%d}: what it signs counts no more. "
                "Move the file out of the data folder; the ledger then makes a new key"
            )
        counting = sum(each.retired_at is None for each in before.values())
        if known is None and counting >= MAX_KEYS:
            raise ValueError(
                f"{FILE} holds certificate key number {counting + 1}, and an issuer can have {MAX_KEYS} that are not "
                f"retired: retire one that signs no more with `{RETIRE} KEY`; `{LIST}` lists them"
            )
        await issuer_keys.put(connection, key)
        await issuer_keys.sign_with(connection, key.key_id)


async def document(pool: asyncpg.Pool, origin: str) -> DidDocument:
    """The DID document of the ledger at `origin`."""
    async with pool.acquire() as connection:
        every = await issuer_keys.every(connection)
    return did_document(
        did_of(origin),
        [each.public for each in every if each.retired_at is None],
        [each.public for each in every if each.retired_at is not None],
    )


async def retirable(connection: asyncpg.Connection, name: str) -> IssuerKey:
    """The key that is called so: by its thumbprint, or by the name that it has in the issuer's document.

    `ValueError` says why it cannot be retired.
    """
    thumbprint = name.rpartition("#")[2]
    every = {each.id: each for each in await issuer_keys.every(connection)}
    found = every.get(thumbprint)
    if found is None:
        raise ValueError(f"there is no certificate key {thumbprint} here: `{LIST}` lists them")
    if found.signs:
        raise ValueError(
            f"{thumbprint} is the key that signs now, and has to be replaced before it is retired: move {FILE} out of "
            "the data folder and start the ledger again, which makes a new key"
        )
    if found.retired_at is not None:
        raise ValueError(f"{thumbprint} was retired on {found.retired_at:%Y-%m-%d}")
    return found
