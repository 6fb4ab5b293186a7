"""base64url without padding, read strictly (RFC 7515 section 2; RFC 4648 sections 3.5 and 5).

One text per value: what does not re-encode to itself is refused, so that two readers never disagree.
"""

from binascii import a2b_base64, b2a_base64

# What only the other alphabet has, or pads, becomes what none has, so that it is refused.
_OF_URL = bytes.maketrans(b"-_+/=", b"+/!!!")
_TO_URL = bytes.maketrans(b"+/", b"-_")


_LAST = ("", "", "AQgw", "AEIMQUYcgkosw048")
"""Characters with which a text may end that has so many beyond groups of four: those whose spare bits are zero."""


_PADDING = (b"", b"===", b"==", b"=")
"""What a text lacks that has so many characters beyond groups of four."""


def encode(raw: bytes) -> str:
    """`raw` in base64url without padding."""
    return b2a_base64(raw, newline=False).translate(_TO_URL, b"=").decode("ascii")


def decode(text: str) -> bytes:
    """The bytes of `text`; `ValueError` for padding, other characters, or spare bits that are not zero."""
    over = len(text) & 3
    try:
        raw = a2b_base64(text.encode("ascii").translate(_OF_URL) + _PADDING[over], strict_mode=True)
    except ValueError as error:
        raise ValueError("not base64url without padding") from error
    # Of a text that was decoded only the last character can be spelled in several ways.
    if over and text[-1] not in _LAST[over]:
        raise ValueError("not canonical base64url")
    return raw


def read(text: str) -> bytes:
    """The bytes of a text that is known to be canonical."""
    return a2b_base64(
        text.encode("ascii").translate(_OF_URL) + _PADDING[len(text) & 3], strict_mode=True
    )
