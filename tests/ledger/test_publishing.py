"""Faults between a commit and its answer, each injected twice: what was being written of the log is lost, or it persists
and nobody hears of it.

Whatever happens, nothing that is recorded is lost, nothing is signed that contradicts what was signed, and what was
held up is published as soon as that can be done. The faults wrap real files, on a real PostgreSQL.
"""

import asyncio
import errno
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from provenite_ledger.admitting import Admitted
from provenite_ledger.publishing import publisher
from provenite_ledger.publishing.folder import Folder, GuardFile
from provenite_ledger.publishing.opening import Disk
from provenite_ledger.sequencer import LedgerUnavailable, Sequencer
from provenite_ledger.settings import Settings
from provenite_ledger.starting import disk
from provenite_ledger.store.locked import LockedStore
from provenite_proto.log import Tiles, open_checkpoint, root
from provenite_proto.record import Role
from provenite_proto.statement import Statement
from tests.ledger.disks import SmallDisk
from tests.ledger.failing import POINTS, Fault, failing
from tests.ledger.inside import (
    check,
    connected,
    found,
    ordering,
    recorded,
    sequencer_pid,
    submit,
    taken_over,
)

PERSISTED = pytest.mark.parametrize("persisted", [False, True], ids=["lost", "persisted"])


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
