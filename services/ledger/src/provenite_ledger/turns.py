"""Long work on the event loop, in slices: others get their turn in between."""

import asyncio
from time import perf_counter

SLICE_SECONDS = 0.002
"""How long work goes on before others get their turn."""
GAP_SECONDS = 0.001
"""How long that is: enough for a round trip to the database or two, of which a commit has several."""


class Turns:
    """Asked between one small piece of work and the next; a slice begins when this is made."""

    def __init__(self, seconds: float = SLICE_SECONDS) -> None:
        """Slices of so many seconds."""
        self._seconds = seconds
        self._until = perf_counter() + seconds

    async def next(self) -> None:
        """Let others go first if the slice is used up."""
        if perf_counter() >= self._until:
            await asyncio.sleep(GAP_SECONDS)
            self._until = perf_counter() + self._seconds
