"""Clients that send too much, too slowly or never to the end: over sockets, against uvicorn and a real ledger."""

import asyncio
import contextlib
import json
import resource
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest
import uvicorn

from provenite_ledger.http.connection import Connection, Limits, within
from provenite_ledger.http.fast import Bodies
from provenite_ledger.serving import OWN_FILES, Server, connections
from provenite_proto.problem import Problem
from tests.ledger.running import Ledger, run_ledger

QUICK = Limits(
    head_bytes=1000,
    head_seconds=0.3,
    pause_seconds=0.3,
    body_seconds=0.8,
    waiting_seconds=0.5,
    connections=4,
    pipelined=2,
)
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """An application that answers with how long the body is."""
    size = 0
    more = True
    while more:
        event = await receive()
        if event["type"] == "http.disconnect":
            return
        size += len(event["body"])
        more = event["more_body"]
    text = str(size).encode()
    headers = [(b"content-length", str(len(text)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": text})


@contextlib.asynccontextmanager
async def serving(
    limits: Limits = QUICK,
) -> AsyncIterator[Callable[[bytes], Awaitable["Client"]]]:
    """A server of `echo` within limits, looked at often; gives what connects and sends."""
    config = uvicorn.Config(echo, http=within(limits), ws="none", lifespan="off", log_config=None)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        started = asyncio.Event()
        server = Server(config, started.set)
        task = asyncio.create_task(server.serve(sockets=[listener]))

        async def looking() -> None:
            while True:
                await asyncio.sleep(0.05)
                now = asyncio.get_running_loop().time()
                for each in tuple(server.server_state.connections):
                    assert isinstance(each, Connection)
                    each.check(now)

        look = asyncio.create_task(looking())
        await started.wait()
        clients: list[Client] = []

        async def connect(data: bytes) -> Client:
            made = Client(*await asyncio.open_connection(*listener.getsockname()))
            clients.append(made)
            await made.send(data)
            return made

        yield connect
        for each in clients:
            await each.close()
        look.cancel()
        server.should_exit = server.force_exit = True
        await task


class Client:
    """A socket that says what came back."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, data: bytes) -> None:
        with contextlib.suppress(ConnectionError):
            self._writer.write(data)
            await self._writer.drain()

    async def answer(self) -> str:
        """Status and body of the next answer; empty when the connection is closed without one."""
        try:
            async with asyncio.timeout(5):
                head = (await self._reader.readuntil(b"\r\n\r\n")).decode().lower()
                length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
                body = (await self._reader.readexactly(length)).decode()
        except (asyncio.IncompleteReadError, ConnectionError):
            return ""
        status = head[9:12]
        if "problem+json" in head:
            said = json.loads(body)
            assert said["status"] == int(status)
            assert said["requestId"] in head
            return f"{status} {said['type'].rpartition(':')[2]}"
        return f"{status} {body}"

    async def close(self) -> None:
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()

    async def closed(self) -> bool:
        with contextlib.suppress(ConnectionError):
            return await self._reader.read(1) == b""
        return True


async def test_a_request_within_the_limits() -> None:
    async with serving() as connect:
        one = await connect(GET)
        assert await one.answer() == "200 0"
        await one.send(POST + b"12345")
        await asyncio.sleep(0.2)
        await one.send(b"67890" + CHUNKED + b"3\r\nabc\r\n0\r\n\r\n" + GET)
        assert [await one.answer() for _ in range(3)] == ["200 10", "200 3", "200 0"]


def head_of(size: int) -> bytes:
    """A request whose address and headers, as they are counted, have this size."""
    filler = size - len("/") - len("hostx") - 4 - len("a") - 4
    return b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * filler + b"\r\n\r\n"


async def test_the_size_of_a_head() -> None:
    async with serving() as connect:
        assert await (await connect(head_of(1000))).answer() == "200 0"
        assert await (await connect(head_of(1001))).answer() == "431 head-too-large"


@pytest.mark.parametrize(
    "endless",
    [
        b"GET /" + b"a" * 2000,
        b"GET / HTTP/1.1\r\nA: " + b"a" * 2000,
        b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 400,
        CHUNKED + b"0\r\n" + b"A: b\r\n" * 400,
        CHUNKED + b"0\r\nA: " + b"a" * 2000,
    ],
    ids=["address", "one-header", "headers", "trailers", "one-trailer"],
)
async def test_what_never_ends(endless: bytes) -> None:
    async with serving() as connect:
        one = await connect(endless[:500])
        for start in range(500, len(endless), 100):
            await asyncio.sleep(0.001)
            await one.send(endless[start : start + 100])
        assert await one.answer() in ("431 head-too-large", "")
        assert await one.closed()


@pytest.mark.parametrize(
    ("half", "said"),
    [
        (b"", ""),
        (b"GET / HTTP/1.1\r\nX", "408 request-too-slow"),
        (POST + b"123", "408 request-too-slow"),
        (CHUNKED + b"3\r\nabc\r\n", "408 request-too-slow"),
    ],
    ids=["nothing", "half-a-head", "half-a-body", "half-the-chunks"],
)
async def test_what_stops_half_way(half: bytes, said: str) -> None:
    async with serving() as connect:
        one = await connect(half)
        begun = time.monotonic()
        assert await one.answer() == said
        assert 0.2 < time.monotonic() - begun < 2
        assert await one.closed()


async def test_what_trickles() -> None:
    async with serving() as connect:
        one = await connect(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n")
        begun = time.monotonic()
        answer = asyncio.create_task(one.answer())
        while not answer.done():
            await one.send(b"a")
            await asyncio.sleep(0.05)
        assert answer.result() == "408 request-too-slow"
        assert 0.7 < time.monotonic() - begun < 2


async def test_an_idle_connection_is_closed() -> None:
    async with serving() as connect:
        one = await connect(GET)
        assert await one.answer() == "200 0"
        assert await one.closed()


async def test_a_further_connection_takes_the_place_of_the_one_that_waited_longest() -> None:
    slow = Limits(connections=4)
    async with serving(slow) as connect:
        halves = []
        for _ in range(4):
            halves.append(await connect(b"GET / HT"))
            await asyncio.sleep(0.02)
        for _ in range(10):
            # Those that send their requests at once are served all the time.
            assert await (await connect(GET)).answer() == "200 0"
        assert await halves[0].closed()


async def test_no_connection_beyond_those_that_are_all_at_work() -> None:
    async with serving(Limits(connections=2)) as connect:
        working = [await connect(POST) for _ in range(2)]
        await asyncio.sleep(0.05)
        assert await (await connect(GET)).answer() == "503 ledger-busy"
        for one in working:
            await one.send(b"1234567890")
            assert await one.answer() == "200 10"


async def test_requests_that_wait_on_one_connection() -> None:
    async with serving() as connect:
        assert await (await connect(GET * 3)).answer() == "200 0"
        crowd = await connect(GET * 5)
        answers = [await crowd.answer() for _ in range(2)]
        assert "400 bad-request" in answers or "" in answers


def test_connections_leave_room_for_the_ledger_s_own_files() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (2 * OWN_FILES, before[1]))
        assert connections(1000) == OWN_FILES
        assert connections(10) == 10
        resource.setrlimit(resource.RLIMIT_NOFILE, (2 * OWN_FILES - 1, before[1]))
        with pytest.raises(OSError, match="ulimit"):
            connections(1000)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_room_is_shared_and_given_back() -> None:
    room = Bodies(10)
    with room.share() as first:
        first.take(6)
        with pytest.raises(Problem) as busy, room.share() as second:
            second.take(4)
            second.take(1)
        assert busy.value.slug == "ledger-busy"
        assert room.free == 4
    assert room.free == 10


@pytest.fixture(scope="module")
def ledger() -> Iterator[Ledger]:
    """One of these tests' own, since its connections are taken."""
    with run_ledger() as running:
        yield running


def test_half_bulk_requests_leave_room_for_single_statements(ledger: Ledger) -> None:
    address = ("127.0.0.1", int(ledger.url.rpartition(":")[2]))
    head = (
        b"POST /v1/statements/batch HTTP/1.1\r\nHost: x\r\nContent-Type: application/sd-jwt+lines\r\n"
        b"Content-Length: 33000000\r\n\r\n"
    )
    part = b"a" * 32_000_000
    with contextlib.ExitStack() as stack:
        for _ in range(8):
            one = stack.enter_context(socket.create_connection(address))
            one.sendall(head + part)
        deadline = time.monotonic() + 10
        while (answer := ledger.send_lines("x" * 13_000_000)).status_code != 503:
            assert time.monotonic() < deadline
        assert answer.json()["type"] == "urn:provenite:problem:ledger-busy"
        assert answer.headers["retry-after"] == "1"
        assert ledger.send("rubbish").status_code == 400
        assert ledger.http.get("/health").status_code == 200
    deadline = time.monotonic() + 10
    while ledger.send_lines("x" * 13_000_000).status_code == 503:
        assert time.monotonic() < deadline
