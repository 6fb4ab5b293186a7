"""Serving over HTTP: one process, one event loop, stopped cleanly by SIGTERM or SIGINT."""

import asyncio
import contextlib
import gc
import logging
import resource
import signal
import socket
from collections.abc import Callable, Iterator

import msgspec
import uvicorn

from .app import create_app, running
from .http.connection import Connection, Limits, within
from .settings import Settings

BACKLOG = 2048
KEEP_ALIVE_SECONDS = 75
"""How long an idle connection is kept: longer than clients keep theirs, so that none is closed in mid-request."""
SHUTDOWN_SECONDS = 10
"""How long open requests have to finish."""
OWN_FILES = 64
"""File descriptors that are not for clients' connections: the database's, the log's, a child's."""

_log = logging.getLogger(__name__)


async def serve(settings: Settings, announce: Callable[[str], None]) -> None:
    """Run a ledger until a signal stops it; `announce` is called with its URL once it serves.

    Raises what keeps it from starting, as `app.running` and binding a socket do.
    """
    stop = _Stop()
    try:
        with _listening(settings) as listener:
            here = msgspec.structs.replace(settings, port=listener.getsockname()[1])
            async with running(here) as parts:
                server = Server(
                    uvicorn.Config(
                        create_app(parts),
                        http=within(Limits(connections=connections(Limits().connections))),
                        ws="none",
                        lifespan="off",
                        access_log=False,
                        log_config=None,
                        server_header=False,
                        # Who is at the other end of the connection is never asked.
                        proxy_headers=False,
                        timeout_keep_alive=KEEP_ALIVE_SECONDS,
                        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
                    ),
                    lambda: announce(here.address),
                )
                stop.server = server
                # What lives from here on is not searched for garbage any more: shorter pauses.
                gc.collect()
                gc.freeze()
                await server.serve(sockets=[listener])
                _log.info("stopping")
    except asyncio.CancelledError:
        if not stop.before_start:
            raise


class Server(uvicorn.Server):
    """A server that says when it serves, keeps connections within time limits, and leaves signals to `_Stop`."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self._announce()

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second; whether to stop."""
        if counter % 10 == 0:
            now = asyncio.get_running_loop().time()
            for connection in tuple(self.server_state.connections):
                if isinstance(connection, Connection):
                    connection.check(now)
        return await super().on_tick(counter)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield


class _Stop:
    """What SIGTERM and SIGINT do: end the start, or the serving; the second one does not wait for requests."""

    def __init__(self) -> None:
        self.server: uvicorn.Server | None = None
        self.before_start = False
        self._task = asyncio.current_task()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._signalled)

    def _signalled(self) -> None:
        if self.server is not None:
            self.server.force_exit = self.server.should_exit
            self.server.should_exit = True
        elif self._task is not None and not self.before_start:
            self.before_start = True
            self._task.cancel()


def connections(wanted: int) -> int:
    """As many connections as the process may have files open, at most `wanted`; `OSError` when that is too few."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return wanted
    if files < 2 * OWN_FILES:
        raise OSError(f"a ledger needs {2 * OWN_FILES} open files or more: ulimit -n is {files}")
    return min(wanted, files - OWN_FILES)


def _listening(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.create_server(
        (settings.host, settings.port), family=family, backlog=BACKLOG, reuse_port=False
    )
    listener.setblocking(False)
    return listener
