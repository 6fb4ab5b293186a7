"""Serving over HTTP: one event loop, one thread for the store, stopped cleanly by SIGTERM or SIGINT."""

import asyncio
import contextlib
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import h11
import msgspec
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from provenite_proto.log import WitnessSigner

from .http import create_app
from .settings import Settings
from .store import Store
from .witness import Witness

REQUEST_SECONDS = 30
"""For a request and its answer, from the opened connection or the answer before it."""
HEAD_BYTES = 16_384
"""Of a request line and headers, at the most."""
CONNECTIONS = 500
"""At a time; beyond, requests are answered with 503."""
CONNECTIONS_EACH = CONNECTIONS // 2
"""Of them from one address, which may be a proxy; who opens more is cut off: nobody takes the room of all."""
SHUTDOWN_SECONDS = 10
"""How long open requests have to finish."""


async def serve(settings: Settings, signer: WitnessSigner, announce: Callable[[str], None]) -> None:
    """Run a witness until a signal stops it; `announce` is called with its URL once it serves.

    Raises `OSError` or `sqlite3.Error` when it cannot start.
    """
    loop = asyncio.get_running_loop()
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _listening(settings) as listener, ThreadPoolExecutor(1, "store") as thread:
        here = msgspec.structs.replace(settings, port=listener.getsockname()[1])
        store = await loop.run_in_executor(thread, Store, settings.data / "witness.sqlite")
        try:
            server = Server(
                uvicorn.Config(
                    create_app(Witness(signer, settings.logs, store, time.time), thread),
                    http=Connection,
                    ws="none",
                    lifespan="off",
                    access_log=False,
                    log_config=None,
                    server_header=False,
                    proxy_headers=False,
                    limit_concurrency=CONNECTIONS,
                    h11_max_incomplete_event_size=HEAD_BYTES,
                    timeout_keep_alive=REQUEST_SECONDS,
                    timeout_graceful_shutdown=SHUTDOWN_SECONDS,
                ),
                lambda: announce(here.address),
            )
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, server.stop)
            await server.serve(sockets=[listener])
        finally:
            await loop.run_in_executor(thread, store.close)


class Server(uvicorn.Server):
    """A server that says when it serves, and stops when it is told to."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self._announce()

    def stop(self) -> None:
        """Finish open requests, the second time without them."""
        self.force_exit = self.should_exit
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them to the event loop."""
        yield


class Connection(H11Protocol):
    """A connection that has a time for each request: who sends or reads too slowly, or nothing, is cut off."""

    seconds: ClassVar[float] = REQUEST_SECONDS
    each: ClassVar[int] = CONNECTIONS_EACH
    _deadline: asyncio.TimerHandle | None = None
    _host: str | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn does
        """Take the connection, unless its address has too many."""
        super().connection_made(transport)
        self._host = self.client[0] if self.client else None
        others = [each for each in self.connections if isinstance(each, Connection)]
        if sum(each._host == self._host for each in others) > self.each:
            transport.abort()
        self._wait()

    def on_response_complete(self) -> None:
        """A request is answered; what it still has to send is not read."""
        if self.conn.their_state is not h11.DONE:
            self.transport.close()
        super().on_response_complete()
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is closed."""
        if self._deadline is not None:
            self._deadline.cancel()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = self.loop.call_later(self.seconds, self.transport.abort)


def _listening(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.create_server((settings.host, settings.port), family=family)
    listener.setblocking(False)
    return listener
