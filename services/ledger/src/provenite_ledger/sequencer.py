"""The sequencer: one total order of statements, gap-free, committed in groups.

Whatever was submitted while a group was being committed makes up the next one: no fixed window. A group is
admitted in memory, in order, then written in one transaction, and its submitters are answered when it is
published (`publishing.publisher`), while the next one is being committed. When a commit fails or its outcome
is unknown, the sequencer forgets what it has in memory, connects anew and takes the same group again: statements
that were persisted after all are found by their digest and answered as known, the others are admitted at the
next index. So nothing is lost, counted twice or skipped. A group that fails though the database is there is
halved, until the submission at fault stands alone.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import msgspec

from provenite_proto.ledger import Enrolled, RegisteredKey, touched
from provenite_proto.log import Edge
from provenite_proto.problem import Problem
from provenite_proto.statement import PublicKey, Statement

from .admitting import Admitted, Admitting, Submission
from .clock import RecordingClock
from .publishing.growth import Growth
from .publishing.publisher import Publisher
from .publishing.storage import LogRefused
from .registered import Registered
from .store.loaded import Entry, Loaded
from .store.loading import TreeMismatch
from .store.locked import AnotherLedger, LockedStore
from .store.outage import is_outage
from .unavailable import LedgerBusy, LedgerUnavailable

_log = logging.getLogger(__name__)

MAX_GROUP = 1024
"""Statements committed together, at the most (one submission is never split)."""
MAX_QUEUED = 20_000
"""Statements waiting, at the most; further submissions are turned away."""
MAX_HELD = 100_000
"""Entries of the state kept in memory between groups, at the most; parties and keys are kept beside them."""
COMMIT_SECONDS = 30.0
"""How long a commit may take before its connection counts as lost."""
RETRY_SECONDS = 10.0
"""How long a submission waits for the database, or for being published, before it is answered."""
STOP_SECONDS = 10.0
"""How long the group in hand has to finish when the ledger stops: less than a container is granted."""


class _Committed(msgspec.Struct, frozen=True):
    entries: Sequence[Entry]
    answers: Sequence[list[Admitted | Problem]]
    growth: Growth


class Sequencer:
    """Orders, admits and commits statements. The only writer of statements and batches.

    Owned by one event loop. `clock` gives the time at which statements are recorded; recorded times never
    run backwards, whatever the clock does. `patience` is how many seconds it waits for a database that is
    away, or for the publisher, before it answers.
    """

    def __init__(
        self,
        store: LockedStore,
        publisher: Publisher,
        origin: str,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        patience: float = RETRY_SECONDS,
    ) -> None:
        """For the ledger in `store`, whose log `publisher` publishes, statements having `origin` as their audience."""
        self._store = store
        self._origin = origin
        self._clock = RecordingClock(clock)
        self._patience = patience
        self.publisher = publisher
        """Whose log it is."""
        # None ends the run.
        self._waiting: asyncio.Queue[Submission | None] = asyncio.Queue()
        self._queued = 0
        self._in_hand: Sequence[Submission] = ()
        self._loaded = Loaded(Edge())
        self._registered = Registered(self._loaded)
        self._committed = 0
        # Whether `_loaded` is what the log says, nothing more and nothing less.
        self._current = False
        self._taking = False
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
        return self._taking

    @property
    def held(self) -> int:
        """How many batches, shipments, sites and indices are in memory."""
        return self._loaded.held

    @property
    def registrar(self) -> str:
        """The party id of the registrar; `LookupError` on a ledger without statements."""
        try:
            return self._registered.by_index[0]
        except KeyError as error:
            raise LookupError("the ledger has no registrar yet") from error

    def key(self, key_id: str) -> RegisteredKey | None:
        """A registered key."""
        return self._registered.keys.get(key_id)

    def party(self, party_id: str) -> Enrolled | None:
        """An enrolled party."""
        return self._registered.parties.get(party_id)

    def party_index(self, party_id: str) -> int:
        """The index of the statement of a party that is in the log; the tables know it by that."""
        # A reader may see a row in the moment before the sequencer hears that it is committed.
        found = self._registered.index.get(party_id)
        return self._loaded.index[party_id] if found is None else found

    def party_at(self, index: int) -> str:
        """The party whose statement has this index in the log."""
        # As above. The index comes from a row, so what is admitted under it is what is committed there.
        return self._registered.by_index.get(index) or self._loaded.parties_by_index[index]

    def frame(self) -> Loaded:
        """A state of one's own, to admit to without recording: the committed parties and keys, and nothing else yet."""
        return self._registered.frame(self._committed)

    async def submit(
        self,
        statements: Sequence[Statement],
        *,
        verified: Sequence[PublicKey | None],
        atomic: bool = False,
    ) -> list[Admitted | Problem]:
        """Admit statements in order; return when what was admitted is durable and published.

        `verified` gives for each statement the key with which its signature has been verified, if it has.
        With `atomic`, one problem keeps all out: the others are answered with `not-submitted`.
        Raises `LedgerBusy` or `LedgerUnavailable`.
        """
        if not self._taking:
            raise LedgerUnavailable
        if self._queued + len(statements) > MAX_QUEUED:
            raise LedgerBusy
        answer = asyncio.get_running_loop().create_future()
        self._queued += len(statements)
        self._waiting.put_nowait(Submission(statements, verified, atomic, answer))
        # A client that goes away does not take back what it submitted.
        return await asyncio.shield(answer)

    @property
    def recorded_at(self) -> datetime:
        """The newest recorded time."""
        return self._clock.last

    async def __aenter__(self) -> Self:
        """Load the registry and start; what connecting raises when the store is not connected yet."""
        await self._catch_up()
        self._taking = True
        self._task = asyncio.create_task(self._run(), name="sequencer")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the group in hand if that does not take long, and turn away the rest."""
        self._taking = False
        _turn_away(self._take_all())
        self._waiting.put_nowait(None)
        if self._task is not None:
            await asyncio.wait((self._task,), timeout=STOP_SECONDS)
            if self._task.cancel():
                _log.warning("stopping in the middle of a commit, whose outcome is unknown")
                await asyncio.wait((self._task,))

    async def _run(self) -> None:
        try:
            while group := await self._next_group():
                self._in_hand = group
                await self._record(group)
                self._in_hand = ()
        except Exception:
            _log.exception("the sequencer has ended")
        finally:
            self._taking = False
            _turn_away((*self._in_hand, *self._take_all()))

    async def _next_group(self) -> list[Submission]:
        """What is waiting, as far as it fits into a group; nothing when it is time to end."""
        group: list[Submission] = []
        count = 0
        while count < MAX_GROUP and not (group and self._waiting.empty()):
            submission = await self._waiting.get()
            if submission is None:
                break
            group.append(submission)
            count += len(submission.statements)
        self._queued -= count
        return group

    def _take_all(self) -> list[Submission]:
        taken = []
        while not self._waiting.empty():
            submission = self._waiting.get_nowait()
            if submission is not None:
                taken.append(submission)
                self._queued -= len(submission.statements)
        return taken

    async def _record(self, group: Sequence[Submission]) -> None:
        """Commit and answer; nothing is raised but what ends the sequencer."""
        if not await self._has_room():
            _turn_away(group)
            return
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._patience
        pause = 0.05
        parts = deque([group])
        while parts:
            part = parts.popleft()
            try:
                committed = await self._commit(part)
            except (LogRefused, TreeMismatch):
                raise
            except Exception as error:
                self._current = False
                if is_outage(error) or isinstance(error, AnotherLedger):
                    _log.warning("commit failed: %s", type(error).__name__)
                    self._store.drop()
                    parts.appendleft(part)
                    if loop.time() > deadline:
                        _turn_away(submission for part in parts for submission in part)
                        return
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, 1.0)
                elif len(part) > 1:
                    half = len(part) // 2
                    parts.extendleft((part[half:], part[:half]))
                else:
                    _log.exception("a submission cannot be recorded")
                    _fail(part[0], error)
            else:
                self._publish(part, committed)

    async def _has_room(self) -> bool:
        """Whether what is committed may become more before it is published; waits for that."""
        try:
            async with asyncio.timeout(self._patience):
                await self.publisher.room()
        except TimeoutError:
            return False
        return True

    async def _commit(self, group: Sequence[Submission]) -> _Committed:
        if not (self._current and self._store.connected):
            await self._catch_up()
        return await self._store.attended(self._admit_and_write(group), COMMIT_SECONDS)

    async def _catch_up(self) -> None:
        """Have in memory what the log says, over a connection that holds the lock."""
        if not self._store.connected:
            await self._store.connect()
        loaded = await self._store.registry()
        self._clock.recorded(await self._store.last_recorded())
        await self.publisher.follow(loaded.edge, self._store.entries)
        self._loaded = loaded
        self._registered = Registered(loaded)
        self._committed = loaded.state.size
        self._current = True

    async def _admit_and_write(self, group: Sequence[Submission]) -> _Committed:
        loaded = self._loaded
        statements = [each for submission in group for each in submission.statements]
        known = await self._store.known({each.digest for each in statements})
        await self._store.touched(loaded, [touched(each) for each in statements])
        admitting = Admitting(loaded, known, origin=self._origin, recorded_at=self._clock.now())
        answers = [await admitting.admit(submission) for submission in group]
        growth = Growth.of(
            loaded.edge,
            (
                (each.statement.digest, int(each.recorded_at.timestamp()))
                for each in admitting.entries
            ),
        )
        if admitting.entries:
            loaded.edge = growth.edge
            await self._store.write(admitting.entries, loaded)
        return _Committed(admitting.entries, answers, growth)

    def _publish(self, group: Sequence[Submission], committed: _Committed) -> None:
        self._committed = self._loaded.state.size
        self._registered.publish(committed.entries)
        if committed.entries:
            self._clock.recorded(committed.entries[-1].recorded_at)
        self._answer(group, committed)
        self.committed.set()
        if self._loaded.held > MAX_HELD:
            self._loaded.forget()

    def _answer(self, group: Sequence[Submission], committed: _Committed) -> None:
        """Answer those of the group whose statements are published, and the others when theirs are."""
        if committed.entries:
            self.publisher.grow(committed.growth)
        later = []
        needed = 0
        for submission, answers in zip(group, committed.answers, strict=True):
            recorded = [each.submitted.index for each in answers if isinstance(each, Admitted)]
            size = max(recorded, default=-1) + 1
            if size > self.publisher.size:
                later.append((submission, answers))
                needed = max(needed, size)
            else:
                _settle([(submission, answers)])

        def done(published: bool) -> None:
            if published:
                _settle(later)
            else:
                _turn_away(submission for submission, _ in later)

        if later:
            self.publisher.when(needed, self._patience, done)


def _turn_away(submissions: Iterable[Submission]) -> None:
    for submission in submissions:
        _fail(submission, LedgerUnavailable())


def _settle(answered: Iterable[tuple[Submission, list[Admitted | Problem]]]) -> None:
    for submission, answers in answered:
        if not submission.answer.done():
            submission.answer.set_result(answers)


def _fail(submission: Submission, error: Exception) -> None:
    if not submission.answer.done():
        submission.answer.set_exception(error)
        # Seen: whoever submitted may have gone away.
        submission.answer.exception()
