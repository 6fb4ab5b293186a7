"""Setting type: fonts that are embedded, how wide a text is in them, and where its lines break. All in millimetres."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import BytesIO
from typing import Literal

from fontTools.ttLib import TTFont
from msgspec import Struct

from .legible import BOX

FaceName = Literal["text", "strong", "claim", "code"]
FONTS: Mapping[FaceName, str] = {
    "text": "Inter-Regular.ttf",
    "strong": "Inter-SemiBold.ttf",
    "claim": "Literata-Regular.ttf",
    "code": "JetBrainsMono-Regular.ttf",
}
POINT = 25.4 / 72
"""Millimetres of a typographic point."""
Colour = tuple[int, int, int]


class Face(Struct, frozen=True):
    """A font: how far each character moves on, in thousandths of the size."""

    name: FaceName
    advances: dict[str, int]

    def setting(self, text: str) -> str:
        """The text as the font can set it: a box for what it lacks, nothing for what has no sign of its own."""
        return "".join(
            each if each in self.advances else BOX
            for each in text
            if each not in "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
        )

    def width(self, text: str, size: float) -> float:
        """The width of a text that is set in so many points."""
        return sum(self.advances[each] for each in text) / 1000 * size * POINT

    def lines(self, text: str, size: float, width: float) -> Iterator[str]:
        """The text in lines no wider than that; a word that is wider breaks where it must."""
        line = ""
        for word in self.setting(text).split(" "):
            if self.width(joined := f"{line} {word}" if line else word, size) <= width:
                line = joined
                continue
            if line:
                yield line
            line = word
            while self.width(line, size) > width and len(line) > 1:
                end = self._fitting(line, size, width)
                yield line[:end]
                line = line[end:]
        yield line

    def _fitting(self, word: str, size: float, width: float) -> int:
        used = 0.0
        for end, each in enumerate(word):
            used += self.width(each, size)
            if used > width:
                return max(1, end)
        return len(word)


@lru_cache(len(FONTS))
def face(name: FaceName) -> Face:
    """A font, read once."""
    font = TTFont(BytesIO(font_file(name).read_bytes()))
    metrics = font["hmtx"].metrics
    scale = 1000 / font["head"].unitsPerEm
    return Face(
        name,
        {chr(each): round(metrics[glyph][0] * scale) for each, glyph in font.getBestCmap().items()},
    )


def font_file(name: FaceName) -> Traversable:
    """The font's file."""
    return files(__package__) / "fonts" / FONTS[name]


class Text(Struct, frozen=True):
    """A line of text on its base line, from `x` on; `angle` in degrees turns it about its beginning."""

    x: float
    y: float
    text: str
    face: FaceName
    size: float
    colour: Colour
    angle: float = 0


class Box(Struct, frozen=True):
    """A rectangle from its upper left corner."""

    x: float
    y: float
    width: float
    height: float
    fill: Colour


class Path(Struct, frozen=True):
    """Straight lines from point to point; filled, or drawn `thick` millimetres wide, in dashes of `dash`."""

    points: tuple[tuple[float, float], ...]
    colour: Colour
    thick: float = 0
    closed: bool = False
    dash: float = 0


class Target(Struct, frozen=True):
    """A rectangle that leads to an address."""

    x: float
    y: float
    width: float
    height: float
    url: str


Mark = Text | Box | Path | Target
