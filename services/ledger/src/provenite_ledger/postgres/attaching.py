"""Attaching to the server that another process runs in a data folder: for commands beside a running ledger."""

import fcntl
from pathlib import Path

from provenite_ledger.postgres.cluster import Cluster

_SOCKET_LINE = 4
"""Of postmaster.pid the fifth (PostgreSQL, utils/pidfile.h)."""


def running_server(folder: Path) -> str | None:
    """The connection URI of the server that a ledger runs in the folder now; none when no ledger does.

    `OSError` when the folder's files cannot be read, as by another user.
    """
    folder = folder.resolve()
    try:
        with (folder / "lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return None
    except FileNotFoundError:
        return None
    except BlockingIOError:
        pass
    lines = (folder / "cluster" / "postmaster.pid").read_text().split("\n")
    password = (folder / "password").read_text("ascii")
    return Cluster(folder, Path(lines[_SOCKET_LINE]), password, lock=-1).dsn
