"""The results file of `submit`: what was signed is written down before it is sent.

A JSON document a line: `{"ledger": origin}`, then for each record `{"name", "record", "statement"}` when it
is signed and `{"name", "record", "result"}` when it is answered. A statement without a result may have
been recorded: a later run sends the very same bytes, which the ledger records at most once. One run at a time
has the file: two would sign the same record twice.
"""

import fcntl
import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from msgspec import DecodeError, Struct, json

from .. import Line
from .records import Entry


class JournalError(Exception):
    """The file is not a journal of this ledger, is in use, or cannot be written."""


class _Row(Struct, frozen=True, omit_defaults=True):
    ledger: str = ""
    name: str = ""
    record: int = 0
    statement: str = ""
    result: Line | None = None


class Journal:
    """Kept in a file, or only in memory without one. A context manager."""

    def __init__(self, path: Path | None, origin: str) -> None:
        """Go on with the file, if there is one; `JournalError` when it is another ledger's or run's."""
        self._results: dict[str, Line] = {}
        self._statements: dict[str, str] = {}
        self._file: int | None = None
        if path is None:
            return
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._load(path, path.read_bytes(), origin)
        except BlockingIOError as error:
            self._close()
            raise JournalError(
                f"{path} is in use by another `provenite submit`: wait until that is done, "
                "or name another file for other records"
            ) from error
        except OSError as error:
            self._close()
            raise JournalError(f"{path}: {error.strerror}") from error
        except JournalError:
            self._close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def recorded(self, entry: Entry) -> Line | None:
        """The result of an entry that an earlier run had recorded."""
        result = self._results.get(entry.name)
        return result if result is not None and result.submitted is not None else None

    def sent(self, entry: Entry) -> str | None:
        """The statement of an entry whose answer an earlier run did not get."""
        return None if entry.name in self._results else self._statements.get(entry.name)

    def sending(self, signed: Iterable[tuple[Entry, str]]) -> None:
        """Write down statements that are about to be sent, durably."""
        self._write(
            _Row(name=entry.name, record=entry.number, statement=statement)
            for entry, statement in signed
        )
        if self._file is not None:
            os.fsync(self._file)

    def answered(self, entry: Entry, result: Line) -> None:
        """Write down what became of an entry."""
        self._write([_Row(name=entry.name, record=entry.number, result=result)])

    def _close(self) -> None:
        """Which also lets go of the lock."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _write(self, rows: Iterable[_Row]) -> None:
        text = memoryview(b"".join(json.encode(row) + b"\n" for row in rows))
        while self._file is not None and text:
            text = text[os.write(self._file, text) :]

    def _load(self, path: Path, data: bytes, origin: str) -> None:
        # A line without its end was being written when the run was killed: its statement was not sent yet.
        whole = data[: data.rfind(b"\n") + 1]
        try:
            rows = [json.decode(line, type=_Row) for line in whole.splitlines()]
        except DecodeError as error:
            raise JournalError(
                f"{path} is not a results file of `provenite submit`: {error}"
            ) from error
        if data and (not rows or rows[0].ledger != origin):
            of = (
                f"is of the ledger {rows[0].ledger!r}"
                if rows and rows[0].ledger
                else "is no results file"
            )
            raise JournalError(f"{path} {of}: name another file")
        for row in rows:
            if row.result is not None:
                self._results[row.name] = row.result
            elif row.statement:
                self._statements[row.name] = row.statement
                self._results.pop(row.name, None)
        if self._file is not None:
            os.ftruncate(self._file, len(whole))
            os.lseek(self._file, 0, os.SEEK_END)
        if not rows:
            self._write([_Row(ledger=origin)])
