"""Faults around a commit, each injected twice: what was being written is lost, or it persists and the answer is lost.

Whatever happens, no acknowledged statement is lost, none is counted twice, the indices have no gap, and whoever
submitted learns either the result or that submitting again is safe. The faults wrap the real store, on a real
PostgreSQL.
"""

import asyncio
import errno
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from provenite_ledger.admitting import Admitted
from provenite_ledger.postgres import EmbeddedPostgres
from provenite_ledger.postgres.account import give_to_server
from provenite_ledger.publishing import publisher
from provenite_ledger.publishing.folder import Folder, GuardFile
from provenite_ledger.publishing.opening import Disk
from provenite_ledger.sequencer import LedgerUnavailable, Sequencer
from provenite_ledger.settings import Settings
from provenite_ledger.starting import disk
from provenite_ledger.store.loaded import Entry, Loaded
from provenite_ledger.store.locked import LockedStore
from provenite_proto import paths
from provenite_proto.log import Tiles, open_checkpoint, root
from provenite_proto.record import Role
from provenite_proto.statement import Statement
from tests.ledger.failing import POINTS, Fault, failing
from tests.ledger.inside import (
    admitted,
    at_rest,
    connected,
    found,
    log_of,
    new_database,
    ordering,
    recorded,
    sequencer_pid,
    served,
    submit,
    taken_over,
)
from tests.needs import lack

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


async def check(dsn: str, sequencer: Sequencer, parties: int, *statements: Statement) -> None:
    """The log has the parties and these statements, each once, and answers each as it did before."""
    log = await log_of(dsn)
    assert sorted(log[parties:]) == sorted(statement.digest for statement in statements)
    again = await recorded(sequencer, *statements)
    assert not any(answer.fresh for answer in again)
    assert [answer.submitted.index for answer in again] == [
        log.index(statement.digest) for statement in statements
    ]
    assert sequencer.size == len(log)
    async with connected(dsn) as connection:
        batches = await connection.fetchval("select count(*) from batch")
    assert batches == len(statements)


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


