"""Who PostgreSQL's programs run as, and what that uid can reach.

PostgreSQL refuses to run as root, so a root ledger runs it as uid 65534, which belongs to no
person. Nothing here changes the permissions of a folder that it did not make.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from provenite_ledger.postgres.binaries import PostgresUnavailable

SERVER_UID = 65534
_READ = 0o4
_ENTER = 0o1


def server_uid() -> int | None:
    """The uid (and gid) to change to for PostgreSQL; None to stay who we are."""
    return SERVER_UID if os.geteuid() == 0 else None


def reachable_by(uid: int, path: Path) -> bool:
    """Whether a uid, whose only group has the same number, can enter a folder or read a file.

    A path that does not exist yet counts as reachable when its nearest existing parent is.
    Judged by the permission bits alone; access control lists are not read.
    """
    if uid == 0:
        return True
    path = path.resolve()
    while not path.exists():
        path = path.parent
    return _allows(uid, path, _ENTER if path.is_dir() else _READ) and all(
        _allows(uid, parent, _ENTER) for parent in path.parents
    )


def give_to_server(path: Path) -> None:
    """Makes the server's uid the owner of a path that we made."""
    uid = server_uid()
    if uid is not None:
        os.chown(path, uid, uid, follow_symlinks=False)


def spawn(
    command: Sequence[str | Path], *, stdin: int | IO[bytes], output: int | IO[bytes]
) -> subprocess.Popen[bytes]:
    """Starts a program as the server's uid; `output` takes what it says on both channels.

    It has a session of its own, so that Ctrl-C at a terminal ends the ledger first and the server
    after it. Of the ledger's environment, which may hold secrets, it gets only where to look for
    programs and libraries.

    Raises:
        PostgresUnavailable: the program cannot be started.
    """
    uid = server_uid()
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    try:
        return subprocess.Popen(  # noqa: S603 # programs that the operator chose, no shell
            command,
            stdin=stdin,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=kept | {"LC_ALL": "C"},
            user=uid,
            group=uid,
            extra_groups=None if uid is None else [],
            umask=0o077,
            start_new_session=True,
        )
    except OSError as error:
        who = "" if uid is None else f" as uid {uid}"
        raise PostgresUnavailable(f"{command[0]} cannot be started{who}: {error}") from error


def _allows(uid: int, path: Path, right: int) -> bool:
    status = path.stat()
    shift = 6 if status.st_uid == uid else 3 if status.st_gid == uid else 0
    return bool(status.st_mode >> shift & right)
