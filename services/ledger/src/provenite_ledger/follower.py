"""The follower: computes content in log order, and what late statements change, while nothing is being committed."""

import asyncio
import logging
from types import TracebackType
from typing import Self

from .keeping import RETRY_SECONDS
from .revising import Revising
from .sequencer import Sequencer
from .store.outage import is_outage

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

    def __init__(self, sequencer: Sequencer, revising: Revising) -> None:
        """Follow the log that `sequencer` writes; what is late is worked out by `revising`."""
        self.revising = revising
        self.followed = asyncio.Event()
        """Set whenever it has got on; whoever waits for that clears it."""
        self._sequencer = sequencer
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
            while self._behind and not committed.is_set():
                try:
                    await self._step()
                except Exception as error:
                    if is_outage(error):
                        _log.warning("content waits for the database: %s", type(error).__name__)
                    else:
                        self._failing = True
                        _log.exception(
                            "content from statement %d on cannot be computed",
                            self.revising.kept.next,
                        )
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, MAX_PAUSE_SECONDS)
                else:
                    self._failing = False
                    pause = MIN_PAUSE_SECONDS
                    self.followed.set()

    @property
    def _behind(self) -> bool:
        return self.revising.kept.next < self._sequencer.size

    async def _step(self) -> None:
        """Work out what is late, then keep the next chunk."""
        size = self._sequencer.size
        await self.revising.settle(size)
        if not await self.revising.kept.advance(size):
            await asyncio.sleep(RETRY_SECONDS)
