"""What an audit has to remember, in a file: so that its memory does not grow with the log.

SQLite holds the entries; those that were last used are kept decoded, a fixed number of each table, and written
together.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, MutableMapping, MutableSet
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from provenite_proto.tables import decoder, encode

V = TypeVar("V")

_DECODED = 1_024
"""Entries of a table after which those that were not used in the meantime are let go."""
_CHUNK = 512
"""Keys that are read at a time when a table is gone through."""
_APPLICATION = 0x50525641
"""What the header of the file says of whose it is (`PRVA`)."""
_PAGE_CACHE_KIB = 8 * 1024
_WAL_PAGES = 8_192
"""Pages of 4 KiB that are collected, so that one that changes often is written to its place once."""


class FileTables:
    """Tables in one file, which no other process can open in the meantime.

    A context manager. `keep` makes all changes so far durable, at once with the `state` that goes with them; what was not
    kept when the file is closed, or the process killed, is as if it had not been. Errors are `sqlite3.Error`.
    """

    def __init__(self, path: Path, *, scratch: bool = False) -> None:
        """Open the file, or make it, for its owner alone to read; `ValueError` when it is something else.

        A `scratch` file need not survive anything. A new one in which nothing is kept is removed again.
        """
        self._path = path
        self._made = not path.exists()
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._file = sqlite3.connect(path, timeout=0, isolation_level=None, cached_statements=256)
        self._tables: list[_Table[Any]] = []
        try:
            self._configure(scratch=scratch)
        except sqlite3.OperationalError:
            self._file.close()
            raise
        except (sqlite3.DatabaseError, ValueError) as error:
            self._file.close()
            raise ValueError("not an audit that was saved") from error

    def _configure(self, *, scratch: bool) -> None:
        whose = self.run("PRAGMA application_id").fetchone()[0]
        if whose != _APPLICATION and self.run("SELECT 1 FROM sqlite_master").fetchone():
            raise ValueError(f"of application {whose}")
        self.run("PRAGMA locking_mode = EXCLUSIVE")
        self.run(f"PRAGMA cache_size = -{_PAGE_CACHE_KIB}")
        if scratch:
            self.run("PRAGMA journal_mode = OFF")
            self.run("PRAGMA synchronous = OFF")
        else:
            self.run("PRAGMA journal_mode = WAL")
            self.run("PRAGMA synchronous = NORMAL")
            self.run(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")
        self.run("BEGIN EXCLUSIVE")
        self.run(f"PRAGMA application_id = {_APPLICATION}")
        self.run("CREATE TABLE IF NOT EXISTS state (one INTEGER PRIMARY KEY, value BLOB NOT NULL)")

    def __enter__(self) -> Self:
        """Nothing to be done."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self._file.close()
        if self._made:
            self._path.unlink(missing_ok=True)

    @property
    def state(self) -> bytes | None:
        """What was last kept; `None` in a new file."""
        row = self.run("SELECT value FROM state").fetchone()
        return None if row is None else bytes(row[0])

    def keep(self, state: bytes) -> None:
        """Make everything durable."""
        for table in self._tables:
            table.flush()
        self.run("INSERT OR REPLACE INTO state VALUES (1, ?)", (state,))
        self.run("COMMIT")
        self._made = False
        self.run("BEGIN EXCLUSIVE")

    def table(self, name: str, kind: type[V], *, whole: bool = False) -> MutableMapping[str, V]:
        """A table whose entries are in the file; a `whole` one is in memory too."""
        made = _Table(self, name, kind, whole=whole)
        self._tables.append(made)
        return made

    def names(self, name: str) -> MutableSet[str]:
        """A table of names in the file."""
        return _Names(self.table(name, bool))

    def run(self, statement: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
        """Run a statement of SQL."""
        return self._file.execute(statement, values)

    def run_many(self, statement: str, values: Iterator[tuple[object, ...]]) -> None:
        """Run it for each of the values."""
        self._file.executemany(statement, values)


@contextmanager
def scratch_tables() -> Iterator[FileTables]:
    """Tables in a temporary file, for as long as the context lasts."""
    with (
        TemporaryDirectory(prefix="provenite-", ignore_cleanup_errors=True) as folder,
        FileTables(Path(folder) / "audit", scratch=True) as tables,
    ):
        yield tables


class _Table(MutableMapping[str, V], Generic[V]):
    """A table, in the order in which its keys came.

    Entries that were used of late are in `_young`, those before them in `_old`: when there are too many young ones,
    they become the old ones, and the old ones are let go. Changed ones are written before that.
    """

    def __init__(self, tables: FileTables, name: str, kind: type[V], *, whole: bool) -> None:
        self._tables = tables
        self._decode = decoder(kind)
        self._young: dict[str, V] = {}
        self._old: dict[str, V] = {}
        self._changed: dict[str, None] = {}
        self._whole = whole
        self._select = f'SELECT value FROM "{name}" WHERE key = ?'  # noqa: S608 # names are the program's own
        self._put = (
            f'INSERT INTO "{name}" (key, value) VALUES (?, ?) '  # noqa: S608 # as above
            "ON CONFLICT (key) DO UPDATE SET value = excluded.value"
        )
        self._delete = f'DELETE FROM "{name}" WHERE key = ?'  # noqa: S608 # as above
        self._scan = (
            f'SELECT number, key FROM "{name}" WHERE number > ? ORDER BY number LIMIT {_CHUNK}'  # noqa: S608 # as above
        )
        self._count = f'SELECT count(*) FROM "{name}"'  # noqa: S608 # as above
        tables.run(
            f'CREATE TABLE IF NOT EXISTS "{name}" '
            "(number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, value BLOB NOT NULL)"
        )
        self._stored = tables.run(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone() is not None  # noqa: S608 # as above
        if whole:
            rows = tables.run(f'SELECT key, value FROM "{name}" ORDER BY number')  # noqa: S608 # as above
            self._young.update({key: self._decode(value) for key, value in rows})

    def __getitem__(self, key: str) -> V:
        found = self._find(key)
        if found is None:
            raise KeyError(key)
        return found

    def __setitem__(self, key: str, entry: V) -> None:
        self._use(key, entry)
        self._changed[key] = None

    def __delitem__(self, key: str) -> None:
        if key not in self:
            raise KeyError(key)
        self._young.pop(key, None)
        self._old.pop(key, None)
        self._changed.pop(key, None)
        if self._stored:
            self._tables.run(self._delete, (key,))

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self._find(key) is not None

    def __iter__(self) -> Iterator[str]:
        if self._whole:
            yield from self._young
            return
        self.flush()
        last = 0
        while rows := self._tables.run(self._scan, (last,)).fetchall():
            for number, key in rows:
                last = number
                yield key

    def __len__(self) -> int:
        self.flush()
        return int(self._tables.run(self._count).fetchone()[0])

    def flush(self) -> None:
        """Write what was changed."""
        if not self._changed:
            return
        self._tables.run_many(self._put, ((key, encode(self._held(key))) for key in self._changed))
        self._changed.clear()
        self._stored = True

    def _held(self, key: str) -> V:
        return self._young[key] if key in self._young else self._old[key]

    def _find(self, key: str) -> V | None:
        found = self._young.get(key)
        if found is not None or self._whole:
            return found
        found = self._old.get(key)
        if found is None and self._stored:
            row = self._tables.run(self._select, (key,)).fetchone()
            found = None if row is None else self._decode(row[0])
        if found is not None:
            self._use(key, found)
        return found

    def _use(self, key: str, entry: V) -> None:
        if len(self._young) >= _DECODED and not self._whole and key not in self._young:
            self.flush()
            self._old, self._young = self._young, {}
        self._young[key] = entry


class _Names(MutableSet[str]):
    @classmethod
    def _from_iterable(cls, names: Iterable[str]) -> set[str]:  # type: ignore[override] # what two sets have in common is small
        return set(names)

    def __init__(self, table: MutableMapping[str, bool]) -> None:
        self._table = table

    def __contains__(self, name: object) -> bool:
        return name in self._table

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)

    def add(self, name: str) -> None:
        if name not in self._table:
            self._table[name] = True

    def discard(self, name: str) -> None:
        self._table.pop(name, None)
