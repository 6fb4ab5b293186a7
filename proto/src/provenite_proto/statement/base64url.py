"""base64url without padding, read strictly (RFC 7515 section 2; RFC 4648 sections 3.5 and 5).

One text per value: what does not re-encode to itself is refused, so that two readers never disagree.
"""

from base64 import b64decode, urlsafe_b64encode


def encode(raw: bytes) -> str:
    """`raw` in base64url without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """The bytes of `text`; `ValueError` for padding, other characters, or spare bits that are not zero."""
    try:
        raw = b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise ValueError("not base64url without padding") from error
    if encode(raw) != text:
        raise ValueError("not canonical base64url")
    return raw
