"""Texts of others on a page: nothing in them may hide, turn or overlap what stands beside them."""

import unicodedata

from provenite_proto.visible import in_line

BOX = "\N{WHITE SQUARE}"


def legible(text: str) -> str:
    """The text on one line, composed (NFC) as fonts have it, and with an escape for what would show nothing."""
    return in_line(unicodedata.normalize("NFC", text))


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
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 15 if character.isupper() or not character.isascii() else 10
