"""Serving over HTTP: one event loop, one thread for the store, stopped cleanly by SIGTERM or SIGINT."""

import asyncio
import contextlib
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import h11
import msgspec
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from provenite_proto.log import WitnessSigner

from .http import HEALTH, busy, create_app
from .settings import Settings
from .store import Store
from .witness import Witness

REQUEST_SECONDS = 30
"""For a request and its answer, from the opened connection or the answer before it."""
HEAD_BYTES = 16_384
"""Of a request line and headers, at the most."""
CONNECTIONS = 500
"""At a time; beyond, requests but for `/health` are answered with 503."""
CONNECTIONS_EACH = CONNECTIONS // 2
"""Of them from one address, which may be a proxy: nobody takes the room of all. The next one takes the place of that
which has sent its request for the longest, without having come to its end."""
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
    room: ClassVar[int] = CONNECTIONS
    each: ClassVar[int] = CONNECTIONS_EACH
    _deadline: asyncio.TimerHandle
    _host: str | None = None

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """As uvicorn makes it."""
        super().__init__(config, server_state, app_state, _loop)
        app = self.app

        async def with_room(scope: Any, receive: Any, send: Any) -> None:
            # Whoever restarts a witness that does not answer there would restart one that is only busy.
            free = len(self.connections) <= self.room or scope["path"] == HEALTH
            await (app if free else busy)(scope, receive, send)

        self.app = with_room

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn does
        """Take the connection, in the place of another when its address has too many."""
        super().connection_made(transport)
        self._host = self.client[0] if self.client else None
        self._deadline = self._until()
        same = [
            each
            for each in self.connections
            if isinstance(each, Connection)
            and each._host == self._host
            and not each.transport.is_closing()
        ]
        if len(same) > self.each:
            sending = [each for each in same if each.conn.their_state is not h11.DONE]
            min(sending, key=lambda each: each._deadline.when()).transport.abort()

    def on_response_complete(self) -> None:
        """A request is answered; what it still has to send is not read."""
        if self.conn.their_state is not h11.DONE:
            self.transport.close()
        super().on_response_complete()
        self._deadline.cancel()
        self._deadline = self._until()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is closed."""
        self._deadline.cancel()
        super().connection_lost(exc)

    def _until(self) -> asyncio.TimerHandle:
        return self.loop.call_later(self.seconds, self.transport.abort)


def _listening(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.create_server((settings.host, settings.port), family=family)
    listener.setblocking(False)
    return listener
