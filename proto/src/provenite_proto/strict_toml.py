"""TOML read strictly into structs: what is refused is refused with its line and the reason.

`tomllib` keeps no positions, so the line of a value is found again in the text: the header of its table, then
its key. A value with a dotted key, or inside an inline table or a list, gets the line of what holds it.
"""

import re
import tomllib
from collections.abc import Callable
from datetime import date, datetime
from typing import NamedTuple, TypeVar

import msgspec

Kind = TypeVar("Kind")
_NATIVE = (date, datetime)
"""What TOML has itself: a text is no date."""
_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*(?:"([^"]+)"|'([^']+)'|([A-Za-z0-9_-]+))\s*=""")
_PLACE = re.compile(r"\[(\d+)\]|\.([^.\[]+)")
_AT = re.compile(
    r"^(?P<reason>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)$", re.DOTALL
)


class Malformed(ValueError):
    """A file that is not what it should be: its name, the line (from 1) and the reason, one sentence."""

    def __init__(self, name: str, line: int, reason: str) -> None:
        super().__init__(f"{name}, line {line}: {reason}")
        self.name = name
        self.line = line
        self.reason = reason


class Words(NamedTuple):
    """How a reason is told: of a decoder's sentence and a member (`row.test`), and of a parser's and its line."""

    of_value: Callable[[str, str], str]
    of_syntax: Callable[[str, str], str]


AS_IT_IS = Words(lambda sentence, _: f"{sentence}.", lambda sentence, _: f"{sentence}.")


def read(text: str, kind: type[Kind], name: str, words: Words = AS_IT_IS) -> Kind:
    """The value of a TOML text; `Malformed` names the line. `name` is what messages call the file.

    Structs of `kind` should forbid unknown fields; a `ValueError` of a `__post_init__` is a reason too.
    """
    try:
        return msgspec.convert(tomllib.loads(text), kind, strict=True, builtin_types=_NATIVE)
    except tomllib.TOMLDecodeError as error:
        raise _syntax(text, name, str(error), words) from None
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at `")
        place = place.removesuffix("`").removeprefix("key` in `").removeprefix("$")
        steps = _steps(place)
        told = words.of_value(reason, ".".join(each for each in steps if isinstance(each, str)))
        raise Malformed(name, line_of(text, steps), told) from None


def line_of(text: str, place: tuple[str | int, ...]) -> int:
    """The line, from 1, of the value at this place (keys, and numbers in arrays), or of what holds it."""
    best, depth = 1, 0
    table: tuple[str | int, ...] = ()
    counts: dict[tuple[str | int, ...], int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _table(header[1], header[2], counts)
            found = table
        elif key := _KEY.match(line):
            found = (*table, key[1] or key[2] or key[3])
        else:
            continue
        if len(found) > depth and place[: len(found)] == found:
            best, depth = number, len(found)
    return best


def _table(
    opening: str, title: str, counts: dict[tuple[str | int, ...], int]
) -> tuple[str | int, ...]:
    """The place of the table that a header begins; `counts` has the tables of each array so far."""
    place: tuple[str | int, ...] = ()
    names = [part.strip().strip("\"'") for part in title.split(".")]
    for at, each in enumerate(names):
        place = (*place, each)
        if at == len(names) - 1 and opening == "[[":
            counts[place] = counts.get(place, 0) + 1
        if place in counts:
            place = (*place, counts[place] - 1)
    return place


def _steps(place: str) -> tuple[str | int, ...]:
    return tuple(
        int(number) if number else key for number, key in _PLACE.findall(place) if number or key
    )


def _syntax(text: str, name: str, sentence: str, words: Words) -> Malformed:
    found = _AT.match(sentence)
    if found is None:
        return Malformed(name, 1, words.of_syntax(sentence, ""))
    lines = text.splitlines()
    line = int(found["line"]) if found["line"] else len(lines) or 1
    return Malformed(name, line, words.of_syntax(found["reason"], "".join(lines[line - 1 : line])))
