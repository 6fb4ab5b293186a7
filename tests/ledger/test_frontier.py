"""The growing edge in memory, and the proofs that are made from it, against the whole tree by the protocol's own rules."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenite_ledger.publishing import frontier as module
from provenite_ledger.publishing.frontier import Frontier
from provenite_ledger.publishing.paths import Paths
from provenite_proto.log import (
    Bundle,
    Edge,
    LogProof,
    Tile,
    Tiles,
    decode_bundle,
    inclusion,
    new_bundles,
    new_tiles,
    parse_path,
)
from provenite_proto.log.note import base64

LEAVES = [sha256(number.to_bytes(4, "big")).digest() for number in range(1500)]
STEPS = st.lists(st.integers(1, 400), min_size=1, max_size=12)


def sizes(steps: list[int]) -> list[tuple[int, int]]:
    """The sizes between which a tree grows by these steps."""
    found, size = [], 0
    for step in steps:
        new = min(size + step, len(LEAVES))
        if new > size:
            found.append((size, new))
        size = new
    return found


@given(steps=STEPS, restarts=st.sets(st.integers(0, 11)))
@settings(max_examples=60)
def test_tiles_and_edge_are_those_of_the_whole_tree(steps: list[int], restarts: set[int]) -> None:
    """Whatever the steps, and wherever it is loaded again from the tiles that it has made."""
    growing, edge = Frontier(), Edge()
    stored: dict[str, bytes] = {}
    for number, (old, new) in enumerate(sizes(steps)):
        # Entries stand for their own leaves here.
        growing.grow(LEAVES[old:new], LEAVES[old:new])
        edge = edge.grown(LEAVES[old:new])
        made = dict(growing.lasting(old))
        wanted: list[Tile | Bundle] = [*new_tiles(old, new), *new_bundles(old, new)]
        for each in wanted:
            content = growing.part().read(each)
            assert (content is None) == (each.path in made)
            stored[each.path] = made.pop(each.path) if content is None else content
        assert not made
        growing.forget(new)
        assert growing.edge() == edge
        assert growing.edge().root() == Edge().grown(LEAVES[:new]).root()
        if number in restarts:
            whole = new - new % 256
            growing = Frontier.load(whole, reading(stored, whole))
            growing.grow(LEAVES[whole:new], LEAVES[whole:new])
            assert growing.edge() == edge
    for path, content in stored.items():
        named = parse_path(path)
        if not isinstance(named, Tile):
            first = named.index * 256
            assert decode_bundle(content, named.width) == tuple(LEAVES[first : first + named.width])


def reading(stored: dict[str, bytes], size: int) -> Tiles:
    return Tiles(size, lambda tile: stored[tile.path])


@given(steps=STEPS)
@settings(max_examples=60)
def test_fresh_proofs_are_those_of_the_protocol(steps: list[int]) -> None:
    growing = Frontier()
    whole = Frontier()
    whole.grow(LEAVES, LEAVES)
    for old, new in sizes(steps):
        growing.grow(LEAVES[old:new], LEAVES[old:new])
        fresh = Paths(growing.edge(), growing.read)
        for index in {old, (old + new) // 2, new - 1}:
            hashes = inclusion(index, new, whole.read)
            assert fresh.lines(index) == "".join(f"{base64(each)}\n" for each in hashes)


def test_the_text_is_that_of_the_protocol() -> None:
    """A proof that is put together from lines is the one that `LogProof` encodes."""
    growing = Frontier()
    growing.grow(LEAVES[:11], LEAVES[:11])
    lines = Paths(growing.edge(), growing.read).lines(9)
    hashes = inclusion(9, 11, growing.read)
    encoded = LogProof(9, 7, hashes, b"note").encode().decode()
    assert encoded.endswith(f"index 9\n{lines}\nnote")


def test_memory_stays_flat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 64)
    growing, edge = Frontier(), Edge()
    held = []
    for first in range(0, 40_000, 500):
        leaves = [
            sha256(number.to_bytes(4, "big")).digest() for number in range(first, first + 500)
        ]
        growing.grow(leaves, leaves)
        edge = edge.grown(leaves)
        assert growing.edge() == edge
        fresh = Paths(edge, growing.read)
        assert fresh.lines(first) and fresh.lines(first + 499)
        growing.forget(growing.size)
        held.append(sum(map(len, growing._rows)) + len(growing._entries))
    assert max(held[40:]) <= max(held[:40]) * 1.5
    with pytest.raises(LookupError):
        growing.read(0, 0)
