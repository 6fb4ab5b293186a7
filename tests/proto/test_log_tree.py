"""The log's tree against the recursion of RFC 6962 section 2.1, which is slow and plain."""

from collections.abc import Callable, Sequence
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenite_proto.log import (
    EMPTY,
    Bundle,
    Edge,
    Tile,
    Tiles,
    Unproven,
    check_consistency,
    check_inclusion,
    consistency,
    encode_bundle,
    inclusion,
    leaf_hash,
    new_tiles,
    parse_path,
    root,
)
from provenite_proto.log.tree import complete
from tests.proto.rfc6962 import Reference, leaf

ENTRIES = [b"%d" % number for number in range(600)]
LEAVES = [leaf(each) for each in ENTRIES]
TREE = Reference(LEAVES)
SIZES = 300
"""Every proof of every tree up to this size is compared."""


def test_leaves_are_hashed_as_the_rfc_says() -> None:
    assert [leaf_hash(each) for each in ENTRIES] == LEAVES
    assert TREE.root(0) == EMPTY


def refused(proof: Sequence[bytes], check: Callable[[tuple[bytes, ...]], None]) -> None:
    """No other proof does: neither a shorter one, nor a longer, nor one with another hash."""
    proof = tuple(proof)
    others = [proof[:-1], (*proof, EMPTY), (EMPTY, *proof), proof[1:], proof[::-1]]
    others += [(*proof[:at], EMPTY, *proof[at + 1 :]) for at in range(len(proof))]
    for other in others:
        if other != proof:
            with pytest.raises(Unproven):
                check(other)


@pytest.mark.parametrize("size", range(1, 34))
def test_nothing_but_the_proof_proves(size: int) -> None:
    top = TREE.root(size)
    for index in range(size):
        proof = TREE.path(index, size)
        refused(proof, partial(check_inclusion, LEAVES[index], index, size, root=top))
        for other in range(size):
            if other != index:
                with pytest.raises(Unproven):
                    check_inclusion(LEAVES[index], other, size, proof, top)
    for old in range(size + 1):
        refused(
            TREE.proof(old, size) if 0 < old < size else (),
            partial(check_consistency, old, TREE.root(old), size, top),
        )


@pytest.mark.parametrize("hundred", range(SIZES // 100))
def test_every_proof_is_the_references(hundred: int) -> None:
    for size in range(100 * hundred + 1, 100 * hundred + 101):
        top = root(size, TREE.read)
        assert top == TREE.root(size)
        for index in range(size):
            proof = inclusion(index, size, TREE.read)
            assert proof == TREE.path(index, size)
            check_inclusion(LEAVES[index], index, size, proof, top)
        for old in range(size + 1):
            proof = consistency(old, size, TREE.read)
            assert proof == (TREE.proof(old, size) if 0 < old < size else ())
            check_consistency(old, TREE.root(old), size, top, proof)


@given(st.lists(st.integers(0, 300), max_size=5))
def test_an_edge_grows_the_same_in_any_groups(steps: list[int]) -> None:
    edge = Edge()
    for step in steps:
        size = min(len(LEAVES), edge.size + step)
        edge = edge.grown(LEAVES[edge.size : size])
        assert Edge.decode(edge.size, edge.encode()) == edge
    assert edge.root() == TREE.root(edge.size)
    assert edge.peaks == tuple(TREE.read(*each) for each in complete(0, edge.size))


@given(
    st.integers(0, 600), st.binary(max_size=64) | st.integers(0, 12).map(lambda n: bytes(32 * n))
)
def test_only_as_many_peaks_as_the_size_has_are_an_edge(size: int, encoded: bytes) -> None:
    if len(encoded) == 32 * size.bit_count():
        assert Edge.decode(size, encoded).encode() == encoded
    else:
        with pytest.raises(ValueError, match="are not the edge"):
            Edge.decode(size, encoded)


def content(tile: Tile) -> bytes:
    """A tile's bytes by the reference."""
    first = tile.index * 256
    return b"".join(TREE.read(8 * tile.level, at) for at in range(first, first + tile.width))


@given(st.lists(st.integers(1, 300), min_size=1, max_size=5), st.data())
def test_proofs_out_of_tiles(steps: list[int], data: st.DataObject) -> None:
    """Whatever sizes it grew through, the tiles that were written then are enough."""
    written: dict[str, bytes] = {}
    size = 0
    for step in steps:
        grown = min(len(LEAVES), size + step)
        written |= {tile.path: content(tile) for tile in new_tiles(size, grown)}
        size = grown
    asked: list[str] = []

    def fetch(tile: Tile) -> bytes:
        asked.append(tile.path)
        return written[tile.path]

    tiles = Tiles(size, fetch)
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(0, size))
    assert root(size, tiles.read) == TREE.root(size)
    assert inclusion(index, size, tiles.read) == inclusion(index, size, TREE.read)
    assert consistency(old, size, tiles.read) == consistency(old, size, TREE.read)
    assert len(set(asked)) == len(asked), "each tile is asked for once"


@given(st.integers(1, 600), st.data())
def test_a_false_tile_gives_no_proof(size: int, data: st.DataObject) -> None:
    """Whatever byte of whatever tile is changed, no proof of it passes for one of the signed root."""

    def fetch(tile: Tile) -> bytes:
        true = bytearray(content(tile))
        true[data.draw(st.integers(0, len(true) - 1))] ^= 1
        return bytes(true)

    tiles = Tiles(size, fetch)
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion(index, size, tiles.read)
    if proof != TREE.path(index, size):
        with pytest.raises(Unproven):
            check_inclusion(LEAVES[index], index, size, proof, TREE.root(size))


def test_a_truncated_tile_is_refused() -> None:
    tiles = Tiles(300, lambda tile: content(tile)[:-1])
    with pytest.raises(Unproven, match="tile-malformed"):
        root(300, tiles.read)


@given(st.integers(0, 63), st.integers(0, 1 << 60), st.integers(1, 256))
def test_a_path_names_one_tile(level: int, index: int, width: int) -> None:
    tile = Tile(level, index, width)
    assert parse_path(tile.path) == tile


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=300))
@settings(max_examples=30)
def test_what_is_not_full_is_cut_from_what_is_wider(entries: list[bytes]) -> None:
    hashes = [leaf_hash(each) for each in entries[:256]]
    for width in {1, (len(hashes) + 1) // 2, len(hashes)}:
        tile, bundle = Tile(0, 7, width), Bundle(7, width)
        assert tile.cut(b"".join(hashes)) == b"".join(hashes[:width])
        assert bundle.cut(encode_bundle(entries)) == encode_bundle(entries[:width])
        assert (tile.full, bundle.full) == (Tile(0, 7), Bundle(7))
        assert tile.size == bundle.size == 7 * 256 + width


def test_a_tile_is_there_once_its_last_hash_is() -> None:
    for size in (1, 255, 256, 257, 65_535, 65_536, 70_000):
        assert max(each.size for each in new_tiles(0, size)) == size
        assert all(each.size <= size for each in new_tiles(0, size))


@given(st.text("tile/0123xentris.p-٣", max_size=24).map(lambda rest: f"tile/{rest}") | st.text())
def test_a_text_is_the_path_of_what_it_names_or_of_nothing(text: str) -> None:
    try:
        named = parse_path(text)
    except ValueError:
        return
    assert named.path == text
