"""Zip files by hand, right and wrong: what a pack's writer does not do, an attacker does."""

import struct
import zlib
from collections.abc import Callable
from hashlib import sha256

import msgspec

Change = Callable[[bytes], bytes]
MANIFEST = "manifest.json"


class Part(msgspec.Struct, kw_only=True):
    """A member: its name, its bytes in the file, and what its headers say; `None` where that is what is so.

    `local` and `central` change the two headers when they are written, `gap` is put before the first.
    """

    name: str
    data: bytes
    body: bytes
    method: int
    crc: int | None = None
    packed: int | None = None
    size: int | None = None
    offset: int | None = None
    local: Change = staticmethod(lambda header: header)
    central: Change = staticmethod(lambda header: header)
    gap: bytes = b""

    def fixed(self) -> bytes:
        """What both headers have."""
        return struct.pack(
            "<5H3L",
            20,
            0,
            self.method,
            0,
            33,
            zlib.crc32(self.data) if self.crc is None else self.crc,
            len(self.body) if self.packed is None else self.packed,
            len(self.data) if self.size is None else self.size,
        )


def deflated(data: bytes, level: int = 6) -> bytes:
    deflating = zlib.compressobj(level, zlib.DEFLATED, -15)
    return deflating.compress(data) + deflating.flush()


def part(name: str, data: bytes) -> Part:
    """A member as it should be."""
    stored = name == MANIFEST
    return Part(
        name=name,
        data=data,
        body=data if stored else deflated(data),
        method=0 if stored else 8,
    )


def parts(members: dict[str, bytes]) -> list[Part]:
    """Members with a manifest that fits them."""
    found = [part(name, data) for name, data in members.items()]
    listed = [
        {
            "name": each.name,
            "size": len(each.data),
            "sha256": sha256(each.data).hexdigest(),
            "packed": sha256(each.body).hexdigest(),
        }
        for each in found
    ]
    return [*found, part(MANIFEST, msgspec.json.encode({"members": listed}))]


def zipped(found: list[Part], *, end: Change = lambda record: record, before: bytes = b"") -> bytes:
    """The file; `end` changes its end record, `before` stands between directory and end."""
    data = b""
    directory = b""
    for each in found:
        data += each.gap
        offset = len(data) if each.offset is None else each.offset
        name = each.name.encode()
        header = b"PK\x03\x04" + each.fixed() + struct.pack("<2H", len(name), 0) + name
        data += each.local(header) + each.body
        directory += each.central(
            b"PK\x01\x02"
            + struct.pack("<H", 3 << 8 | 20)
            + each.fixed()
            + struct.pack("<5H2L", len(name), 0, 0, 0, 0, 0o100644 << 16, offset)
            + name
        )
    record = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, *[len(found)] * 2, len(directory), len(data), 0
    )
    return data + directory + before + end(record)


def at(place: int, value: bytes) -> Change:
    """Put other bytes in the place of some."""
    return lambda header: header[:place] + value + header[place + len(value) :]


def members_of(data: bytes) -> dict[str, bytes]:
    """The members of a pack but its manifest, inflated."""
    count, _, offset = struct.unpack("<H2L", data[-12:-2])
    found = {}
    for _ in range(count):
        method, packed, length, start = (
            *struct.unpack_from("<H", data, offset + 10),
            *struct.unpack_from("<L", data, offset + 20),
            *struct.unpack_from("<H", data, offset + 28),
            *struct.unpack_from("<L", data, offset + 42),
        )
        name = data[offset + 46 : offset + 46 + length]
        body = data[start + 30 + length : start + 30 + length + packed]
        found[name.decode()] = zlib.decompress(body, -15) if method else body
        offset += 46 + length
    return {name: body for name, body in found.items() if name != MANIFEST}
