"""The follower: computes content in log order, and what late statements change, while nothing is being committed."""

import asyncio
import logging
from types import TracebackType
from typing import Self

import asyncpg

from .contents import CHUNK, SHIPPED, chunks, compute, keep
from .revising import WINDOW, Revising
from .sequencer import Sequencer
from .store.named import load
from .store.outage import is_outage

_SQL = load("contents.sql")
_log = logging.getLogger(__name__)

IDLE_SECONDS = 0.5
"""How long nothing must have been committed before the follower goes on."""
MIN_PAUSE_SECONDS = 1.0
MAX_PAUSE_SECONDS = 60.0
"""How long it waits after a failure, from the first on doubling."""


class Follower:
    """Follows the log at work: content that is missing is computed, what is kept is passed over.

    It gives up for nothing: whoever asks for content that it has not computed computes it for himself.
    """

    def __init__(self, pool: asyncpg.Pool, sequencer: Sequencer, revising: Revising) -> None:
        """Follow the log that `sequencer` writes; what is late is worked out by `revising`."""
        self._pool = pool
        self.revising = revising
        self._sequencer = sequencer
        self._next = 0
        self._failing = False
        self._task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """Whether it follows: false from a failure that is no outage until it has got beyond it."""
        return self._task is not None and not self._task.done() and not self._failing

    async def __aenter__(self) -> Self:
        """Start with the first statement."""
        self._sequencer.committed.set()
        self._task = asyncio.create_task(self._run(), name="follower")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop; what is being computed is computed anew another time."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,))

    async def _run(self) -> None:
        committed = self._sequencer.committed
        pause = MIN_PAUSE_SECONDS
        while True:
            await committed.wait()
            committed.clear()
            await asyncio.sleep(IDLE_SECONDS)
            while self._next < self._sequencer.size and not committed.is_set():
                try:
                    await self._step()
                except Exception as error:
                    if is_outage(error):
                        _log.warning("content waits for the database: %s", type(error).__name__)
                    else:
                        self._failing = True
                        _log.exception(
                            "content from statement %d on cannot be computed", self._next
                        )
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, MAX_PAUSE_SECONDS)
                else:
                    self._failing = False
                    pause = MIN_PAUSE_SECONDS

    async def _step(self) -> None:
        """Compute the next chunk that is missing, or pass over a window where nothing is."""
        size = self._sequencer.size
        await self.revising.settle(size)
        end = min(self._next + WINDOW, size)
        async with self._pool.acquire() as connection:
            rows = await connection.fetch(_SQL["makers"], self._next, end, CHUNK)
            chunk = next(chunks(rows), [])
            if chunk:
                await keep(
                    connection, await compute(connection, chunk, size, SHIPPED), size, SHIPPED
                )
        all_of_window = len(chunk) == len(rows) < CHUNK
        self._next = end if all_of_window else chunk[-1] + 1
