"""What a witness remembers: the newest checkpoint of each log that it has cosigned, in SQLite.

Whoever changes this file can make the witness cosign a fork; whoever restores an old copy of it does.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

_SCHEMA = """
CREATE TABLE IF NOT EXISTS held (
  origin TEXT PRIMARY KEY,
  size INTEGER NOT NULL,
  root BLOB NOT NULL,
  note BLOB NOT NULL,
  cosigned_at INTEGER NOT NULL
) STRICT
"""
_BUSY_SECONDS = 10
"""How long another process may be in a step on the same file."""


class Held(Struct, frozen=True):
    """The newest checkpoint that was cosigned for a log: as a tree, and as a note with the cosignature."""

    size: int
    root: bytes
    note: bytes


class Store:
    """The file; used by the thread that opens it."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it; `OSError` or `sqlite3.Error` when it cannot be used."""
        self._database = sqlite3.connect(path, isolation_level=None, timeout=_BUSY_SECONDS)
        self._database.execute("PRAGMA journal_mode = WAL")
        # In WAL mode, only this makes a commit wait until it is on the disk.
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute(_SCHEMA)
        _sync(path.parent)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @contextlib.contextmanager
    def step(self) -> Iterator[None]:
        """Whatever is read and kept within is one step: durable when it ends, undone when it raises."""
        # Immediate: a second process waits here, not between reading and keeping.
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.commit()
        except BaseException:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise

    def commit(self) -> None:
        """End a step: on the disk when this returns."""
        self._database.execute("COMMIT")

    def held(self, origin: str) -> Held | None:
        """What is held of a log."""
        row = self._database.execute(
            "SELECT size, root, note FROM held WHERE origin = ?", (origin,)
        ).fetchone()
        return None if row is None else Held(*row)

    def keep(self, origin: str, held: Held, cosigned_at: int) -> None:
        """Hold this instead, cosigned at that second."""
        self._database.execute(
            "INSERT INTO held VALUES (?, ?, ?, ?, ?) ON CONFLICT (origin) DO UPDATE SET"
            " size = excluded.size, root = excluded.root, note = excluded.note, cosigned_at = excluded.cosigned_at",
            (origin, held.size, held.root, held.note, cosigned_at),
        )

    def last_time(self) -> int:
        """The second of the latest cosignature; 0 when there is none."""
        (latest,) = self._database.execute("SELECT max(cosigned_at) FROM held").fetchone()
        return latest or 0


def _sync(folder: Path) -> None:
    """Make a new file's name durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
