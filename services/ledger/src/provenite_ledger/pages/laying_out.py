"""The printed page: what a sheet says, set on one A4 page so that Letter paper holds it too.

All in millimetres from the upper left. Each part is set below the last one; the verification stands at the foot.
"""

from bisect import bisect_left
from collections.abc import Iterable

from msgspec import Struct

from .bars import figures
from .legible import BOX
from .looks import ACCENT, INK, LEFT, LINE, LOOKS, QUIET, RIGHT, WHITE
from .sheet import Entry, Sheet
from .typesetting import POINT, Box, FaceName, Mark, Path, Target, Text, face
from .writing import Writer

WIDTH, HEIGHT = 210.0, 297.0
TOP, BOTTOM = 13.5, 283.5
"""Letter paper is 17.6 mm shorter than A4: printed on it unscaled, nothing between these two is lost."""
MOST_AIR = 6.0
"""How much may be added in each of so many places where there is room to spare."""
PLACES = 4
SIZES = (1.12, 1.06, 1.0, 0.94, 0.88, 0.82, 0.76)
"""Sizes of print, from which the largest is taken that fits."""

_LONG = (100, 170, 260)
"""Characters from which on a claim is set smaller, and smaller still."""
_CLAIM = (17.0, 14.5, 12.0, 10.0)


class Laid(Struct, frozen=True):
    """A page that fits: its marks in reading order, how many notes it tells, and which of the sizes it has."""

    marks: tuple[Mark, ...]
    told: int
    size: int


def laid_out(sheet: Sheet, fewest: int) -> Laid | None:
    """The page in the largest print that fits; nothing when it does not fit.

    In the smallest print notes are left out from the last on, at most to so few; the page says how many.
    """
    every = len(sheet.notes)
    for number, size in enumerate(SIZES):
        page = _page(sheet, size, every)
        if page.spare >= 0:
            airy = _page(sheet, size, every, min(page.spare / PLACES, MOST_AIR))
            return Laid(tuple(airy.marks), every, number)
    # The fewer are told the more is spare: the most that fit are found by halving.
    smallest = len(SIZES) - 1
    less = range(every - 1, fewest - 1, -1)
    found = bisect_left(less, True, key=lambda told: _page(sheet, SIZES[smallest], told).spare >= 0)
    if found == len(less):
        return None
    page = _page(sheet, SIZES[smallest], less[found])
    return Laid(tuple(page.marks), less[found], smallest)


def _page(sheet: Sheet, size: float, told: int, air: float = 0) -> "_Page":
    page = _Page(size, air)
    page.behind(sheet)
    page.head(sheet)
    page.standing(sheet)
    page.warning(sheet)
    page.claim(sheet)
    page.entries(sheet.entries)
    figures(page, sheet)
    page.y += air / 2
    page.two_columns(sheet, told)
    page.foot(sheet)
    return page


