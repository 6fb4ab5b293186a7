"""Cosignatures: what a witness says of a checkpoint, and when (C2SP tlog-cosignature, `cosignature/v1`).

A witness cosigns a checkpoint after it has checked that it extends the newest one of the same log that it has
cosigned. Its time is evidence; a log's own is a claim.
"""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from .checkpoint import Checkpoint
from .errors import Unproven
from .note import Note, NoteKey, NoteSignature, SignatureType

MAX_TIME = 253_402_300_799
"""Seconds since 1970 of a cosignature, at the most: the end of the year 9999, behind which no date is written."""
_TIME_BYTES = 8
_SIGNATURE_BYTES = 64


class WitnessSigner:
    """Cosigns checkpoints with an Ed25519 key under a witness's name."""

    def __init__(self, name: str, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.key = NoteKey(name, SignatureType.COSIGNATURE, key.public_key().public_bytes_raw())

    def cosign(self, text: str, time: int) -> NoteSignature:
        """The signature line for a checkpoint's text at `time`, seconds since 1970.

        `ValueError` for a time that no cosignature may have, `Unproven` `checkpoint-malformed` for another text.
        """
        if not 1 <= time <= MAX_TIME:
            raise ValueError(f"a cosignature at {time}")
        Checkpoint.parse(text)
        signature = time.to_bytes(_TIME_BYTES, "big") + self._key.sign(_message(text, time))
        return NoteSignature(self.key.name, self.key.key_id, signature)


def cosigned(note: Note, key: NoteKey) -> int:
    """When the witness with this key cosigned a checkpoint, in seconds since 1970.

    A witness that signed more than once says by each that the tree was as the checkpoint has it: the latest
    counts, and all have to verify. Raises `Unproven` `signature-missing` or `signature-false`.
    """
    lines = note.signed_by(key)
    if key.type is not SignatureType.COSIGNATURE or not lines:
        raise Unproven("signature-missing", f"No cosignature by {key.name} with the key {key}.")
    return max(_time(note.text, each.signature, key) for each in lines)


def _time(text: str, blob: bytes, key: NoteKey) -> int:
    time = int.from_bytes(blob[:_TIME_BYTES], "big")
    if len(blob) != _TIME_BYTES + _SIGNATURE_BYTES or not 1 <= time <= MAX_TIME:
        raise Unproven(
            "signature-false", f"What {key.name} added is not a time and an Ed25519 signature."
        )
    if not key.verifies(blob[_TIME_BYTES:], _message(text, time)):
        raise Unproven("signature-false", f"The cosignature by {key.name} does not verify.")
    return time


def _message(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()
