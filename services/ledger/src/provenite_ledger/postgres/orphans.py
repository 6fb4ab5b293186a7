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
    at = data.stat()
    return [int(path.name) for path in Path("/proc").glob("[0-9]*") if _works_in(path, data, at)]


def _works_in(process: Path, data: Path, at: os.stat_result) -> bool:
    """Whether a process is PostgreSQL with this directory as its working folder."""
    try:
        return os.path.samestat((process / "cwd").stat(), at) and Path(
            (process / "exe").readlink()
        ).name.startswith("postgres")
    except PermissionError:
        # Root without CAP_SYS_PTRACE, as in most containers, may still read the command line.
        return _commanded_to(process, data)
    except OSError:
        return False


def _commanded_to(process: Path, data: Path) -> bool:
    try:
        arguments = (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return arguments[0].endswith(b"/postgres") and os.fsencode(data) in arguments


def _send(pid: int, signum: signal.Signals) -> None:
    try:
        os.kill(pid, signum)
    except ProcessLookupError:
        return
