"""What a witness's answer means (C2SP tlog-witness): pure, of the bytes that came."""

from enum import StrEnum

from msgspec import Struct

from provenite_proto.log import Note, NoteKey, NoteSignature, Unproven, cosigned, note
from provenite_proto.log.checkpoint import number
from provenite_proto.log.submission import SIZE_MEDIA_TYPE

MAX_ANSWER_BYTES = 16_384
"""Bytes of an answer, at the most; a cosignature line has some 150."""
_SHOWN = 200
"""Characters of a witness's own words that are repeated."""


class Failure(StrEnum):
    """Why a witness has not cosigned."""

    UNREACHED = "unreached"
    """It cannot be reached, or breaks off."""
    SLOW = "slow"
    """It does not answer in time."""
    REFUSED = "refused"
    """It answers with another status: it may not know the log."""
    FORKED = "forked"
    """It holds a tree that this log's does not extend."""
    AHEAD = "ahead"
    """It holds more statements than this log has."""
    FALSE = "false"
    """Its answer is not a cosignature of its own."""
    UNKNOWN = "unknown"
    """The ledger could not ask it; the log says why."""


class NotCosigned(Exception):
    """A witness has not cosigned a checkpoint."""

    def __init__(self, failure: Failure, detail: str) -> None:
        super().__init__(detail)
        self.failure = failure
        self.detail = detail


class Cosignature(Struct, frozen=True):
    """The answer that is a witness's own signature of what was sent, dated `at` (seconds since 1970)."""

    signature: NoteSignature
    at: int


class HeldSize(Struct, frozen=True):
    """The answer that the witness holds the tree of so many leaves."""

    size: int


def read_answer(
    status: int, media_type: str, body: bytes, checkpoint: bytes, key: NoteKey
) -> Cosignature | HeldSize:
    """The cosignature of a checkpoint by the witness with this key, or what the witness holds.

    `checkpoint` is the signed note that was sent. Raises `NotCosigned`.
    """
    if status == 409 and media_type.partition(";")[0].strip().lower() == SIZE_MEDIA_TYPE:
        return HeldSize(_size(body))
    if status == 422:
        raise NotCosigned(
            Failure.FORKED,
            "It holds another history of this log: one of the two was signed after an old backup had been "
            f"restored, or by somebody else. It says: {_said(body)}",
        )
    if status != 200:
        raise NotCosigned(Failure.REFUSED, f"It answers {status}: {_said(body)}")
    return _signature(body, checkpoint, key)


def _size(body: bytes) -> int:
    try:
        line = body.decode("ascii")
        if not line.endswith("\n"):
            raise ValueError("no line")
        return number(line[:-1])
    except ValueError as error:
        raise NotCosigned(Failure.FALSE, f"It answers 409 without a size: {error}.") from error


def _signature(body: bytes, checkpoint: bytes, key: NoteKey) -> Cosignature:
    try:
        answered = note.parse(checkpoint + body)
        sent = note.parse(checkpoint)
        lines = [
            each
            for each in answered.signatures[len(sent.signatures) :]
            if (each.name, each.key_id) == (key.name, key.key_id)
        ]
        whole = Note(sent.text, tuple(lines[:1]))
        at = cosigned(whole, key)
    except Unproven as error:
        raise NotCosigned(Failure.FALSE, f"Its answer is no cosignature: {error.detail}") from error
    return Cosignature(lines[0], at)


def _said(body: bytes) -> str:
    return body[:_SHOWN].decode(errors="replace").partition("\n")[0] or "nothing"
