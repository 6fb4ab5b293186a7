"""The right edge of the growing log in memory: what is new is hashed once, for tiles and for proofs."""

from collections.abc import Sequence
from typing import Self

import msgspec

from provenite_proto.log import (
    Bundle,
    Edge,
    Tile,
    Tiles,
    encode_bundle,
    new_bundles,
    new_tiles,
    node_hash,
)
from provenite_proto.log.tiles import FULL, HEIGHT

KEPT = 4096
"""Hashes of each level that are kept behind what is published, at the least: fresh proofs are made from them."""


class Part(msgspec.Struct, frozen=True):
    """The lowest tile and the bundle that are not full: their index, the hashes of leaves, the entries."""

    index: int = 0
    hashes: Sequence[bytes] = ()
    entries: Sequence[bytes] = ()

    def read(self, named: Tile | Bundle) -> bytes | None:
        """Such a tile or bundle, as wide or narrower; none when it is another."""
        if named.index != self.index or named.width > len(self.hashes):
            return None
        if isinstance(named, Bundle):
            return encode_bundle(self.entries[: named.width])
        return None if named.level else b"".join(self.hashes[: named.width])


class Frontier:
    """The hashes of complete subtrees near the right edge, level by level, and the last entries; it only grows.

    Each level holds consecutive hashes up to the newest: of the levels of tiles at least those of the tiles
    that are not full yet, of the others at least the one that waits for its sibling.
    """

    def __init__(self) -> None:
        """The tree without leaves."""
        self._rows: list[list[bytes]] = [[]]
        # The index of the first hash of each row.
        self._first = [0]
        # The entries from the first of the bundle on that was not full when it was last published.
        self._entries: list[bytes] = []
        self._first_entry = 0

    @classmethod
    def load(cls, size: int, tiles: Tiles) -> Self:
        """The tree of the first `size` leaves, which are full bundles; what reading its tiles raises."""
        if size % FULL:
            raise ValueError(f"{size} entries are not full bundles")
        loaded = cls()
        loaded._first_entry = size
        loaded._rows, loaded._first = [], []
        for level in range(size.bit_length() + 1):
            count = size >> level
            # A tile that is not full is written anew as it grows; between tiles, only pairs are made.
            first = count - count % FULL if level % HEIGHT == 0 else count - count % 2
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

    def grow(self, entries: Sequence[bytes], leaves: Sequence[bytes]) -> None:
        """Append entries; `leaves` are the hashes of their leaves."""
        self._entries.extend(entries)
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

    def lasting(self, old: int) -> list[tuple[str, bytes]]:
        """By path, what a log that has grown from `old` entries, which are published, has to have written but for `part`."""
        tiles = [
            (each.path, self._tile(each)) for each in new_tiles(old, self.size) if _lasts(each)
        ]
        bundles = [
            (each.path, self._bundle(each)) for each in new_bundles(old, self.size) if _lasts(each)
        ]
        return tiles + bundles

    def part(self) -> Part:
        """What the next entries still change."""
        index, width = divmod(self.size, FULL)
        first, hash_ = index * FULL - self._first_entry, index * FULL - self._first[0]
        return Part(
            index, self._rows[0][hash_ : hash_ + width], self._entries[first : first + width]
        )

    def forget(self, published: int) -> None:
        """Drop what lies far behind the first `published` leaves, and the entries of full bundles."""
        full = published - published % FULL
        del self._entries[: full - self._first_entry]
        self._first_entry = full
        for level, row in enumerate(self._rows):
            behind = (published >> level) - KEPT - self._first[level]
            if behind > KEPT:
                drop = behind - behind % FULL
                del row[:drop]
                self._first[level] += drop

    def _tile(self, tile: Tile) -> bytes:
        first = tile.index * FULL
        return b"".join(
            self.read(tile.level * HEIGHT, index) for index in range(first, first + tile.width)
        )

    def _bundle(self, bundle: Bundle) -> bytes:
        first = bundle.index * FULL - self._first_entry
        return encode_bundle(self._entries[first : first + bundle.width])

    def _count(self, level: int) -> int:
        return self._first[level] + len(self._rows[level])


def _lasts(named: Tile | Bundle) -> bool:
    """Whether it is full, or changes only when another one becomes that."""
    return named.width == FULL or (isinstance(named, Tile) and named.level > 0)
