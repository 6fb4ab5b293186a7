"""Where the log's files lie, and the guard beside them: what the publisher asks of a folder and of an object store.

Everything is durable when it is written. What is written when, and why then:

- Before a submission is answered, with each publication: full tiles and bundles, and all tiles above the lowest
  level, which the start relies on; then the guard, as nothing else tells what was signed when the database is an
  old one.
- Behind that, a few times a second: what is not full of the lowest tile and of the last bundle at the size of the
  public checkpoint, then that checkpoint. Each publication changes them, and the start makes them anew from the
  database: meanwhile they are in memory, from which the ledger itself serves and proves.

So whoever reads the checkpoint first finds its tiles, at any moment, and after a loss of power too.
"""

from collections.abc import Iterable
from typing import Protocol

import msgspec

CHECKPOINT = "checkpoint"
"""The path of the newest public checkpoint, below the log's prefix."""


class Storage(Protocol):
    """Files by their paths below the log's prefix. Every method may block; `OSError` may pass, so try again."""

    def read(self, path: str) -> bytes | None:
        """A file; none when there is none."""

    def write(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Write or replace files, each as a whole; they are durable when this returns."""

    def remove_below(self, path: str) -> None:
        """Remove all files directly below a path."""


class GuardChanged(Exception):
    """The guard holds something else than was expected: `found`."""

    def __init__(self, found: bytes | None) -> None:
        super().__init__("the guard has been changed by somebody else")
        self.found = found


class Guard(Protocol):
    """The last checkpoint that was signed, kept outside the database. Every method may block, as those of `Storage`."""

    def read(self) -> bytes | None:
        """The checkpoint; none when there is none."""

    def swap(self, expected: bytes | None, new: bytes) -> None:
        """Put `new` in the place of `expected`, in one step; `GuardChanged` when that is not there."""


class Disk(msgspec.Struct, frozen=True):
    """The log's files and its guard."""

    storage: Storage
    guard: Guard


class LogRefused(Exception):
    """The log cannot go on from what there is; the message says what happened and what to do."""
