"""The publisher: makes what was committed public before anyone is told that it was recorded.

The order is fixed: the statements and their tree are durable in the database; then the tiles and bundles that
are full are written; then the guard, which is outside the database, takes the new checkpoint in the place of the
last one; then the checkpoint is public; then the submitters are answered. While that goes on the next group is
committed, and each time the newest size is published. What fails is tried again, at the newest size. The files of
the public checkpoint follow behind (`storage` says what is written when): who reads those waits for nobody.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar

import msgspec

from provenite_proto.log import (
    Checkpoint,
    Edge,
    NoteSigner,
)

from .growth import Growth
from .opening import Opened, Statements
from .paths import Paths
from .published import Published, Signed
from .storage import Disk, GuardChanged, LogRefused
from .tiles import TileFiles

_log = logging.getLogger(__name__)
_Result = TypeVar("_Result")

MAX_BEHIND = 8192
"""Statements that are committed and not yet public, at the most; then commits wait."""
MIN_PAUSE_SECONDS = 0.05
MAX_PAUSE_SECONDS = 1.0
"""How long it waits after a failure, from the first on doubling."""
SHOWING_SECONDS = 0.25
"""From one public checkpoint among the files to the next: each takes writes that all submissions would wait for."""
STOP_SECONDS = 10.0
"""How long publishing has to finish when the ledger stops."""
Done = Callable[[bool], None]


class _Waiting(msgspec.Struct):
    size: int
    deadline: float
    done: Done


class Publisher:
    """Publishes the log of a ledger, and proves what is in it. Owned by one event loop; files are its thread's."""

    def __init__(
        self,
        signer: NoteSigner,
        disk: Disk,
        opened: Opened,
        *,
        witnessed: Signed | None = None,
        awaits_witnesses: bool = False,
    ) -> None:
        """Go on with the log as it was opened. With `awaits_witnesses` only witnessed checkpoints are public.

        `witnessed` is the one that was public when the log was opened, if it may stay that.
        """
        self.files = TileFiles(disk.storage, opened.frontier.part())
        self.published = Published(
            signer.key,
            disk.storage,
            self.files,
            witnessed=witnessed,
            awaits_witnesses=awaits_witnesses,
        )
        self._signer = signer
        self._disk = disk
        self._frontier = opened.frontier
        self._edge = opened.frontier.edge()
        # Up to where the files are written.
        self._written = opened.frontier.size
        # What the guard holds, as far as is known, and what failed attempts may have put there; the thread's.
        self._guarded = opened.guard
        self._attempted: set[bytes] = set()
        self._paths: Paths | None = None
        self._waiting: list[_Waiting] = []
        self._grown = asyncio.Event()
        self._moved = asyncio.Event()
        self._refused: LogRefused | None = None
        self._thread = ThreadPoolExecutor(1, "publisher")
        self._task: asyncio.Task[None] | None = None
        self._showing: asyncio.Task[None] | None = None
        # The size of the public checkpoint among the files.
        self._shown = 0

    @property
    def size(self) -> int:
        """How many statements are published."""
        return self.published.signed.size if self.published.signed else 0

    async def __aenter__(self) -> Self:
        """Sign for what the database has; `LogRefused`, or `OSError` when that cannot be written."""
        published = self.published
        if self._frontier.size:
            await self._publish()
        if published.witnessed is not None:
            await published.show(published.witnessed)
        if not published.awaits_witnesses:
            await self._show()
            self._showing = asyncio.create_task(self._show_all(), name="showing")
        self._task = asyncio.create_task(self._run(), name="publisher")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Publish what is committed if that does not take long."""
        if self._task is not None:
            if not self._task.done() and self.size < self._frontier.size:
                last = asyncio.create_task(self.published.newer(self._frontier.size - 1))
                await asyncio.wait(
                    (last, self._task), timeout=STOP_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                last.cancel()
            self._task.cancel()
            await asyncio.wait((self._task,))
        if self._showing is not None:
            self._showing.cancel()
            await asyncio.wait((self._showing,))
            try:
                await self._show()
            except OSError as failure:
                _log.warning("the public checkpoint cannot be written: %s", failure)
        for each in self._taken(lambda _: True):
            each.done(False)
        self._thread.shutdown(wait=False)

    async def room(self) -> None:
        """Wait until more may be committed; `LogRefused` when nothing is signed any more."""
        while self._refused is None and self._frontier.size - self.size > MAX_BEHIND:
            self._moved.clear()
            await self._moved.wait()
        if self._refused is not None:
            raise self._refused

    def grow(self, growth: Growth) -> None:
        """Take what was committed."""
        self._frontier.grow(growth.entries, growth.leaves)
        self._edge = growth.edge
        self._grown.set()

    async def follow(self, edge: Edge, statements: Statements) -> None:
        """Take what the database has, whose edge is given; `LogRefused` when it does not extend what was taken.

        A ledger that has lost its connection may have committed more than it knows of; a database that was
        changed for another, or has lost what it had committed, has less.
        """
        if edge.size > self._frontier.size:
            self.grow(Growth.of(self._edge, await statements(self._frontier.size, edge.size)))
        if self._edge != edge:
            self._refuse(
                LogRefused(
                    f"the database has changed under the ledger: it has {edge.size} statements, and they do not "
                    f"extend the {self._frontier.size} that were committed. Was it restored, or has a replica "
                    "taken over that lacked some? Stop the ledger, see to the database, and start it again"
                )
            )
            await self.room()

    def when(self, size: int, patience: float, done: Done) -> None:
        """Call `done` with true once so many statements are published.

        With false when publishing has failed and `patience` seconds have passed.
        """
        if size <= self.size:
            done(True)
        elif self._refused is not None:
            done(False)
        else:
            deadline = asyncio.get_running_loop().time() + patience
            self._waiting.append(_Waiting(size, deadline, done))

    def fresh(self, signed: Signed) -> Paths:
        """The proofs for a checkpoint from memory; `LookupError` unless it is the newest that is signed."""
        if signed is not self.published.signed:
            raise LookupError("a newer checkpoint is signed")
        if self._paths is None:
            self._paths = Paths(self._frontier.edge(signed.size), self._frontier.read)
        return self._paths

    async def _run(self) -> None:
        pause = MIN_PAUSE_SECONDS
        while self._refused is None:
            await self._grown.wait()
            self._grown.clear()
            try:
                while self.size < self._frontier.size:
                    await self._publish()
                    pause = MIN_PAUSE_SECONDS
            except LogRefused as refused:
                self._refuse(refused)
            except Exception as error:
                if isinstance(error, OSError):
                    _log.warning("the log cannot be published: %s", error)
                else:
                    _log.exception("the log cannot be published")
                self._give_up()
                self._grown.set()
                await asyncio.sleep(pause)
                pause = min(2 * pause, MAX_PAUSE_SECONDS)

    async def _show_all(self) -> None:
        """Keep the public checkpoint among the files up with what is signed."""
        pause = MIN_PAUSE_SECONDS
        while True:
            await self.published.newer(self._shown)
            try:
                await self._show()
            except OSError as error:
                _log.warning("the public checkpoint cannot be written: %s", error)
                await asyncio.sleep(pause)
                pause = min(2 * pause, MAX_PAUSE_SECONDS)
            else:
                pause = MIN_PAUSE_SECONDS
                await asyncio.sleep(SHOWING_SECONDS)

    async def _show(self) -> None:
        """Put the newest signed checkpoint among the files, if it is not there."""
        signed = self.published.signed
        if signed is not None and signed.size > self._shown:
            await self.published.show(signed)
            self._shown = signed.size

    async def _publish(self) -> None:
        """Publish all that is committed."""
        edge = self._frontier.edge()
        if edge != self._edge:
            raise LogRefused(
                "the tree in memory is not that of the database: start the ledger again"
            )
        checkpoint = Checkpoint(self._signer.key.name, edge.size, edge.root())
        lasting, part = self._frontier.lasting(self._written), self._frontier.part()
        note = await self._in_thread(lambda: self._write(lasting, checkpoint))
        self._written = edge.size
        self.files.part = part
        self._paths = None
        self.published.take_signed(Signed(edge.size, checkpoint.root, note))
        self._frontier.forget(edge.size)
        self._moved.set()
        for each in self._taken(lambda waiting: waiting.size <= edge.size):
            each.done(True)

    def _write(self, lasting: list[tuple[str, bytes]], checkpoint: Checkpoint) -> bytes:
        """In the thread: the tiles, then the guard; the checkpoint that is signed."""
        if lasting:
            self._disk.storage.write(lasting)
        note = checkpoint.signed(self._signer)
        self._attempted.add(note)
        try:
            self._disk.guard.swap(self._guarded, note)
        except GuardChanged as changed:
            # What failed before may have persisted all the same.
            if changed.found not in self._attempted:
                raise LogRefused(
                    "the guard was changed by somebody else: another ledger with this one's keys is at work. "
                    "Stop one of them for good"
                ) from changed
            self._disk.guard.swap(changed.found, note)
        self._guarded = note
        self._attempted.clear()
        return note

    async def _in_thread(self, work: Callable[[], _Result]) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _refuse(self, refused: LogRefused) -> None:
        _log.error("%s", refused)
        self._refused = refused
        self._moved.set()
        for each in self._taken(lambda _: True):
            each.done(False)

    def _give_up(self) -> None:
        now = asyncio.get_running_loop().time()
        for each in self._taken(lambda waiting: waiting.deadline <= now):
            each.done(False)

    def _taken(self, which: Callable[[_Waiting], bool]) -> list[_Waiting]:
        taken = [each for each in self._waiting if which(each)]
        self._waiting = [each for each in self._waiting if not which(each)]
        return taken
