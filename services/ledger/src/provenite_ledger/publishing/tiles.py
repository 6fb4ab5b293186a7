"""Reading the tree from the log's files."""

from collections import OrderedDict

from provenite_proto.log import Bundle, Tile, Tiles
from provenite_proto.log.tiles import FULL
from provenite_proto.log.tree import HASH_BYTES

from .storage import Storage

KEPT = 512
"""Full tiles kept in memory, at the most (8 KiB each)."""
_ENTRY_BYTES = 2 + HASH_BYTES
"""An entry of ours in a bundle, after its length."""


class TileFiles:
    """The log's tiles and bundles. Its methods may block, and be called from any thread."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._full: OrderedDict[str, bytes] = OrderedDict()

    def tree(self, size: int) -> Tiles:
        """Reads the tree of the first `size` statements, whose tiles are written."""
        return Tiles(size, self._tile)

    def read(self, named: Tile | Bundle) -> bytes | None:
        """A tile or a bundle; none when there is none. What is partial may be cut from what is full by now."""
        if named.width == FULL:
            return self._whole(named.path)
        found = self._storage.read(named.path)
        if found is None:
            full = self._whole(_full(named).path)
            each = HASH_BYTES if isinstance(named, Tile) else _ENTRY_BYTES
            found = None if full is None else full[: named.width * each]
        return found

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


def _full(named: Tile | Bundle) -> Tile | Bundle:
    if isinstance(named, Tile):
        return Tile(named.level, named.index)
    return Bundle(named.index)
