"""The printed code: a QR code (ISO/IEC 18004) as squares, for every form of the page."""

import segno
from msgspec import Struct

QUIET = 4
"""Modules that have to stay white on each side (ISO/IEC 18004, 9.1)."""


class Run(Struct, frozen=True):
    """Dark modules side by side, from the upper left."""

    x: int
    y: int
    length: int


class Code(Struct, frozen=True):
    """A code whose sides have `side` modules, its white margin included."""

    side: int
    runs: tuple[Run, ...]

    @property
    def path(self) -> str:
        """The dark modules as an SVG path."""
        return "".join(f"M{run.x} {run.y}h{run.length}v1h-{run.length}z" for run in self.runs)


def code(text: str) -> Code:
    """The code of a text, of which 15 % may be damaged."""
    rows = segno.make_qr(text, error="m", boost_error=False).matrix
    runs: list[Run] = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            length = 0
            while x + length < len(row) and row[x + length]:
                length += 1
            if length:
                runs.append(Run(QUIET + x, QUIET + y, length))
            x += length or 1
    return Code(len(rows) + 2 * QUIET, tuple(runs))
