"""The ledger and its log."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from ..record import Jwk
from .answer import Answer


class LedgerAnswer(Answer, frozen=True, kw_only=True):
    """The ledger itself: its origin (the `aud` of statements), its registrar and its number of statements."""

    origin: str
    registrar: str
    size: int
    version: str


class WitnessAnswer(Answer, frozen=True, kw_only=True):
    """A witness that the ledger asks: how many statements of the log it holds, and when it last cosigned.

    `failure` says since when (`since`) and why it does not cosign, `detail` in a sentence; absent, it does.
    """

    name: str
    key: str
    since: datetime
    url: str | None = None
    size: int | None = None
    cosigned_at: datetime | None = None
    failure: str | None = None
    detail: str | None = None


class LogAnswer(Answer, frozen=True, kw_only=True):
    """The log: its name, the public keys of its checkpoints (C2SP verifier key) and of its COSE receipts.

    `size` is that of `checkpoint`, the newest that is signed. `witnessed` is the newest that enough of the
    `witnesses` have cosigned, under `policy` (C2SP tlog-policy); absent when no witnesses are asked.
    """

    name: str
    key: str
    receipt_key: Jwk
    size: int
    checkpoint: str
    witnessed: str | None = None
    policy: str | None = None
    witnesses: tuple[WitnessAnswer, ...] = ()


class LoggedAnswer(Answer, frozen=True, kw_only=True):
    """A statement of the log: its place, when it was recorded (seconds since 1970), itself as its reader may see it."""

    index: Annotated[int, Meta(ge=0, lt=(1 << 63) - 1)]
    recorded_at: Annotated[int, Meta(ge=0, le=253_402_300_799)]
    statement: str


MAX_LOGGED = 500
"""Statements of the log in an answer."""


class LogStatements(Answer, frozen=True, kw_only=True):
    """Statements in the order of the log, without a gap; `size` is the number of those that are recorded."""

    size: int
    statements: tuple[LoggedAnswer, ...]


class ConsistencyAnswer(Answer, frozen=True, kw_only=True):
    """The proof that the log's first `new` statements begin with its first `old` ones (RFC 9162 section 2.1.4).

    `hashes` are base64. `checkpoint` is the newest that is signed; it is of `new` statements or more.
    """

    old: int
    new: int
    hashes: tuple[str, ...]
    checkpoint: str
