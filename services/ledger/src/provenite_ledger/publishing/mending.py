"""Proofs from the log's files, which may be damaged or lost: what does not lead to a signed root is made anew."""

import asyncio
import logging
from collections.abc import Callable
from typing import TypeVar

from provenite_proto.log import (
    Bundle,
    Edge,
    Read,
    Tile,
    Tiles,
    Unproven,
    check_inclusion,
    decode_bundle,
    encode_bundle,
    inclusion,
    leaf_hash,
)
from provenite_proto.log.tiles import FULL, HEIGHT
from provenite_proto.log.tree import HASH_BYTES

from .growth import Growth
from .opening import CHUNK, Statements
from .published import Signed
from .publisher import Publisher

_log = logging.getLogger(__name__)
_Made = TypeVar("_Made")


class Mending:
    """Reads a publisher's tree, and mends its tiles from the database. Owned by one event loop."""

    def __init__(self, publisher: Publisher, statements: Statements) -> None:
        """With what the database has, read beside the publisher's own work."""
        self._publisher = publisher
        self._statements = statements
        self._one = asyncio.Lock()

    async def proven(self, make: Callable[[Read], _Made]) -> _Made:
        """What is made, and checked, in a thread out of the tree that is published.

        A second time when it raises `Unproven` or a tile is lost, and tiles that it has read could be mended.
        """
        signed = self._publisher.published.signed
        if signed is None:
            raise LookupError("nothing is signed")
        read: list[Tile] = []

        def tile(named: Tile) -> bytes:
            read.append(named)
            found = self._publisher.files.read(named)
            if found is None:
                raise FileNotFoundError(f"the log has no {named.path}")
            return found

        try:
            return await asyncio.to_thread(make, Tiles(signed.size, tile).read)
        except (Unproven, FileNotFoundError):
            async with self._one:
                # From the top: what is below is checked with it.
                from_top = sorted(dict.fromkeys(read), key=lambda each: -each.level)
                if not any([await self._mended(each, signed) for each in from_top]):
                    raise
        return await asyncio.to_thread(make, Tiles(signed.size, tile).read)

    async def entries(self, index: int) -> None:
        """Make a full bundle anew unless its entries are those of its tile, which has been led to what is signed.

        Raises `Unproven` when the database has other entries, `FileNotFoundError` when the tile is lost.
        """
        bundle = Bundle(index, FULL)
        if await asyncio.to_thread(self._fits, bundle):
            return
        first = index * FULL
        growth = Growth.of(Edge(), await self._statements(first, first + FULL))
        content = encode_bundle(growth.entries)
        if not await asyncio.to_thread(self._fits, bundle, content):
            raise Unproven("bundle-malformed", "The database has other entries than the tile.")
        _log.warning("the log's files were damaged and are made anew: %s", bundle.path)
        await asyncio.to_thread(self._publisher.files.mend, {bundle: content})

    def _fits(self, bundle: Bundle, content: bytes | None = None) -> bool:
        """Whether these entries, or those of the file, are the leaves of the tile."""
        files, tile = self._publisher.files, Tile(0, bundle.index, FULL)
        hashes, content = files.read(tile), content or files.read(bundle)
        if hashes is None:
            raise FileNotFoundError(f"the log has no {tile.path}")
        try:
            entries = decode_bundle(content or b"", FULL)
        except Unproven:
            return False
        return b"".join(map(leaf_hash, entries)) == hashes

    async def _mended(self, read: Tile, signed: Signed) -> bool:
        """Whether a tile had to be made anew; `Unproven` when the database has another tree than what is signed."""
        width = min(FULL, (signed.size >> HEIGHT * read.level) - read.index * FULL)
        whole = Tile(read.level, read.index, width)
        hashes = [await self._hash(read, at) for at in range(width)]
        content = b"".join(hashes)
        return await asyncio.to_thread(self._write, {whole: content, read: content}, hashes, signed)

    def _write(self, tiles: dict[Tile, bytes], hashes: list[bytes], signed: Signed) -> bool:
        files = self._publisher.files
        needed = {
            each: content[: each.width * HASH_BYTES]
            for each, content in tiles.items()
            if not files.holds(each, content[: each.width * HASH_BYTES])
        }
        if not needed:
            return False
        whole, *_ = tiles
        tree = Tiles(signed.size, lambda each: tiles.get(each) or files.read(each) or b"")
        for at, found in enumerate(hashes, whole.index * FULL):
            # The tree above a level is that of its hashes, of which the last may be of fewer leaves.
            above = HEIGHT * whole.level
            proof = inclusion(at << above, signed.size, tree.read)[above:]
            check_inclusion(found, at, -(-signed.size >> above), proof, signed.root)
        _log.warning(
            "the log's files were damaged and are made anew: %s",
            ", ".join(each.path for each in needed),
        )
        files.mend(needed)
        return True

    async def _hash(self, tile: Tile, at: int) -> bytes:
        """A hash of a tile, from the statements below it."""
        leaves = 1 << HEIGHT * tile.level
        first = (tile.index * FULL + at) * leaves
        edge = Edge()
        for begin in range(first, first + leaves, CHUNK):
            statements = await self._statements(begin, min(begin + CHUNK, first + leaves))
            edge = Growth.of(edge, statements).edge
        return edge.root()
