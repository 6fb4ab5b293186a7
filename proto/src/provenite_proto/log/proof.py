"""Proofs that a statement is in the log, which anyone can check offline (C2SP tlog-proof)."""

from typing import Self

import msgspec

from . import note
from .checkpoint import Checkpoint, number, open_checkpoint
from .entry import entry, time_bytes
from .errors import Unproven
from .note import NoteKey
from .tree import HASH_BYTES, MAX_HASHES, check_inclusion, leaf_hash

HEADER = "c2sp.org/tlog-proof@v1"
_TIME_BYTES = 8


class LogProof(msgspec.Struct, frozen=True):
    """Statement `index` of the log was recorded at `recorded_at` (seconds since 1970).

    `hashes` lead from its leaf to the root that `checkpoint`, a signed note, names. The time is the proof's
    extra data, in 8 bytes: it is part of the entry, so that the proof holds for no other time.
    """

    index: int
    recorded_at: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes

    def encode(self) -> bytes:
        """The proof as it is sent and kept (`*.tlog-proof`)."""
        lines = "".join(f"{note.base64(each)}\n" for each in self.hashes)
        return proof_text(self.index, self.recorded_at, lines, self.checkpoint)

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a proof strictly; `Unproven` `proof-malformed`. The checkpoint is not looked at."""
        if len(data) > note.MAX_BYTES:
            raise Unproven("proof-malformed", f"{len(data)} bytes; at most {note.MAX_BYTES}.")
        head, gap, checkpoint = data.partition(b"\n\n")
        try:
            header, extra, index, *hashes = head.decode("ascii").split("\n", MAX_HASHES + 3)
            time = note.unbase64(extra.removeprefix("extra "))
            found = cls(
                number(index.removeprefix("index ")),
                int.from_bytes(time, "big"),
                tuple(map(note.unbase64, hashes)),
                checkpoint,
            )
        except ValueError as error:
            raise Unproven("proof-malformed", f"Not a proof: {error}.") from error
        if (
            not gap
            or header != HEADER
            or len(time) != _TIME_BYTES
            or len(hashes) > MAX_HASHES
            or any(len(each) != HASH_BYTES for each in found.hashes)
            or found.encode() != data
        ):
            raise Unproven("proof-malformed", "Not the lines of a proof.")
        return found

    def check(self, digest: str, key: NoteKey) -> Checkpoint:
        """Check that the statement is in the log of this key; the checkpoint of which it is proven.

        Raises `Unproven` as `open_checkpoint` does, and `inclusion-false`.
        """
        return self._including(digest, open_checkpoint(self.checkpoint, key))

    def check_inclusion(self, digest: str) -> Checkpoint:
        """Check that the statement is in the tree of the checkpoint, whoever has signed that; the checkpoint.

        Raises `Unproven`: `note-malformed`, `checkpoint-malformed`, `inclusion-false`.
        """
        return self._including(digest, Checkpoint.parse(note.parse(self.checkpoint).text))

    def _including(self, digest: str, checkpoint: Checkpoint) -> Checkpoint:
        leaf = leaf_hash(entry(digest, self.recorded_at))
        check_inclusion(leaf, self.index, checkpoint.size, self.hashes, checkpoint.root)
        return checkpoint


def proof_text(index: int, recorded_at: int, lines: str, checkpoint: bytes) -> bytes:
    """The proof whose hashes are `lines` of base64, each with its end: for whoever has them at hand."""
    extra = note.base64(time_bytes(recorded_at))
    return f"{HEADER}\nextra {extra}\nindex {index}\n{lines}\n".encode() + checkpoint
