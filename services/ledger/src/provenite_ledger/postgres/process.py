"""One run of the server program, from its start to its exit code."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

from provenite_ledger.postgres.account import spawn

logger = logging.getLogger(__name__)

LOG_ROTATED_AT_BYTES = 16 * 1024 * 1024
_LAST_WORDS_BYTES = 2000
# The pipe closes when the ledger ends, however it ends; then a fast shutdown. Unlike a death signal
# (PR_SET_PDEATHSIG) this does not depend on which thread started the server, nor on Linux.
_GUARD = 'read -r _; kill -INT "$1"'


class ServerProcess:
    """A `postgres` child, and beside it a shell that ends it should the ledger be killed.

    Making one blocks for some milliseconds. `exited` is the future of the exit code.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        data: Path,
        log: Path,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._data = data
        self._log = log
        self._loop = loop
        self._exited: asyncio.Future[int] = loop.create_future()
        with contextlib.suppress(FileNotFoundError):
            if log.stat().st_size > LOG_ROTATED_AT_BYTES:
                log.replace(log.with_name(f"{log.name}.1"))
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
        with os.fdopen(os.open(log, flags, 0o600), "ab") as output:
            self._log_starts = output.tell()
            self._process = spawn(command, stdin=subprocess.DEVNULL, output=output)
        self.pid = self._process.pid
        try:
            self._guard = spawn(
                ["/bin/sh", "-c", _GUARD, "provenite-guard", str(self.pid)],
                stdin=subprocess.PIPE,
                output=subprocess.DEVNULL,
            )
        except BaseException:
            self._process.kill()
            self._process.wait()
            raise
        threading.Thread(target=self._reap, name=f"postgres-{self.pid}", daemon=True).start()

    @property
    def alive(self) -> bool:
        """Whether the exit code is still to come."""
        return not self._exited.done()

    async def ended(self) -> int:
        """Waits for the exit code; negative for a signal."""
        return await asyncio.shield(self._exited)

    async def ready(self) -> bool:
        """Waits until the server accepts connections (True) or has exited (False).

        Crash recovery takes the time it takes, so there is no time limit here.
        """
        while self.alive:
            if self._says_ready():
                return True
            await asyncio.wait([self._exited], timeout=0.005)
        return False

    async def stop(self, seconds: float) -> None:
        """Fast shutdown; an immediate one when it has not ended in time, and then SIGKILL."""
        for signum in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if self.alive:
                self._process.send_signal(signum)
                await asyncio.wait([self._exited], timeout=seconds)
                if self.alive:
                    logger.error("PostgreSQL outlived %s for %g s", signum.name, seconds)

    def last_words(self) -> str:
        """The end of what this run wrote to the log."""
        try:
            with self._log.open("rb") as file:
                end = file.seek(0, os.SEEK_END)
                file.seek(max(self._log_starts, end - _LAST_WORDS_BYTES))
                return file.read().decode(errors="replace").strip()
        except OSError as error:
            return f"(the log cannot be read: {error})"

    def _says_ready(self) -> bool:
        # The lines of postmaster.pid: pid first, state eighth (PostgreSQL, utils/pidfile.h).
        try:
            lines = (self._data / "postmaster.pid").read_bytes().split(b"\n")
        except OSError:
            return False
        return lines[0] == b"%d" % self.pid and b"".join(lines[7:8]).strip() == b"ready"

    def _reap(self) -> None:
        code = self._process.wait()
        # Before its pipe closes, lest it signals a number that is no longer ours.
        self._guard.kill()
        self._guard.communicate()
        with contextlib.suppress(RuntimeError):  # the loop may have been closed
            self._loop.call_soon_threadsafe(self._exited.set_result, code)
