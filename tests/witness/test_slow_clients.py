"""Clients that send slowly, or never to the end, hold a connection for its time only."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

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
async def serving() -> AsyncIterator[tuple[str, int]]:
    config = uvicorn.Config(
        echo, http=Quick, ws="none", lifespan="off", log_config=None, timeout_keep_alive=60
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        started = asyncio.Event()
        server = Server(config, started.set)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        await started.wait()
        yield listener.getsockname()
        server.should_exit = server.force_exit = True
        await task


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


async def test_one_address_does_not_take_all_the_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Quick, "seconds", 30)
    monkeypatch.setattr(Quick, "each", 3)
    async with serving() as (host, port), contextlib.AsyncExitStack() as stack:
        for _ in range(3):
            _, idle = await asyncio.open_connection(host, port, local_addr=("127.0.0.2", 0))
            stack.callback(idle.close)
        reader, more = await asyncio.open_connection(host, port, local_addr=("127.0.0.2", 0))
        stack.callback(more.close)
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        reader, other = await asyncio.open_connection(host, port)
        stack.callback(other.close)
        other.write(GET)
        assert b" 204 " in await reader.readuntil(b"\r\n\r\n")
