"""An answer in pieces: no faster than its reader, and given up when he leaves, does not fetch it, or it fails."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from provenite_ledger.app import PACKS_AT_ONCE
from provenite_ledger.computing import Room
from provenite_ledger.http import streaming
from provenite_ledger.http.streaming import Stream
from provenite_proto import paths
from provenite_proto.log.tiles import FULL
from tests.ledger.running import extraction, run_ledger


class Reader:
    """What a server hands to an application, and what it gets: a client that may leave, or fetch nothing more."""

    def __init__(self, *, leaves_after: int = 10**6, stops_after: int = 10**6) -> None:
        self.got: list[dict[str, Any]] = []
        self.left = asyncio.Event()
        self._leaves_after = leaves_after
        self._stops_after = stops_after
        self.seconds = 0.0
        """For each event."""

    async def receive(self) -> dict[str, Any]:
        if not self.got:
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, event: dict[str, Any]) -> None:
        if len(self.got) >= self._stops_after:
            await asyncio.Event().wait()
        self.got.append(event)
        if len(self.got) >= self._leaves_after:
            self.left.set()
        await asyncio.sleep(self.seconds)

    @property
    def whole(self) -> bool:
        return bool(self.got) and self.got[-1].get("more_body") is False


class Making:
    """Pieces that are made, and what is held meanwhile."""

    def __init__(self, *, fails_at: int = 10**6) -> None:
        self.made = 0
        self.held = AsyncExitStack()
        self.given_back = False
        self.ended = False
        self._fails_at = fails_at
        self.held.callback(self._give_back)

    def _give_back(self) -> None:
        self.given_back = True

    async def pieces(self) -> AsyncIterator[bytes]:
        try:
            while self.made < 100:
                if self.made == self._fails_at:
                    raise OSError("the disk is gone")
                self.made += 1
                yield b"piece" if self.made % 2 else b""
                await asyncio.sleep(0)
        finally:
            self.ended = True

    async def sent_to(self, reader: Reader, hurried: Callable[[], bool] = lambda: False) -> None:
        headers = ((b"content-type", b"application/zip"),)
        stream = Stream(self.pieces(), self.held, headers, hurried)
        scope: Any = {"type": "http", "path": "/v1/batches/x/pack"}
        await stream(scope, reader.receive, reader.send)  # type: ignore[arg-type] # events are typed narrower


async def test_all_is_sent() -> None:
    reader, making = Reader(), Making()
    await making.sent_to(reader)
    assert reader.got[0]["status"] == 200
    assert b"".join(each["body"] for each in reader.got[1:]) == b"piece" * 50
    assert reader.whole and making.given_back and making.ended


async def test_nothing_more_is_made_for_who_has_left() -> None:
    reader, making = Reader(leaves_after=5), Making()
    await making.sent_to(reader)
    assert making.made < 20
    assert not reader.whole and making.given_back and making.ended


async def test_what_is_not_fetched_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "PATIENCE_SECONDS", 0.05)
    reader, making = Reader(stops_after=5), Making()
    await making.sent_to(reader)
    assert making.made < 20
    assert not reader.whole and making.given_back and making.ended


async def test_what_is_fetched_too_slowly_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "PATIENCE_SECONDS", 0.2)
    reader, making = Reader(), Making()
    reader.seconds = 0.02
    await making.sent_to(reader)
    assert making.given_back and making.ended and not reader.whole
    monkeypatch.setattr(streaming, "BYTES_A_SECOND", 1)
    reader, making = Reader(), Making()
    reader.seconds = 0.02
    await making.sent_to(reader)
    assert reader.whole


async def test_whoever_has_fetched_fast_does_not_rest_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streaming, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(streaming, "BYTES_A_SECOND", 0.001)
    reader, making = Reader(stops_after=50), Making()
    await making.sent_to(reader)
    assert not reader.whole and making.given_back and making.ended


async def test_whoever_is_waited_for_has_to_be_faster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(streaming, "BYTES_A_SECOND", 1)
    for hurried in (False, True):
        reader, making = Reader(), Making()
        reader.seconds = 0.02
        await making.sent_to(reader, lambda hurried=hurried: hurried)  # type: ignore[misc] # as it is now
        assert reader.whole is not hurried
        assert making.given_back and making.ended


async def test_slow_readers_give_their_places_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(streaming, "BYTES_A_SECOND", 1)
    places = Room(PACKS_AT_ONCE)

    async def fetch(party: int, seconds: float) -> bool:
        reader, making = Reader(), Making()
        reader.seconds = seconds
        await making.held.enter_async_context(places.taken(party))
        await making.sent_to(reader, lambda: places.wanted)
        return reader.whole

    slow = [asyncio.create_task(fetch(number // 2, 0.1)) for number in range(PACKS_AT_ONCE)]
    await asyncio.sleep(0.05)
    assert not any(task.done() for task in slow)
    # All places are taken, and he waits for one.
    assert await fetch(PACKS_AT_ONCE, 0)
    assert not any(await asyncio.gather(*slow))


async def test_what_fails_has_no_end() -> None:
    reader, making = Reader(), Making(fails_at=7)
    with pytest.raises(OSError, match="disk"):
        await making.sent_to(reader)
    assert not reader.whole and making.given_back and making.ended


def test_a_client_is_told_that_a_pack_broke_off(tmp_path: Path) -> None:
    with run_ledger() as ledger:
        mine = ledger.enrol("miner")
        # What is not full yet is in memory.
        ore, *_ = [mine.record(extraction("1"))[0] for _ in range(FULL)]
        shutil.move(ledger.data / "log" / "tile", tmp_path)
        # Nor can they be made anew.
        (ledger.data / "log" / "tile").touch()
        with pytest.raises(httpx.RemoteProtocolError):
            mine.get(paths.pack(ore))
        (ledger.data / "log" / "tile").unlink()
        shutil.move(tmp_path / "tile", ledger.data / "log")
        assert mine.get(paths.pack(ore)).status_code == 200
