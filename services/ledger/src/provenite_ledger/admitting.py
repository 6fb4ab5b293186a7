"""Admitting a group: each submission in order, in memory, against the state with what came before it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import msgspec

from provenite_proto.answers import Submitted, answered
from provenite_proto.ledger import admit
from provenite_proto.problem import Problem, open_to_issuer
from provenite_proto.statement import PublicKey, Statement

from .store.loaded import Entry, Loaded

_CHUNK = 25
"""Statements admitted (some 4 ms, if their signatures are still to be verified) before others get their turn."""


class Admitted(msgspec.Struct, frozen=True):
    """The answer to a submission; `fresh` is false when the statement was in the log before."""

    submitted: Submitted
    fresh: bool


class Submission(msgspec.Struct):
    """Statements that were submitted together, and the future of their answers.

    `verified` gives for each statement the key with which its signature has been verified, if it has. With
    `atomic`, one problem keeps all out.
    """

    statements: Sequence[Statement]
    verified: Sequence[PublicKey | None]
    atomic: bool
    answer: "asyncio.Future[list[Admitted | Problem]]"


class Admitting:
    """The admission of one group, recorded at one time. `entries` is what is to be written, in log order.

    `loaded` has what the group touches, and has the group's changes afterwards; `known` are the answers of
    those of its statements that are in the log. Statements have `origin` as their audience.
    """

    def __init__(
        self, loaded: Loaded, known: dict[str, Submitted], *, origin: str, recorded_at: datetime
    ) -> None:
        self._loaded = loaded
        self._known = known
        self._origin = origin
        self._recorded_at = recorded_at
        self._count = 0
        self.entries: list[Entry] = []

    async def admit(self, submission: Submission) -> list[Admitted | Problem]:
        """The answers to a submission's statements, to be given when `entries` are durable.

        Those of an atomic submission that is kept out are `not-submitted`, but for statements that were in
        the log before.
        """
        if not submission.atomic:
            return await self._each(submission)
        state, before = self._loaded.state, len(self.entries)
        state.begin()
        answers = await self._each(submission)
        if not any(isinstance(answer, Problem) for answer in answers):
            state.commit()
            return answers
        taken_back = self.entries[before:]
        del self.entries[before:]
        self._loaded.withdraw(taken_back)
        fresh = {entry.statement.digest for entry in taken_back}
        for digest in fresh:
            del self._known[digest]
        return [_withdrawn(answer, fresh) for answer in answers]

    async def _each(self, submission: Submission) -> list[Admitted | Problem]:
        answers: list[Admitted | Problem] = []
        for statement, verified in zip(submission.statements, submission.verified, strict=True):
            self._count += 1
            if self._count % _CHUNK == 0:
                await asyncio.sleep(0)
            if (already := self._known.get(statement.digest)) is not None:
                answers.append(Admitted(already, fresh=False))
                continue
            try:
                answers.append(Admitted(self._one(statement, verified), fresh=True))
            except Problem as problem:
                answers.append(problem)
        return answers

    def _one(self, statement: Statement, verified: PublicKey | None) -> Submitted:
        state = self._loaded.state
        admission = admit(
            statement,
            state,
            audience=self._origin,
            now=int(self._recorded_at.timestamp()),
            verified=verified,
        )
        entry = Entry(state.size, self._recorded_at, statement, admission)
        self._loaded.apply(entry)
        self.entries.append(entry)
        submitted = self._known[statement.digest] = Submitted(
            digest=statement.digest,
            index=entry.index,
            recorded_at=self._recorded_at,
            batches=tuple(batch.id for batch in admission.created),
            findings=answered(open_to_issuer(admission.findings)),
        )
        return submitted


def _withdrawn(answer: Admitted | Problem, fresh: set[str]) -> Admitted | Problem:
    if isinstance(answer, Admitted) and answer.submitted.digest in fresh:
        return Problem("not-submitted", "Another statement of the submission was refused.")
    return answer
