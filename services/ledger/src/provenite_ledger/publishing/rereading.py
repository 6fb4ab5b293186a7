"""Reading all full tiles and bundles of the log once after each start: what is damaged is made anew before anybody is served it.

A proof reads few tiles, and those that are fetched as files no proof was made from. So each full tile is led to what is
signed, and the entries of each full bundle to their tile, one at a time and slowly; nothing waits for it. Where it has come to is not kept: another start begins anew.
"""

import asyncio
import logging
from collections.abc import Iterator
from functools import partial
from types import TracebackType
from typing import Self

from provenite_proto.log import Read, Tile, Unproven, check_inclusion, inclusion
from provenite_proto.log.tiles import FULL, HEIGHT

from .published import Signed
from .publisher import Publisher
from .receipts import Receipts

_log = logging.getLogger(__name__)

PAUSE_SECONDS = 0.05
"""From one tile to the next: a log of a million entries, some 66 MB of files, is read in some four minutes."""
LONGEST_PAUSE_SECONDS = 60.0
"""After failures, from the first on doubling."""


class Rereading:
    """Reads the tiles in the background of a ledger at work. Owned by one event loop."""

    def __init__(
        self, publisher: Publisher, receipts: Receipts, *, pause: float = PAUSE_SECONDS
    ) -> None:
        """Of a publisher's log; `receipts` mends its files. `pause` is in seconds."""
        self._publisher = publisher
        self._receipts = receipts
        self._pause = pause
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin."""
        self._task = asyncio.create_task(self.run(), name="rereading")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave it."""
        assert self._task is not None  # noqa: S101 # it was begun
        self._task.cancel()
        await asyncio.wait((self._task,))

    async def run(self) -> None:
        """Read all tiles that are full now."""
        signed = self._publisher.published.signed
        if signed is None:
            return
        for tile in full_tiles(signed.size):
            await asyncio.sleep(self._pause)
            await self._read(tile, signed)
        _log.info("all full tiles of the log's first %s statements were read again", signed.size)

    async def _read(self, tile: Tile, signed: Signed) -> None:
        pause = self._pause
        while True:
            try:
                await self._receipts.mended(partial(_check, tile, signed))
                if tile.level == 0:
                    await self._receipts.mended_entries(tile.index)
                return
            except Unproven as error:
                # The database has another history here; `replay --compare` says more.
                _log.error(
                    "%s or its entries are damaged and cannot be made anew: %s", tile.path, error
                )
                return
            except Exception as error:
                _log.warning("%s cannot be read: %s", tile.path, error)
                pause = min(2 * pause + 1, LONGEST_PAUSE_SECONDS)
                await asyncio.sleep(pause)


def full_tiles(size: int) -> Iterator[Tile]:
    """Those of the tree of so many leaves, the upper levels first: those below are led to the root through them."""
    levels = -(-size.bit_length() // HEIGHT)
    for level in reversed(range(levels)):
        for index in range(size >> HEIGHT * (level + 1)):
            yield Tile(level, index, FULL)


def _check(tile: Tile, signed: Signed, read: Read) -> None:
    """Raise `Unproven` unless a full tile leads to what is signed; what `read` raises."""
    # The proof of its first hash is made of all others, and the tree above a level is that of its hashes.
    above, first = HEIGHT * tile.level, tile.index * FULL
    proof = inclusion(first << above, signed.size, read)[above:]
    check_inclusion(read(above, first), first, -(-signed.size >> above), proof, signed.root)
