"""Where the log and its guard lie: a folder, and objects in obstore's own memory and in a server that speaks S3."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from obstore.store import MemoryStore

from provenite_ledger import starting
from provenite_ledger.publishing import objects
from provenite_ledger.publishing.folder import Folder, GuardFile
from provenite_ledger.publishing.objects import GuardObject, Objects
from provenite_ledger.publishing.storage import Disk, GuardChanged, LogRefused
from provenite_ledger.settings import Settings
from provenite_ledger.store.locked import LockedStore
from provenite_proto import paths
from provenite_proto.log import LogProof, Tiles, open_checkpoint, parse_key, root
from provenite_proto.record import Role
from tests.ledger.inside import found, log_of, ordering, recorded
from tests.ledger.running import extraction, run_ledger


@pytest.fixture(scope="session")
def s3() -> Iterator[dict[str, str]]:
    """A server that speaks S3, with a bucket `log`; the environment that leads to it."""
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-p", "0"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stderr is not None
    try:
        url = next(line.split()[-1] for line in server.stderr if "http://127.0.0.1" in line)
        # What it says further is of no interest, but it must not wait for somebody to read it.
        reading = threading.Thread(target=server.stderr.read)
        reading.start()
        _make_bucket(url)
        yield {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": url,
            "AWS_ALLOW_HTTP": "true",
        }
    finally:
        server.kill()
        server.wait(30)
        reading.join()
        server.stderr.close()


def _make_bucket(url: str) -> None:
    for _ in range(100):
        try:
            httpx.put(f"{url}/log").raise_for_status()
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"no server at {url}")


@contextmanager
def environment(values: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture(params=["folder", "memory", "s3"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    """The log and its guard, empty, in each of the places."""
    match request.param:
        case "folder":
            yield Disk(Folder(tmp_path / "log"), GuardFile(tmp_path / "guard/checkpoint"))
        case "memory":
            yield Disk(Objects(MemoryStore()), GuardObject(MemoryStore(), "guard/checkpoint"))
        case _:
            with environment(request.getfixturevalue("s3")):
                yield objects.disk(f"s3://log/{tmp_path.name}")


def test_files_are_written_replaced_and_removed(disk: Disk) -> None:
    storage = disk.storage
    assert storage.read("tile/0/000.p/1") is None
    storage.write([("tile/0/000.p/1", b"a"), ("tile/entries/000.p/1", b"b"), ("checkpoint", b"c")])
    storage.write([("tile/0/000.p/2", b"aa"), ("checkpoint", b"cc"), ("tile/0/000", b"full")])
    assert [
        storage.read(path)
        for path in ("tile/0/000.p/1", "tile/0/000.p/2", "tile/0/000", "tile/entries/000.p/1")
    ] == [b"a", b"aa", b"full", b"b"]
    assert storage.read("checkpoint") == b"cc"
    storage.remove_below("tile/0/000.p")
    assert storage.read("tile/0/000.p/1") is storage.read("tile/0/000.p/2") is None
    assert storage.read("tile/0/000") == b"full"
    assert storage.read("tile/entries/000.p/1") == b"b"
    storage.remove_below("tile/0/000.p")
    storage.write([("tile/0/000.p/1", b"again")])
    assert storage.read("tile/0/000.p/1") == b"again"


def test_the_guard_is_swapped_for_what_was_expected_only(disk: Disk) -> None:
    guard = disk.guard
    assert guard.read() is None
    with pytest.raises(GuardChanged) as changed:
        guard.swap(b"something", b"one")
    assert changed.value.found is None
    guard.swap(None, b"one")
    for expected in (None, b"other"):
        with pytest.raises(GuardChanged) as changed:
            guard.swap(expected, b"two")
        assert changed.value.found == b"one"
    guard.swap(b"one", b"two")
    guard.swap(b"two", b"two")
    assert guard.read() == b"two"


def test_of_many_at_once_one_swaps_the_guard(disk: Disk) -> None:
    for number in range(5):
        before = disk.guard.read()
        outcomes = _at_once(
            [_swapping(disk, before, f"{number}.{one}".encode()) for one in range(8)]
        )
        (winner,) = [one for one, won in enumerate(outcomes) if won]
        assert disk.guard.read() == f"{number}.{winner}".encode()


def _swapping(disk: Disk, expected: bytes | None, new: bytes) -> Callable[[], bool]:
    def swap() -> bool:
        try:
            disk.guard.swap(expected, new)
        except GuardChanged:
            return False
        return True

    return swap


def _at_once(work: list[Callable[[], bool]]) -> list[bool]:
    outcomes = [False] * len(work)
    start = threading.Barrier(len(work))

    def run(number: int) -> None:
        start.wait()
        outcomes[number] = work[number]()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_a_folder_that_somebody_has_removed_is_made_again(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "log")
    folder.write([("tile/0/000.p/1", b"a")])
    (tmp_path / "log/tile/0/000.p/1").unlink()
    (tmp_path / "log/tile/0/000.p").rmdir()
    with pytest.raises(OSError, match="No such file"):
        folder.write([("tile/0/000.p/2", b"b")])
    folder.write([("tile/0/000.p/2", b"b")])
    assert folder.read("tile/0/000.p/2") == b"b"


async def test_a_log_goes_on_in_each_of_the_places(
    disk: Disk, dsn: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("data")
    async with LockedStore(dsn) as store:
        async with ordering(store, folder=folder, places=disk) as sequencer:
            _, miner = await found(sequencer, Role.MINER)
            await recorded(sequencer, *miner.mined(count=300))
            await store.put_log_key(str(sequencer.publisher.published.key))
        async with ordering(store, folder=folder, places=disk) as sequencer:
            await recorded(sequencer, *miner.mined(count=3))
            key = sequencer.publisher.published.key
    note = disk.storage.read("checkpoint")
    assert note is not None
    assert note == disk.guard.read()
    checkpoint = open_checkpoint(note, key)
    tiles = Tiles(checkpoint.size, lambda tile: disk.storage.read(tile.path) or b"")
    assert root(checkpoint.size, tiles.read) == checkpoint.root
    assert checkpoint.size == len(await log_of(dsn)) == 305


def test_two_guards_are_refused(tmp_path: Path) -> None:
    GuardFile(tmp_path / "guard/checkpoint").swap(None, b"one")
    with pytest.raises(LogRefused, match="there are two guards"):
        starting.disk(Settings(data=tmp_path, log_store="s3://log/ledger"))


def test_a_store_that_is_away_may_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "RETRY_SECONDS", 0.1)
    nowhere = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ALLOW_HTTP": "true",
    }
    with environment(nowhere):
        disk = objects.disk("s3://log/away")
        with pytest.raises(OSError, match=r"127\.0\.0\.1"):
            disk.storage.write([("checkpoint", b"c")])
        with pytest.raises(OSError, match=r"127\.0\.0\.1"):
            disk.guard.swap(None, b"c")


def test_a_ledger_on_object_storage(s3: dict[str, str]) -> None:
    with run_ledger(stderr=None, **s3, PROVENITE_LOG_STORE="s3://log/served") as ledger:
        miner = ledger.enrol("miner")
        answer = miner.submit(extraction()).json()
        key = parse_key(ledger.http.get(paths.LOG_STATE).json()["key"])
        LogProof.parse(answer["receipt"].encode()).check(answer["digest"], key)
        note = ledger.http.get(paths.LOG_CHECKPOINT).content
        tile = ledger.http.get(f"{paths.LOG}/tile/0/000.p/{answer['index'] + 1}").content
        with environment(s3):
            disk = objects.disk("s3://log/served")
            while disk.storage.read("checkpoint") != note:
                assert ledger.process.poll() is None
                time.sleep(0.05)
            assert disk.storage.read("checkpoint") == disk.guard.read() == note
            assert disk.storage.read(f"tile/0/000.p/{answer['index'] + 1}") == tile
        assert not (ledger.data / "log").exists()
