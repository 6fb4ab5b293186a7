"""What others were shown of a log, compared with what this reader is: its witnesses, and who holds a receipt."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from hashlib import sha256

import httpx
from msgspec import structs

from provenite_proto.log import NoteKey, WitnessPolicy, note

from .. import AnswerError, TransportError
from .._monitor import Following, Look, Verdict, look
from .._public_log import PublicLog

TIMEOUT_SECONDS = 5.0
"""For a witness's answer; who does not answer is not compared with."""


class Views:
    """The witnesses that the policy has URLs of, and checkpoints that are held, by where they come from."""

    def __init__(
        self,
        log: PublicLog,
        key: NoteKey,
        policy: WitnessPolicy | None,
        held: Mapping[str, bytes],
    ) -> None:
        origin = sha256(key.name.encode()).hexdigest()
        self._log = log
        self._held = held
        self._key = key
        self._witnesses = {
            each.name: PublicLog(
                f"{each.url.rstrip('/')}/{origin}", httpx.Client(timeout=TIMEOUT_SECONDS)
            )
            for each in (() if policy is None else policy.witnesses)
            if each.url is not None
        }
        # What each had seen beyond the log's checkpoint at the last comparison.
        self._ahead: dict[str, int] = {}

    def close(self) -> None:
        """Let go of the connections."""
        for each in self._witnesses.values():
            each.close()

    def compare(self, found: Look, now: datetime) -> Look:
        """The look at the log, with what its witnesses were shown: another history, or for long more than this reader.

        Raises what reading the log's tiles raises.
        """
        following = found.following
        before, self._ahead = self._ahead, {}
        if following is None or found.verdict is Verdict.FORKED:
            return found
        shown = following.seen[-1].size
        for name, seen in (*self._held.items(), *self._witnessed()):
            theirs = self._judged(following, seen, now)
            if theirs.verdict is Verdict.FORKED:
                said = f"{name} was shown another history than you. {theirs.detail}"
                return structs.replace(theirs, detail=said)
            if theirs.size is not None and theirs.size > shown:
                self._ahead[name] = theirs.size
        # A log may be a moment behind its witnesses: it publishes what enough of them have cosigned.
        withheld = {
            name: before[name] for name in self._ahead if name in before and before[name] > shown
        }
        return structs.replace(found, withheld=withheld)

    def _witnessed(self) -> Iterator[tuple[str, bytes]]:
        """What each witness that answers has cosigned last."""
        for name, witness in self._witnesses.items():
            with suppress(TransportError, AnswerError):
                yield f"the witness {name}", witness.checkpoint()

    def _judged(self, following: Following, seen: bytes, now: datetime) -> Look:
        try:
            return look(following, self._key, None, seen, self._log.tile, now)
        except LookupError:
            # The log does not serve the tiles of what its witness has seen.
            size = note.parse(seen).text.split("\n")[1]
            return Look(Verdict.GROWN, following, size=int(size))
