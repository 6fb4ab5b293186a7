"""Printing on a terminal whatever a ledger answers: what the terminal would obey, or hide, is made visible instead.

A lot number may come from a stranger and the ledger be another than one thinks. ESC and the C1 controls move
the cursor and rewrite what was printed, direction controls show a text backwards, and others show nothing at all.
"""

import re
import textwrap
from collections.abc import Iterable
from typing import Any

import msgspec
from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderableType, RenderHook
from rich.segment import Segment

from provenite_proto.visible import in_line, visible, visible_json

__all__ = ["WIDTH", "console", "in_line", "json_text", "visible", "wrapped"]

WIDTH = 80
"""Columns of what is laid out for people."""
_BEFORE_UNIT = re.compile(r"(?<=\d) (?=(?:%|kg\b))")
_KEPT = "\0"
"""Stands for a space at which no line is to end: a text for people has no such character."""


def console(*, stderr: bool = False) -> Console:
    """Stdout, or stderr; plain unless it is a terminal."""
    made = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    made.push_render_hook(_Visibly())
    return made


def json_text(answer: Any, *, indent: int = -1) -> str:
    """An answer as a JSON document: on one line, or indented by so many spaces."""
    encoded = msgspec.json.format(msgspec.json.encode(answer), indent=indent)
    return visible_json(encoded.decode())


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
