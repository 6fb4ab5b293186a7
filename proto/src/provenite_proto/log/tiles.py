"""Tiles and entry bundles: the tree as files that never change (C2SP tlog-tiles).

A tile of level L holds up to 256 hashes of complete subtrees of 256**L leaves; what lies between two levels
of tiles is hashed from them.
"""

import re
from collections.abc import Callable, Sequence

import msgspec

from .errors import Unproven
from .tree import HASH_BYTES, MAX_SIZE, node_hash

HEIGHT = 8
"""Levels of the tree that a tile spans."""
FULL = 1 << HEIGHT
"""Hashes of a full tile, entries of a full bundle."""
MAX_LEVEL = 63
"""The highest level that a path may name."""
_PATH = re.compile(
    r"tile/(?P<level>[0-9]{1,2}|entries)/(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/(?P<width>[0-9]{1,3}))?",
    re.ASCII,
)


class Tile(msgspec.Struct, frozen=True):
    """The tile `index` of a level, of which `width` hashes are there."""

    level: int
    index: int
    width: int = FULL

    @property
    def path(self) -> str:
        """Where it is served, below the log's prefix."""
        return f"tile/{self.level}/{_index_path(self.index, self.width)}"

    @property
    def full(self) -> "Tile":
        """The tile that it becomes."""
        return Tile(self.level, self.index)

    @property
    def size(self) -> int:
        """How many leaves the tree has at the least that has it."""
        return (self.index * FULL + self.width) << (HEIGHT * self.level)

    def cut(self, wider: bytes) -> bytes:
        """Its bytes, out of those of the same tile with as many hashes or more."""
        return wider[: self.width * HASH_BYTES]


class Bundle(msgspec.Struct, frozen=True):
    """The entry bundle `index`, of which `width` entries are there."""

    index: int
    width: int = FULL

    @property
    def path(self) -> str:
        """Where it is served, below the log's prefix."""
        return f"tile/entries/{_index_path(self.index, self.width)}"

    @property
    def full(self) -> "Bundle":
        """The bundle that it becomes."""
        return Bundle(self.index)

    @property
    def size(self) -> int:
        """How many entries the log has at the least that has it."""
        return self.index * FULL + self.width

    def cut(self, wider: bytes) -> bytes:
        """Its bytes, out of those of the same bundle with as many entries or more; entries may differ in length."""
        end = 0
        for _ in range(self.width):
            end += 2 + int.from_bytes(wider[end : end + 2], "big")
        return wider[:end]


def parse_path(path: str) -> Tile | Bundle:
    """What a path below the log's prefix names; `ValueError` for any other spelling."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise ValueError("not the path of a tile")
    index = int(found["index"].replace("x", "").replace("/", ""))
    width = FULL if found["width"] is None else int(found["width"])
    named: Tile | Bundle
    if found["level"] == "entries":
        named = Bundle(index, width)
    else:
        named = Tile(int(found["level"]), index, width)
        if named.level > MAX_LEVEL:
            raise ValueError(f"level {named.level}")
    if not 1 <= width <= FULL or named.path != path:
        raise ValueError("not the path of a tile")
    return named


def new_tiles(old: int, new: int) -> list[Tile]:
    """The tiles that a tree which grows from `old` leaves to `new` has to have written, lower levels first."""
    tiles = []
    level = 0
    while count := new >> (HEIGHT * level):
        before = old >> (HEIGHT * level)
        if count > before:
            tiles += [
                Tile(level, index, min(FULL, count - index * FULL))
                for index in range(before // FULL, (count + FULL - 1) // FULL)
            ]
        level += 1
    return tiles


def new_bundles(old: int, new: int) -> list[Bundle]:
    """The entry bundles that a log which grows from `old` entries to `new` has to have written."""
    return [Bundle(each.index, each.width) for each in new_tiles(old, new) if each.level == 0]


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Entries, each after its length in two bytes."""
    return b"".join(len(each).to_bytes(2, "big") + each for each in entries)


def decode_bundle(data: bytes, width: int) -> tuple[bytes, ...]:
    """The entries of a bundle of this width; `Unproven` `bundle-malformed`."""
    entries: list[bytes] = []
    at = 0
    while at < len(data) and len(entries) < width:
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        entries.append(data[at + 2 : end])
        at = end
    if at != len(data) or len(entries) != width:
        raise Unproven("bundle-malformed", f"{len(data)} bytes are not {width} entries.")
    return tuple(entries)


class Tiles:
    """Reads the subtrees of the tree of `size` leaves out of its tiles.

    `fetch` gives the bytes of a tile; each is asked for once. Nothing is believed of them but their length:
    proofs that are made from them are to be checked against a signed root.
    """

    def __init__(self, size: int, fetch: Callable[[Tile], bytes]) -> None:
        self.size = size
        self._fetch = fetch
        self._tiles: dict[tuple[int, int], bytes] = {}

    def read(self, level: int, index: int) -> bytes:
        """The hash of the complete subtree (level, index); `Unproven` `tile-malformed`; a `Read`."""
        if (index + 1) << level > self.size:
            raise ValueError(f"subtree ({level}, {index}) is not within {self.size} leaves")
        tile_level, above = divmod(level, HEIGHT)
        first = index << above
        data = self._tile(tile_level, first // FULL)
        at = first % FULL * HASH_BYTES
        hashes = [
            data[each : each + HASH_BYTES]
            for each in range(at, at + (HASH_BYTES << above), HASH_BYTES)
        ]
        while len(hashes) > 1:
            hashes = [
                node_hash(left, right)
                for left, right in zip(hashes[::2], hashes[1::2], strict=True)
            ]
        return hashes[0]

    def _tile(self, level: int, index: int) -> bytes:
        known = self._tiles.get((level, index))
        if known is None:
            width = min(FULL, (self.size >> (HEIGHT * level)) - index * FULL)
            known = self._fetch(Tile(level, index, width))
            if len(known) != width * HASH_BYTES:
                raise Unproven(
                    "tile-malformed", f"{len(known)} bytes are not a tile of {width} hashes."
                )
            self._tiles[level, index] = known
        return known


def _index_path(index: int, width: int) -> str:
    if not 0 <= index <= MAX_SIZE:
        raise ValueError(f"tile {index}")
    text = f"{index % 1000:03}"
    while index := index // 1000:
        text = f"x{index % 1000:03}/{text}"
    return text if width == FULL else f"{text}.p/{width}"
