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
from provenite_ledger.publishing.storage import Disk
from provenite_ledger.sequencer import Sequencer
from provenite_ledger.settings import Settings
from provenite_ledger.starting import disk
from provenite_ledger.store.locked import LockedStore
from provenite_ledger.unavailable import LedgerUnavailable
from provenite_proto.log import (
    Bundle,
    Edge,
    NoteKey,
    Tile,
    Tiles,
    decode_bundle,
    leaf_hash,
    new_bundles,
    open_checkpoint,
    root,
)
from provenite_proto.record import Role
from provenite_proto.statement import Statement
from tests.ledger.disks import SmallDisk
from tests.ledger.failing import PUBLISHING, SHOWING, Fault, failing
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
@pytest.mark.parametrize("point", ["commit", *PUBLISHING, *SHOWING])
async def test_the_worker_is_killed_before_it_answers(
    dsn: str, tmp_path: Path, point: str, *, persisted: bool
) -> None:
    """At the commit, or between it and the tiles, and those and the guard; or behind that, at the public checkpoint."""
    async with LockedStore(dsn) as store, ordering(store, folder=tmp_path) as sequencer:
        _, miner = await found(sequencer, Role.MINER)
        (early,) = miner.mined()
        await recorded(sequencer, early)
        await store.put_log_key(str(sequencer.publisher.published.key))
    # A tile will be full.
    group = miner.mined(count=260)
    when = "after" if persisted else "before"
    worker = await asyncio.to_thread(die, dsn, tmp_path, point, when, group)
    assert worker.returncode == -signal.SIGKILL, worker.stderr
    # What is behind the answer may be done before it.
    assert worker.stdout == "" or point in SHOWING
    committed = persisted or point != "commit"
    async with taken_over(dsn, tmp_path) as sequencer:
        assert sequencer.size == sequencer.publisher.size == (263 if committed else 3)
        answers = await recorded(sequencer, *group)
        assert [answer.fresh for answer in answers] == [not committed] * 260
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
    """What is public is all of it, and is what the guard holds, and soon what the files are."""
    published = sequencer.publisher.published
    note = (folder / "guard/checkpoint").read_bytes()
    assert note == published.public
    async with asyncio.timeout(10):
        while Folder(folder / "log").read("checkpoint") != note:  # noqa: ASYNC110 # files have no event
            await asyncio.sleep(0.02)
    assert check_files(published.key, folder) == sequencer.size


def check_files(key: NoteKey, folder: Path) -> int:
    """The files are those of a log to whoever reads the checkpoint first; its size."""
    log = Folder(folder / "log")
    checkpoint = open_checkpoint(log.read("checkpoint") or b"", key)

    def read(named: Tile | Bundle) -> bytes:
        # As other readers do: a part may be gone once the whole is there.
        return log.read(named.path) or log.read(named.path.partition(".p/")[0]) or b""

    def hashes(tile: Tile) -> bytes:
        return read(tile)[: 32 * tile.width]

    tiles = Tiles(checkpoint.size, hashes)
    assert root(checkpoint.size, tiles.read) == checkpoint.root
    entries = [
        entry
        for each in new_bundles(0, checkpoint.size)
        for entry in decode_bundle(read(each)[: 34 * each.width], each.width)
    ]
    assert Edge().grown([leaf_hash(each) for each in entries]).root() == checkpoint.root
    return checkpoint.size


@PERSISTED
@pytest.mark.parametrize("point", PUBLISHING)
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
        early = miner.mined(count=253)
        await recorded(sequencer, *early)
        # The first of them fills a tile.
        group = miner.mined(count=5)
        fault.point = point
        for statement in group[:3]:
            with pytest.raises(LedgerUnavailable):
                await submit(sequencer, statement)
        # What is public needs no writing.
        assert not (await recorded(sequencer, early[0]))[0].fresh
        assert sequencer.publisher.size == 255
        fault.point = None
        answers = await recorded_in_time(sequencer, *group)
        assert [answer.fresh for answer in answers] == [False, False, False, True, True]
        await check(dsn, sequencer, 2, *early, *group)
        await check_log(sequencer, tmp_path)


@PERSISTED
@pytest.mark.parametrize("point", SHOWING)
async def test_the_public_checkpoint_cannot_be_written(
    dsn: str, tmp_path: Path, point: str, *, persisted: bool
) -> None:
    """Nobody who submits hears of it; the files are those of an earlier checkpoint until they can be written."""
    fault = Fault(_no_space, lasting=True)
    fault.persisted = persisted
    places = failing(disk(Settings(data=tmp_path)), fault)
    async with (
        LockedStore(dsn) as store,
        ordering(store, folder=tmp_path, places=places, patience=0) as sequencer,
    ):
        _, miner = await found(sequencer, Role.MINER)
        await check_log(sequencer, tmp_path)
        key = sequencer.publisher.published.key
        fault.point = point
        group = miner.mined(count=300)
        for number, statement in enumerate(group, start=3):
            assert (await recorded(sequencer, statement))[0].fresh
            size = check_files(key, tmp_path)
            assert size == 2 or (persisted and point == "checkpoint" and size <= number)
        fault.point = None
        await check(dsn, sequencer, 2, *group)
        await check_log(sequencer, tmp_path)


async def test_parts_that_cannot_be_removed_are_reported(
    dsn: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """They do no harm: whoever looks for the whole finds it."""
    fault = Fault(_no_space, lasting=True)
    places = failing(disk(Settings(data=tmp_path)), fault)
    async with (
        LockedStore(dsn) as store,
        ordering(store, folder=tmp_path, places=places) as sequencer,
    ):
        _, miner = await found(sequencer, Role.MINER)
        fault.point = "removal"
        await recorded(sequencer, *miner.mined(count=300))
        await check_log(sequencer, tmp_path)
    said = [each.getMessage() for each in caplog.records]
    assert any(each.startswith("parts of tiles that are full cannot be removed") for each in said)


async def test_the_files_are_those_of_a_log_at_any_moment(dsn: str, tmp_path: Path) -> None:
    """Read while tiles fill and checkpoints follow; and what is asked of the ledger is as new as its answers."""
    async with LockedStore(dsn) as store, ordering(store, folder=tmp_path) as sequencer:
        _, miner = await found(sequencer, Role.MINER)
        await check_log(sequencer, tmp_path)
        publisher = sequencer.publisher
        sizes = set()
        for _ in range(60):
            await recorded(sequencer, *miner.mined(count=11))
            sizes.add(await asyncio.to_thread(check_files, publisher.published.key, tmp_path))
            tiles = publisher.files.tree(publisher.size)
            assert publisher.published.signed is not None
            assert root(publisher.size, tiles.read) == publisher.published.signed.root
        await check_log(sequencer, tmp_path)
    assert len(sizes) > 1


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
        fault.point = "guard"
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
        await check_log(sequencer, tmp_path)
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
