"""Room for answers that take long: a few at a time, so that all other reads go on beside them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from provenite_proto.problem import Problem

PATIENCE_SECONDS = 5.0
"""How long an answer waits for room."""
WANTED_SECONDS = 60.0
"""How long a place is wanted after somebody has lacked one: he may have been told to ask again."""


class Room:
    """So many at a time, and of these half for one party."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._for_one = max(1, at_once // 2)
        self._by_party: Counter[int] = Counter()
        self._room = asyncio.Condition()
        self._lacked_at: float | None = None

    @property
    def wanted(self) -> bool:
        """Whether a party that has not its half has lacked a place in the last `WANTED_SECONDS`."""
        now = asyncio.get_running_loop().time()
        return self._lacked_at is not None and now - self._lacked_at < WANTED_SECONDS

    @asynccontextmanager
    async def taken(self, party: int) -> AsyncIterator[None]:
        """A place for an answer to a party (the index of its statement).

        `Problem` `ledger-busy` when there is no room for too long.
        """
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self._room:
                await self._room.wait_for(lambda: self._gives(party))
                self._by_party[party] += 1
        except TimeoutError:
            raise Problem("ledger-busy", "Too many answers are being computed.") from None
        try:
            yield
        finally:
            async with self._room:
                self._by_party[party] -= 1
                if not self._by_party[party]:
                    del self._by_party[party]
                self._room.notify_all()

    def _gives(self, party: int) -> bool:
        """Whether there is a place for the party, which otherwise is remembered to lack one."""
        if self._by_party[party] >= self._for_one:
            return False
        if self._by_party.total() < self._at_once:
            return True
        self._lacked_at = asyncio.get_running_loop().time()
        return False


class Computing:
    """Connections for answers about content: at most half of the readers', and of these half for one party."""

    def __init__(self, pool: asyncpg.Pool, connections: int) -> None:
        """On the readers' pool, which has so many `connections`."""
        self._pool = pool
        self._room = Room(max(1, connections // 2))

    @asynccontextmanager
    async def connection(self, party: int) -> AsyncIterator[asyncpg.Connection]:
        """A connection for an answer to a party (the index of its statement).

        `Problem` `ledger-busy` when there is no room for too long.
        """
        async with self._room.taken(party), self._pool.acquire() as connection:
            yield connection
