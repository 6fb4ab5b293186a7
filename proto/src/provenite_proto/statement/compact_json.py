"""Compact JSON: the one spelling of a value that statements may use, member order aside.

No white space, no duplicate member, no null (what is absent is left out), only the necessary escapes (those
of RFC 8785 section 3.2.2.2) and numbers as they are printed. JSON readers disagree on duplicate members
(RFC 8259 section 4), so a text that does not re-encode to itself is refused.
"""

from typing import Any

import msgspec

from .wording import in_words

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


def is_compact(raw: bytes, read: Any = None) -> bool:
    """Whether `raw` is compact JSON in UTF-8. A text nested too deeply is not.

    `read` is what a typed reader has made of it, if one has: when that is spelled as `raw` is, no second
    reading is needed. A typed reader takes null for what is absent, and bytes beyond ASCII as they are.
    """
    if read is not None and raw.isascii() and b"null" not in raw and _encode(read) == raw:
        return True
    try:
        value = _decode(raw)
        return _encode(value) == raw and not (b"null" in raw and _holds_null(value))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def pointer(error: msgspec.ValidationError, prefix: str = "") -> tuple[str, str]:
    """The RFC 6901 pointer of the member that msgspec names, and its sentence without the place."""
    sentence, _, place = str(error).partition(" - at `")
    place = place.removesuffix("`").removeprefix("key` in `").removeprefix("$")
    path = place.replace("[...]", "").replace("[", "/").replace("]", "").replace(".", "/")
    return prefix + path, in_words(sentence)


def _holds_null(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_null, value.values()))
    if isinstance(value, list):
        return any(map(_holds_null, value))
    return value is None
