"""Figures as bars: what is certain, what is possible, and the threshold, told apart without colour too."""

from .looks import CERTAIN, INK, LEFT, MARK, POSSIBLE, QUIET, RIGHT, TRACK
from .sheet import Bar, Sheet
from .typesetting import POINT, Box, Path, face
from .writing import Writer


def figures(page: Writer, sheet: Sheet) -> None:
    """Each test with its figures as bars."""
    if not sheet.groups:
        return
    page.rule()
    page.gap(1)
    page.heading(f"Figures as of {sheet.as_of}")
    for group in sheet.groups:
        page.gap(0.25)
        page.paragraph(group.test, "strong", 8, INK, LEFT, RIGHT - LEFT)
        page.gap(0.15)
        for bar in group.bars:
            _bar(page, bar)
    if sheet.unshown:
        more = f"{sheet.unshown} more figures stand in the signed credential."
        page.paragraph(more, "text", 7.4, QUIET, LEFT, RIGHT - LEFT)
    _legend(page, sheet)
    page.gap(1)


def _bar(page: Writer, bar: Bar) -> None:
    """A figure: its element, its bar, its value and what is required."""
    step = page.step(8.4) * 1.12
    middle = page.y + step / 2
    base = middle + 8.4 * page.size * POINT * 0.36
    left, right = LEFT + 36, RIGHT - 68
    width = right - left
    page.text(LEFT, base, bar.of, "strong", 8.4 * page.size, INK)
    name_at = LEFT + (7 if bar.of else 0)
    name = next(face("text").lines(bar.name, 8.4 * page.size, left - name_at - 2))
    page.text(name_at, base, name, "text", 8.4 * page.size, INK)
    height = 2.3 * page.size
    top = middle - height / 2
    page.marks.append(Box(left, top, width, height, TRACK))
    certain, possible = (width * each / 10**9 for each in (bar.lower, bar.upper))
    if certain:
        page.marks.append(Box(left, top, certain, height, CERTAIN))
    if bar.upper > bar.lower:
        _hatched(page, left + certain, top, max(possible - certain, 0.3), height)
    if bar.mark is not None:
        _threshold(page, left + width * bar.mark / 10**9, top, height)
    shown = face("strong").setting(bar.shown)
    at = RIGHT - 35 - face("strong").width(shown, 8.4 * page.size)
    page.text(at, base, shown, "strong", 8.4 * page.size, INK)
    if bar.mark is None:
        needs = bar.required
    else:
        needs = f"{bar.required}: {'✓ met' if bar.met else '✗ not met'}"
    page.text(RIGHT - 32, base, needs, "text", 7.2 * page.size, QUIET)
    page.y += step


def _hatched(page: Writer, x: float, y: float, width: float, height: float) -> None:
    """A frame with slanting lines in it: possible, and told from certain without colour."""
    frame = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
    page.marks.append(Path(frame, POSSIBLE, 0.18, closed=True))
    at = x
    while at < x + width:
        end = min(at + height, x + width)
        page.marks.append(Path(((at, y + height), (end, y + height - (end - at))), POSSIBLE, 0.25))
        at += 1.3


def _threshold(page: Writer, x: float, top: float, height: float) -> None:
    """A line across the bar, and a tip above it."""
    page.marks.append(Path(((x, top - 0.5), (x, top + height + 0.5)), MARK, 0.5))
    tip = ((x - 0.9, top - 1.3), (x + 0.9, top - 1.3), (x, top))
    page.marks.append(Path(tip, MARK, closed=True))


def _legend(page: Writer, sheet: Sheet) -> None:
    """What the bars' signs mean."""
    page.gap(0.35)
    size = 7 * page.size
    base = page.y + size * POINT * 0.95
    x, top, height = LEFT, base - 2, 2.1
    page.marks.append(Box(x, top, 5, height, CERTAIN))
    x = page.text(x + 6.4, base, "certain", "text", size, QUIET) + 5
    if sheet.possible:
        _hatched(page, x, top, 5, height)
        x = page.text(x + 6.4, base, "possible, does not count", "text", size, QUIET) + 5
    if sheet.marked:
        _threshold(page, x + 1, top, height)
        x = page.text(x + 3.4, base, "threshold", "text", size, QUIET) + 5
    page.text(x, base, "The whole bar is 100 %.", "text", size, QUIET)
    page.y += page.step(7)
