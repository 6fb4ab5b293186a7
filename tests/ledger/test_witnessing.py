"""Having checkpoints cosigned by real witnesses, some of which are dead, slow, behind, or hold another history."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import structs

from provenite_ledger.publishing import published
from provenite_ledger.publishing.folder import Folder
from provenite_ledger.publishing.frontier import Part
from provenite_ledger.publishing.published import Published, Signed
from provenite_ledger.publishing.tiles import TileFiles
from provenite_ledger.unavailable import LedgerUnavailable
from provenite_ledger.witnessing import Timing, Witnessing, usable
from provenite_proto.answers import WitnessAnswer
from provenite_proto.log import NoteSigner, WitnessSigner, note, parse_policy
from tests.sdk.serving_logs import coded_twice
from tests.witness.growing import GrowingLog, entries
from tests.witness.running import RunningWitness, run_witness

QUICK = Timing(between=0.01, answer=30, first_pause=0.05, longest_pause=0.2)
IMPATIENT = structs.replace(QUICK, answer=0.5)
STRANGER = WitnessSigner("w.test/stranger", Ed25519PrivateKey.generate())


class FailingFolder(Folder):
    """Fails as often as it is told to, before what is written is there or after."""

    lost = 0
    persisted_anyway = 0

    def write(self, files: Iterable[tuple[str, bytes]]) -> None:
        if self.lost:
            self.lost -= 1
            raise OSError("the disk is full")
        super().write(files)
        if self.persisted_anyway:
            self.persisted_anyway -= 1
            raise OSError("the disk failed")


class PublicLog:
    """A log that signs as much of itself as it is told to."""

    def __init__(self, folder: Path) -> None:
        self.log = GrowingLog(entries(20))
        self.folder = folder
        self.recorded_at = datetime(2026, 11, 24, 12, tzinfo=UTC)
        self.storage = FailingFolder(folder)
        hashes = [self.log.read(0, index) for index in range(len(self.log.entries))]
        self.published = Published(
            self.log.signer.key,
            self.storage,
            TileFiles(self.storage, Part(0, hashes, self.log.entries)),
            awaits_witnesses=True,
        )

    def sign(self, size: int) -> None:
        root = self.log.checkpoint(size).root
        self.published.take_signed(Signed(size, root, self.log.signed(size)))

    def cosigners(self) -> list[str]:
        """Who has signed what is served."""
        served = note.parse((self.folder / "checkpoint").read_bytes())
        return [each.name for each in served.signatures]


@pytest.fixture
def public(tmp_path: Path) -> PublicLog:
    return PublicLog(tmp_path / "log")


@pytest.fixture
def witnesses(public: PublicLog, tmp_path: Path) -> Iterator[list[RunningWitness]]:
    """Three of them, at work."""
    with contextlib.ExitStack() as stack:
        running = []
        for number in range(3):
            folder = tmp_path / str(number)
            folder.mkdir()
            running.append(
                stack.enter_context(
                    run_witness(folder, public.log.signer.key, name=f"w.test/{number}")
                )
            )
        yield running


def policy(witnesses: Iterable[tuple[object, str]], quorum: str = "2") -> str:
    """A policy of witnesses by key and URL, named w0, w1 …"""
    listed = list(witnesses)
    lines = [f"witness w{number} {key} {url}" for number, (key, url) in enumerate(listed)]
    names = " ".join(f"w{number}" for number in range(len(listed)))
    return "\n".join([*lines, f"group all-of-them {quorum} {names}", "quorum all-of-them", ""])


@contextlib.asynccontextmanager
async def witnessing(
    public: PublicLog, text: str, timing: Timing = QUICK
) -> AsyncIterator[Witnessing]:
    async with (
        httpx.AsyncClient() as http,
        Witnessing(
            public.published, parse_policy(text), http, lambda: public.recorded_at, timing=timing
        ) as at_work,
    ):
        yield at_work


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 # what is waited for has no event
            await asyncio.sleep(0.01)


def witnessed(public: PublicLog, size: int) -> Callable[[], bool]:
    return lambda: (
        public.published.witnessed is not None and public.published.witnessed.size == size
    )


def state(at_work: Witnessing, number: int) -> WitnessAnswer:
    return at_work.witnesses[number]


def failing(at_work: Witnessing, number: int, failure: str) -> Callable[[], bool]:
    return lambda: state(at_work, number).failure == failure


@contextlib.contextmanager
def silent() -> Iterator[str]:
    """The URL of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def nobody() -> str:
    """A URL at which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@contextlib.asynccontextmanager
async def saying(answer: bytes) -> AsyncIterator[str]:
    """The URL of a server that gives everybody this answer."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            writer.write(answer)
            await writer.drain()
            writer.close()
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_all_cosign_what_is_signed(
    public: PublicLog, witnesses: list[RunningWitness]
) -> None:
    text = policy((each.key, each.url) for each in witnesses)
    async with witnessing(public, text) as at_work:
        assert not public.folder.exists()
        for size in (1, 7, 20):
            public.sign(size)
            await until(witnessed(public, size))
            # A late one is added to those that were enough.
            await until(lambda: len(public.cosigners()) == 4)
            assert public.cosigners()[0] == public.log.origin
            assert [each.size for each in at_work.witnesses] == [size] * 3
            assert all(each.failure is None and each.cosigned_at for each in at_work.witnesses)


