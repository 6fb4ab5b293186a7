"""Somebody else's text, with an escape in place of each character that one would not see, or that changes what one sees.

Names that differ only in characters that show nothing (Unicode's Default_Ignorable_Code_Point) look the same,
controls are obeyed by terminals, direction controls turn what stands beside them, and marks that are piled up grow
over the lines around them.
"""

import unicodedata
from collections.abc import Callable, Iterable

MOST_MARKS = 4
"""Marks on one character: Burmese piles up four."""
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_IGNORED = (
    (0x034F, 0x034F),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x2800, 0x2800),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFFA0, 0xFFA0),
    (0x16FE4, 0x16FE4),
    (0x1D159, 0x1D159),
    (0xE0100, 0xE01EF),
)
"""Those that Unicode's DerivedCoreProperties.txt calls ignorable and that are none of the above; and others that are blank."""
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
_JOINED = frozenset(
    [
        "ARABIC",
        "BENGALI",
        "DEVANAGARI",
        "GUJARATI",
        "GURMUKHI",
        "KANNADA",
        "KHMER",
        "MALAYALAM",
        "MONGOLIAN",
        "MYANMAR",
        "ORIYA",
        "SINHALA",
        "SYRIAC",
        "TAMIL",
        "TELUGU",
    ]
)
"""Scripts that are written with joiners, as their characters' names begin."""


def visible(text: str) -> str:
    """The text with `\\u{202e}` and the like; line feeds and tabs stay."""
    return _escaped(text, _in_braces, "\n\t")


def in_line(text: str) -> str:
    """The same without line feeds and tabs: a value that cannot pretend to be another line."""
    return _escaped(text, _in_braces, "")


def visible_json(document: str) -> str:
    """A JSON document that says the same, with the escapes of JSON: outside of strings it has no such characters."""
    return _escaped(document, _in_json, "\n\t")


def _escaped(text: str, escape: Callable[[str], str], kept: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    marks = 0
    for at, each in enumerate(text):
        if " " <= each <= "~" or each in kept:
            marks = 0
            shown.append(each)
            continue
        is_mark = unicodedata.category(each) in ("Mn", "Me")
        marks = marks + 1 if is_mark else 0
        harmless = (
            _joins(shown[-1:], text[at + 1 : at + 2]) if each in _JOINERS else not _hides(each)
        )
        shown.append(each if harmless and marks <= MOST_MARKS else escape(each))
    return "".join(shown)


def _hides(character: str) -> bool:
    code = ord(character)
    return unicodedata.category(character) in _HIDDEN or any(
        first <= code <= last for first, last in _IGNORED
    )


def _joins(before: Iterable[str], after: Iterable[str]) -> bool:
    """Whether a joiner stands between two characters, as they are shown, of a script that is written with it."""
    around = [each for each in (*before, *after) if len(each) == 1 and not _hides(each)]
    scripts = {unicodedata.name(each, "").partition(" ")[0] for each in around}
    return len(around) == 2 and len(scripts) == 1 and scripts <= _JOINED


def _in_braces(character: str) -> str:
    return f"\\u{{{ord(character):04x}}}"


def _in_json(character: str) -> str:
    """A JSON escape; beyond the basic plane a surrogate pair (RFC 8259, section 7)."""
    code = ord(character)
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
