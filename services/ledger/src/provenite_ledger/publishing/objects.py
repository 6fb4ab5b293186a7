"""The log and its guard as objects of a store, such as one that is compatible with S3 (package `obstore`)."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError
from obstore.store import ObjectStore, from_url

from .storage import Disk, GuardChanged, LogRefused

if TYPE_CHECKING:
    # There only for type checkers.
    from obstore.store import RetryConfig

IN_FLIGHT = 8
"""Objects written at a time."""


RETRY_SECONDS = 10
"""How long the library tries by itself; then the publisher does."""


def disk(url: str) -> Disk:
    """The log below `log/`, and the guard at `guard/checkpoint`, of a store; `LogRefused` when the URL is none."""
    retry: RetryConfig = {"max_retries": 3, "retry_timeout": timedelta(seconds=RETRY_SECONDS)}
    try:
        return Disk(
            Objects(from_url(f"{url}/log", retry_config=retry)),
            GuardObject(from_url(url, retry_config=retry), "guard/checkpoint"),
        )
    except BaseError as error:
        raise LogRefused(f"the log's store: {_line(error)}") from error


class Objects:
    """The log's files as objects. An object is written as a whole, and durable once the store says so."""

    def __init__(self, store: ObjectStore) -> None:
        """In a store whose prefix is the log's own."""
        self._store = store
        self._writing = ThreadPoolExecutor(IN_FLIGHT, "objects")

    def read(self, path: str) -> bytes | None:
        """A file; none when there is none."""
        found = _read(self._store, path)
        return None if found is None else found[0]

    def write(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Write or replace files; they are durable when this returns."""
        with _as_os_error():
            # Consumed so that the first failure is raised.
            list(self._writing.map(lambda file: obstore.put(self._store, *file), files))

    def remove_below(self, path: str) -> None:
        """Remove all files directly below a path."""
        with _as_os_error():
            for found in obstore.list(self._store, f"{path}/"):
                obstore.delete(self._store, [each["path"] for each in found])


class GuardObject:
    """The guard as an object, replaced on condition that it is still what was read."""

    def __init__(self, store: ObjectStore, path: str) -> None:
        self._store = store
        self._path = path

    def read(self) -> bytes | None:
        """The checkpoint; none when there is none."""
        found = _read(self._store, self._path)
        return None if found is None else found[0]

    def swap(self, expected: bytes | None, new: bytes) -> None:
        """Put `new` in the place of `expected`; `GuardChanged` when that is not there."""
        found = _read(self._store, self._path)
        content = None if found is None else found[0]
        if content != expected:
            raise GuardChanged(content)
        if content == new:
            return
        with _as_os_error():
            try:
                if found is None:
                    obstore.put(self._store, self._path, new, mode="create")
                else:
                    obstore.put(self._store, self._path, new, mode={"e_tag": found[1]})
            except (AlreadyExistsError, PreconditionError) as error:
                raise GuardChanged(self.read()) from error


def _read(store: ObjectStore, path: str) -> tuple[bytes, str] | None:
    with _as_os_error():
        try:
            found = obstore.get(store, path)
            return found.bytes().to_bytes(), found.meta["e_tag"] or ""
        except FileNotFoundError:
            return None


@contextmanager
def _as_os_error() -> Iterator[None]:
    """What the store fails with, as what a folder fails with: it may pass."""
    try:
        yield
    except BaseError as error:
        raise OSError(_line(error)) from error


def _line(error: BaseError) -> str:
    """The message's first line: the others are the library's own."""
    return str(error).partition("\n")[0]
