"""Writing a pack piece by piece: bounded memory, and no I/O. Each step returns the bytes that come next."""

from collections.abc import Iterable, Iterator
from hashlib import sha256

from ..certificate import read_certificate
from ..record import AnyRecord
from ..statement import base64url, parse
from . import limits
from .certified import NOTHING, Issued
from .container import Member, end_record, pack
from .errors import within
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
    Manifest,
    encode,
    largest,
    statements_name,
)
from .report import Report


class Writer:
    """Writes one pack: `begin`, `add` for each statement in the order of the log, `end`.

    `checkpoint` is the signed note, `log_key` the text of the log's key, `policy` the witness policy's, if there is
    one. Holds a member's statements at a time. `BadPack` `pack-too-large` when a limit is reached.
    """

    def __init__(self, head: Head, checkpoint: bytes, log_key: str, policy: str | None) -> None:
        self._head = head
        self._checkpoint = checkpoint
        self._log_key = log_key
        self._policy = policy
        self._report = Report(head, checkpoint)
        self._members: list[Member] = []
        self._entries: list[Entry] = []
        self._offset = 0
        self._inflated = 0
        self._statements = 0
        self._statement_members = 0
        self._lines: list[bytes] = []
        self._room = 0

    def begin(self) -> bytes:
        """What comes before the statements."""
        data = self._member(HEAD, encode(self._head))
        data += self._member(CHECKPOINT, self._checkpoint)
        data += self._member(LOG_KEY, self._log_key.encode())
        if self._policy is not None:
            data += self._member(POLICY, self._policy.encode())
        return data

    def add(self, line: Line, record: AnyRecord, withheld: int) -> bytes:
        """A statement: its line, its record as the line shows it, and how many sections are withheld.

        Empty until a member is full.
        """
        text = encode(line) + b"\n"
        self._statements += 1
        within("", "statements", self._statements, limits.STATEMENTS)
        within(f"statement {line.index}", "bytes", len(text) - 1, limits.LINE_BYTES)
        data = b""
        if len(self._lines) == limits.LINES or len(text) > self._room:
            data = self._flush()
            self._room = limits.STATEMENT_MEMBER_BYTES
        self._room -= len(text)
        self._lines.append(text)
        self._report.add(_digest(line.statement), record, withheld)
        return data

    def end(self, content: Content | None, issued: Issued = NOTHING) -> bytes:
        """All that comes behind the statements; `content` where the reader sees it, and what was `issued` for him to see.

        `BadCertificate` for what is no certificate.
        """
        data = self._flush()
        if content is not None:
            data += self._member(CONTENT, encode(content))
        members = dict(issued.members())
        within("", "certificates", len(issued.certificates), limits.CERTIFICATES)
        for name, member in members.items():
            data += self._member(name, member)
        certificates = [read_certificate(text) for _, text in sorted(issued.certificates.items())]
        report = self._report.text(content, certificates)
        data += self._member(REPORT, report.encode())
        data += self._member(MANIFEST, encode(Manifest(members=tuple(self._entries))))
        directory = b"".join(member.central() for member in self._members)
        return data + directory + end_record(len(self._members), len(directory), self._offset)

    def _flush(self) -> bytes:
        if not self._lines:
            return b""
        name = statements_name(self._statement_members)
        self._statement_members += 1
        data = b"".join(self._lines)
        self._lines.clear()
        return self._member(name, data)

    def _member(self, name: str, data: bytes) -> bytes:
        within(name, "bytes", len(data), largest(name))
        member, packed = pack(name, data, self._offset)
        self._inflated += len(data)
        within("", "members", len(self._members) + 1, limits.MEMBERS)
        within("", "bytes inflated", self._inflated, limits.INFLATED_BYTES)
        within("", "bytes", member.end, limits.FILE_BYTES)
        self._offset = member.end
        self._members.append(member)
        self._entries.append(
            Entry(
                name=name,
                size=len(data),
                sha256=sha256(data).hexdigest(),
                packed=sha256(packed).hexdigest(),
            )
        )
        return member.local() + packed


def _digest(statement: str) -> str:
    """A statement's digest (section 3), whatever else its text is."""
    signed = statement.partition("~")[0].rpartition(".")[0]
    return base64url.encode(sha256(signed.encode()).digest())


def write(
    head: Head,
    checkpoint: bytes,
    log_key: str,
    policy: str | None,
    lines: Iterable[Line],
    content: Content | None,
    issued: Issued = NOTHING,
) -> Iterator[bytes]:
    """A whole pack, in pieces; each statement is read once more for the report."""
    writer = Writer(head, checkpoint, log_key, policy)
    yield writer.begin()
    for line in lines:
        statement = parse(line.statement, complete=False)
        yield writer.add(line, statement.record, statement.withheld)
    yield writer.end(content, issued)
