"""Clients that send slowly, or never to the end, hold a connection for its time only."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import uvicorn

from provenite_witness.serving import Connection, Server


class Quick(Connection):
    seconds = 0.3


async def echo(scope: object, receive: object, send: object) -> None:
    """An application that answers when the body is there."""
    assert callable(receive)
    assert callable(send)
    while (event := await receive())["type"] == "http.request" and event["more_body"]:
        pass
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@contextlib.asynccontextmanager
async def serving(application: Any = echo) -> AsyncIterator[tuple[str, int]]:
    config = uvicorn.Config(
        application, http=Quick, ws="none", lifespan="off", log_config=None, timeout_keep_alive=60
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        started = asyncio.Event()
        server = Server(config, started.set)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        await started.wait()
        yield listener.getsockname()
        server.should_exit = server.force_exit = True
        await task


HEALTH = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"


@pytest.mark.parametrize("begin", [b"", b"GET / HT", POST, GET, GET + b"GET / HT"])
async def test_whoever_drips_is_cut_off(begin: bytes) -> None:
    async with serving() as address:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(begin)

        async def drip() -> None:
            while True:
                await asyncio.sleep(0.05)
                writer.write(b"x" if begin else b"")

        dripping = asyncio.create_task(drip())
        with contextlib.suppress(ConnectionError):
            async with asyncio.timeout(10):
                await reader.read()
        dripping.cancel()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def test_each_request_has_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Quick, "seconds", 30)
    loop = asyncio.get_running_loop()
    clock, passed = loop.time, 0
    monkeypatch.setattr(loop, "time", lambda: clock() + passed)
    async with serving() as address:
        reader, writer = await asyncio.open_connection(*address)
        for _ in range(4):
            passed += 20
            writer.write(GET)
            assert b" 204 " in await reader.readuntil(b"\r\n\r\n")
        writer.close()
        await writer.wait_closed()


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for five clients, of which three from one address, and time enough for each."""
    monkeypatch.setattr(Quick, "seconds", 30)
    monkeypatch.setattr(Quick, "room", 5)
    monkeypatch.setattr(Quick, "each", 3)


class Client:
    """A connection from an address of this machine."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def answer(self, request: bytes) -> int:
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        return int(head.split()[1])

    async def cut_off(self) -> None:
        """Return when the connection is closed from there."""
        with contextlib.suppress(ConnectionError):
            async with asyncio.timeout(10):
                await self.reader.read()


@contextlib.asynccontextmanager
async def clients(
    application: Any = echo,
) -> AsyncIterator[Callable[[str, bytes], Awaitable[Client]]]:
    async with serving(application) as address, contextlib.AsyncExitStack() as stack:

        async def connect(host: str, begin: bytes) -> Client:
            reader, writer = await asyncio.open_connection(*address, local_addr=(host, 0))
            stack.callback(writer.close)
            writer.write(begin)
            return Client(reader, writer)

        yield connect


@pytest.mark.usefixtures("few")
async def test_one_address_does_not_take_all_the_room() -> None:
    async with clients() as connect:
        slow = [await connect("127.0.0.2", begin) for begin in (POST, b"", b"GET / HT")]
        # The next one from there takes the place of the oldest.
        another = await connect("127.0.0.2", b"")
        await slow[0].cut_off()
        assert await another.answer(GET) == 204
        assert await (await connect("127.0.0.3", b"")).answer(GET) == 204


@pytest.mark.usefixtures("few")
async def test_slow_clients_do_not_starve_the_question_whether_it_is_up() -> None:
    async with clients() as connect:
        for host in ("127.0.0.2", "127.0.0.3"):
            for _ in range(3):
                # Behind a proxy they have the address of whoever asks.
                await connect(host, POST)
        for host in ("127.0.0.3", "127.0.0.4"):
            asking = await connect(host, b"")
            assert await asking.answer(GET) == 503
            await asking.cut_off()
            assert await (await connect(host, b"")).answer(HEALTH) == 204


@pytest.mark.usefixtures("few")
async def test_who_waits_for_an_answer_keeps_his_place() -> None:
    arrived, go_on = asyncio.Semaphore(0), asyncio.Event()

    async def slowly(scope: object, receive: object, send: object) -> None:
        arrived.release()
        await go_on.wait()
        await echo(scope, receive, send)

    async with clients(slowly) as connect:
        waiting = [await connect("127.0.0.2", b"") for _ in range(3)]
        answers = [asyncio.create_task(each.answer(GET)) for each in waiting]
        for _ in answers:
            await arrived.acquire()
        await (await connect("127.0.0.2", b"")).cut_off()
        go_on.set()
        assert await asyncio.gather(*answers) == [204] * 3
