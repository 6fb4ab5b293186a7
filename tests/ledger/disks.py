"""A real filesystem without room."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from provenite_ledger.postgres.account import give_to_server
from tests.needs import lack


class SmallDisk:
    """A filesystem of a few megabytes, for a tablespace of its own; `fill` leaves no room in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        with self._ballast.open("wb", buffering=0) as file, pytest.raises(OSError, match="space"):
            while True:
                file.write(bytes(4096))

    def free(self) -> None:
        self._ballast.unlink()


@contextmanager
def mounted() -> Iterator[SmallDisk]:
    """A small disk, mounted as long as the context lasts."""
    folder = Path(tempfile.mkdtemp(prefix="provenite-disk-"))
    folder.chmod(0o711)
    mounting = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "provenite-test", folder],
        capture_output=True,
        check=False,
    )
    try:
        if mounting.returncode:
            lack("needs root", hint="to mount a small filesystem")
        (folder / "space").mkdir()
        give_to_server(folder / "space")
        try:
            yield SmallDisk(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)
    finally:
        folder.rmdir()
