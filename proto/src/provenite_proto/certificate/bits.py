"""The bits of a status list as text (Bitstring Status List 1.0, sections 3.3 and 3.4): gzip, then base64url after `u`."""

import zlib
from collections.abc import Iterable

from ..statement import base64url
from .errors import BadCertificate
from .model import BITS

_BYTES = BITS // 8
_GZIP = 31
"""The window bits with which zlib writes and reads gzip (RFC 1952)."""


def encode(indices: Iterable[int]) -> str:
    """The list in which the bits at these places are set, the first bit being the highest of the first byte.

    `ValueError` for a place that the list does not have.
    """
    bits = bytearray(_BYTES)
    for index in indices:
        if not 0 <= index < BITS:
            raise ValueError(f"a status list has no place {index}")
        bits[index >> 3] |= 0x80 >> (index & 7)
    packing = zlib.compressobj(9, zlib.DEFLATED, _GZIP)
    return "u" + base64url.encode(packing.compress(bytes(bits)) + packing.flush())


def decode(text: str) -> bytes:
    """The bits, 16,384 bytes; `BadCertificate` `status-list-malformed` for more, fewer, or what is no list."""
    if not text.startswith("u"):
        raise BadCertificate("status-list-malformed", "It is not base64url after u (multibase).")
    unpacking = zlib.decompressobj(_GZIP)
    try:
        bits = unpacking.decompress(base64url.decode(text[1:]), _BYTES + 1)
    except (ValueError, zlib.error) as error:
        raise BadCertificate("status-list-malformed", f"Not a packed list: {error}.") from error
    if len(bits) != _BYTES or not unpacking.eof or unpacking.unused_data:
        how = "more" if len(bits) > _BYTES or unpacking.unused_data else "fewer"
        raise BadCertificate("status-list-malformed", f"It has {how} than {BITS} bits.")
    return bits


def is_set(bits: bytes, index: int) -> bool:
    """Whether the bit at this place is set."""
    return bool(bits[index >> 3] & (0x80 >> (index & 7)))
