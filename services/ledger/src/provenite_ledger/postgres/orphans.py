"""Ending what a killed ledger left behind.

Called with the folder's lock held: no other ledger lives, so a server that still works in this
data directory has lost its ledger.
"""

from __future__ import annotations

import logging
import os
import signal
import time
from pathlib import Path

from provenite_ledger.postgres.binaries import PostgresUnavailable

logger = logging.getLogger(__name__)

# A fast shutdown writes a checkpoint; an immediate one leaves it to recovery.
_SIGNALS_AND_SECONDS = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))


def cluster_name(data: Path) -> str:
    """The setting `cluster_name`, by which every process of a data directory's server is known.

    It stands in the postmaster's arguments and in the titles of its children, and it is the same
    by whatever path the directory is reached.
    """
    status = data.stat()
    return f"provenite-{status.st_dev:x}-{status.st_ino:x}"


def end_orphans(data: Path) -> None:
    """Stops every server process of a data directory and clears a pid file that misleads.

    Blocks until they are gone. Where there is no /proc it does nothing, and PostgreSQL's own
    interlocks refuse a second server.

    Raises:
        PostgresUnavailable: a process outlived SIGKILL.
    """
    for signum, seconds in _SIGNALS_AND_SECONDS:
        processes = _server_processes(data)
        if not processes:
            break
        postmaster = _recorded_pid(data)
        # SIGINT asks a postmaster to stop but only cancels a query in the others.
        if postmaster in processes and signum != signal.SIGKILL:
            targets = [postmaster]
        elif signum == signal.SIGINT:
            continue
        else:
            targets = processes
        logger.warning(
            "stopping PostgreSQL left by a killed ledger: %s to %s", signum.name, targets
        )
        for pid in targets:
            _send(pid, signum)
        deadline = time.monotonic() + seconds
        while _server_processes(data) and time.monotonic() < deadline:
            time.sleep(0.01)
    if processes := _server_processes(data):
        raise PostgresUnavailable(f"PostgreSQL processes {processes} in {data} cannot be stopped")
    recorded = _recorded_pid(data)
    if recorded is not None and Path(f"/proc/{recorded}").exists():
        # The number now belongs to a stranger, as in a new container with the old data, or to a
        # zombie: PostgreSQL would take it for a running server and refuse to start.
        (data / "postmaster.pid").unlink(missing_ok=True)


def _recorded_pid(data: Path) -> int | None:
    try:
        return int((data / "postmaster.pid").read_bytes().split(b"\n", 1)[0])
    except (OSError, ValueError):
        return None


def _server_processes(data: Path) -> list[int]:
    named, owner = cluster_name(data).encode(), data.stat().st_uid
    return [
        int(process.name)
        for process in Path("/proc").glob("[0-9]*")
        if _serves(process, named, owner)
    ]


def _serves(process: Path, named: bytes, owner: int) -> bool:
    # The command line, because reading where a process works or what it runs takes the capability
    # CAP_SYS_PTRACE, which root lacks in most containers.
    try:
        command = (process / "cmdline").read_bytes()
        return process.stat().st_uid == owner and (
            command.startswith(b"postgres: %s: " % named)
            or b"--cluster_name=%s" % named in command.split(b"\0")
        )
    except OSError:
        return False


def _send(pid: int, signum: signal.Signals) -> None:
    try:
        os.kill(pid, signum)
    except ProcessLookupError:
        return