async def test_a_dead_and_a_slow_one_hold_up_nobody(
    public: PublicLog, witnesses: list[RunningWitness], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "provenite_ledger.witnessing")
    with silent() as slow:
        text = policy(
            [
                (witnesses[0].key, witnesses[0].url),
                (witnesses[1].key, witnesses[1].url),
                (witnesses[2].key, nobody()),
                (STRANGER.key, slow),
            ]
        )
        async with witnessing(public, text, IMPATIENT) as at_work:
            for size in range(1, 20):
                public.sign(size)
                await until(witnessed(public, size))
            await until(failing(at_work, 2, "unreached"))
            await until(failing(at_work, 3, "slow"))
            assert state(at_work, 3).detail == "No answer within 0.5 seconds."
            assert state(at_work, 2).size is None
            since = state(at_work, 2).since
            await asyncio.sleep(0.5)
            assert state(at_work, 2).since == since
    # Those that answer may at times be slow, too: what is said of the others is said once.
    said = [each.getMessage().partition(" does")[0] for each in caplog.records]
    assert sorted(each for each in said if each in ("witness w2", "witness w3")) == [
        "witness w2",
        "witness w3",
    ]


async def test_one_that_comes_back_cosigns_again(
    public: PublicLog, witnesses: list[RunningWitness], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "provenite_ledger.witnessing")
    text = policy([(each.key, each.url) for each in witnesses[:2]])
    async with witnessing(public, text) as at_work:
        public.sign(3)
        await until(witnessed(public, 3))
        witnesses[0].kill()
        public.sign(7)
        await until(failing(at_work, 0, "unreached"))
        await until(lambda: state(at_work, 1).size == 7)
        await until(lambda: not at_work.quorum_in_reach)
        # Both have to: the one that is there goes on to nothing that the other may never see.
        public.sign(9)
        witnesses[0].start()
        await until(witnessed(public, 9))
        assert state(at_work, 0).failure is None
        await until(lambda: at_work.quorum_in_reach)
    assert [each.getMessage() for each in caplog.records] == [
        "witness w0 does not cosign (unreached): All connection attempts failed",
        "the quorum of witnesses is out of reach: the public checkpoint stays what it is",
        "witness w0 cosigns again",
        "the quorum of witnesses is in reach again",
    ]


async def test_one_that_lags_behind_is_sent_a_proof_from_there(
    public: PublicLog, witnesses: list[RunningWitness]
) -> None:
    for held, witness in zip((3, 7, 20), witnesses, strict=True):
        assert witness.add(public.log.submission(0, held)).status_code == 200
    public.sign(20)
    text = policy([(each.key, each.url) for each in witnesses], "all")
    async with witnessing(public, text):
        await until(witnessed(public, 20))


