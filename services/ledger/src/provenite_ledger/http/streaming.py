"""An answer that is sent as it is made: in pieces, no faster than its reader takes them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing

from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send

PATIENCE_SECONDS = 30.0
"""How long an answer may wait for its reader at a time, and in all beside what its bytes take at the rate below."""
BYTES_A_SECOND = 64 * 1024
"""How fast it has to be fetched, at the least."""
HURRIED_BYTES_A_SECOND = 1024 * 1024
"""The same while others wait for what it holds."""
SLICE_BYTES = 64 * 1024

_log = logging.getLogger(__name__)


class Stream(ASGIResponse):
    """A response in pieces. What it holds is given back when it ends, however it does.

    When making or sending a piece fails the connection is closed before the end of the answer, so that its reader
    knows that it has not all of it.
    """

    def __init__(
        self,
        pieces: AsyncIterator[bytes],
        held: AsyncExitStack,
        headers: tuple[tuple[bytes, bytes], ...],
        hurried: Callable[[], bool] = lambda: False,
    ) -> None:
        """`pieces` is an asynchronous generator; `hurried` says whether others wait for what is held."""
        self._pieces = pieces
        self._held = held
        self._hurried = hurried
        self._start = {"type": "http.response.start", "status": 200, "headers": list(headers)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        leaving = asyncio.create_task(_left(receive))
        clock, waited, sent = asyncio.get_running_loop().time, 0.0, 0
        try:
            async with self._held, aclosing(self._pieces) as pieces:  # type: ignore[type-var] # a generator
                await send(self._start)  # type: ignore[arg-type] # a literal of the event's form
                async for piece in pieces:
                    for first in range(0, len(piece), SLICE_BYTES):
                        if leaving.done():
                            return
                        part, began = piece[first : first + SLICE_BYTES], clock()
                        async with asyncio.timeout(self._patience(sent, waited)):
                            await send(_body(part, more=True))  # type: ignore[arg-type] # the same
                        waited, sent = waited + clock() - began, sent + len(part)
                await send(_body(b"", more=False))  # type: ignore[arg-type] # the same
        except TimeoutError:
            _log.warning("an answer was not fetched", extra={"path": scope["path"]})
        finally:
            leaving.cancel()

    def _patience(self, sent: int, waited: float) -> float:
        """How many seconds it may wait for its reader now, who has taken so many bytes and was waited for so long."""
        rate = HURRIED_BYTES_A_SECOND if self._hurried() else BYTES_A_SECOND
        # Who has fetched a lot at once may not rest for as long as he could have taken.
        return min(PATIENCE_SECONDS, PATIENCE_SECONDS + sent / rate - waited)


def _body(piece: bytes, *, more: bool) -> dict[str, object]:
    return {"type": "http.response.body", "body": piece, "more_body": more}


async def _left(receive: Receive) -> None:
    """Return when the client is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
