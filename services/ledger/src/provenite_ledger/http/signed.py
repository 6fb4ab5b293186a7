"""Who signed: checked of every statement before it is queued.

The sequencer loads what a statement names before it admits it, so only statements that a registered key has
signed, for this ledger, may cost it anything.
"""

import time
from contextlib import suppress

from provenite_proto.ledger import CLOCK_TOLERANCE, State, admit
from provenite_proto.problem import Problem
from provenite_proto.record import Key, Party
from provenite_proto.statement import PublicKey, Statement

from ..sequencer import Sequencer


class Signers:
    """The keys with which the statements of one request may be signed: registered, or being registered by it."""

    def __init__(self, sequencer: Sequencer, origin: str) -> None:
        """For statements to the ledger `origin`, in the order in which they will be submitted."""
        self._sequencer = sequencer
        self._origin = origin
        self._registering: dict[str, PublicKey] = {}

    def verified(self, statement: Statement) -> PublicKey:
        """The key that signed the statement; `Problem` as admission has it (SPEC section 5, 1 to 3)."""
        key = self.claimed(statement)
        statement.verify(key)
        self._note(statement)
        return key

    def may_wait(self, statement: Statement) -> bool:
        """Whether the signature may be verified after those of later statements.

        Not one that registers a key, nor one by a key that is only being registered: what cannot be verified
        must not vouch for another. Nor one under an algorithm that is not the key's.
        """
        registered = self._sequencer.key(statement.key_id)
        return (
            not isinstance(statement.record, Party | Key)
            and registered is not None
            and registered.key.allows(statement.core.header.alg)
        )

    def claimed(self, statement: Statement) -> PublicKey:
        """The key that is to have signed the statement; `Problem` for what is refused whether it did or not."""
        now = int(time.time())
        key = self._key(statement.key_id)
        if (
            key is None
            or statement.audience != self._origin
            or statement.issued_at > now + CLOCK_TOLERANCE
        ):
            # Admission refuses it whatever else is recorded, so a state that holds nothing will do.
            admit(statement, State(size=1), audience=self._origin, now=now)
            raise LookupError(f"statement {statement.digest} was admitted to an empty registry")
        return key

    def _key(self, key_id: str) -> PublicKey | None:
        registered = self._sequencer.key(key_id)
        return registered.key if registered is not None else self._registering.get(key_id)

    def _note(self, statement: Statement) -> None:
        if isinstance(statement.record, Party | Key):
            # A key that cannot be used is refused by admission, at its place among the other rules.
            with suppress(Problem):
                key = PublicKey(statement.record.key)
                self._registering[key.key_id] = key
