"""Answers about content wait until what late statements change of it is worked out, and say as of when they are."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from provenite_proto.problem import Problem

from ..sequencer import LedgerUnavailable
from ..store import revisions
from .parts import Parts

PATIENCE_SECONDS = 5.0
"""How long an answer waits before it is put off."""
TRIES = 5
"""How often an answer is begun anew because a late statement has overtaken it."""
T = TypeVar("T")


async def as_of(ledger: Parts, index: int, work: Callable[[int], Awaitable[T]]) -> tuple[int, T]:
    """What `work` finds in the content as of a size of the log that holds the statement `index`; and that size.

    `Problem` `content-pending` when it takes too long to work out late statements; the work goes on all the same.
    """
    for _ in range(TRIES):
        size = await _settled(ledger, index)
        try:
            found = await work(size)
        except (LookupError, LedgerUnavailable):
            # What it was reading may have been revised.
            if ledger.sequencer.size == size:
                raise
            continue
        if not await revisions.overtaken(ledger.pool, size):
            return size, found
    raise _pending()


async def _settled(ledger: Parts, index: int) -> int:
    """A size of the log, beyond the statement `index`, to which all late statements are worked out."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            # A row may be seen in the moment before the sequencer hears that it is committed.
            while (size := ledger.sequencer.size) <= index:  # noqa: ASYNC110 # it is a matter of milliseconds
                await asyncio.sleep(0.001)
            # Shielded: whoever asks next finds it further on.
            work = asyncio.ensure_future(ledger.revising.settle(size))
            work.add_done_callback(_seen)
            await asyncio.shield(work)
    except TimeoutError:
        raise _pending() from None
    return size


def _seen(work: "asyncio.Future[None]") -> None:
    """Whoever waited may have gone away: the follower meets the same failure, and says so."""
    if not work.cancelled():
        work.exception()


def _pending() -> Problem:
    # Not how far it is: how many statements are changed is for those whom the later one concerns.
    return Problem("content-pending", "What a later statement changes is being computed.")
