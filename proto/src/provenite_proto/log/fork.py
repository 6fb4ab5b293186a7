"""Evidence that a log has forked, which anyone can check offline: two checkpoints of it that contradict each other."""

from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from . import note
from .checkpoint import Checkpoint, open_checkpoint
from .errors import Unproven
from .note import SignatureType
from .tree import HASH_BYTES, MAX_HASHES, check_consistency

FORMAT: Final = "provenite-fork/1"
MAX_BYTES = 262_144
"""Bytes of a document, at the most."""

_Hash = Annotated[bytes, Meta(min_length=HASH_BYTES, max_length=HASH_BYTES)]


class Fork(
    msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True
):
    """Two notes that the log with the key `key` has signed, the smaller tree's first, found at `found_at`.

    Of one size they have two roots. Otherwise `proof`, a consistency proof, shows that the larger tree begins
    with another tree than the smaller one: that of the root `beginning`.
    """

    key: str
    checkpoints: tuple[str, str]
    found_at: Annotated[datetime, Meta(tz=True)]
    beginning: _Hash | None = None
    proof: Annotated[tuple[_Hash, ...], Meta(max_length=MAX_HASHES)] = ()

    def encode(self) -> bytes:
        """The document: compact JSON in one line (SPEC.md section 13.11)."""
        return msgspec.json.encode(_Document(FORMAT, self)) + b"\n"

    @classmethod
    def parse(cls, data: bytes) -> "Fork":
        """Read a document strictly; `Unproven` `fork-malformed`. What it shows is not looked at."""
        if len(data) > MAX_BYTES:
            raise Unproven("fork-malformed", f"{len(data)} bytes; at most {MAX_BYTES} are read.")
        try:
            found = msgspec.json.decode(data, type=_Document).fork
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Unproven("fork-malformed", f"Not evidence of a fork: {error}.") from error
        if found.encode() != data:
            raise Unproven("fork-malformed", "Not the one line of compact JSON of a fork.")
        return found

    def check(self) -> tuple[Checkpoint, Checkpoint]:
        """The two checkpoints, once it is certain that who has the key has signed two histories.

        Whether it is the log's key is for the reader to know. Raises `Unproven` as `parse_key` and
        `open_checkpoint` do, `fork-malformed` for a key of a witness or a proof where there is nothing to prove,
        and `consistency-false` when they do not contradict each other.
        """
        key = note.parse_key(self.key)
        if key.type is not SignatureType.ED25519:
            raise Unproven("fork-malformed", "The key is a witness's, not a log's.")
        smaller, larger = (open_checkpoint(each.encode(), key) for each in self.checkpoints)
        if self.beginning is None or smaller.size == larger.size:
            if self.beginning is not None or self.proof:
                raise Unproven("fork-malformed", "A proof where the two roots tell.")
            if smaller.size != larger.size or smaller.root == larger.root:
                raise Unproven("consistency-false", "The checkpoints do not contradict each other.")
            return smaller, larger
        check_consistency(smaller.size, self.beginning, larger.size, larger.root, self.proof)
        if self.beginning == smaller.root:
            raise Unproven("consistency-false", "The larger tree does begin with the smaller one.")
        return smaller, larger


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: Literal["provenite-fork/1"]
    fork: Fork
