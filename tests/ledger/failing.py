"""The log's files and guard with faults: what was to be written is lost, or it persists and nobody hears of it."""

import re
from collections.abc import Callable, Iterable

from provenite_ledger.publishing.storage import CHECKPOINT, Disk, Guard, Storage

PUBLISHING = ("tiles", "guard")
"""What is written of the log after each commit, in this order; tiles only when one is full."""
SHOWING = ("parts", "checkpoint")
"""What is written of it behind that, in this order."""
_PART = re.compile(r"tile/(0|entries)/.*\.p/")


class Fault:
    """Strikes once at one of the points, or as long as it is `lasting`, before or after what is written there."""

    def __init__(self, strike: Callable[[], None], *, lasting: bool = False) -> None:
        self.point: str | None = None
        self.persisted = False
        self.lasting = lasting
        self._strike = strike

    def at(self, point: str, write: Callable[[], None]) -> None:
        """Write, or strike."""
        if point != self.point:
            write()
            return
        if not self.lasting:
            self.point = None
        if self.persisted:
            write()
        self._strike()


class FailingStorage:
    """Real files with a fault."""

    def __init__(self, storage: Storage, fault: Fault) -> None:
        self._storage = storage
        self._fault = fault

    def read(self, path: str) -> bytes | None:
        return self._storage.read(path)

    def write(self, files: Iterable[tuple[str, bytes]]) -> None:
        named = list(files)
        point = "checkpoint" if [path for path, _ in named] == [CHECKPOINT] else "tiles"
        if named and all(_PART.match(path) for path, _ in named):
            point = "parts"
        self._fault.at(point, lambda: self._storage.write(named))

    def remove_below(self, path: str) -> None:
        self._fault.at("removal", lambda: self._storage.remove_below(path))


class FailingGuard:
    """A real guard with a fault."""

    def __init__(self, guard: Guard, fault: Fault) -> None:
        self._guard = guard
        self._fault = fault

    def read(self) -> bytes | None:
        return self._guard.read()

    def swap(self, expected: bytes | None, new: bytes) -> None:
        self._fault.at("guard", lambda: self._guard.swap(expected, new))


def failing(disk: Disk, fault: Fault) -> Disk:
    """Files and guard with a fault."""
    return Disk(FailingStorage(disk.storage, fault), FailingGuard(disk.guard, fault))
