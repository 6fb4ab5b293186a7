"""Faults around a commit, each injected twice: what was being written is lost, or it persists and the answer is lost.

Whatever happens, no acknowledged statement is lost, none is counted twice, the indices have no gap, and whoever
submitted learns either the result or that submitting again is safe. The faults wrap the real store, on a real
PostgreSQL.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx
import pytest

from provenite_ledger.postgres import EmbeddedPostgres
from provenite_ledger.store.loaded import Entry, Loaded
from provenite_ledger.store.locked import LockedStore
from provenite_ledger.unavailable import LedgerUnavailable
from provenite_proto import paths
from provenite_proto.record import Role
from provenite_proto.statement import Statement
from tests.ledger.disks import SmallDisk
from tests.ledger.inside import (
    admitted,
    at_rest,
    check,
    connected,
    found,
    new_database,
    ordering,
    recorded,
    sequencer_pid,
    served,
    submit,
)

Strike = Callable[[], Awaitable[None]]
PERSISTED = pytest.mark.parametrize("persisted", [False, True], ids=["lost", "persisted"])


class AnswerLost(LockedStore):
    """The real store, whose next commits persist but are never heard of: one for each strike."""

    def __init__(self, dsn: str) -> None:
        super().__init__(dsn)
        self.strikes: list[Strike] = []

    async def write(self, entries: Sequence[Entry], loaded: Loaded) -> None:
        await super().write(entries, loaded)
        if self.strikes:
            await self.strikes.pop()()
            raise ConnectionResetError("injected")


WAITING = """
select exists (select from pg_locks where relation = 'batch'::regclass and not granted)
"""


@asynccontextmanager
async def half_written(dsn: str) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Nobody can commit batches; gives what waits until a group's statements are written and its batches are not."""
    async with connected(dsn) as connection, connected(dsn) as watching:
        await connection.execute("begin; lock table batch in exclusive mode")

        async def waiting() -> None:
            async with asyncio.timeout(10):
                while not await watching.fetchval(WAITING):  # noqa: ASYNC110 # the server tells nobody
                    await asyncio.sleep(0.01)

        yield waiting


@asynccontextmanager
async def fault(
    dsn: str, store: AnswerLost, strike: Strike, *, persisted: bool
) -> AsyncIterator[None]:
    """What is submitted herein is struck once: after its commit, or in the middle of its transaction."""
    if persisted:
        store.strikes.append(strike)
        yield
        assert not store.strikes
        return

    async def hit() -> None:
        async with half_written(dsn) as waiting:
            ready.set()
            await waiting()
            await strike()

    ready = asyncio.Event()
    hitting = asyncio.create_task(hit())
    await ready.wait()
    yield
    await hitting


def losing_the_connection(dsn: str) -> Strike:
    async def strike() -> None:
        async with connected(dsn) as connection:
            await connection.execute("select pg_terminate_backend($1)", await sequencer_pid(dsn))

    return strike


def killing(postgres: EmbeddedPostgres, dsn: str) -> Strike:
    async def strike() -> None:
        backend = await sequencer_pid(dsn)
        assert postgres.pid is not None
        # The backend first: alone it might still finish what it does.
        os.kill(backend, signal.SIGKILL)
        os.kill(postgres.pid, signal.SIGKILL)

    return strike


@PERSISTED
@pytest.mark.parametrize("kind", ["connection", pytest.param("server", marks=pytest.mark.slow)])
async def test_lost_at_commit(
    dsn: str, postgres: EmbeddedPostgres, kind: str, *, persisted: bool
) -> None:
    strike = losing_the_connection(dsn) if kind == "connection" else killing(postgres, dsn)
    async with AnswerLost(dsn) as store, ordering(store, patience=30) as sequencer:
        _, miner = await found(sequencer, Role.MINER)
        (early,) = miner.mined()
        (acknowledged,) = await recorded(sequencer, early)
        group = miner.mined(count=20)
        async with fault(dsn, store, strike, persisted=persisted):
            answers = admitted(await submit(sequencer, *group))
        assert [answer.fresh for answer in answers] == [not persisted] * 20
        assert [answer.submitted.index for answer in answers] == list(range(3, 23))
        (again,) = await recorded(sequencer, early)
        assert again.submitted == acknowledged.submitted
        await check(dsn, sequencer, 2, early, *group)


@PERSISTED
async def test_lost_at_commit_over_http(dsn: str, *, persisted: bool) -> None:
    async with (
        AnswerLost(dsn) as store,
        ordering(store, patience=0) as sequencer,
        at_rest(dsn, sequencer) as follower,
        served(dsn, sequencer, follower) as client,
    ):
        _, miner = await found(sequencer, Role.MINER)
        (statement,) = miner.mined()
        async with fault(dsn, store, losing_the_connection(dsn), persisted=persisted):
            answer = await send(client, statement)
        assert answer.status_code == 503
        assert answer.json()["type"] == "urn:provenite:problem:ledger-unavailable"
        assert "never recorded twice" in answer.json()["remedy"]
        assert answer.headers["retry-after"] == "1"
        again = await send(client, statement)
        assert again.status_code == (200 if persisted else 201)
        assert again.json()["index"] == 2
        await check(dsn, sequencer, 2, statement)