async def test_one_that_holds_a_fork_is_reported(
    public: PublicLog, witnesses: list[RunningWitness]
) -> None:
    fork = public.log.forked(4, 3)
    assert witnesses[0].add(fork.submission(0)).status_code == 200
    public.sign(20)
    text = policy([(each.key, each.url) for each in witnesses])
    async with witnessing(public, text) as at_work:
        await until(witnessed(public, 20))
        await until(failing(at_work, 0, "forked"))
        assert "It holds another history of this log" in (state(at_work, 0).detail or "")
        assert state(at_work, 0).size == 7


async def test_one_that_holds_more_than_the_log_is_reported(
    public: PublicLog, witnesses: list[RunningWitness]
) -> None:
    assert witnesses[0].add(public.log.submission(0, 12)).status_code == 200
    public.sign(10)
    text = policy([(each.key, each.url) for each in witnesses])
    async with witnessing(public, text) as at_work:
        await until(witnessed(public, 10))
        await until(failing(at_work, 0, "ahead"))
        assert (state(at_work, 0).detail or "").startswith(
            "It holds 12 statements, and this log has 10"
        )


async def test_one_to_which_somebody_else_has_sent_a_later_checkpoint(
    public: PublicLog, witnesses: list[RunningWitness]
) -> None:
    text = policy([(each.key, each.url) for each in witnesses], "all")
    witnesses[0].stop()
    witnesses[1].stop()
    async with witnessing(public, text) as at_work:
        public.sign(10)
        await until(lambda: state(at_work, 2).size == 10)
        public.sign(15)
        witnesses[0].start()
        assert witnesses[0].add(public.log.submission(0, 15)).status_code == 200
        witnesses[1].start()
        await until(witnessed(public, 15))


