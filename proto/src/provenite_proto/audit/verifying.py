"""What can be checked of one statement without any other: form, disclosures, signature, place in the tree.

Without state, so that chunks of statements can be verified side by side in several processes. A key id is the
hash of its key: a signature can be verified with a key that any statement brings. Whether the key was
registered, when, and by whom, is for admission to say.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

import msgspec

from ..answers import LogStatements
from ..log import Unproven, check_inclusion, entry, leaf_hash
from ..matter.quantity import milligrams
from ..pack import WITHHELD, BadPack, Line, Statements, read_lines
from ..problem import Problem
from ..record import Jwk
from ..statement import PublicKey, Statement, base64url, parse
from ..statement.jws import Jws
from ..tables import Tables

_STATEMENT = re.compile(rb'"statement":"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.')
_KEYED = (b'"type":"party"', b'"type":"key"')
"""How the type of the records that bring keys is spelled in compact JSON."""


class Tree(msgspec.Struct, frozen=True):
    """The tree that statements are proven to be in."""

    size: int
    root: bytes


class Work(msgspec.Struct, frozen=True):
    """Statements to verify, and the public keys that they need as far as these are known.

    `data` is a member of a pack as it stands there; without a `name` it is a ledger's answer. Without a `tree` no
    proofs are checked.
    """

    name: str | None
    data: bytes
    tree: Tree | None
    keys: tuple[Jwk, ...]


class Fault(msgspec.Struct, frozen=True):
    """What is false about a statement by itself."""

    slug: str
    detail: str


class Checked(msgspec.Struct, frozen=True):
    """A statement after these checks.

    `statement` is without its text, and absent when it cannot be read. `leaf` is its hash in the tree. `signed`
    says that a key that is known has signed it, `included` that its proof leads to the root. `before` and
    `averaged` are what its line claims; a mass in milligrams, `None` where it is withheld.
    """

    index: int
    recorded_at: int
    statement: Statement | None = None
    leaf: bytes = b""
    signed: bool = False
    included: bool = False
    before: tuple[int | None, ...] | None = None
    averaged: tuple[int, ...] | None = None
    faults: tuple[Fault, ...] = ()


class Verified(msgspec.Struct, frozen=True):
    """A member's statements after these checks; with `unreadable` the member cannot be read."""

    statements: tuple[Checked, ...]
    unreadable: Fault | None = None


class Keyring:
    """The public keys that statements bring, by key id, registered or not."""

    def __init__(self, tables: Tables) -> None:
        self.keys = tables.table("keyring", Jwk)

    def member(self, member: Statements, tree: Tree | None) -> Work:
        """A member of a pack, with the keys that its statements and those before them have brought."""
        return Work(member.name, member.data, tree, self._needed(member.data))

    def page(self, answer: LogStatements) -> Work:
        """A ledger's answer, likewise."""
        data = msgspec.json.encode(answer)
        return Work(None, data, None, self._needed(data))

    def _needed(self, data: bytes) -> tuple[Jwk, ...]:
        headers: set[bytes] = set()
        for header, payload in _STATEMENT.findall(data):
            headers.add(header)
            self._learn(payload)
        ids = sorted({each for each in map(_key_id, headers) if each is not None})
        return tuple(self.keys[each] for each in ids if each in self.keys)

    def _learn(self, payload: bytes) -> None:
        try:
            raw = base64url.read(payload.decode("ascii"))
            if any(each in raw for each in _KEYED):
                jwk = _keyed.decode(raw).record.key
                self.keys[_public(jwk).key_id] = jwk
        except (ValueError, RecursionError, Problem):
            # It is told as what it is when the statement is verified.
            return


def works(members: Iterable[Statements], tree: Tree | None, tables: Tables) -> Iterator[Work]:
    """The members, each with the keys that it needs."""
    keyring = Keyring(tables)
    for member in members:
        yield keyring.member(member, tree)


def verify(work: Work) -> Verified:
    """Check every statement of a member by itself."""
    try:
        lines = read_lines(work.name, work.data) if work.name else _lines(work.data)
    except BadPack as bad:
        return Verified((), Fault(bad.slug, f"{bad.member}: {bad.detail}"))
    keys = {key.key_id: key for key in map(_public, work.keys)}
    return Verified(tuple(_checked(line, keys, work.tree) for line in lines))


def _lines(data: bytes) -> tuple[Line, ...]:
    """A ledger's answer as lines; there is a proof of none of them, since all together make the tree."""
    return tuple(
        Line(index=each.index, recorded_at=each.recorded_at, statement=each.statement, proof=())
        for each in _answers.decode(data).statements
    )


def _checked(line: Line, keys: dict[str, PublicKey], tree: Tree | None) -> Checked:
    try:
        statement = parse(line.statement, complete=False)
    except Problem as problem:
        return Checked(line.index, line.recorded_at, faults=(_fault(problem),))
    faults: list[Fault] = []
    leaf = leaf_hash(entry(statement.digest, line.recorded_at))
    included = signed = False
    if tree is not None:
        try:
            check_inclusion(leaf, line.index, tree.size, line.proof, tree.root)
            included = True
        except Unproven as unproven:
            faults.append(Fault(unproven.slug, unproven.detail))
    if (key := keys.get(statement.key_id)) is not None:
        try:
            statement.verify(key)
            signed = True
        except Problem as problem:
            faults.append(_fault(problem))
    before = None
    if line.before is not None:
        before = tuple(None if each == WITHHELD else milligrams(each) for each in line.before)
    return Checked(
        line.index,
        line.recorded_at,
        _bare(statement),
        leaf,
        signed,
        included,
        before,
        line.averaged,
        tuple(faults),
    )


def _fault(problem: Problem) -> Fault:
    return Fault(problem.slug, problem.detail)


def _bare(statement: Statement) -> Statement:
    """The statement without its text, for which nobody asks again."""
    core = Jws(statement.core.header, b"", b"", b"", b"")
    return msgspec.structs.replace(statement, compact="", core=core)


@lru_cache(maxsize=4096)
def _public(jwk: Jwk) -> PublicKey:
    return PublicKey(jwk)


@lru_cache(maxsize=4096)
def _key_id(header: bytes) -> str | None:
    try:
        return _kids.decode(base64url.read(header.decode("ascii"))).kid
    except (ValueError, RecursionError):
        return None


class _Kid(msgspec.Struct, frozen=True):
    kid: str


class _KeyedRecord(msgspec.Struct, frozen=True):
    key: Jwk


class _Keyed(msgspec.Struct, frozen=True):
    record: _KeyedRecord


_answers = msgspec.json.Decoder(LogStatements)
_kids = msgspec.json.Decoder(_Kid)
_keyed = msgspec.json.Decoder(_Keyed)
