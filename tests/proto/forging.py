"""Packs by an operator who logs what he likes: nothing is admitted, everything is in the log and proven."""

from base64 import urlsafe_b64decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec

from provenite_proto.log import (
    Checkpoint,
    NoteSigner,
    WitnessSigner,
    entry,
    inclusion,
    leaf_hash,
    node_hash,
    note,
    root,
)
from provenite_proto.pack import NOTHING, Content, Head, Issued, Line, Report, Writer
from provenite_proto.pack.members import FORMAT
from provenite_proto.problem import Problem
from provenite_proto.statement import base64url, parse, redact
from tests.proto.making.firms import Firms
from tests.proto.making.keys import AUDIENCE
from tests.proto.packing import LOG, Log, lines


@dataclass
class Forged:
    """The lines of a pack, to be changed, and what stands beside them."""

    lines: list[Line]
    batch: str
    claims: Content | None
    key: NoteSigner = LOG
    said_key: str | None = None
    origin: str | None = None
    policy: str | None = None
    size: int | None = None
    said_size: int | None = None
    root: bytes | None = None
    report_of: str | None = None
    created: int | None = None
    cosigned: Sequence[tuple[WitnessSigner, int]] = ()
    issued: Issued = NOTHING

    def relog(self) -> None:
        """Let the log have what the lines say now, and prove it."""
        leaves = [leaf_hash(entry(digest(line), line.recorded_at)) for line in self.lines]

        def read(level: int, index: int) -> bytes:
            if level == 0:
                return leaves[index]
            return node_hash(read(level - 1, 2 * index), read(level - 1, 2 * index + 1))

        size = len(leaves)
        self.size, self.root = size, root(size, read)
        self.lines = [
            msgspec.structs.replace(line, index=index, proof=inclusion(index, size, read))
            for index, line in enumerate(self.lines)
        ]

    def change(self, index: int, **members: object) -> None:
        """Another line in place of one."""
        self.lines[index] = msgspec.structs.replace(self.lines[index], **members)

    def swap(self, first: int, second: int) -> None:
        """Let the log have two lines each in the other's place, and prove it; the times stay where they are."""
        here, there = self.lines[first], self.lines[second]
        self.change(first, statement=there.statement, before=there.before, averaged=there.averaged)
        self.change(second, statement=here.statement, before=here.before, averaged=here.averaged)
        self.relog()

    def packed(self) -> bytes:
        """The pack."""
        assert self.size is not None and self.root is not None
        head = Head(
            format=FORMAT,
            ledger=AUDIENCE,
            batch=self.batch,
            size=self.said_size or self.size,
            created=self.lines[-1].recorded_at if self.created is None else self.created,
        )
        checkpoint = Checkpoint(self.origin or self.key.key.name, self.size, self.root)
        signed = note.Note(
            checkpoint.text,
            (
                self.key.sign(checkpoint.text),
                *(each.cosign(checkpoint.text, time) for each, time in self.cosigned),
            ),
        ).encode()
        writer = Writer(head, signed, self.said_key or f"{self.key.key}\n", self.policy)
        if self.report_of is not None:
            other = msgspec.structs.replace(head, ledger=self.report_of)
            writer._report = Report(other, signed)
        data = writer.begin()
        for line in self.lines:
            try:
                statement = parse(line.statement, complete=False)
            except Problem:
                statement = parse(line.statement.partition("~")[0] + "~", complete=False)
            data += writer.add(line, statement.record, statement.withheld)
        return data + writer.end(self.claims, self.issued)


Made = tuple[str, Forged, str, dict[str, Any]]
"""Name, pack, outcome, and what is expected beside it or given to the auditor."""


def digest(line: Line) -> str:
    """The digest of a line's statement, whatever its form."""
    signed = line.statement.partition("~")[0].rpartition(".")[0]
    return base64url.encode(sha256(signed.encode()).digest())


def forged(firms: Firms, batch: str, claims: Content | None) -> Forged:
    """All that the firms have said, admitted or not; `firms.earlier` has both."""
    log = Log(firms)
    found: list[Line] = []
    for index, step in enumerate(firms.earlier):
        known = parse(step["statement"]).digest in firms.replay.state.statements
        if known:
            found += lines(firms, log, [index], lambda index, section: True)
        else:
            found.append(
                Line(
                    index=index,
                    recorded_at=step["recordedAt"],
                    statement=step["statement"],
                    proof=log.proof(index),
                )
            )
    made = Forged(found, batch, claims)
    made.relog()
    return made


def altered(statement: str, old: str, new: str) -> str:
    """The statement with another text in its payload, and the signature of the old one."""
    header, payload, rest = statement.split(".", 2)
    raw = urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()
    assert old in raw
    return f"{header}.{base64url.encode(raw.replace(old, new, 1).encode())}.{rest}"


def redacted(made: Forged, hides: Callable[[int, str], bool]) -> None:
    """Withhold sections; what cannot be read stays as it is."""
    for index, line in enumerate(made.lines):
        try:
            statement = parse(line.statement, complete=False)
        except Problem:
            continue
        kept = [name for name in statement.record.sections if not hides(index, name)]
        made.change(index, statement=redact(statement, kept))
