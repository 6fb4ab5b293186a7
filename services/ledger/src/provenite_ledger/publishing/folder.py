"""The log and its guard as files: written under another name, made durable, then renamed."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .storage import GuardChanged


class Folder:
    """A folder that any static web server can serve. Threads write different files; any may read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # Folders of which it is known that they are there, and durable.
        self._made: set[str] = set()

    def read(self, path: str) -> bytes | None:
        """A file; none when there is none."""
        try:
            return (self._path / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Write or replace files; they are durable when this returns."""
        named = [(f"{self._path}/{path}", content) for path, content in files]
        try:
            for folder in {os.path.dirname(path) for path, _ in named}:  # noqa: PTH120 # plain calls, see written()
                self._make(folder)
            written(named)
        except OSError:
            # Somebody may have removed a folder.
            self._made.clear()
            raise

    def remove_below(self, path: str) -> None:
        """Remove all files in a folder, and the folder."""
        folder = f"{self._path}/{path}"
        self._made.discard(folder)
        with suppress(FileNotFoundError):
            for name in os.listdir(folder):  # noqa: PTH208 # plain calls, see written()
                os.unlink(f"{folder}/{name}")  # noqa: PTH108 # as above
            os.rmdir(folder)  # noqa: PTH106 # as above

    def _make(self, folder: str) -> None:
        if folder in self._made:
            return
        path = Path(folder)
        if not path.is_dir():
            self._make(str(path.parent))
            path.mkdir(exist_ok=True)
            _sync(str(path.parent))
        self._made.add(folder)


class GuardFile:
    """The guard in a file, changed under a lock that processes share."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> bytes | None:
        """The checkpoint; none when there is none."""
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return None

    def swap(self, expected: bytes | None, new: bytes) -> None:
        """Put `new` in the place of `expected`; `GuardChanged` when that is not there."""
        with self._locked():
            found = self.read()
            if found != expected:
                raise GuardChanged(found)
            if found != new:
                written([(str(self._path), new)])

    @contextmanager
    def _locked(self) -> Iterator[None]:
        if not self._path.parent.is_dir():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            _sync(str(self._path.parent.parent))
        lock = os.open(self._path.with_name("lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def written(files: Iterable[tuple[str, bytes]]) -> None:
    """Replace files in folders that are there: each is the old one or the new one, whatever happens meanwhile.

    It runs after each commit, beside the event loop: in plain calls of the system, which cost less than paths as objects.
    """
    opened = []
    try:
        for path, content in files:
            folder, name = os.path.split(path)
            temporary = f"{folder}/.{name}.new"
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
            opened.append((descriptor, temporary, path, folder))
            _fill(descriptor, content)
        # All are written before the first is waited for: the disk takes them together.
        for descriptor, *_ in opened:
            os.fsync(descriptor)
    finally:
        for descriptor, *_ in opened:
            os.close(descriptor)
    for _, temporary, path, _ in opened:
        os.rename(temporary, path)  # noqa: PTH104 # plain calls, as said above
    for folder in {folder for *_, folder in opened}:
        _sync(folder)


def _fill(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _sync(folder: str) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
