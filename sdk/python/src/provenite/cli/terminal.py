"""Printing on a terminal whatever a ledger answers: what the terminal would obey is made visible instead.

A lot number may come from a stranger and the ledger be another than one thinks. ESC and the C1 controls move
the cursor and rewrite what was printed, direction controls (Unicode's Bidi_Control) show a text backwards.
"""

import re
import textwrap
from collections.abc import Iterable
from typing import Any

import msgspec
from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderableType, RenderHook
from rich.segment import Segment

WIDTH = 80
"""Columns of what is laid out for people."""
_OBEYED = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
_IN_TEXT = re.compile(f"[{_OBEYED}]")
_BEFORE_UNIT = re.compile(r"(?<=\d) (?=(?:%|kg\b))")
_KEPT = "\0"
"""Stands for a space at which no line is to end: a text for people has no such character."""
_IN_LINE = re.compile(f"[{_OBEYED}\t\n]")


def visible(text: str) -> str:
    """The text with `\\u202e` and the like for what a terminal would obey; line feeds and tabs stay."""
    return _IN_TEXT.sub(_escape, text)


def in_line(text: str) -> str:
    """The same without line feeds and tabs: a value that cannot pretend to be another line."""
    return _IN_LINE.sub(_escape, text)


def console(*, stderr: bool = False) -> Console:
    """Stdout, or stderr; plain unless it is a terminal."""
    made = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    made.push_render_hook(_Visibly())
    return made


def json_text(answer: Any, *, indent: int = -1) -> str:
    """An answer as a JSON document: on one line, or indented by so many spaces."""
    encoded = msgspec.json.format(msgspec.json.encode(answer), indent=indent)
    # Outside of strings JSON has no such characters, and inside, an escape is the same character.
    return visible(encoded.decode())


def wrapped(line: str, width: int, begin: str = "") -> str:
    """A line in as many as it needs; paths and ids stay whole, so that they can be copied, and so do figures with their unit."""
    return textwrap.fill(
        _BEFORE_UNIT.sub(_KEPT, line),
        width,
        initial_indent=begin,
        # Deeper than any line begins: what a value says never looks like a line of its own.
        subsequent_indent=" " * max(len(begin), 4 if begin else 0),
        break_long_words=False,
        break_on_hyphens=False,
    ).replace(_KEPT, " ")


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


class _Visibly(RenderHook):
    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [_Visible(each) for each in renderables]


class _Visible:
    def __init__(self, renderable: RenderableType) -> None:
        self._renderable = renderable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterable[Segment]:
        for segment in console.render(self._renderable, options):
            # Control segments are rich's own.
            yield segment if segment.control else Segment(visible(segment.text), segment.style)
