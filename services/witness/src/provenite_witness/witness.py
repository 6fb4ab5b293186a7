"""The witness: checks that a log has only grown, remembers the checkpoint, then cosigns it."""

import logging
from collections.abc import Callable, Iterable, Mapping

from provenite_proto.log import (
    EMPTY,
    Checkpoint,
    Note,
    NoteKey,
    Submission,
    Unproven,
    WitnessSigner,
    check_consistency,
    note,
)
from provenite_proto.log.submission import origin_hash

from .refusals import AnotherSize, Refused
from .store import Held, Store

MAX_FORKS = 1000
"""Contradicting checkpoints that one process writes to its log; anyone can send them again and again."""

_log = logging.getLogger(__name__)


class Witness:
    """Cosigns for the logs with the given keys; used by the thread that uses its store."""

    def __init__(
        self,
        signer: WitnessSigner,
        keys: Iterable[NoteKey],
        store: Store,
        clock: Callable[[], float],
    ) -> None:
        """Of the witness's key, the logs' keys, each named as its log's origin, and the time in seconds since 1970."""
        self._signer = signer
        self._keys = _by_origin(keys)
        self._origins = {origin_hash(origin): origin for origin in self._keys}
        self._store = store
        self._clock = clock
        self._forks: set[bytes] = set()

    def add(self, body: bytes) -> str:
        """The cosignature line for the checkpoint of a submission, once it is remembered.

        Raises `Unproven` or `Refused` for a checkpoint that is not cosigned, `sqlite3.Error` when it cannot be
        remembered.
        """
        submission = Submission.parse(body)
        signed = note.parse(submission.checkpoint)
        checkpoint = Checkpoint.parse(signed.text)
        signed = self._authentic(signed, checkpoint.origin)
        with self._store.step():
            held = self._store.held(checkpoint.origin)
            self._watch(signed, checkpoint, held)
            _check(submission, checkpoint, held)
            # A clock that was set back would date what is newer before what is older.
            at = max(int(self._clock()), self._store.last_time())
            cosignature = self._signer.cosign(signed.text, at)
            whole = Note(signed.text, (*signed.signatures, cosignature)).encode()
            self._store.keep(checkpoint.origin, Held(checkpoint.size, checkpoint.root, whole), at)
        return cosignature.line

    def newest(self, of: str) -> bytes:
        """The newest cosigned checkpoint of the log with this `origin_hash`.

        Raises `Refused` `origin-unknown` when there is none.
        """
        origin = self._origins.get(of)
        held = None if origin is None else self._store.held(origin)
        if held is None:
            raise Refused("origin-unknown", "No checkpoint of this log has been cosigned.")
        return held.note

    def _watch(self, signed: Note, checkpoint: Checkpoint, held: Held | None) -> None:
        """Log both checkpoints when the log has signed two for one size: together they prove that it has forked."""
        if held is None or checkpoint.size != held.size or checkpoint.root == held.root:
            return
        if checkpoint.root not in self._forks and len(self._forks) < MAX_FORKS:
            self._forks.add(checkpoint.root)
            _log.error(
                "the log has forked",
                extra={
                    "origin": checkpoint.origin,
                    "held": held.note.decode(),
                    "contradicting": signed.encode().decode(),
                },
            )

    def _authentic(self, signed: Note, origin: str) -> Note:
        """The note with the log's own signatures alone, all of which verify."""
        known = self._keys.get(origin)
        if known is None:
            raise Refused("origin-unknown", f"The log {origin} is not one of this witness's.")
        signers = [key for key in known if signed.signed_by(key)]
        if not signers:
            raise Unproven("signature-missing", f"No signature by a known key of {origin}.")
        for key in signers:
            note.verify(signed, key)
        return Note(signed.text, tuple(line for key in signers for line in signed.signed_by(key)))


def _check(submission: Submission, checkpoint: Checkpoint, held: Held | None) -> None:
    """Check that the checkpoint may follow what is held, in the order of C2SP tlog-witness."""
    size, root = (held.size, held.root) if held is not None else (0, EMPTY)
    if submission.old > checkpoint.size:
        raise Refused(
            "old-beyond-size", f"From {submission.old} on there is no tree of {checkpoint.size}."
        )
    if submission.old != size:
        raise AnotherSize(submission.old, size)
    check_consistency(size, root, checkpoint.size, checkpoint.root, submission.proof)


def _by_origin(keys: Iterable[NoteKey]) -> Mapping[str, tuple[NoteKey, ...]]:
    found: dict[str, tuple[NoteKey, ...]] = {}
    for key in keys:
        found[key.name] = (*found.get(key.name, ()), key)
    return found
