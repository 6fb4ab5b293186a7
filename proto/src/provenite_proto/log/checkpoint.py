"""Checkpoints: what a log says its tree is, as a signed note (C2SP tlog-checkpoint)."""

from typing import Self

import msgspec

from . import note
from .errors import Unproven
from .note import NoteKey, NoteSigner
from .tree import HASH_BYTES, MAX_SIZE

_MAX_DIGITS = len(str(MAX_SIZE))


class Checkpoint(msgspec.Struct, frozen=True):
    """The log `origin` has `size` entries, whose tree has the root `root` (32 bytes)."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The note's text: three lines."""
        return f"{self.origin}\n{self.size}\n{note.base64(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a note's text; `Unproven` `checkpoint-malformed`. Extension lines are not read: nobody can audit them."""
        lines = text.split("\n")
        if len(lines) != 4 or lines[3] or not note.is_name(lines[0]):
            raise Unproven("checkpoint-malformed", "Not the three lines of a checkpoint.")
        try:
            found = cls(lines[0], number(lines[1]), note.unbase64(lines[2]))
        except ValueError as error:
            raise Unproven("checkpoint-malformed", f"Size or root: {error}.") from error
        if len(found.root) != HASH_BYTES:
            raise Unproven("checkpoint-malformed", f"A root of {len(found.root)} bytes.")
        return found

    def signed(self, signer: NoteSigner) -> bytes:
        """The checkpoint as a note that the log has signed."""
        return note.Note(self.text, (signer.sign(self.text),)).encode()


def open_checkpoint(data: bytes, key: NoteKey) -> Checkpoint:
    """Read a checkpoint that the log with this key has signed; its origin is the key's name.

    Raises `Unproven`: `note-malformed`, `checkpoint-malformed`, `origin-mismatch`, `signature-missing`,
    `signature-false`.
    """
    signed = note.parse(data)
    checkpoint = Checkpoint.parse(signed.text)
    if checkpoint.origin != key.name:
        raise Unproven(
            "origin-mismatch", f"The checkpoint is of {checkpoint.origin}, the key of {key.name}."
        )
    note.verify(signed, key)
    return checkpoint


def number(text: str) -> int:
    """A number up to `MAX_SIZE` in decimal without leading zeros; `ValueError`."""
    if not (text.isascii() and text.isdigit()) or len(text) > _MAX_DIGITS:
        raise ValueError("not a number of at most 63 bits")
    found = int(text)
    if str(found) != text or found > MAX_SIZE:
        raise ValueError("not a number of at most 63 bits without leading zeros")
    return found
