"""What would change, asked in the moment in which a group is committed and the sequencer has not heard of it."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx
import pytest

from provenite_ledger import supposing
from provenite_ledger.sequencer import Sequencer
from provenite_ledger.store.loaded import Entry, Loaded
from provenite_ledger.store.locked import LockedStore
from provenite_proto import paths, token
from provenite_proto.record import Role
from provenite_proto.statement import SigningKey, Statement
from tests.ledger.changing import SHARES, slug
from tests.ledger.inside import (
    ORIGIN,
    Firm,
    ask,
    at_rest,
    found,
    ordering,
    served,
    sign,
    submit,
)
from tests.ledger.running import extraction, newcomer, receipt, transfer


class Unheard(LockedStore):
    """The real store, whose commits are not heard of until it is let go."""

    def __init__(self, dsn: str) -> None:
        super().__init__(dsn)
        self.heard = asyncio.Event()
        self.heard.set()
        self.committed = asyncio.Event()

    async def write(self, entries: Sequence[Entry], loaded: Loaded) -> None:
        await super().write(entries, loaded)
        self.committed.set()
        await self.heard.wait()


@asynccontextmanager
async def unheard(
    store: Unheard, sequencer: Sequencer, *statements: Statement
) -> AsyncIterator[None]:
    """Inside, the statements are in the database, and the sequencer has not heard of it."""
    store.committed.clear()
    store.heard.clear()
    submitting = asyncio.create_task(submit(sequencer, *statements))
    await store.committed.wait()
    try:
        yield
    finally:
        store.heard.set()
        await submitting


async def post(
    client: httpx.AsyncClient, firm: Firm, path: str, content: str, media_type: str
) -> httpx.Response:
    bearer = token.issue(
        key=firm.key, audience=ORIGIN, now=int(time.time()), jti=secrets.token_urlsafe(16)
    )
    headers = {"Authorization": f"Bearer {bearer}", "Content-Type": media_type}
    return await client.post(path, content=content, headers=headers)


async def suppose(client: httpx.AsyncClient, firm: Firm, statement: Statement) -> httpx.Response:
    return await post(client, firm, paths.SUPPOSED, statement.compact, "application/sd-jwt")


async def test_what_is_committed_is_supposed_once_it_is_heard_of(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        Unheard(dsn) as store,
        ordering(store) as sequencer,
        at_rest(dsn, sequencer) as follower,
        served(dsn, sequencer, follower) as client,
    ):
        registrar, refiner = await found(sequencer, Role.REFINER)
        key = SigningKey.generate()
        party, mined = registrar.sign(newcomer(key, Role.MINER)), sign(extraction("10"), key)
        shipped = sign(transfer(f"{mined.digest}.0", refiner.id, "10"), key)
        received = refiner.sign(receipt(f"{shipped.digest}.0"))
        async with unheard(store, sequencer, party, mined, shipped):
            with monkeypatch.context() as impatient:
                impatient.setattr(supposing, "PATIENCE_SECONDS", 0)
                answered = await suppose(client, refiner, received)
            assert slug(answered) == "ledger-unavailable"
            waiting = asyncio.create_task(suppose(client, refiner, received))
        told = await waiting
        assert told.status_code == 200, told.text
        assert told.json()["size"] == sequencer.size == 5


async def test_what_is_looked_at_is_before_the_size_that_is_told(dsn: str) -> None:
    async with (
        Unheard(dsn) as store,
        ordering(store) as sequencer,
        at_rest(dsn, sequencer) as follower,
        served(dsn, sequencer, follower) as client,
    ):
        _, miner = await found(sequencer, Role.MINER)
        mined, other = miner.mined(count=2)
        async with unheard(store, sequencer, mined, other):
            path = paths.certificate_consequences(mined.digest)
            for answered in (
                await post(client, miner, f"{paths.IMPACT}?policy={SHARES}", "", "text/plain"),
                await ask(client, miner, path),
                await ask(client, miner, path, ifRetracted="true"),
            ):
                assert answered.json()["size"] == 4, answered.text
