"""The folder of an embedded server: what is in it, making it, and who may use it.

    lock            held by the one ledger that uses the folder
    password        of the only database role, mode 0600
    cluster/        PostgreSQL's own data directory
    run/            the socket
    postgres.log    what the server said; older lines in postgres.log.1

As root only `password`, `cluster` and `run` belong to the server's uid: root never opens a file
for writing in a folder that another uid can change.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from provenite_ledger.postgres.account import give_to_server, reachable_by, server_uid, spawn
from provenite_ledger.postgres.binaries import PostgresUnavailable, major_version

ROLE = "provenite"
PORT = 5432
# sun_path holds 104 bytes with the closing zero on the BSDs and 108 on Linux.
_LONGEST_SOCKET = 103
_SOCKET_NAME = f".s.PGSQL.{PORT}"
# asyncpg splits a host at commas, and PostgreSQL quotes in its own way: plain letters need neither.
_PLAIN_PATH = re.compile(r"[A-Za-z0-9_./+-]+")


@dataclass(frozen=True, slots=True)
class Cluster:
    """An initialised data folder that this process alone may use until it is released."""

    folder: Path
    sockets: Path
    password: str
    lock: int

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.folder / "cluster"

    @property
    def log(self) -> Path:
        """The file that takes the server's output."""
        return self.folder / "postgres.log"

    @property
    def dsn(self) -> str:
        """A connection URI for the database `postgres`, as asyncpg and libpq read it."""
        place = urlencode({"host": str(self.sockets), "port": PORT}, safe="/")
        return f"postgresql://{ROLE}:{self.password}@/postgres?{place}"

    def remove_socket(self) -> None:
        """Removes what a killed server left; its lock file would stop the next one.

        For PostgreSQL takes the pid in it for a running server when it is now somebody else's, or
        a zombie's that nobody has reaped.
        """
        for name in (_SOCKET_NAME, f"{_SOCKET_NAME}.lock"):
            (self.sockets / name).unlink(missing_ok=True)

    def release(self) -> None:
        """Lets another ledger have the folder."""
        if self.sockets.parent != self.folder:
            shutil.rmtree(self.sockets, ignore_errors=True)
        os.close(self.lock)


def open_cluster(folder: Path, binaries: Path) -> Cluster:
    """Locks a data folder, and fills it by initdb when it is new. Blocks about 0.4 s then.

    Raises:
        PostgresUnavailable: the folder is in use, out of the server's reach, of another version or
            owner, or initdb failed.
    """
    folder = folder.resolve()
    _refuse_another_owner(folder / "cluster")
    _make_reachable(folder)
    lock = _lock(folder)
    try:
        if not (folder / "cluster").exists():
            _initialise(folder, binaries)
        _refuse_another_version(folder / "cluster", binaries)
        try:
            password = (folder / "password").read_text("ascii")
        except OSError as error:
            raise PostgresUnavailable(
                f"{folder / 'password'} cannot be read, and without it nobody can log in: {error}"
            ) from error
        return Cluster(folder, _socket_folder(folder), password, lock)
    except BaseException:
        os.close(lock)
        raise


def _refuse_another_owner(data: Path) -> None:
    uid = os.geteuid() if (dropped := server_uid()) is None else dropped
    try:
        owner = data.stat().st_uid
    except FileNotFoundError:
        return
    except PermissionError as error:
        raise PostgresUnavailable(f"the data folder {data.parent} is closed to us") from error
    if owner != uid:
        raise PostgresUnavailable(
            f"{data} belongs to uid {owner}, but PostgreSQL would run as uid {uid}: start the "
            "ledger as the user who made the folder, or choose another folder"
        )


def _make_reachable(folder: Path) -> None:
    uid = server_uid()
    try:
        for missing in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
            missing.mkdir()
            # Root's folders must let the server's uid pass through to what is its own.
            missing.chmod(0o700 if uid is None else 0o711)
    except OSError as error:
        raise PostgresUnavailable(f"cannot make the data folder {folder}: {error}") from error
    if uid is not None and not reachable_by(uid, folder):
        raise PostgresUnavailable(
            f"PostgreSQL runs as uid {uid}, which cannot enter the data folder {folder}: choose a "
            "folder outside private ones (for instance under /var/lib), or open its parents with "
            "chmod o+x"
        )


def _lock(folder: Path) -> int:
    # Opened close-on-exec, so the kernel frees the lock exactly when this ledger ends.
    try:
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise PostgresUnavailable(f"cannot write in the data folder {folder}: {error}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(lock, 20).decode("ascii", "replace")
        os.close(lock)
        raise PostgresUnavailable(
            f"the data folder {folder} is in use by another ledger (process {holder})"
        ) from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock


def _initialise(folder: Path, binaries: Path) -> None:
    for abandoned in folder.glob("initdb-*"):
        shutil.rmtree(abandoned, ignore_errors=True)
    password = folder / "password"
    password.unlink(missing_ok=True)
    with os.fdopen(os.open(password, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(32))
        file.flush()
        os.fsync(file.fileno())
    give_to_server(password)
    # Made under another name and renamed when whole: an interrupted initdb leaves no half cluster.
    draft = Path(tempfile.mkdtemp(prefix="initdb-", dir=folder))
    give_to_server(draft)
    # The C locale, so that neither libc nor ICU upgrades can change the order of an index.
    initdb = spawn(
        [
            binaries / "initdb",
            *("--pgdata", draft, "--username", ROLE, "--pwfile", password),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--no-locale"),
            *("--data-checksums", "--no-instructions"),
        ],
        stdin=subprocess.DEVNULL,
        output=subprocess.PIPE,
    )
    said, _ = initdb.communicate()
    if initdb.returncode:
        shutil.rmtree(draft, ignore_errors=True)
        raise PostgresUnavailable(
            f"initdb could not fill {folder}:\n{said.decode(errors='replace').strip()}"
        )
    draft.rename(folder / "cluster")
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refuse_another_version(data: Path, binaries: Path) -> None:
    try:
        made_by = int((data / "PG_VERSION").read_text("ascii"))
    except (OSError, ValueError) as error:
        raise PostgresUnavailable(f"{data} is not a PostgreSQL data directory: {error}") from error
    if made_by != (offered := major_version(binaries)):
        raise PostgresUnavailable(
            f"{data} was made by PostgreSQL {made_by}, but {binaries} is version {offered}: name a "
            f"folder of version {made_by}, or move the data with pg_upgrade"
        )


def _socket_folder(folder: Path) -> Path:
    beside = folder / "run"
    if len(os.fsencode(beside / _SOCKET_NAME)) <= _LONGEST_SOCKET and _PLAIN_PATH.fullmatch(
        str(beside)
    ):
        beside.mkdir(mode=0o700, exist_ok=True)
    else:
        # /tmp and not TMPDIR, which may be as long or as private as the data folder.
        beside = Path(tempfile.mkdtemp(prefix="provenite-", dir="/tmp"))
    give_to_server(beside)
    return beside
