"""Reading the tree from the log's files."""

from collections import OrderedDict
from collections.abc import Mapping

from provenite_proto.log import Bundle, Tile, Tiles, parse_path
from provenite_proto.log.tiles import FULL

from .frontier import Part
from .storage import Storage

KEPT = 512
"""Full tiles kept in memory, at the most (8 KiB each)."""


class TileFiles:
    """The log's tiles and bundles. Its methods may block, and be called from any thread."""

    def __init__(self, storage: Storage, part: Part | None = None) -> None:
        """With what is not written of them, if there is any."""
        self.part = part or Part()
        """What is published and not full; whoever publishes replaces it."""
        self._storage = storage
        self._full: OrderedDict[str, bytes] = OrderedDict()

    def tree(self, size: int) -> Tiles:
        """Reads the tree of the first `size` statements, whose tiles are written."""
        return Tiles(size, self._tile)

    def read(self, named: Tile | Bundle) -> bytes | None:
        """A tile or a bundle; none when there is none. What is partial may be cut from what is full by now."""
        if named.width == FULL:
            return self._whole(named.path)
        found = self.part.read(named) or self._storage.read(named.path)
        if found is None:
            full = self._whole(named.full.path)
            found = None if full is None else named.cut(full)
        return found

    def find(self, path: str, size: int) -> bytes | None:
        """A tile or a bundle by its path; none when that is of nothing that the log of this size has."""
        try:
            named = parse_path(path)
        except ValueError:
            return None
        # What lies beyond the size may still become another.
        return self.read(named) if named.size <= size else None

    def parts(self, size: int) -> list[tuple[str, bytes]]:
        """By path, what is not full of the lowest tile and the last bundle at a size; none once the full ones are there."""
        part = self.part
        index, width = divmod(size, FULL)
        named = (Tile(0, index, width), Bundle(index, width)) if width else ()
        found = ((each.path, part.read(each)) for each in named)
        return [(path, content) for path, content in found if content is not None]

    def holds(self, tile: Tile, content: bytes) -> bool:
        """Whether a tile is read as this, and its file has nothing else."""
        return self._storage.read(tile.path) in (None, content) and self.read(tile) == content

    def mend(self, files: Mapping[Tile, bytes] | Mapping[Bundle, bytes]) -> None:
        """Write tiles or bundles anew."""
        self._storage.write([(named.path, content) for named, content in files.items()])
        for named in files:
            self._full.pop(named.path, None)

    def _tile(self, tile: Tile) -> bytes:
        found = self.read(tile)
        if found is None:
            raise FileNotFoundError(f"the log has no {tile.path}")
        return found

    def _whole(self, path: str) -> bytes | None:
        known = self._full.get(path)
        if known is not None:
            return known
        found = self._storage.read(path)
        if found is not None:
            self._full[path] = found
            while len(self._full) > KEPT:
                self._full.popitem(last=False)
        return found
