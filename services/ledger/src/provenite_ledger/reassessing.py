"""Assessing certificates anew: what late statements change suspends those that would not be issued any more.

Which may have changed is noted with what changes them (`revising.py`, `store/writing.py`), in the same transaction,
and forgotten once the certificate stands as it should. So nothing is missed when the ledger dies in between, and
what is done twice is done once: a statement that changes nothing is refused.

What a key has signed that is retired is not assessed, but revoked.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import asyncpg

from provenite_proto.ledger.resting import UNREADABLE
from provenite_proto.policy import Facts
from provenite_proto.policy.answers import AssessmentAnswer
from provenite_proto.problem import Problem
from provenite_proto.record import CertificateStatus, StatusIdentities, Validity

from . import policies
from .answering.outcome import short
from .assessing import Question, answered, question
from .causing import Case, newest, turning
from .follower import MAX_PAUSE_SECONDS, MIN_PAUSE_SECONDS
from .keeping import RETRY_SECONDS
from .registrar import Registrar
from .revising import Revising
from .sequencer import Sequencer
from .store import certifying, issuer_keys, reading, revisions, rows
from .store.outage import is_outage
from .store.rows import Row
from .unavailable import LedgerUnavailable

_log = logging.getLogger(__name__)

CHUNK = 100
_TRIES = 100
"""How often an assessment is begun anew, since late statements go on coming, before others get their turn."""
IDLE_SECONDS = 30.0
"""How long it waits at the most, though nobody calls: content may have been revised by whoever asked for it, or a key
retired by a command."""
PASSES = "Assessed again it passes."
RETIRED = "The key that signed it has been retired."


class Reassessing:
    """Suspends certificates, lifts what it has suspended, and revokes what retired keys have signed. Owned by one event loop.

    It gives up for nothing; what cannot be decided now is decided later.
    """

    def __init__(
        self,
        pool: asyncpg.Pool,
        sequencer: Sequencer,
        revising: Revising,
        registrar: Registrar,
        called: asyncio.Event,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """On the database of the pool; it looks for what is due when it is `called`, which it clears."""
        self._pool = pool
        self._sequencer = sequencer
        self._revising = revising
        self._registrar = registrar
        self._called = called
        self._clock = clock
        # The retired keys by which nothing stands any more: they sign no more.
        self._without: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Start with what an earlier process has left."""
        self._called.set()
        self._task = asyncio.create_task(self._run(), name="reassessing")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop; what is due stays so."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,))

    async def settle(self) -> None:
        """Revoke what retired keys have signed, and assess all that is due.

        An `ExceptionGroup` of what kept some certificates from it, once the others are done.
        """
        failed = await self._revoke()
        await self._revising.settle(self._sequencer.size)
        after = -1
        while due := await certifying.due(self._pool, after=after, limit=CHUNK):
            for row in due:
                try:
                    await self._one(row)
                except Exception as error:  # one that fails must not keep the others waiting
                    _tell(f"certificate {row['id']}", error)
                    failed.append(error)
            after = due[-1]["index"]
        if failed:
            raise ExceptionGroup("certificates that do not stand as they should", failed)

    async def _run(self) -> None:
        pause = MIN_PAUSE_SECONDS
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(IDLE_SECONDS):
                    await self._called.wait()
            self._called.clear()
            try:
                await self.settle()
            except Exception as error:
                if not isinstance(error, ExceptionGroup):
                    _tell("certificates", error)
                await asyncio.sleep(pause)
                pause = min(pause * 2, MAX_PAUSE_SECONDS)
                self._called.set()
            else:
                pause = MIN_PAUSE_SECONDS

    async def _revoke(self) -> list[Exception]:
        """Revoke what stands by retired keys; what kept some from it, which the next time tries again."""
        failed: list[Exception] = []
        for key in await issuer_keys.retired(self._pool):
            if key in self._without:
                continue
            kept = await self._revoke_signed(key)
            if not kept:
                self._without.add(key)
            failed += kept
        return failed

    async def _revoke_signed(self, key: str) -> list[Exception]:
        failed: list[Exception] = []
        after = b""
        while signed := await issuer_keys.standing_by(
            self._pool, key, self._clock(), after=after, limit=CHUNK
        ):
            # At once, so that they are recorded in one group: there may be as many as the key has ever signed.
            said = await asyncio.gather(*map(self._say_retired, signed), return_exceptions=True)
            for row, answer in zip(signed, said, strict=True):
                if isinstance(answer, Exception):
                    _tell(f"certificate {row['id']}", answer)
                    failed.append(answer)
            after = signed[-1]["credential"]
        return failed

    async def _say_retired(self, row: Row) -> None:
        # Without a cause: nothing that comes to pass lifts it.
        await self._say(
            CertificateStatus(
                certificate=rows.text(row["digest"]), status=Validity.REVOKED, reason=RETIRED
            )
        )

    async def _one(self, row: Row) -> None:
        """Have a certificate stand as it should; one that is revoked or has ended stays as it is."""
        size = row["late"] + 1
        if row["status"] != Validity.REVOKED and row["valid_until"] > self._clock():
            batch = await reading.batch(self._pool, rows.batch_named(row))
            if batch is None:
                raise LookupError(f"certificate {row['id']} is of a batch that is not there")
            asked = await self._question(row)
            size, against = await self._against(row, batch, asked)
            status = _turned(row, against)
            if status is not None:
                late = await self._cause(row, batch, asked, max(size, row["late"] + 1), status)
                await self._say(
                    CertificateStatus(
                        certificate=rows.text(row["digest"]),
                        status=status,
                        reason=against or PASSES,
                        identities=StatusIdentities(cause=rows.text(late["digest"])),
                    )
                )
        await certifying.done(self._pool, row["index"], size - 1)

    async def _say(self, record: CertificateStatus) -> None:
        try:
            await self._registrar.says(record)
        except Problem as problem:
            # It stands so already, or for good: somebody else was quicker.
            if problem.slug not in ("status-unchanged", "already-revoked"):
                raise

    async def _cause(
        self, row: Row, batch: Row, asked: Question | None, size: int, status: Validity
    ) -> Row:
        """The statement that has turned it, among the late ones before `size` that it was not assessed with."""
        late = await certifying.causes(self._pool, row["index"], batch["root"], size)
        if len(late) == 1 or asked is None:
            return newest(late)
        async with self._pool.acquire() as connection:
            falls = status is Validity.SUSPENDED
            return await turning(connection, Case(row, batch, asked), late, falls=falls)

    async def _question(self, row: Row) -> Question | None:
        """What was asked when it was issued; nothing when this version cannot read its policy."""
        facts = Facts()
        if row["declared"] is not None:
            declared = await certifying.declared(self._pool, rows.text(row["declared"]))
            if declared is None:
                raise LookupError(f"certificate {row['id']} rests on no declaration")
            facts = declared.facts
        try:
            policy = await policies.by_digest(self._pool, rows.text(row["policy"]))
        except Problem:
            return None
        return await question(self._pool, policy, facts, row["as_of"])

    async def _against(
        self, row: Row, batch: Row, asked: Question | None
    ) -> tuple[int, str | None]:
        """As of a size of the log what stands against the certificate; nothing when it would be issued again."""
        found = None if asked is None else await self._assessed(batch, asked)
        size = self._sequencer.size if found is None else found.size
        against = await certifying.against(self._pool, batch, row["declaration"], size)
        if against is None:
            against = UNREADABLE if found is None else short(row["jwt"], found)
        return size, against

    async def _assessed(self, batch: Row, asked: Question) -> AssessmentAnswer:
        for _ in range(_TRIES):
            size = self._sequencer.size
            await self._revising.settle(size)
            try:
                async with self._pool.acquire() as connection:
                    found = await answered(connection, batch, size, asked)
            except (LookupError, LedgerUnavailable):
                # What it was reading is being revised.
                await asyncio.sleep(RETRY_SECONDS)
                continue
            if not await revisions.overtaken(self._pool, size):
                return found
        raise LedgerUnavailable


def _turned(row: Row, against: str | None) -> Validity | None:
    """How a certificate is to stand from now on, if that is another way."""
    if against is not None and row["status"] == Validity.VALID:
        return Validity.SUSPENDED
    # What somebody has decided without a cause is his to lift.
    lifted = row["status"] == Validity.SUSPENDED and row["cause"] is not None
    return Validity.VALID if against is None and lifted else None


def _tell(what: str, error: Exception) -> None:
    if is_outage(error) or isinstance(error, LedgerUnavailable):
        _log.warning("%s: waits for the database: %s", what, type(error).__name__)
    else:
        _log.error("%s: cannot be made to stand as it should", what, exc_info=error)
