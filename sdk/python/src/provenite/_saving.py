"""Saving what is fetched: a file that is there whole or not at all."""

import contextlib
import errno
import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from provenite_proto.pack import BadPack, Head, Pack

from ._errors import AnswerError


class Saving:
    """A new file beside the one that it becomes with `keep`; without that, nothing is left of it.

    A context manager. The file is for its owner alone to read, unless it is `public`: a pack holds what others may not
    see. `progress` is told how many bytes there are.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        progress: Callable[[int], None] | None = None,
        *,
        public: bool = False,
    ) -> None:
        self._path = Path(path)
        self._progress = progress
        self._mode = 0o666 if public else 0o600
        self._file: BinaryIO | None = None
        self._temporary: Path | None = None

    def __enter__(self) -> Self:
        """Make the new file; `OSError` when its folder does not allow it."""
        # Its name is known before it is there: an interruption in between leaves nothing either.
        made = self._path.with_name(f".{self._path.name}.{secrets.token_hex(8)}.part")
        try:
            number = os.open(made, os.O_RDWR | os.O_CREAT | os.O_EXCL, self._mode)
            self._file = os.fdopen(number, "w+b")
        except BaseException:
            made.unlink(missing_ok=True)
            raise
        self._temporary = made
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove what was not kept."""
        if self._file is not None:
            self._file.close()
        if self._temporary is not None:
            with contextlib.suppress(FileNotFoundError):
                self._temporary.unlink()

    @property
    def file(self) -> BinaryIO:
        """What has been written so far."""
        if self._file is None:
            raise ValueError("nothing is being saved: enter the context first")
        return self._file

    def begin(self) -> None:
        """Begin anew: what was written belongs to an answer that broke off."""
        self.file.seek(0)
        self.file.truncate()
        self._tell()

    def write(self, piece: bytes) -> None:
        """Append a piece."""
        self.file.write(piece)
        self._tell()

    def keep(self) -> None:
        """Put it in its place, durably."""
        self.settle()
        # Not when an interruption came after that and before it was noted.
        if self._temporary is not None and self._temporary.exists():
            self._temporary.replace(self._path)
            self._temporary = None

    def settle(self) -> None:
        """Have on disk what was written, so that putting it in its place is all that is left to do."""
        self.file.flush()
        os.fsync(self.file.fileno())

    def _tell(self) -> None:
        if self._progress is not None:
            self._progress(self.file.tell())


def save_together(contents: Mapping[Path, bytes]) -> tuple[Path, ...]:
    """Save files that belong together, in the order in which they are given: all, or none that was not there before.

    Ctrl-C leaves none of them, or, once all are on disk, comes when all are in their places. `OSError`; should the
    disk fail at that very moment, those that are in place stay.
    """
    for path in contents:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    with contextlib.ExitStack() as saved:
        files = [saved.enter_context(Saving(path, public=True)) for path in contents]
        for file, content in zip(files, contents.values(), strict=True):
            file.write(content)
            file.settle()
        try:
            _keep(files)
        except KeyboardInterrupt:
            _keep(files)
            raise
    return tuple(contents)


def _keep(files: Iterable[Saving]) -> None:
    for file in files:
        file.keep()


def checked(saving: Saving, batch_id: str, origin: str) -> Head:
    """What a pack that was fetched says of itself; `AnswerError` when it is not the pack that was asked for."""
    try:
        head = Pack(saving.file).head
    except BadPack as error:
        raise AnswerError(f"what the ledger sent cannot be read as a pack: {error}") from error
    if (head.batch, head.ledger) != (batch_id, origin):
        raise AnswerError(f"the ledger sent the pack of {head.batch} of {head.ledger}")
    return head
