"""Writing downwards on a page: lines, paragraphs, lists. All in millimetres from the upper left."""

from typing import ClassVar

from .legible import BOX
from .looks import INK, LEFT, LINE, RIGHT
from .typesetting import POINT, Box, Colour, FaceName, Mark, Path, Target, Text, face


class Writer:
    """What is written so far, and how far down `y` is.

    `size` is that of the print, as a factor. `boxed` says that a font lacked a character.
    """

    GAP: ClassVar[float] = 3.2

    def __init__(self, size: float) -> None:
        self.size = size
        self.y = 0.0
        self.marks: list[Mark] = []
        self.boxed = False

    def heading(self, text: str, x: float = LEFT) -> None:
        """A part's heading."""
        self.paragraph(text, "strong", 9.4, INK, x, RIGHT - x)
        self.gap(0.3)

    def item(self, text: str, size: float, colour: Colour, x: float, width: float) -> None:
        """A point of a list."""
        self.gap(0.25)
        self.text(x, self.y + size * self.size * POINT, "•", "text", size * self.size, colour)
        self.paragraph(text, "text", size, colour, x + 3, width - 3)

    def paragraph(
        self, text: str, name: FaceName, size: float, colour: Colour, x: float, width: float
    ) -> None:
        """A text in as many lines as it takes."""
        size *= self.size
        for line in face(name).lines(text, size, width):
            self.text(x, self.y + size * POINT, line, name, size, colour)
            self.y += size * POINT * 1.3

    def text(
        self, x: float, y: float, text: str, name: FaceName, size: float, colour: Colour
    ) -> float:
        """A line on its base line; where it ends."""
        text = face(name).setting(text)
        self.boxed = self.boxed or BOX in text
        if text:
            self.marks.append(Text(x, y, text, name, size, colour))
        return x + face(name).width(text, size)

    def rule(self) -> None:
        """A thin line across the page."""
        self.marks.append(Path(((LEFT, self.y), (RIGHT, self.y)), LINE, 0.2))

    def gap(self, times: float) -> None:
        """Space, in the page's own measure."""
        self.y += times * self.GAP * self.size

    def step(self, size: float) -> float:
        """From one line to the next."""
        return size * self.size * POINT * 1.3

    def append(self, other: "Writer", down: float) -> None:
        """Sets what another one has written, so far further down."""
        self.marks += (_lowered(each, down) for each in other.marks)


def _lowered(mark: Mark, down: float) -> Mark:
    match mark:
        case Text():
            return Text(
                mark.x, mark.y + down, mark.text, mark.face, mark.size, mark.colour, mark.angle
            )
        case Box():
            return Box(mark.x, mark.y + down, mark.width, mark.height, mark.fill)
        case Path():
            points = tuple((x, y + down) for x, y in mark.points)
            return Path(points, mark.colour, mark.thick, mark.closed, mark.dash)
        case Target():
            return Target(mark.x, mark.y + down, mark.width, mark.height, mark.url)