class _Page(Writer):
    """The page, part by part; `air` is added where there can be more of it, `spare` is what is left of its height."""

    def __init__(self, size: float, air: float = 0) -> None:
        super().__init__(size)
        self.air = air
        self.spare = 0.0

    def behind(self, sheet: Sheet) -> None:
        """The standing in large letters behind the page, unless it is valid."""
        state = sheet.standing.state
        if state == "valid":
            return
        word = sheet.standing.word.upper()
        # Beside the code, whose white ground would cover its first letter.
        size = 100 * 180 / face("strong").width(word, 100)
        self.marks.append(Text(70, 262, word, "strong", size, LOOKS[state].behind, angle=52))

    def head(self, sheet: Sheet) -> None:
        """Who issued it, and what it is."""
        self.marks.append(Box(LEFT, TOP, RIGHT - LEFT, 1.8, ACCENT))
        self.y = TOP + 5
        x, y, r = LEFT, self.y, 6.2
        for lines in (
            ((12, 2), (21, 7), (21, 17), (12, 22), (3, 17), (3, 7), (12, 2)),
            ((3, 7), (12, 12), (21, 7)),
            ((12, 12), (12, 22)),
        ):
            points = tuple((x + a * r / 24, y + b * r / 24) for a, b in lines)
            self.marks.append(Path(points, ACCENT, thick=0.45))
        kind = sheet.kind.upper()
        width = face("text").width(kind, 7.5)
        self.text(RIGHT - width, y + 4.2, kind, "text", 7.5, QUIET)
        for line in list(face("strong").lines(sheet.issuer, 11, RIGHT - width - x - 12))[:2]:
            self.text(x + 8, self.y + 4.4, line, "strong", 11, INK)
            self.y += 4.6
        self.y = max(self.y + 0.8, y + 6.2) + 2.4

    def standing(self, sheet: Sheet) -> None:
        """The standing in a band of its own."""
        standing = sheet.standing
        look = LOOKS[standing.state]
        valid = standing.state == "valid"
        word_size = (12.5 if valid else 19) * self.size
        seen = ["Looked up", standing.looked_up]
        right = max(face("text").width(each, 7.2 * self.size) for each in seen)
        inside = RIGHT - LEFT - right - 24
        lines = list(face("text").lines(standing.detail, 8.8 * self.size, inside))
        below = 0.0 if valid else 1.0
        height = word_size * POINT + below + len(lines) * self.step(8.8) + 5.4
        start = len(self.marks)
        top = self.y
        y = top + 2.4 + word_size * POINT * 0.82
        self.text(LEFT + 14.5, y, standing.word.upper(), "strong", word_size, look.colour)
        y += below
        for line in lines:
            y += self.step(8.8)
            self.text(LEFT + 14.5, y, line, "text", 8.8 * self.size, INK)
        side = 8.0 if valid else 9.0
        for points in look.icon:
            at = tuple(
                (LEFT + 3.2 + a * side, top + (height - side) / 2 + b * side) for a, b in points
            )
            self.marks.append(Path(at, look.colour, 0.7, closed=len(at) > 3))
        for number, each in enumerate(seen):
            x = RIGHT - 3 - face("text").width(each, 7.2 * self.size)
            self.text(
                x,
                top + height / 2 + (number - 0.1) * self.step(7.2),
                each,
                "text",
                7.2 * self.size,
                INK,
            )
        thick, dash = (0.3, 0) if valid else (1.1, 3.0 if standing.state == "suspended" else 0)
        band: list[Mark] = [Box(LEFT, top, RIGHT - LEFT, height, look.paper)]
        # Lines reach half their width further than their ends, and to both sides.
        left, right = LEFT + thick / 2, RIGHT - thick / 2
        for edge in (top, top + height):
            band.append(Path(((left, edge), (right, edge)), look.colour, thick, dash=dash))
        self.marks[start:start] = band
        self.y = top + height + thick / 2

    def warning(self, sheet: Sheet) -> None:
        """Under the standing, what has to be known before anything else is read."""
        if not sheet.warning:
            return
        look = LOOKS["suspended"]
        start, top = len(self.marks), self.y
        self.y = top + 1.8
        self.paragraph("A firm’s own rule", "strong", 9.4, look.colour, LEFT + 5, RIGHT - LEFT - 8)
        self.paragraph(sheet.warning, "text", 8.8, INK, LEFT + 5, RIGHT - LEFT - 8)
        self.y += 1.4
        height = self.y - top
        self.marks[start:start] = [
            Box(LEFT, top, RIGHT - LEFT, height, look.paper),
            Box(LEFT, top, 1.6, height, look.colour),
        ]

    def claim(self, sheet: Sheet) -> None:
        """The title, and the claim as the largest text of the page."""
        self.gap(1.9)
        self.y += self.air
        self.paragraph(sheet.title, "strong", 9.6, ACCENT, LEFT, RIGHT - LEFT)
        if sheet.standing.state != "valid":
            self.gap(0.3)
            self.paragraph("What it said when it was issued:", "text", 8, QUIET, LEFT, RIGHT - LEFT)
        self.gap(0.5)
        size = _CLAIM[sum(len(sheet.claim) > each for each in _LONG)]
        self.paragraph(sheet.claim, "claim", size, INK, LEFT, RIGHT - LEFT)
        self.gap(1.3)
        self.y += self.air

    def entries(self, entries: Iterable[Entry]) -> None:
        """To whom, what and when, three to a row."""
        self.rule()
        listed = list(entries)
        column = (RIGHT - LEFT) / 3
        for first in range(0, len(listed), 3):
            self.gap(0.75)
            top = deepest = self.y
            for number, each in enumerate(listed[first : first + 3]):
                self.y = top
                x = LEFT + number * column
                self.paragraph(each.label, "text", 7.2, QUIET, x, column - 4)
                self.paragraph(each.value, "strong", 9, INK, x, column - 4)
                deepest = max(deepest, self.y)
            self.y = deepest
        self.gap(0.9)
        self.y += self.air / 2

    def two_columns(self, sheet: Sheet, told: int) -> None:
        """The rule at the left, what is not said at the right."""
        self.rule()
        self.gap(1)
        top = self.y
        column = (RIGHT - LEFT - 10) / 2
        self.heading(sheet.rule_heading, LEFT)
        self.paragraph(sheet.rule, "text", 8.2, INK, LEFT, column)
        for each in sheet.conditions:
            self.item(each, 7.6, QUIET, LEFT, column)
        self.gap(0.5)
        self.paragraph(sheet.source_heading, "strong", 7.6, QUIET, LEFT, column)
        for each in sheet.sources:
            self.item(each, 7.6, QUIET, LEFT, column)
        if more := len(sheet.further_sources):
            self.item(_more(more), 7.6, QUIET, LEFT, column)
        deepest, self.y = self.y, top
        x = RIGHT - column
        self.heading("What it does not say", x)
        for each in sheet.notes[:told]:
            self.item(each, 8.2, INK, x, column)
        if more := len(sheet.notes) - told:
            self.item(_more(more), 8.2, INK, x, column)
        self.y = max(self.y, deepest)
        middle = LEFT + column + 5
        self.marks.append(Path(((middle, top), (middle, self.y)), LINE, 0.2))

    def foot(self, sheet: Sheet) -> None:
        """Sets the verification at the bottom of the page; says there that the fonts lack a character."""
        foot = _Page(self.size)
        foot.verification(sheet)
        if self.boxed or foot.boxed:
            foot.gap(0.3)
            sentence = f"{BOX} stands for a character that these fonts lack; the address above shows all of them."
            foot.paragraph(sentence, "text", 6.8, QUIET, LEFT, RIGHT - LEFT)
        down = BOTTOM - foot.y
        self.spare = down - self.y - self.GAP * self.size
        self.append(foot, down)

    def verification(self, sheet: Sheet) -> None:
        """How to check it: the code, the address, the command, and what the log says."""
        self.rule()
        self.gap(1)
        top = self.y
        side = 32.0
        module = side / sheet.qr.side
        self.marks.append(Box(LEFT, top, side, side, WHITE))
        for run in sheet.qr.runs:
            self.marks.append(
                Box(
                    LEFT + run.x * module,
                    top + run.y * module,
                    run.length * module,
                    module,
                    (0, 0, 0),
                )
            )
        self.marks.append(Target(LEFT, top, side, side, sheet.url))
        x, width = LEFT + side + 4, RIGHT - LEFT - side - 4
        self.heading("Verify it yourself", x)
        self.paragraph(
            "Scan the code, or open this address. It shows how the certificate stands now:",
            "text",
            8.2,
            INK,
            x,
            width,
        )
        above = self.y
        self.paragraph(sheet.url, "code", 8, ACCENT, x, width)
        self.marks.append(Target(x, above, width, self.y - above, sheet.url))
        self.gap(0.4)
        self.paragraph(
            "To check signature, standing and log without trusting any page, run:",
            "text",
            8.2,
            INK,
            x,
            width,
        )
        self.paragraph(sheet.command, "code", 7.2, INK, x, width)
        self.y = max(self.y, top + side)
        self.gap(0.5)
        self.proofs([each for each in sheet.proofs if len(each.value) <= 40], 4)
        self.proofs([each for each in sheet.proofs if len(each.value) > 40], 3)

    def proofs(self, entries: list[Entry], columns: int) -> None:
        """Labelled values in so many columns."""
        column = (RIGHT - LEFT) / columns
        for first in range(0, len(entries), columns):
            top = deepest = self.y
            for number, each in enumerate(entries[first : first + columns]):
                self.y = top
                x = LEFT + number * column
                self.paragraph(each.label, "text", 6.6, QUIET, x, column - 3)
                name: FaceName = "code" if each.code else "text"
                across = face(name).width(face(name).setting(each.value), 7 * self.size)
                size = 7 * max(0.65, min(1, (column - 3) / across))
                above = self.y
                self.paragraph(each.value, name, size, INK, x, column - 2.9)
                if each.url:
                    self.marks.append(Target(x, above, column - 3, self.y - above, each.url))
                deepest = max(deepest, self.y)
            self.y = deepest
            self.gap(0.25)


def _more(number: int) -> str:
    return f"{number} more stand in the signed credential."
