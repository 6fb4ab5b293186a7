"""The log's tree against the recursion of RFC 6962 section 2.1, which is slow and plain."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenite_proto.log import (
    EMPTY,
    Edge,
    Tile,
    Tiles,
    Unproven,
    check_consistency,
    check_inclusion,
    consistency,
    inclusion,
    leaf_hash,
    new_tiles,
    node_hash,
    root,
)

LEAVES = [leaf_hash(b"%d" % number) for number in range(600)]


def mth(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1."""
    if not leaves:
        return EMPTY
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(mth(leaves[:split]), mth(leaves[split:]))


def read(level: int, index: int) -> bytes:
    return mth(LEAVES[index << level : (index + 1) << level])


def refused(proof: tuple[bytes, ...], check: object) -> None:
    """No other proof does: neither a shorter one, nor a longer, nor one with another hash."""
    assert callable(check)
    others = [proof[:-1], (*proof, EMPTY), (EMPTY, *proof), proof[1:], proof[::-1]]
    others += [(*proof[:at], EMPTY, *proof[at + 1 :]) for at in range(len(proof))]
    for other in others:
        if other != proof:
            with pytest.raises(Unproven):
                check(other)


@pytest.mark.parametrize("size", range(1, 34))
def test_every_proof_of_small_trees(size: int) -> None:
    top = mth(LEAVES[:size])
    assert root(size, read) == top
    for index in range(size):
        proof = inclusion(index, size, read)
        check_inclusion(LEAVES[index], index, size, proof, top)
        refused(proof, lambda other, at=index: check_inclusion(LEAVES[at], at, size, other, top))
        for other in range(size):
            if other != index:
                with pytest.raises(Unproven):
                    check_inclusion(LEAVES[index], other, size, proof, top)
    for old in range(size + 1):
        before = mth(LEAVES[:old])
        proof = consistency(old, size, read)
        check_consistency(old, before, size, top, proof)
        refused(
            proof,
            lambda other, old=old, before=before: check_consistency(old, before, size, top, other),
        )


@given(st.lists(st.integers(0, 300), max_size=5))
def test_an_edge_grows_the_same_in_any_groups(steps: list[int]) -> None:
    edge = Edge()
    for step in steps:
        size = min(len(LEAVES), edge.size + step)
        edge = edge.grown(LEAVES[edge.size : size])
        assert Edge.decode(edge.size, edge.encode()) == edge
    assert edge.root() == mth(LEAVES[: edge.size])


@given(st.lists(st.integers(1, 300), min_size=1, max_size=5), st.data())
def test_proofs_out_of_tiles(steps: list[int], data: st.DataObject) -> None:
    """Whatever sizes it grew through, the tiles that were written then are enough."""
    written: dict[str, bytes] = {}
    size = 0
    for step in steps:
        grown = min(len(LEAVES), size + step)
        for tile in new_tiles(size, grown):
            span = 256**tile.level
            first = tile.index * 256
            written[tile.path] = b"".join(
                mth(LEAVES[at * span : (at + 1) * span]) for at in range(first, first + tile.width)
            )
        size = grown

    def fetch(tile: Tile) -> bytes:
        return written[tile.path]

    tiles = Tiles(size, fetch)
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(0, size))
    assert root(size, tiles.read) == mth(LEAVES[:size])
    assert inclusion(index, size, tiles.read) == inclusion(index, size, read)
    assert consistency(old, size, tiles.read) == consistency(old, size, read)
