"""Answers about content wait until what late statements change of it is worked out, and say as of when they are."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import TypeVar

from provenite_proto.problem import Problem

from ..store import revisions
from ..unavailable import LedgerUnavailable
from .parts import Parts

PATIENCE_SECONDS = 5.0
"""How long an answer waits before it is put off."""
TRIES = 5
"""How often an answer is begun anew because a late statement has overtaken it."""
T = TypeVar("T")
S = TypeVar("S")


async def as_of(
    ledger: Parts, index: int, root: int, work: Callable[[int], Awaitable[T]]
) -> tuple[int, T]:
    """What `work` finds in the content of a part of `root` as of a size of the log; and that size.

    The log of that size holds the statement `index`. Only late statements that may change the batch are waited
    for: nobody puts off the answers of firms with which it has nothing to do. `Problem` `content-pending` when
    it takes too long to work them out; the work goes on all the same.
    """

    async def choose() -> tuple[int, Collection[int], None]:
        return await recorded(ledger, index), (root,), None

    return await as_chosen(ledger, choose, lambda size, _: work(size))


async def as_chosen(
    ledger: Parts,
    choose: Callable[[], Awaitable[tuple[int, Collection[int], S]]],
    work: Callable[[int, S], Awaitable[T]],
) -> tuple[int, T]:
    """The same of what is chosen anew at each try: a size of the log, the roots, and what `work` is given of it."""
    apart = True
    for _ in range(TRIES):
        size, roots, chosen = await choose()
        apart = apart and not await revisions.reaches(ledger.pool, roots, size)
        if not apart:
            await _settled(ledger, size)
        try:
            found = await work(size, chosen)
        except (LookupError, LedgerUnavailable):
            # What it was reading may have been revised, or what it found could not be kept meanwhile.
            if not apart and ledger.sequencer.size == size:
                raise
            apart = False
            continue
        if not await revisions.overtaken(ledger.pool, size):
            return size, found
    raise _pending()


async def recorded(ledger: Parts, index: int) -> int:
    """The size of the log, once it is beyond the statement `index`."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            # A row may be seen in the moment before the sequencer hears that it is committed.
            while (size := ledger.sequencer.size) <= index:  # noqa: ASYNC110 # it is a matter of milliseconds
                await asyncio.sleep(0.001)
    except TimeoutError:
        raise _pending() from None
    return size


async def _settled(ledger: Parts, size: int) -> None:
    """Wait until all late statements before `size` are worked out."""
    # Shielded: whoever asks next finds it further on.
    work = asyncio.ensure_future(ledger.revising.settle(size))
    work.add_done_callback(_seen)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.shield(work)
    except TimeoutError:
        raise _pending() from None


def _seen(work: "asyncio.Future[None]") -> None:
    """Whoever waited may have gone away: the follower meets the same failure, and says so."""
    if not work.cancelled():
        work.exception()


def _pending() -> Problem:
    # Not how far it is: how many statements are changed is for those whom the later one concerns.
    return Problem("content-pending", "What a later statement changes is being computed.")
