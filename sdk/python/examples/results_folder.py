"""The demo's results: a folder that is replaced as a whole when all is in it, by one run at a time."""

import contextlib
import fcntl
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path


@contextlib.contextmanager
def results(folder: Path) -> Iterator[tuple[Path, Callable[[], None]]]:
    """A new folder beside `folder`, and what puts it in its place; without that, all stays as it was.

    `SystemExit` when another run has the folder.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    new, old = folder.with_suffix(".new"), folder.with_suffix(".old")
    with folder.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(
                f"{folder} is in use by another run of this: stop that first."
            ) from None

        def put() -> None:
            if folder.exists():
                folder.rename(old)
            new.rename(folder)
            shutil.rmtree(old, ignore_errors=True)

        for left in (new, old):
            shutil.rmtree(left, ignore_errors=True)
        new.mkdir()
        try:
            yield new, put
        finally:
            shutil.rmtree(new, ignore_errors=True)
