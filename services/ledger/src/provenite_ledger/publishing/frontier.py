"""The right edge of the growing tree in memory: what is new is hashed once, for tiles and for proofs."""

from collections.abc import Sequence
from typing import Self

from provenite_proto.log import Edge, Tile, Tiles, node_hash

KEPT = 4096
"""Hashes of each level that are kept behind what is published, at the least: fresh proofs are made from them."""
FULL = Tile(0, 0).width


class Frontier:
    """The hashes of complete subtrees near the right edge, level by level; it only grows.

    Each level holds consecutive hashes up to the newest: of the levels of tiles at least those of the tiles
    that are not full yet, of the others at least the one that waits for its sibling.
    """

    def __init__(self) -> None:
        """The tree without leaves."""
        self._rows: list[list[bytes]] = [[]]
        # The index of the first hash of each row.
        self._first = [0]

    @classmethod
    def load(cls, size: int, tiles: Tiles) -> Self:
        """The tree of the first `size` leaves; what reading its tiles raises."""
        loaded = cls()
        loaded._rows, loaded._first = [], []
        for level in range(size.bit_length() + 1):
            count = size >> level
            # A tile that is not full is written anew as it grows; between tiles, only pairs are made.
            first = count - count % FULL if level % 8 == 0 else count - count % 2
            loaded._first.append(first)
            loaded._rows.append([tiles.read(level, index) for index in range(first, count)])
        return loaded

    @property
    def size(self) -> int:
        """How many leaves the tree has."""
        return self._count(0)

    def read(self, level: int, index: int) -> bytes:
        """The hash of the complete subtree (level, index); `LookupError` when it is not here; a `Read`."""
        if level < len(self._rows) and index >= self._first[level]:
            return self._rows[level][index - self._first[level]]
        raise LookupError(f"subtree ({level}, {index})")

    def grow(self, leaves: Sequence[bytes]) -> None:
        """Append leaves, by their hashes."""
        self._rows[0].extend(leaves)
        for level, row in enumerate(self._rows):
            if level + 1 == len(self._rows):
                if self._count(level) < 2:
                    return
                self._rows.append([])
                self._first.append(0)
            first = self._first[level]
            # The subtrees above whose right half is new.
            self._rows[level + 1].extend(
                node_hash(row[at], row[at + 1])
                for at in range(
                    2 * self._count(level + 1) - first, self._count(level) // 2 * 2 - first, 2
                )
            )

    def edge(self, size: int | None = None) -> Edge:
        """The edge of the whole tree, or of its first `size` leaves; `LookupError` when that lies too far back."""
        size = self.size if size is None else size
        levels = [level for level in reversed(range(size.bit_length())) if size >> level & 1]
        return Edge(size, tuple(self.read(level, (size >> level) - 1) for level in levels))

    def tile(self, tile: Tile) -> bytes:
        """The bytes of a tile of levels that are here; `LookupError` otherwise."""
        first = tile.index * FULL
        return b"".join(
            self.read(tile.level * 8, index) for index in range(first, first + tile.width)
        )

    def forget(self, published: int) -> None:
        """Drop what lies far behind the first `published` leaves."""
        for level, row in enumerate(self._rows):
            behind = (published >> level) - KEPT - self._first[level]
            if behind > KEPT:
                drop = behind - behind % FULL
                del row[:drop]
                self._first[level] += drop

    def _count(self, level: int) -> int:
        return self._first[level] + len(self._rows[level])
