"""What a log sends to a witness: a checkpoint, with the proof that it extends the one the witness holds (C2SP tlog-witness)."""

from hashlib import sha256
from typing import Self

import msgspec

from . import note
from .checkpoint import number
from .errors import Unproven
from .tree import HASH_BYTES

ADD_CHECKPOINT = "/add-checkpoint"
"""Where a checkpoint is sent, below a witness's submission prefix."""
NEWEST = "/checkpoint"
"""Where a witness has what it cosigned last, below its submission prefix and a log's `origin_hash`."""
SIZE_MEDIA_TYPE = "text/x.tlog.size"
"""The type of the answer that says only which size the witness holds."""
MAX_PROOF = 63
"""Hashes of the consistency proof, at the most."""
MAX_BYTES = note.MAX_BYTES + 4096
"""Bytes of a submission, at the most: its checkpoint's, and those of the lines before it."""


def origin_hash(origin: str) -> str:
    """What a log is called in a witness's paths: SHA-256 of the log's name, in hexadecimal."""
    return sha256(origin.encode()).hexdigest()


def newest_url(prefix: str, origin: str) -> str:
    """Where the witness with this submission prefix has the newest checkpoint of a log that it has cosigned."""
    return f"{prefix.rstrip('/')}/{origin_hash(origin)}{NEWEST}"


def add_url(prefix: str) -> str:
    """Where the witness with this submission prefix is asked for its cosignature."""
    return prefix.rstrip("/") + ADD_CHECKPOINT


class Submission(msgspec.Struct, frozen=True):
    """A checkpoint for a witness that holds the tree of `old` leaves.

    `proof` are the hashes of the consistency proof, `checkpoint` is a signed note.
    """

    old: int
    proof: tuple[bytes, ...]
    checkpoint: bytes

    def encode(self) -> bytes:
        """The body of the request."""
        lines = [f"old {self.old}", *map(note.base64, self.proof)]
        return "\n".join(lines).encode() + b"\n\n" + self.checkpoint

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a body strictly; `Unproven` `submission-malformed`. The checkpoint is not looked at."""
        if len(data) > MAX_BYTES:
            raise Unproven("submission-malformed", f"{len(data)} bytes; at most {MAX_BYTES}.")
        head, gap, checkpoint = data.partition(b"\n\n")
        try:
            old, *hashes = head.decode("ascii").split("\n")
            found = cls(
                number(old.removeprefix("old ")), tuple(map(note.unbase64, hashes)), checkpoint
            )
        except ValueError as error:
            raise Unproven("submission-malformed", f"Not a submission: {error}.") from error
        if len(hashes) > MAX_PROOF:
            raise Unproven("submission-malformed", f"{len(hashes)} hashes; at most {MAX_PROOF}.")
        if (
            not gap
            or any(len(each) != HASH_BYTES for each in found.proof)
            or found.encode() != data
        ):
            raise Unproven("submission-malformed", "Not the lines of a submission.")
        return found