async def send(client: httpx.AsyncClient, statement: Statement) -> httpx.Response:
    return await client.post(
        paths.STATEMENTS,
        content=statement.compact,
        headers={"Content-Type": "application/sd-jwt"},
    )


@PERSISTED
async def test_the_disk_is_full(
    postgres: EmbeddedPostgres, small_disk: SmallDisk, *, persisted: bool
) -> None:
    """A real filesystem without room; what persisted anyway did so before it was full."""

    async def full() -> None:
        small_disk.fill()

    async with (
        on_disk(postgres, small_disk) as dsn,
        AnswerLost(dsn) as store,
        ordering(store, patience=0) as sequencer,
    ):
        _, miner = await found(sequencer, Role.MINER)
        (early,) = miner.mined()
        (acknowledged,) = await recorded(sequencer, early)
        group = miner.mined(count=200)
        async with connected(dsn) as first:
            # The first connection after a change of the catalogue writes a file, and ends when it cannot.
            await first.execute("select 1")
        if persisted:
            store.strikes.append(full)
        else:
            await full()
        with pytest.raises(LedgerUnavailable):
            await submit(sequencer, *group)
        # What is known needs no room.
        (again,) = await recorded(sequencer, early)
        assert again.submitted == acknowledged.submitted
        if not persisted:
            with pytest.raises(LedgerUnavailable):
                await submit(sequencer, *group)
        small_disk.free()
        answers = await recorded(sequencer, *group)
        assert [answer.fresh for answer in answers] == [not persisted] * 200
        assert [answer.submitted.index for answer in answers] == list(range(3, 203))
        await check(dsn, sequencer, 2, early, *group)


@asynccontextmanager
async def on_disk(postgres: EmbeddedPostgres, disk: SmallDisk) -> AsyncIterator[str]:
    """A database on the disk; its DSN. Gone afterwards, for the disk goes too."""
    async with connected(postgres.dsn) as connection:
        # It changes the catalogue when it pleases, after which no connection can begin without room for a file.
        await connection.execute("alter system set autovacuum = off")
        await connection.execute("select pg_reload_conf()")
        await connection.execute(f"create tablespace small location '{disk.folder / 'space'}'")
        dsn = await new_database(postgres, tablespace="small")
        try:
            yield dsn
        finally:
            # Without its disk a tablespace keeps the server, which other tests use too, from starting again.
            name = urlsplit(dsn).path.removeprefix("/")
            await connection.execute(f"drop database {name} with (force)")
            await connection.execute("drop tablespace small")
            await connection.execute("alter system reset autovacuum")
            await connection.execute("select pg_reload_conf()")


@PERSISTED
async def test_the_server_says_that_its_disk_is_full(dsn: str, *, persisted: bool) -> None:
    """SQLSTATE 53100, raised by the server in the group's transaction: on any machine, without a full disk."""
    async with AnswerLost(dsn) as store, ordering(store, patience=0) as sequencer:
        _, miner = await found(sequencer, Role.MINER)
        group = miner.mined(count=5)
        async with connected(dsn) as connection:

            async def full() -> None:
                await connection.execute(DISK_FULL)

            if persisted:
                store.strikes.append(full)
            else:
                await full()
            with pytest.raises(LedgerUnavailable):
                await submit(sequencer, *group)
            await connection.execute("drop trigger full_disk on batch")
        answers = await recorded(sequencer, *group)
        assert [answer.fresh for answer in answers] == [not persisted] * 5
        await check(dsn, sequencer, 2, *group)


DISK_FULL = """
create function full_disk() returns trigger language plpgsql as
$$ begin raise exception 'could not extend file' using errcode = 'disk_full'; end $$;
create trigger full_disk before insert on batch for each row execute function full_disk();
"""


@PERSISTED
async def test_the_clock_steps_back_when_the_connection_is_lost(
    dsn: str, *, persisted: bool
) -> None:
    now = datetime.now(UTC)
    ahead = now + timedelta(hours=1)
    times = iter([now, ahead])
    async with (
        AnswerLost(dsn) as store,
        ordering(store, clock=lambda: next(times, now)) as sequencer,
    ):
        _, miner = await found(sequencer, Role.MINER)
        first, second = miner.mined(count=2)
        async with fault(dsn, store, losing_the_connection(dsn), persisted=persisted):
            (struck_answer,) = await recorded(sequencer, first)
        (after,) = await recorded(sequencer, second)
        # A time that was not recorded binds nobody.
        expected = ahead if persisted else now
        assert struck_answer.submitted.recorded_at == expected
        assert after.submitted.recorded_at == expected
        assert sequencer.running
        await check(dsn, sequencer, 2, first, second)
