"""Reading a pack strictly, piece by piece: nothing is handed out before its bytes are those of the manifest.

That says that the file is whole, not that anything in it is true: whoever makes a pack makes its manifest.
"""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import BinaryIO

import msgspec

from . import limits
from .certified import Certified, read_certified
from .container import Member, directory, read, unpack
from .errors import BadPack, within
from .members import (
    CHECKPOINT,
    CONTENT,
    HEAD,
    LOG_KEY,
    MANIFEST,
    POLICY,
    REPORT,
    Content,
    Entry,
    Head,
    Line,
    in_order,
    is_certified,
    is_statements,
    read_content,
    read_head,
    read_line,
    read_lines,
    read_manifest,
)


class Statements(msgspec.Struct, frozen=True):
    """A member with statements: its name and its lines as they stand there, to be read with `read_lines`."""

    name: str
    data: bytes

    def lines(self) -> tuple[Line, ...]:
        """Its lines; `BadPack`."""
        return read_lines(self.name, self.data)


class Pack:
    """A pack in an open file, which stays the caller's to close.

    `head`, `checkpoint` (the signed note), `log_key`, `policy` (the witness policy's text, if the pack has one),
    `content` (if the reader was shown it), `certified` and `report` are read at once, the statements as they are asked
    for.
    """

    def __init__(self, file: BinaryIO) -> None:
        """Read all but the statements; `BadPack`."""
        self._file = file
        self._members = {member.name: member for member in _members(file)}
        self._entries = _entries(file, self._members)
        self.head: Head = read_head(self._read(HEAD))
        self.checkpoint: bytes = self._read(CHECKPOINT)
        self.log_key: str = self._text(LOG_KEY)
        self.policy: str | None = self._text(POLICY) if POLICY in self._members else None
        self.content: Content | None = (
            read_content(self._read(CONTENT)) if CONTENT in self._members else None
        )
        self.certified: Certified = read_certified(
            {name: self._read(name) for name in self._members if is_certified(name)}
        )
        self.report: str = self._text(REPORT)

    @property
    def statement_bytes(self) -> int:
        """Bytes of all members with statements, inflated: how far a reader of `statements` has to go."""
        return sum(each.size for each in self._members.values() if is_statements(each.name))

    def statements(self) -> Iterator[Statements]:
        """The members with statements, in order; each can be read apart, in another process too. `BadPack`."""
        last = -1
        count = 0
        for name in filter(is_statements, self._members):
            data = self._read(name)
            count += data.count(b"\n")
            within("", "statements", count, limits.STATEMENTS)
            last = _last(name, data, last)
            if last >= self.head.size:
                raise BadPack(
                    "pack-malformed",
                    name,
                    f"Statement {last} is not among the first {self.head.size} of the log.",
                    {"index": last, "size": self.head.size},
                )
            yield Statements(name, data)

    def lines(self) -> Iterator[Line]:
        """The statements, in the order of the log; `BadPack`."""
        for member in self.statements():
            yield from member.lines()

    def _read(self, name: str) -> bytes:
        return _checked(self._file, self._members[name], self._entries[name])

    def _text(self, name: str) -> str:
        try:
            return self._read(name).decode()
        except UnicodeDecodeError as error:
            raise BadPack("pack-malformed", name, "It is not UTF-8.") from error


def _members(file: BinaryIO) -> tuple[Member, ...]:
    members = directory(file)
    in_order([member.name for member in members])
    return members


def _entries(file: BinaryIO, members: Mapping[str, Member]) -> dict[str, Entry]:
    """The manifest's entries by name, which are those of the other members."""
    manifest = read_manifest(unpack(members[MANIFEST], read(file, members[MANIFEST])))
    others = [(each.name, each.size) for each in members.values() if each.name != MANIFEST]
    if [(each.name, each.size) for each in manifest.members] != others:
        raise BadPack("pack-malformed", MANIFEST, "It does not list the members before it.")
    return {each.name: each for each in manifest.members}


def _checked(file: BinaryIO, member: Member, entry: Entry) -> bytes:
    packed = read(file, member)
    if sha256(packed).hexdigest() != entry.packed:
        raise BadPack("pack-damaged", member.name, "Its deflated bytes are not the manifest's.")
    data = unpack(member, packed)
    if sha256(data).hexdigest() != entry.sha256:
        raise BadPack("pack-damaged", member.name, "Its bytes are not the manifest's.")
    return data


def _last(name: str, data: bytes, before: int) -> int:
    """The index of a member's last statement, the first of which comes behind `before`."""
    first = read_line(name, 1, data[: max(data.find(b"\n"), 0)]).index
    if first <= before:
        raise BadPack(
            "pack-malformed",
            name,
            f"Statement {first} stands behind statement {before}.",
            {"index": first, "before": before},
        )
    if not data.endswith(b"\n"):
        raise BadPack("pack-malformed", name, "It does not end with the end of a line.")
    return read_line(name, data.count(b"\n"), data[data.rfind(b"\n", 0, -1) + 1 : -1]).index
