"""Our log is C2SP's: Go's checksum database, `scitt-cose` and `pymerkle` check notes, proofs, tiles and roots."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pymerkle
import pytest
from scitt_cose import merkle

from provenite_proto.log import (
    Bundle,
    Checkpoint,
    Edge,
    Note,
    Tile,
    consistency,
    encode_bundle,
    inclusion,
    new_bundles,
    new_tiles,
    root,
)
from provenite_proto.log.note import base64
from tests.interop.verifying import ask_go, build_go
from tests.proto.making.log_parts import (
    ENTRIES,
    FORK,
    LOG,
    ORIGIN,
    TREE,
    WITNESSES,
    checkpoint,
    cosigned_note,
)
from tests.proto.rfc6962 import Reference, leaf

SIZES = range(1, 301)
STEPS = (1, 2, 3, 255, 256, 257, 300, 511, 513, 65_535, 65_536, 66_000)
"""Sizes through which the log in the folder grows: tiles fill up on three levels."""
MANY = [sha256(b"entry %d" % number).digest() for number in range(STEPS[-1])]
TREE_OF_255 = Edge().grown(map(leaf, MANY[:255])).root()
KEY = str(LOG.key)


@pytest.fixture(scope="module")
def go(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_go(tmp_path_factory.mktemp("go"))


class Folder:
    """A log's files, as a static server would serve them, and the tree that they are of."""

    def __init__(self, at: Path) -> None:
        self.at = at
        self.size = 0
        self.edge = Edge()
        # The hashes of the complete subtrees of each level.
        self.levels: list[list[bytes]] = [[]]

    def grow(self, size: int) -> None:
        leaves = [leaf(entry) for entry in MANY[self.size : size]]
        self.edge = self.edge.grown(leaves)
        self.levels[0] += leaves
        for level, below in enumerate(self.levels):
            if len(below) == 1:
                break
            if level + 1 == len(self.levels):
                self.levels.append([])
            above = self.levels[level + 1]
            for at in range(len(above), len(below) // 2):
                pair = below[2 * at] + below[2 * at + 1]
                above.append(sha256(b"\x01" + pair).digest())
        for tile in new_tiles(self.size, size):
            self.write(tile, b"".join(self.levels[8 * tile.level][part(tile)]))
        for bundle in new_bundles(self.size, size):
            self.write(bundle, encode_bundle(MANY[part(bundle)]))
        self.size = size
        self.publish(Checkpoint(ORIGIN, size, self.edge.root()))

    def publish(self, said: Checkpoint) -> None:
        (self.at / "checkpoint").write_bytes(said.signed(LOG))

    def write(self, named: Tile | Bundle, data: bytes) -> None:
        path = self.at / named.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def read(self, level: int, index: int) -> bytes:
        return self.levels[level][index]

    def question(self, indexes: Sequence[int], old: int = 0, old_root: bytes = b"") -> Any:
        return {
            "ask": "folder",
            "folder": str(self.at),
            "keys": [KEY],
            "indexes": list(indexes),
            "old": old,
            "oldRoot": base64(old_root or bytes(32)),
        }


def part(named: Tile | Bundle) -> slice:
    return slice(named.index * 256, named.index * 256 + named.width)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    folder = Folder(tmp_path_factory.mktemp("log"))
    for size in STEPS:
        folder.grow(size)
    return folder


@pytest.fixture
def small(tmp_path: Path) -> Folder:
    folder = Folder(tmp_path)
    for size in (1, 255, 300):
        folder.grow(size)
    return folder


def test_checkpoints_open(go: Path) -> None:
    keys = [KEY, *(str(each.key) for each in WITNESSES[:2])]
    notes = [checkpoint(size).signed(LOG).decode() for size in (0, 1, 300)]
    notes.append(cosigned_note(checkpoint(7).text, 1, 2, 3).encode().decode())
    answers = ask_go(go, [{"ask": "note", "keys": keys, "note": each} for each in notes])
    assert answers == [
        *3 * [{"signers": [ORIGIN]}],
        {"signers": [ORIGIN, "w1.example", "w2.example"]},
    ]


def test_altered_checkpoints_do_not_open(go: Path) -> None:
    keys = [KEY, str(WITNESSES[0].key)]
    good = cosigned_note(checkpoint(7).text, 1)
    altered = [
        Note(checkpoint(8).text, good.signatures),
        Note(
            good.text, (*good.signatures[:1], *cosigned_note(checkpoint(8).text, 1).signatures[1:])
        ),
        cosigned_note(checkpoint(7).text, log=FORK),
    ]
    answers = ask_go(
        go, [{"ask": "note", "keys": keys, "note": each.encode().decode()} for each in altered]
    )
    assert all("error" in answer for answer in answers)


def inclusions() -> Iterator[dict[str, Any]]:
    for size in SIZES:
        for index in {0, size // 3, size // 2, size - 1}:
            yield {
                "ask": "inclusion",
                "proof": list(map(base64, inclusion(index, size, TREE.read))),
                "size": size,
                "root": base64(root(size, TREE.read)),
                "index": index,
                "leaf": base64(leaf(ENTRIES[index])),
            }


def consistencies() -> Iterator[dict[str, Any]]:
    for new in SIZES:
        for old in {1, (new + 2) // 3, (new + 1) // 2, new}:
            yield {
                "ask": "consistency",
                "proof": list(map(base64, consistency(old, new, TREE.read))),
                "size": new,
                "root": base64(root(new, TREE.read)),
                "old": old,
                "oldRoot": base64(root(old, TREE.read)),
            }


@pytest.mark.parametrize("questions", [inclusions, consistencies])
def test_proofs_are_true_and_altered_ones_false(go: Path, questions: Any) -> None:
    good = list(questions())
    assert ask_go(go, good) == len(good) * [{}]
    zeros = base64(bytes(32))
    false = []
    for each in good:
        proof = each["proof"]
        false += [each | {"proof": [*proof, zeros]}, each | {"root": zeros}]
        false += (
            [each | {"proof": proof[:-1]}, each | {"proof": [zeros, *proof[1:]]}] if proof else []
        )
    assert all("error" in answer for answer in ask_go(go, false))


def test_a_folder_of_tiles_proves_what_its_checkpoint_says(go: Path, large: Folder) -> None:
    indexes = [0, 1, 255, 256, 65_535, 65_536, 65_999, *range(7, 66_000, 1_319)]
    questions = [
        large.question(indexes, old, root(old, large.read)) for old in (*STEPS, 1_000, 65_000)
    ]
    proofs = [list(map(base64, inclusion(each, large.size, large.read))) for each in indexes]
    assert ask_go(go, questions) == len(questions) * [{"size": 66_000, "proofs": proofs}]


def test_any_altered_file_is_found(go: Path, small: Folder) -> None:
    paths = ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000"]
    question = small.question(range(300), 255, TREE_OF_255)
    for path in paths:
        file = small.at / path
        true = file.read_bytes()
        for altered in (
            bytes([true[0] ^ 1]) + true[1:],
            true[:-1] + bytes([true[-1] ^ 1]),
            true[:-1],
        ):
            file.write_bytes(altered)
            (answer,) = ask_go(go, [question])
            assert "error" in answer, path
        file.write_bytes(true)
    assert ask_go(go, [question])[0]["size"] == 300


def test_another_root_is_found(go: Path, small: Folder) -> None:
    small.publish(Checkpoint(ORIGIN, 300, TREE_OF_255))
    assert "error" in ask_go(go, [small.question([0])])[0]
    small.publish(Checkpoint(ORIGIN, 299, small.edge.root()))
    assert "error" in ask_go(go, [small.question([0])])[0]


def test_a_rewritten_past_is_found(go: Path, small: Folder) -> None:
    fork = Reference([leaf(entry) for entry in (b"another", *MANY[1:255])]).root(255)
    assert "error" in ask_go(go, [small.question([], 255, fork)])[0]


def test_pymerkle_and_scitt_cose_agree_on_roots() -> None:
    peer = pymerkle.InmemoryTree(algorithm="sha256")
    edge = Edge()
    assert peer.get_root(0) == edge.root()
    for size, entry in enumerate(ENTRIES, 1):
        peer.append_entry(entry)
        edge = edge.grown([leaf(entry)])
        assert peer.get_root(size) == edge.root() == root(size, TREE.read)
    assert merkle.merkle_root([each.hex() for each in ENTRIES]) == edge.root().hex()


def test_scitt_cose_agrees_on_consistency() -> None:
    for new in SIZES:
        for old in {1, (new + 1) // 2, new}:
            proof = [each.hex() for each in consistency(old, new, TREE.read)]
            roots = TREE.root(old).hex(), TREE.root(new).hex()
            assert merkle.verify_consistency(*roots, old, new, proof)
            assert not merkle.verify_consistency(*roots, old, new, [*proof, "00" * 32])
