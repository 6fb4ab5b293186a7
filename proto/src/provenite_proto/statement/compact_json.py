"""Compact JSON: the one spelling of a value that statements may use, member order aside.

No white space, no duplicate member, only the necessary escapes (those of RFC 8785 section 3.2.2.2) and
numbers as they are printed. JSON readers disagree on duplicate members (RFC 8259 section 4), so a text
that does not re-encode to itself is refused.
"""

import msgspec

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


def is_compact(raw: bytes) -> bool:
    """Whether `raw`, which is valid JSON, is compact. A text nested too deeply is not."""
    try:
        return _encode(_decode(raw)) == raw
    except (msgspec.DecodeError, RecursionError):
        return False


def pointer(error: msgspec.ValidationError, prefix: str = "") -> tuple[str, str]:
    """The RFC 6901 pointer of the member that msgspec names, and its sentence without the place."""
    sentence, _, place = str(error).partition(" - at `")
    place = place.removesuffix("`").removeprefix("key in ").removeprefix("$")
    path = place.replace("[...]", "").replace("[", "/").replace("]", "").replace(".", "/")
    return prefix + path, sentence
