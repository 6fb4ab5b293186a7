"""Fetching a pack: the file is there whole or not at all, whatever happens on the way."""

import asyncio
import json
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from typer.testing import CliRunner, Result

import provenite
from provenite import AsyncClient, Client, PackHead, Retry, Signer
from provenite.cli import main
from provenite_proto import paths
from provenite_proto.pack import Pack
from tests.ledger.running import Firm, Ledger, extraction

URL = "https://ledger.test"
QUICK = Retry(attempts=2, first=0, longest=0)


def names(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


class Mined(NamedTuple):
    """A batch, its miner, and his key's file."""

    firm: Firm
    batch: str
    key: Path

    def signer(self) -> Signer:
        return Signer.load(self.key)


@pytest.fixture(scope="module")
def mined(ledger: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Mined:
    firm = ledger.enrol("miner")
    (batch,) = firm.record(extraction("1"))
    key = tmp_path_factory.mktemp("keys") / "firm.pem"
    key.write_bytes(firm.key.to_pem())
    key.chmod(0o600)
    return Mined(firm, batch, key)


def read(file: Path) -> PackHead:
    with file.open("rb") as opened:
        pack = Pack(opened)
        assert len(list(pack.lines())) == 3
        return pack.head


def test_a_pack_is_saved(mined: Mined, tmp_path: Path) -> None:
    file = tmp_path / "batch.pack.zip"
    told: list[int] = []
    with Client(mined.firm.ledger.url, mined.signer()) as client:
        head = client.pack(mined.batch, file, progress=told.append)
    assert read(file) == head
    assert (head.batch, head.ledger) == (mined.batch, mined.firm.ledger.origin)
    assert told[0] == 0 and told[-1] == file.stat().st_size
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert names(tmp_path) == [file.name]


async def test_a_pack_is_saved_without_blocking(mined: Mined, tmp_path: Path) -> None:
    file = tmp_path / "batch.pack.zip"
    async with AsyncClient(mined.firm.ledger.url, mined.signer()) as client:
        head = await client.pack(mined.batch, file)
    assert read(file) == head
    assert names(tmp_path) == [file.name]


def test_what_is_refused_leaves_the_file_that_was_there(mined: Mined, tmp_path: Path) -> None:
    file = tmp_path / "batch.pack.zip"
    file.write_text("before")
    with Client(mined.firm.ledger.url, mined.signer()) as client, pytest.raises(provenite.NotFound):
        client.pack(mined.batch[:-1] + "7", file)
    assert file.read_text() == "before"
    assert names(tmp_path) == [file.name]


def breaking_off(whole: bytes, times: int) -> Callable[[httpx.Request], httpx.Response]:
    """A ledger whose first answers break off in the middle."""
    left = iter(range(times))

    class Cut(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield whole[:700]
            if next(left, None) is not None:
                raise httpx.RemoteProtocolError("peer closed connection")
            yield whole[700:]

        async def __aiter__(self) -> AsyncIterator[bytes]:
            for each in self:
                yield each

    return lambda request: httpx.Response(
        200, headers={"content-type": "application/zip"}, stream=Cut()
    )


@pytest.fixture(scope="module")
def whole(mined: Mined) -> bytes:
    return mined.firm.get(paths.pack(mined.batch)).content


def test_an_answer_that_breaks_off_is_fetched_again_from_the_beginning(
    mined: Mined, whole: bytes, tmp_path: Path
) -> None:
    file = tmp_path / "batch.pack.zip"
    origin = mined.firm.ledger.origin
    http = httpx.Client(transport=httpx.MockTransport(breaking_off(whole, 1)))
    client = Client(URL, mined.signer(), origin=origin, retry=QUICK, http_client=http)
    client.pack(mined.batch, file)
    assert file.read_bytes() == whole


async def test_one_that_always_breaks_off_leaves_nothing(
    mined: Mined, whole: bytes, tmp_path: Path
) -> None:
    file = tmp_path / "batch.pack.zip"
    origin = mined.firm.ledger.origin
    transport = httpx.MockTransport(breaking_off(whole, 9))
    blocking = httpx.Client(transport=transport)
    client = Client(URL, mined.signer(), origin=origin, retry=QUICK, http_client=blocking)
    with pytest.raises(provenite.ConnectionFailed):
        client.pack(mined.batch, file)
    async with httpx.AsyncClient(transport=transport) as http:
        other = AsyncClient(URL, mined.signer(), origin=origin, retry=QUICK, http_client=http)
        with pytest.raises(provenite.ConnectionFailed):
            await other.pack(mined.batch, file)
    assert not names(tmp_path)


@pytest.mark.parametrize("change", ["cut", "other", "text"])
def test_what_is_not_the_pack_that_was_asked_for_is_not_saved(
    mined: Mined, whole: bytes, tmp_path: Path, change: str
) -> None:
    asked = mined.batch if change != "other" else mined.batch[:-1] + "1"
    body = whole[:-1] if change == "cut" else whole
    kind = "text/html" if change == "text" else "application/zip"

    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-type": kind}, content=body)

    http = httpx.Client(transport=httpx.MockTransport(handler))
    origin = mined.firm.ledger.origin
    client = Client(URL, mined.signer(), origin=origin, retry=QUICK, http_client=http)
    with pytest.raises(provenite.AnswerError):
        client.pack(asked, tmp_path / "batch.pack.zip")
    assert not names(tmp_path)


@pytest.fixture
def run(mined: Mined, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs the command as the miner, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PROVENITE_LEDGER", mined.firm.ledger.url)
    monkeypatch.setenv("PROVENITE_KEY", str(mined.key))
    return lambda *words: CliRunner().invoke(main, words)


def test_the_command_names_the_file_after_the_batch(
    run: Callable[..., Result], mined: Mined, tmp_path: Path
) -> None:
    result = run("pack", mined.batch)
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{mined.batch}.pack.zip\n"
    assert " statements of " in result.stderr
    read(tmp_path / f"{mined.batch}.pack.zip")
    result = run("pack", mined.batch, "-o", "other.zip", "--json")
    told = json.loads(result.stdout)
    assert told["file"] == "other.zip"
    assert told["bytes"] == (tmp_path / "other.zip").stat().st_size
    assert told["pack"]["batch"] == mined.batch


def test_the_command_says_what_is_wrong(
    run: Callable[..., Result], mined: Mined, tmp_path: Path
) -> None:
    for words, code, said in (
        (["pack", "nonsense"], 2, "not a batch id"),
        (["pack", mined.batch, "-o", "."], 2, "is a folder"),
        (["pack", mined.batch, "-o", "nowhere/x.zip"], 2, "No such file or directory"),
        (["pack", mined.batch[:-1] + "7"], 1, "not-found"),
    ):
        result = run(*words)
        assert (result.exit_code, said in result.stderr) == (code, True), result.output
    assert not names(tmp_path)


SLOW = """
import asyncio, sys
async def answer(reader, writer):
    await reader.readuntil(b"\\r\\n\\r\\n")
    writer.write(b"HTTP/1.1 200 OK\\r\\ncontent-type: application/zip\\r\\ncontent-length: 1000\\r\\n\\r\\npart")
    await writer.drain()
    await asyncio.sleep(60)
async def serve():
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.sleep(60)
asyncio.run(serve())
"""


async def test_nothing_is_left_when_it_is_interrupted(mined: Mined, tmp_path: Path) -> None:
    server = subprocess.Popen([sys.executable, "-c", SLOW], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    url = f"http://127.0.0.1:{server.stdout.readline().strip()}"
    program = str(Path(sys.executable).with_name("provenite"))
    command = [program, "--ledger", url, "--origin", URL]
    command += ["--key", str(mined.key), "pack", mined.batch]
    fetching = subprocess.Popen(
        command, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        async with asyncio.timeout(30):
            while not any(tmp_path.glob(".*.part")):
                assert fetching.poll() is None, fetching.communicate()
                await asyncio.sleep(0.02)
        fetching.send_signal(signal.SIGINT)
        fetching.communicate(timeout=30)
    finally:
        for each in (fetching, server):
            each.kill()
            each.wait()
        server.stdout.close()
    assert fetching.returncode == 130
    assert not names(tmp_path)
