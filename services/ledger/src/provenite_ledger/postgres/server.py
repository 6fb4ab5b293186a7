"""Running PostgreSQL as a child of the ledger, and keeping it running."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from provenite_ledger.postgres.account import server_uid
from provenite_ledger.postgres.binaries import PostgresUnavailable, find_binaries
from provenite_ledger.postgres.cluster import PORT, Cluster, open_cluster
from provenite_ledger.postgres.orphans import cluster_name, end_orphans
from provenite_ledger.postgres.process import ServerProcess
from provenite_ledger.postgres.reach import CACHE, within_reach

logger = logging.getLogger(__name__)
T = TypeVar("T")

RESTART_AFTER_SECONDS = (0.05, 0.5, 2.0, 5.0, 10.0)
STEADY_AFTER_SECONDS = 60.0
STOP_WITHIN_SECONDS = 30.0

SETTINGS = {
    # An acknowledged statement is on the disk, whole.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # Only through the socket, by password.
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    # Many small appends and look-ups by key.
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "wal_compression": "on",
    "jit": "off",
    # The detail of an error can quote a row, and rows hold what firms have sealed.
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
    "log_min_error_statement": "panic",
    "log_checkpoints": "off",
    "log_timezone": "UTC",
    "timezone": "UTC",
}


class EmbeddedPostgres:
    """One PostgreSQL server in a data folder, as a child process that is watched and restarted.

    `folder` is made and filled when it is missing or empty. `settings` are PostgreSQL's own names
    and values; they override the defaults. All work is awaited; the event loop is never blocked.
    """

    def __init__(
        self,
        folder: Path,
        *,
        binaries: Path | None = None,
        settings: Mapping[str, str] | None = None,
        cache: Path = CACHE,
    ) -> None:
        self._folder = folder
        self._binaries = binaries
        self._settings = SETTINGS | dict(settings or {})
        self._cache = cache
        self._cluster: Cluster | None = None
        self._process: ServerProcess | None = None
        self._supervisor: asyncio.Task[None] | None = None
        self._ended = asyncio.Event()
        self._failure: PostgresUnavailable | None = None

    @property
    def dsn(self) -> str:
        """The connection URI of the database `postgres`, whose role owns the server."""
        if self._cluster is None:
            raise RuntimeError("the embedded PostgreSQL is not started")
        return self._cluster.dsn

    @property
    def pid(self) -> int | None:
        """The server's process, or None while it is down."""
        return self._process.pid if self._process is not None and self._process.alive else None

    async def start(self) -> None:
        """Returns when the server accepts connections: at once, or after crash recovery.

        Raises:
            PostgresUnavailable: nothing to run, a folder that cannot be used, or a failed start.
        """
        if self._cluster is not None:
            raise RuntimeError("the embedded PostgreSQL is already started")
        self._ended.clear()
        self._failure = None
        try:
            await _in_thread(self._open)
            await self._launch()
        except BaseException:
            await self._close()
            raise
        self._supervisor = asyncio.create_task(self._supervise())

    async def stop(self) -> None:
        """Stops the server: open connections are closed, everything is written to the files."""
        if self._supervisor is not None:
            self._supervisor.cancel()
            await asyncio.wait([self._supervisor])
            self._supervisor = None
        await self._close()
        self._ended.set()

    async def wait(self) -> None:
        """Waits until the server is down for good: returns after `stop()`.

        Raises:
            PostgresUnavailable: the server died and restarting it did not help.
        """
        await self._ended.wait()
        if self._failure is not None:
            raise self._failure

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()

    def _open(self) -> None:
        programs = find_binaries(self._binaries)
        if (uid := server_uid()) is not None:
            programs = within_reach(programs, uid, self._cache)
        self._programs = programs
        self._cluster = open_cluster(self._folder, programs)

    async def _close(self) -> None:
        if self._process is not None:
            await self._process.stop(STOP_WITHIN_SECONDS)
            self._process = None
        if self._cluster is not None:
            self._cluster.release()
            self._cluster = None

    async def _launch(self) -> None:
        loop = asyncio.get_running_loop()
        # Kept by the thread itself: a start that is cancelled here still has a process to stop.
        process = await _in_thread(lambda: self._spawn(loop))
        if not await process.ready():
            raise PostgresUnavailable(
                f"PostgreSQL in {self._folder} ended while starting "
                f"(code {await process.ended()}):\n{process.last_words()}"
            )

    def _spawn(self, loop: asyncio.AbstractEventLoop) -> ServerProcess:
        assert self._cluster is not None  # noqa: S101 # _open comes before, _close after
        data = self._cluster.data
        end_orphans(data)
        self._cluster.remove_socket()
        settings = self._settings | {
            "cluster_name": cluster_name(data),
            "unix_socket_directories": str(self._cluster.sockets),
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        self._process = ServerProcess(
            [self._programs / "postgres", "-D", data, "-p", str(PORT), *options],
            data=data,
            log=self._cluster.log,
            loop=loop,
        )
        return self._process

    async def _supervise(self) -> None:
        """Starts the server again whenever it ends, until too many starts in a row have failed."""
        clock = asyncio.get_running_loop().time
        tries = 0
        while self._process is not None:
            began = clock()
            code = await self._process.ended()
            if clock() - began > STEADY_AFTER_SECONDS:
                tries = 0
            logger.error("PostgreSQL ended by itself (code %d)", code)
            if tries == len(RESTART_AFTER_SECONDS):
                self._failure = PostgresUnavailable(
                    f"PostgreSQL in {self._folder} ended {tries + 1} times; its last words were:\n"
                    f"{self._process.last_words()}"
                )
                self._ended.set()
                return
            await asyncio.sleep(RESTART_AFTER_SECONDS[tries])
            tries += 1
            try:
                await self._launch()
            except (PostgresUnavailable, OSError) as problem:
                logger.error("PostgreSQL did not start again: %s", problem)


async def _in_thread(work: Callable[[], T]) -> T:
    """Runs blocking work in a thread, and waits for its end even when cancelled.

    The folder's lock may not be let go while initdb or a start still runs in it.
    """
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        task.exception()  # seen: the cancellation is what the caller hears of
        raise
