"""Texts of others on a page: nothing in them may hide, turn or overlap what stands beside them."""

import unicodedata

REPLACED = "\N{REPLACEMENT CHARACTER}"
BOX = "\N{WHITE SQUARE}"
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
_MOST_MARKS = 2
"""Marks on one character: no language in use stacks more, and more would grow over the line above."""


def legible(text: str) -> str:
    """The text with a visible sign in place of each character that shows nothing or turns the writing.

    Joiners stay: Persian and Indian scripts are written with them.
    """
    shown: list[str] = []
    marks = 0
    for each in unicodedata.normalize("NFC", text):
        marks = marks + 1 if unicodedata.combining(each) else 0
        if marks > _MOST_MARKS:
            continue
        hidden = unicodedata.category(each) in _HIDDEN and each not in _JOINERS
        shown.append(REPLACED if hidden else each)
    return "".join(shown)


def width(text: str) -> int:
    """About how wide the text is, in tenths of the width of an ordinary letter."""
    return sum(map(_width, text))


def shortened(text: str, most: int) -> str:
    """The text up to a width, whole words and an ellipsis where it is longer."""
    if width(text) <= most:
        return text
    used = 0
    for end, each in enumerate(text):
        used += _width(each)
        if used > most:
            head = text[:end]
            return f"{head.rpartition(' ')[0] or head}…"
    return text


def _width(character: str) -> int:
    if unicodedata.east_asian_width(character) in "WF":
        return 20
    if unicodedata.combining(character):
        return 0
    return 15 if character.isupper() or not character.isascii() else 10
