"""The container: a zip file (PKWARE APPNOTE 6.3.10) every header byte of which follows from its members.

Local headers and members one behind the other, the central directory, its end record, and nothing before,
between or behind. No flags, no extra fields, no comments, no Zip64, no encryption; dates are the first that the
format has. So a reader writes what should stand there, and compares: no two programs can read it differently.
"""

import struct
import zlib
from typing import BinaryIO

import msgspec

from . import limits
from .errors import BadPack, within
from .members import HEAD, MANIFEST, largest

_LOCAL = struct.Struct("<4s5H3L2H")
_LOCAL_MARK = b"PK\x03\x04"
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")

_MADE_BY = 3 << 8 | 20
"""Unix, version 2.0: so that the mode below is read."""
_NEEDED = 20
_STORED, _DEFLATED = 0, 8
_TIME, _DATE = 0, 1 << 5 | 1
"""Midnight of 1980-01-01."""
_MODE = 0o100644 << 16
_LONGEST_NAME = 64
_LEVEL = 6
_WINDOW = -15
"""Raw deflate (RFC 1951), 32 KiB window."""


def is_pack(file: BinaryIO) -> bool:
    """Whether the file begins as packs do: what does not was never one, damaged or false."""
    file.seek(0)
    begin = file.read(_LOCAL.size + len(HEAD))
    return begin.startswith(_LOCAL_MARK) and begin.endswith(HEAD.encode("ascii"))


class Member(msgspec.Struct, frozen=True):
    """Where a member stands in the file: `offset` of its header, `packed` bytes behind it that inflate to `size`.

    `crc` is the CRC-32 of the inflated bytes.
    """

    name: str
    crc: int
    packed: int
    size: int
    offset: int

    @property
    def method(self) -> int:
        """Deflated, but for the manifest: its bytes stand as they are, since nothing says which they are."""
        return _STORED if self.name == MANIFEST else _DEFLATED

    def local(self) -> bytes:
        """The header before its bytes."""
        name = self.name.encode("ascii")
        fixed = (_NEEDED, 0, self.method, _TIME, _DATE, self.crc, self.packed, self.size)
        return _LOCAL.pack(_LOCAL_MARK, *fixed, len(name), 0) + name

    def central(self) -> bytes:
        """Its entry in the directory."""
        name = self.name.encode("ascii")
        fixed = (_NEEDED, 0, self.method, _TIME, _DATE, self.crc, self.packed, self.size)
        rest = (len(name), 0, 0, 0, 0, _MODE, self.offset)
        return _CENTRAL.pack(b"PK\x01\x02", _MADE_BY, *fixed, *rest) + name

    @property
    def end(self) -> int:
        """Where the next one begins."""
        return self.offset + _LOCAL.size + len(self.name) + self.packed


def end_record(count: int, size: int, offset: int) -> bytes:
    """The end of the file, for a directory of so many entries and bytes at an offset."""
    return _END.pack(b"PK\x05\x06", 0, 0, count, count, size, offset, 0)


def pack(name: str, data: bytes, offset: int) -> tuple[Member, bytes]:
    """A member at an offset, and its bytes as they go into the file; `BadPack` `pack-bomb` for what none would read."""
    packed = data
    if name != MANIFEST:
        deflating = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW)
        packed = deflating.compress(data) + deflating.flush()
    _bomb(name, len(packed), len(data))
    return Member(name, zlib.crc32(data), len(packed), len(data), offset), packed


def unpack(member: Member, packed: bytes) -> bytes:
    """A member's bytes; never more than it says. `BadPack` `pack-bomb`, `pack-damaged`."""
    data = packed
    if member.method == _DEFLATED:
        inflating = zlib.decompressobj(_WINDOW)
        try:
            data = inflating.decompress(packed, member.size + 1)
        except zlib.error as error:
            raise BadPack("pack-damaged", member.name, f"It does not inflate: {error}.") from error
        if len(data) > member.size or inflating.unconsumed_tail:
            raise BadPack(
                "pack-bomb",
                member.name,
                f"It inflates to more than the {member.size} bytes that it says.",
                {"said": member.size},
            )
        if not inflating.eof or inflating.unused_data:
            raise BadPack("pack-damaged", member.name, "Its end is missing, or not at its end.")
    if len(data) != member.size or zlib.crc32(data) != member.crc:
        raise BadPack("pack-damaged", member.name, "Its length or its CRC-32 is another.")
    return data


