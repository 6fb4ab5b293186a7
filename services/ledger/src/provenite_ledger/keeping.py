"""Keeping the content of everything, in the order of the log."""

import asyncpg

from .contents import CHUNK, SHIPPED, chunks, compute, keep
from .store.named import load

_SQL = load("contents.sql")
WINDOW = 10_000
"""Indices searched by one query for statements whose content is missing."""
RETRY_SECONDS = 0.1
"""How long to wait when nothing may be kept, since what a late statement changes is being worked in."""


class Kept:
    """How far the content of everything is kept. It is revised, never dropped, so that this only goes on."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        """On the database of the pool; what an earlier process has kept is passed over."""
        self._pool = pool
        self.next = 0
        """The first index of which it is not known."""

    async def advance(self, end: int) -> bool:
        """Keep the next chunk that is missing, or pass over a window where nothing is; not beyond `end`.

        As the log's statements before `end` have it: those that revise content must have done so. False when
        what was computed could not be kept: what else is to be worked out has changed, or soon will have.
        """
        window = min(self.next + WINDOW, end)
        async with self._pool.acquire() as connection:
            rows = await connection.fetch(_SQL["makers"], self.next, window, CHUNK)
            chunk = next(chunks(rows), [])
            if chunk:
                computed = await compute(connection, chunk, end, SHIPPED)
                if not await keep(connection, computed, end, SHIPPED):
                    return False
        all_of_window = len(chunk) == len(rows) < CHUNK
        # Another may have got further meanwhile.
        self.next = max(self.next, window if all_of_window else chunk[-1] + 1)
        return True
