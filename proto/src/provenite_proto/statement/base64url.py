"""base64url without padding, read strictly (RFC 7515 section 2; RFC 4648 sections 3.5 and 5).

One text per value: what does not re-encode to itself is refused, so that two readers never disagree.
"""

from binascii import a2b_base64, b2a_base64

_OF_URL = bytes.maketrans(b"-_", b"+/")
_TO_URL = bytes.maketrans(b"+/", b"-_")


def encode(raw: bytes) -> str:
    """`raw` in base64url without padding."""
    return b2a_base64(raw, newline=False).rstrip(b"=").translate(_TO_URL).decode("ascii")


def decode(text: str) -> bytes:
    """The bytes of `text`; `ValueError` for padding, other characters, or spare bits that are not zero."""
    try:
        raw = read(text)
    except ValueError as error:
        raise ValueError("not base64url without padding") from error
    if encode(raw) != text:
        raise ValueError("not canonical base64url")
    return raw


def read(text: str) -> bytes:
    """The bytes of a text that is known to be canonical: `decode` without its comparison."""
    return a2b_base64(
        text.encode("ascii").translate(_OF_URL) + b"=" * (-len(text) % 4), strict_mode=True
    )