def directory(file: BinaryIO) -> tuple[Member, ...]:
    """The members that a file says that it holds, in the order in which they stand.

    Nothing is inflated. `BadPack`: `pack-cut-off`, `pack-altered`, `pack-too-large`, `pack-bomb`, `pack-member-unknown`.
    """
    length = file.seek(0, 2)
    within("", "bytes", length, limits.FILE_BYTES)
    offset, size, count = _end(file, length)
    within("", "members", count, limits.MEMBERS)
    within("", "bytes of the directory", size, count * (_CENTRAL.size + _LONGEST_NAME))
    file.seek(offset)
    raw = file.read(size)
    members: list[Member] = []
    at = expected = inflated = 0
    for _ in range(count):
        member = _entry(raw, at)
        at += _CENTRAL.size + len(member.name)
        if member.offset != expected:
            raise BadPack(
                "pack-altered",
                member.name,
                f"It is said to begin at byte {member.offset}; the one before ends at {expected}.",
                {"offset": member.offset, "expected": expected},
            )
        expected = member.end
        inflated += member.size
        within("", "bytes inflated", inflated, limits.INFLATED_BYTES)
        members.append(member)
    if at != len(raw) or expected != offset:
        raise BadPack(
            "pack-altered", "", "There is something between the last member and the directory."
        )
    return tuple(members)


def read(file: BinaryIO, member: Member) -> bytes:
    """A member's bytes as they stand in the file; `BadPack` `pack-altered` when its header is another."""
    file.seek(member.offset)
    header = member.local()
    found = file.read(len(header))
    if found != header:
        raise BadPack(
            "pack-altered", member.name, "The header before it is not the one that belongs there."
        )
    packed = file.read(member.packed)
    if len(packed) != member.packed:
        raise BadPack("pack-cut-off", member.name, "The file ends within it.")
    return packed


def _end(file: BinaryIO, length: int) -> tuple[int, int, int]:
    """Where the directory begins, its bytes and its entries."""
    if length < _END.size:
        raise BadPack("pack-cut-off", "", f"{length} bytes are no zip file.", {"bytes": length})
    file.seek(length - _END.size)
    raw = file.read(_END.size)
    mark, _, _, count, _, size, offset, _ = _END.unpack(raw)
    if mark != b"PK\x05\x06":
        raise BadPack("pack-cut-off", "", "The last 22 bytes are no end record of a zip file.")
    if raw != end_record(count, size, offset):
        raise BadPack("pack-altered", "", "The end record names other disks, counts or a comment.")
    if offset + size + _END.size != length:
        raise BadPack(
            "pack-altered",
            "",
            f"The directory's {size} bytes at {offset} do not end where the end record begins.",
            {"offset": offset, "size": size, "bytes": length},
        )
    return offset, size, count


def _entry(raw: bytes, at: int) -> Member:
    if len(raw) - at < _CENTRAL.size:
        raise BadPack("pack-altered", "", "The directory has fewer entries than it says.")
    fields = _CENTRAL.unpack_from(raw, at)
    _, _, _, flags, method, _, _, crc, packed, size, length, extra, comment = fields[:13]
    name = raw[at + _CENTRAL.size : at + _CENTRAL.size + length].decode("ascii", "backslashreplace")
    limit = largest(name)
    member = Member(name, crc, packed, size, fields[-1])
    if raw[at : at + _CENTRAL.size + length] != member.central():
        raise BadPack("pack-altered", name, _difference(flags, method, member, extra, comment))
    within(name, "bytes", size, limit)
    _bomb(name, packed, size)
    # What does not deflate grows by 5 bytes for each 16 KiB (RFC 1951 section 3.2.4), and a few.
    within(name, "bytes deflated", packed, size + size // 1024 + 64)
    return member


def _bomb(name: str, packed: int, size: int) -> None:
    if size > limits.RATIO * packed:
        raise BadPack(
            "pack-bomb",
            name,
            f"{packed} bytes are said to inflate to {size}, more than {limits.RATIO} times as many.",
            {"packed": packed, "size": size, "limit": limits.RATIO},
        )


def _difference(flags: int, method: int, member: Member, extra: int, comment: int) -> str:
    if flags & 1:
        return "It is encrypted."
    if extra:
        return f"It has {extra} bytes of extra fields (Zip64, perhaps); none are allowed."
    if comment:
        return "It has a comment."
    if flags:
        return f"It has the flags {flags:#06x}; none are allowed."
    if method != member.method:
        return f"It is compressed with method {method}, not {member.method}."
    return "Its entry in the directory is not the one that a writer makes."