@pytest.mark.parametrize("fault", ["lost", "persisted_anyway"])
async def test_a_checkpoint_that_cannot_be_published_is_published_later(
    public: PublicLog, witnesses: list[RunningWitness], caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    setattr(public.storage, fault, 2)
    public.sign(10)
    async with witnessing(public, policy([(witnesses[0].key, witnesses[0].url)], "1")):
        await until(witnessed(public, 10))
        public.sign(15)
        await until(witnessed(public, 15))
    said = [each.getMessage() for each in caplog.records if "published" in each.getMessage()]
    assert len(said) == 2
    assert public.cosigners() == [public.log.origin, "w.test/0"]


async def test_answers_that_are_no_cosignatures(public: PublicLog) -> None:
    public.sign(10)
    text = public.log.checkpoint(10).text
    other = WitnessSigner("w.test/other", Ed25519PrivateKey.generate())
    ahead = STRANGER.cosign(text, 9_999_999_999).line
    elsewhere = STRANGER.cosign(public.log.checkpoint(9).text, 1).line
    for status, body, failure, said in (
        ("200 OK", "", "false", "no cosignature"),
        ("200 OK", "nonsense\n", "false", "no cosignature"),
        ("200 OK", other.cosign(text, 1).line, "false", "no cosignature"),
        ("200 OK", elsewhere, "false", "does not verify"),
        ("200 OK", ahead, "false", "dates its cosignatures ahead"),
        ("200 OK", "x" * 16_385, "false", "more than 16384 bytes"),
        ("409 Conflict", "7\n", "refused", "answers 409: 7"),
        ("404 Not Found", "no such log\n", "refused", "answers 404: no such log"),
        ("307 Temporary Redirect", "elsewhere\n", "refused", "answers 307: elsewhere"),
        ("422 Unprocessable", "", "forked", "It says: nothing"),
    ):
        answer = f"HTTP/1.1 {status}\r\nContent-Length: {len(body.encode())}\r\n\r\n{body}"
        async with (
            saying(answer.encode()) as url,
            witnessing(public, policy([(STRANGER.key, url)], "1")) as at_work,
        ):
            await until(failing(at_work, 0, failure))
            assert said in (state(at_work, 0).detail or "")
            assert public.published.witnessed is None


async def test_an_answer_that_would_grow_when_it_is_decoded(public: PublicLog) -> None:
    public.sign(10)
    async with (
        saying(coded_twice()) as url,
        witnessing(public, policy([(STRANGER.key, url)], "1")) as at_work,
    ):
        await until(failing(at_work, 0, "false"))
        assert "content-encoding 'gzip, gzip'" in (state(at_work, 0).detail or "")


async def test_a_clock_that_is_behind_what_was_recorded(public: PublicLog) -> None:
    public.sign(10)
    recorded = int(public.recorded_at.timestamp())
    for at, taken in ((1, False), (recorded - 301, False), (recorded - 300, True)):
        line = STRANGER.cosign(public.log.checkpoint(10).text, at).line
        answer = f"HTTP/1.1 200 OK\r\nContent-Length: {len(line.encode())}\r\n\r\n{line}"
        async with (
            saying(answer.encode()) as url,
            witnessing(public, policy([(STRANGER.key, url)], "1")) as at_work,
        ):
            await until(witnessed(public, 10) if taken else failing(at_work, 0, "false"))
            assert (public.published.witnessed is not None) is taken
            assert taken or "was recorded" in (state(at_work, 0).detail or "")


async def test_sizes_that_cannot_be(public: PublicLog) -> None:
    public.sign(10)
    for size, failure in (("07", "false"), ("9" * 19, "false"), ("5", "false"), ("11", "ahead")):
        answer = (
            "HTTP/1.1 409 Conflict\r\nContent-Type: text/x.tlog.size\r\n"
            f"Content-Length: {len(size) + 1}\r\n\r\n{size}\n"
        )
        async with (
            saying(answer.encode()) as url,
            witnessing(public, policy([(STRANGER.key, url)], "1")) as at_work,
        ):
            await until(failing(at_work, 0, failure))


def test_which_policies_a_log_can_meet(public: PublicLog) -> None:
    key = public.log.signer.key
    other = NoteSigner("other.test/log", Ed25519PrivateKey.generate()).key
    usable(parse_policy("quorum none\n"), key)
    usable(parse_policy(f"log {other}\nlog {key}\nquorum none\n"), key)
    with pytest.raises(ValueError, match="other logs than this one"):
        usable(parse_policy(f"log {other}\nquorum none\n"), key)
    with pytest.raises(ValueError, match="no URL"):
        usable(parse_policy(f"witness w {STRANGER.key}\nquorum w\n"), key)
    crowd = [
        (WitnessSigner(f"w.test/{number}", Ed25519PrivateKey.generate()).key, "http://w.test")
        for number in range(64)
    ]
    usable(parse_policy(policy(crowd[:63])), key)
    with pytest.raises(ValueError, match="room for 63"):
        usable(parse_policy(policy(crowd)), key)


async def test_who_waits_for_witnesses_gets_what_they_cosign(public: PublicLog) -> None:
    public.sign(5)
    waiting = asyncio.ensure_future(public.published.best_covering(4, wait=True))
    assert (await public.published.best_covering(4, wait=False)).size == 5
    public.sign(7)
    assert not waiting.done()
    await public.published.take_witnessed(public.log.signed(5))
    assert await waiting == public.published.witnessed
    # What no witness has seen has the checkpoint that is signed.
    assert (await public.published.best_covering(6, wait=False)).size == 7


async def test_who_waits_for_witnesses_in_vain(
    public: PublicLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "WITNESSED_SECONDS", 0.01)
    monkeypatch.setattr(published, "PATIENCE_SECONDS", 0.01)
    public.sign(5)
    assert (await public.published.best_covering(4, wait=True)).size == 5
    for wait in (True, False):
        with pytest.raises(LedgerUnavailable):
            await public.published.best_covering(5, wait=wait)
