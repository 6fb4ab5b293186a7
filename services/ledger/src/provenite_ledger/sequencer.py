"""The sequencer: one total order of statements, gap-free, committed in groups.

Whatever was submitted while a group was being committed makes up the next one: no fixed window. A group is
admitted in memory, in order, then written in one transaction; only then are its submitters answered. When
a commit fails or its outcome is unknown, the sequencer forgets what it has in memory, connects anew and
takes the same group again: statements that were persisted after all are found by their digest and answered
as known, the others are admitted at the next index. So nothing is lost, counted twice or skipped.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import asyncpg
import msgspec

from provenite_proto.answers import Submitted
from provenite_proto.ledger import Enrolled, RegisteredKey, admit, touched
from provenite_proto.problem import Problem, open_to_issuer
from provenite_proto.statement import PublicKey, Statement

from .store import loading
from .store.loaded import Entry, Loaded
from .store.named import load
from .store.outage import LOST
from .store.writing import write

_SQL = load("sequencing.sql")
_log = logging.getLogger(__name__)

MAX_GROUP = 1024
"""Statements committed together, at the most (one submission is never split)."""
MAX_QUEUED = 20_000
"""Statements waiting, at the most; further submissions are turned away."""
MAX_LOADED = 50_000
"""Batches kept in memory, at the most."""
COMMIT_SECONDS = 30.0
"""How long a commit may take before its connection counts as lost."""
RETRY_SECONDS = 10.0
"""How long a submission waits for the database to come back before it is answered."""


class LedgerBusy(Exception):
    """Too many submissions are waiting: try again shortly."""


class LedgerUnavailable(Exception):
    """The database is away: whether a statement was recorded is unknown, submitting it again is safe."""


class AnotherLedger(Exception):
    """The database is written by another ledger process."""


class Admitted(msgspec.Struct, frozen=True):
    """The answer to a submission; `fresh` is false when the statement was in the log before."""

    submitted: Submitted
    fresh: bool


class _Submission(msgspec.Struct):
    statements: Sequence[Statement]
    verified: Sequence[PublicKey | None]
    atomic: bool
    answer: "asyncio.Future[list[Admitted | Problem]]"


class Sequencer:
    """Orders, admits and commits statements. The only writer of statements and batches.

    Owned by one event loop. `clock` gives the time at which statements are recorded; recorded times never
    run backwards, whatever the clock does.
    """

    def __init__(
        self,
        dsn: str,
        origin: str,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """For the database at `dsn`, statements having `origin` as their audience."""
        self._dsn = dsn
        self._origin = origin
        self._clock = clock
        self._waiting: asyncio.Queue[_Submission] = asyncio.Queue()
        self._queued = 0
        self._connection: asyncpg.Connection | None = None
        self._lost = asyncio.Event()
        self._loaded = Loaded(0)
        self._committed = 0
        self._last_recorded = datetime.fromtimestamp(0, UTC)
        self._task: asyncio.Task[None] | None = None
        self.committed = asyncio.Event()
        """Set at each commit; whoever follows the log clears it."""

    @property
    def size(self) -> int:
        """How many statements are committed."""
        return self._committed

    @property
    def running(self) -> bool:
        """Whether it takes statements. A lost connection it makes anew for the next one."""
        return self._task is not None and not self._task.done()

    @property
    def registrar(self) -> str:
        """The party id of the registrar; `LookupError` on a ledger without statements."""
        try:
            return self._loaded.parties_by_index[0]
        except KeyError as error:
            raise LookupError("the ledger has no registrar yet") from error

    def key(self, key_id: str) -> RegisteredKey | None:
        """A registered key."""
        return self._loaded.state.keys.get(key_id)

    def party(self, party_id: str) -> Enrolled | None:
        """An enrolled party."""
        return self._loaded.state.parties.get(party_id)

    def party_index(self, party_id: str) -> int:
        """The index of a party's statement, by which the tables know it."""
        return self._loaded.index[party_id]

    def party_at(self, index: int) -> str:
        """The party whose statement has this index."""
        return self._loaded.parties_by_index[index]

    async def submit(
        self,
        statements: Sequence[Statement],
        *,
        verified: Sequence[PublicKey | None],
        atomic: bool = False,
    ) -> list[Admitted | Problem]:
        """Admit statements in order; return when what was admitted is durable.

        `verified` gives for each statement the key with which its signature has been verified, if it has.
        With `atomic`, one problem keeps all out: the others are answered with `not-submitted`.
        Raises `LedgerBusy` or `LedgerUnavailable`.
        """
        if self._queued + len(statements) > MAX_QUEUED:
            raise LedgerBusy
        answer = asyncio.get_running_loop().create_future()
        self._queued += len(statements)
        self._waiting.put_nowait(_Submission(statements, verified, atomic, answer))
        # A client that goes away does not take back what it submitted.
        return await asyncio.shield(answer)

    async def __aenter__(self) -> Self:
        """Connect, take the ledger's lock, load the registry and start."""
        await self._connect()
        self._task = asyncio.create_task(self._run(), name="sequencer")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the group in hand, turn away the rest, and disconnect."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        while not self._waiting.empty():
            _turn_away([self._waiting.get_nowait()])
        if self._connection is not None:
            await self._connection.close()

    async def _connect(self) -> asyncpg.Connection:
        connection = await asyncpg.connect(self._dsn, command_timeout=60)
        try:
            if not await connection.fetchval(_SQL["take_ledger"]):
                raise AnotherLedger(
                    "another ledger process writes to this database: stop it first, or give this one its own"
                )
            self._loaded = await loading.registry(connection)
            self._committed = self._loaded.state.size
            last = await connection.fetchval(_SQL["last_recorded"])
        except BaseException:
            await connection.close()
            raise
        self._last_recorded = max(self._last_recorded, last or self._last_recorded)
        self._lost = asyncio.Event()
        connection.add_termination_listener(self._note_loss)
        self._connection = connection
        return connection

    def _note_loss(self, connection: asyncpg.Connection) -> None:
        if connection is self._connection:
            self._lost.set()

    async def _run(self) -> None:
        while True:
            group = await self._next_group()
            commit = asyncio.ensure_future(self._commit_until_done(group))
            try:
                await asyncio.shield(commit)
            except asyncio.CancelledError:
                # Shutting down: the group in hand is finished, its submitters are answered.
                await commit
                raise

    async def _next_group(self) -> list[_Submission]:
        group = [await self._waiting.get()]
        count = len(group[0].statements)
        while count < MAX_GROUP and not self._waiting.empty():
            group.append(self._waiting.get_nowait())
            count += len(group[-1].statements)
        self._queued -= count
        return group

    async def _commit_until_done(self, group: list[_Submission]) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + RETRY_SECONDS
        pause = 0.05
        while True:
            try:
                await self._commit_or_lose(group)
            except (*LOST, asyncpg.PostgresError, AnotherLedger) as error:
                _log.warning("commit failed, trying again: %s", type(error).__name__)
                self._disconnect()
                if loop.time() > deadline:
                    _turn_away(group)
                    return
                await asyncio.sleep(pause)
                pause = min(pause * 2, 1.0)
            except (
                Exception
            ) as error:  # a defect of ours must not stop the ledger for everybody else
                _log.exception("commit failed for good")
                self._disconnect()
                _fail(group, error)
                return
            else:
                return

    async def _commit_or_lose(self, group: list[_Submission]) -> None:
        """Commit; raise as soon as the connection is lost, which a COPY under way would not notice."""
        connection = await self._connected()
        commit = asyncio.ensure_future(self._commit(connection, group))
        lost = asyncio.ensure_future(self._lost.wait())
        try:
            await asyncio.wait(
                (commit, lost), timeout=COMMIT_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            if not commit.done():
                raise ConnectionResetError("the database connection was lost during a commit")
            commit.result()
        finally:
            lost.cancel()
            if not commit.done():
                connection.terminate()
                commit.cancel()
                await asyncio.wait((commit,), timeout=1)

    async def _connected(self) -> asyncpg.Connection:
        if self._connection is None or self._connection.is_closed():
            return await self._connect()
        return self._connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    async def _commit(self, connection: asyncpg.Connection, group: list[_Submission]) -> None:
        statements = [each for submission in group for each in submission.statements]
        known = await loading.known(connection, {each.digest for each in statements})
        await loading.touched(connection, self._loaded, [touched(each) for each in statements])
        recorded_at = self._last_recorded = max(self._last_recorded, self._clock())
        entries: list[Entry] = []
        answers = [self._admit(submission, known, entries, recorded_at) for submission in group]
        if entries:
            await write(connection, entries, self._loaded)
        self._committed = self._loaded.state.size
        for submission, answer in zip(group, answers, strict=True):
            submission.answer.set_result(answer)
        self.committed.set()
        if len(self._loaded.state.batches) > MAX_LOADED:
            self._loaded.forget()

    def _admit(
        self,
        submission: _Submission,
        known: dict[str, Submitted],
        entries: list[Entry],
        recorded_at: datetime,
    ) -> list[Admitted | Problem]:
        state, before, fresh = self._loaded.state, len(entries), []
        if submission.atomic:
            state.begin()
        answers: list[Admitted | Problem] = []
        for statement, verified in zip(submission.statements, submission.verified, strict=True):
            if (already := known.get(statement.digest)) is not None:
                answers.append(Admitted(already, fresh=False))
                continue
            try:
                admission = admit(
                    statement,
                    state,
                    audience=self._origin,
                    now=int(recorded_at.timestamp()),
                    verified=verified,
                )
            except Problem as problem:
                answers.append(problem)
                continue
            entry = Entry(state.size, recorded_at, statement, admission)
            self._loaded.apply(entry)
            entries.append(entry)
            fresh.append(statement.digest)
            known[statement.digest] = submitted = Submitted(
                digest=statement.digest,
                index=entry.index,
                recorded_at=recorded_at,
                batches=tuple(batch.id for batch in admission.created),
                findings=open_to_issuer(admission.findings),
            )
            answers.append(Admitted(submitted, fresh=True))
        if submission.atomic:
            if any(isinstance(answer, Problem) for answer in answers):
                self._loaded.withdraw(entries[before:])
                del entries[before:]
                for digest in fresh:
                    del known[digest]
                return [_withdrawn(answer) for answer in answers]
            state.commit()
        return answers


def _withdrawn(answer: Admitted | Problem) -> Admitted | Problem:
    if isinstance(answer, Admitted) and answer.fresh:
        return Problem("not-submitted", "Another statement of the submission was refused.")
    return answer


def _turn_away(group: Sequence[_Submission]) -> None:
    for submission in group:
        submission.answer.set_exception(LedgerUnavailable())


def _fail(group: Sequence[_Submission], error: Exception) -> None:
    for submission in group:
        submission.answer.set_exception(error)
