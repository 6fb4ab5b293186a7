"""What others were shown of a log: its witnesses, asked over HTTP, and who holds a receipt."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from provenite_proto.log import NoteKey, WitnessPolicy, note
from provenite_proto.log.submission import newest_url

from .. import AnswerError, TransportError
from .._monitor import Shown
from .._public_log import PublicLog

TIMEOUT_SECONDS = 5.0
"""For a witness's answer; who does not answer is not compared with."""


class Views:
    """The witnesses that the policy has URLs of, and checkpoints that are held."""

    def __init__(self, key: NoteKey, policy: WitnessPolicy | None, held: Sequence[Shown]) -> None:
        self._held = held
        self._witnesses = [
            (
                each.name,
                newest_url(each.url, key.name),
                PublicLog(each.url, TIMEOUT_SECONDS),
            )
            for each in (() if policy is None else policy.witnesses)
            if each.url is not None
        ]

    def close(self) -> None:
        """Let go of the connections."""
        for _, _, each in self._witnesses:
            each.close()

    def shown(self) -> Iterator[Shown]:
        """What is held, and what each witness that answers has cosigned last."""
        yield from self._held
        for name, url, witness in self._witnesses:
            with suppress(TransportError, AnswerError):
                found = witness.get(url, note.MAX_BYTES)
                if found is not None:
                    # What is no text is no checkpoint, with or without what cannot be read.
                    yield Shown(f"the witness {name}", found.decode(errors="replace"))