class SmallDisk:
    """A filesystem of a few megabytes, for a tablespace of its own; `fill` leaves no room in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        with self._ballast.open("wb", buffering=0) as file, pytest.raises(OSError, match="space"):
            while True:
                file.write(bytes(4096))

    def free(self) -> None:
        self._ballast.unlink()


@pytest.fixture
def small_disk() -> Iterator[SmallDisk]:
    folder = Path(tempfile.mkdtemp(prefix="provenite-disk-"))
    folder.chmod(0o711)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "provenite-test", folder],
        capture_output=True,
        check=False,
    )
    try:
        if mounted.returncode:
            lack("needs root", hint="to mount a small filesystem")
        (folder / "space").mkdir()
        give_to_server(folder / "space")
        yield SmallDisk(folder)
        subprocess.run(["umount", "--lazy", folder], check=True)
    finally:
        folder.rmdir()


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
        if persisted:
            store.strikes.append(full)
        else:
            await full()
        group = miner.mined(count=200)
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
        await connection.execute(f"create tablespace small location '{disk.folder / 'space'}'")
        dsn = await new_database(postgres, tablespace="small")
        yield dsn
        name = urlsplit(dsn).path.removeprefix("/")
        await connection.execute(f"drop database {name} with (force)")
        await connection.execute("drop tablespace small")


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
@pytest.mark.parametrize("point", ["commit", *POINTS])
async def test_the_worker_is_killed_before_it_answers(
    dsn: str, tmp_path: Path, point: str, *, persisted: bool
) -> None:
    """At the commit, or between it and the files of the log, and those and the guard, and that and the checkpoint."""
    async with LockedStore(dsn) as store, ordering(store, folder=tmp_path) as sequencer:
        _, miner = await found(sequencer, Role.MINER)
        (early,) = miner.mined()
        await recorded(sequencer, early)
        await store.put_log_key(str(sequencer.publisher.published.key))
    group = miner.mined(count=20)
    when = "after" if persisted else "before"
    worker = await asyncio.to_thread(die, dsn, tmp_path, point, when, group)
    assert worker.returncode == -signal.SIGKILL, worker.stderr
    assert worker.stdout == ""
    committed = persisted or point != "commit"
    async with taken_over(dsn, tmp_path) as sequencer:
        assert sequencer.size == sequencer.publisher.size == (23 if committed else 3)
        answers = await recorded(sequencer, *group)
        assert [answer.fresh for answer in answers] == [not committed] * 20
        await check(dsn, sequencer, 2, early, *group)
        await check_log(sequencer, tmp_path)


def die(
    dsn: str, folder: Path, point: str, when: str, statements: list[Statement]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.ledger.dying", dsn, folder, point, when],
        input="\n".join(statement.compact for statement in statements),
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def check_log(sequencer: Sequencer, folder: Path) -> None:
    """What is public is all of it, and is what the guard holds; each statement has its proof."""
    published = sequencer.publisher.published
    note = (folder / "log/checkpoint").read_bytes()
    assert note == (folder / "guard/checkpoint").read_bytes() == published.public
    checkpoint = open_checkpoint(note, published.key)
    assert checkpoint.size == sequencer.size
    tiles = Tiles(checkpoint.size, lambda tile: (folder / "log" / tile.path).read_bytes())
    assert root(checkpoint.size, tiles.read) == checkpoint.root


@PERSISTED
@pytest.mark.parametrize("point", POINTS)
async def test_the_log_cannot_be_written(
    dsn: str, tmp_path: Path, point: str, *, persisted: bool
) -> None:
    """The answer says that it is unknown; what is recorded is published as soon as that can be done."""
    fault = Fault(_no_space, lasting=True)
    fault.persisted = persisted
    places = failing(disk(Settings(data=tmp_path)), fault)
    async with (
        LockedStore(dsn) as store,
        ordering(store, folder=tmp_path, places=places, patience=0) as sequencer,
    ):
        _, miner = await found(sequencer, Role.MINER)
        (early,) = miner.mined()
        await recorded(sequencer, early)
        group = miner.mined(count=5)
        fault.point = point
        for statement in group[:3]:
            with pytest.raises(LedgerUnavailable):
                await submit(sequencer, statement)
        # What is public needs no writing.
        assert not (await recorded(sequencer, early))[0].fresh
        assert sequencer.publisher.size == 3
        fault.point = None
        answers = await recorded_in_time(sequencer, *group)
        assert [answer.fresh for answer in answers] == [False, False, False, True, True]
        await check(dsn, sequencer, 2, early, *group)
        await check_log(sequencer, tmp_path)


def _no_space() -> None:
    raise OSError(errno.ENOSPC, "injected")


async def recorded_in_time(sequencer: Sequencer, *statements: Statement) -> list[Admitted]:
    """Submit until the log is written again."""
    async with asyncio.timeout(10):
        while True:
            try:
                return await recorded(sequencer, *statements)
            except LedgerUnavailable:
                await asyncio.sleep(0.05)


async def test_the_disk_of_the_log_is_full(dsn: str, tmp_path: Path, small_disk: SmallDisk) -> None:
    """A real filesystem without room, for the log and its guard alone."""
    places = Disk(
        Folder(small_disk.folder / "log"), GuardFile(small_disk.folder / "guard/checkpoint")
    )
    async with (
        LockedStore(dsn) as store,
        ordering(store, folder=tmp_path, places=places, patience=0) as sequencer,
    ):
        _, miner = await found(sequencer, Role.MINER)
        small_disk.fill()
        group = miner.mined(count=600)
        with pytest.raises(LedgerUnavailable):
            await submit(sequencer, *group)
        small_disk.free()
        assert len(await recorded_in_time(sequencer, *group)) == 600
        await check(dsn, sequencer, 2, *group)
        await check_log(sequencer, small_disk.folder)


async def test_more_waits_while_nothing_can_be_published(
    dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is committed beyond a bound that could not be answered for."""
    monkeypatch.setattr(publisher, "MAX_BEHIND", 5)
    fault = Fault(_no_space, lasting=True)
    places = failing(disk(Settings(data=tmp_path)), fault)
    async with (
        LockedStore(dsn) as store,
        ordering(store, folder=tmp_path, places=places, patience=0.1) as sequencer,
    ):
        _, miner = await found(sequencer, Role.MINER)
        fault.point = "tiles"
        group = miner.mined(count=20)
        for statement in group:
            with pytest.raises(LedgerUnavailable):
                await submit(sequencer, statement)
        assert sequencer.size == 2 + 6
        fault.point = None
        answers = await recorded_in_time(sequencer, *group)
        assert [answer.fresh for answer in answers].count(False) == 6
        await check(dsn, sequencer, 2, *group)
        await check_log(sequencer, tmp_path)


async def test_nothing_is_signed_once_somebody_else_has_signed(dsn: str, tmp_path: Path) -> None:
    """A second ledger with the same keys and guard, on another database."""
    async with LockedStore(dsn) as store, ordering(store, folder=tmp_path) as sequencer:
        _, miner = await found(sequencer, Role.MINER)
        guard = tmp_path / "guard/checkpoint"
        note = guard.read_bytes()
        forked = note.replace(b"\n2\n", b"\n3\n")
        guard.write_bytes(forked)
        (statement,) = miner.mined()
        with pytest.raises(LedgerUnavailable):
            await submit(sequencer, statement)
        with pytest.raises(LedgerUnavailable):
            await submit(sequencer, *miner.mined())
        assert not sequencer.running
        assert guard.read_bytes() == forked
        assert sequencer.publisher.published.public == note
        assert (tmp_path / "log/checkpoint").read_bytes() == note


async def test_the_database_loses_what_it_had_committed(dsn: str, tmp_path: Path) -> None:
    """As when a replica takes over that lacked the last statements."""
    async with LockedStore(dsn) as store, ordering(store, folder=tmp_path, patience=0) as sequencer:
        _, miner = await found(sequencer, Role.MINER)
        (before,) = await recorded(sequencer, *miner.mined())
        note = sequencer.publisher.published.public
        async with connected(dsn) as connection:
            await connection.execute("select pg_terminate_backend($1)", await sequencer_pid(dsn))
            await connection.execute(
                "delete from batch where key >= 1024 * 2; delete from making where index = 2; "
                "delete from statement where index = 2; "
                "update tree set size = 2, edge = substr(edge, 1, 32)"
            )
        with pytest.raises(LedgerUnavailable):
            await submit(sequencer, *miner.mined())
        with pytest.raises(LedgerUnavailable):
            await submit(sequencer, *miner.mined())
        assert not sequencer.running
        assert (tmp_path / "guard/checkpoint").read_bytes() == note
        assert before.submitted.index == 2


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
