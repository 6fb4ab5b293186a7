"""What a proof costs as the log grows: read out of the log's files, which are made as the ledger makes them."""

import secrets
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from provenite_ledger.publishing.folder import Folder
from provenite_ledger.publishing.frontier import Frontier
from provenite_ledger.publishing.tiles import TileFiles
from provenite_proto.log import (
    Edge,
    check_consistency,
    check_inclusion,
    consistency,
    inclusion,
    leaf_hash,
    root,
)
from provenite_proto.log.tiles import FULL

SMALL, LARGE = "inclusion, small log, ms", "inclusion, large log, ms"
TREE = "an entry in the tree, µs"
PROOFS = 300
_CHUNK = 16 * FULL


class Log:
    """A log in a folder, grown from entries at random."""

    def __init__(self, folder: Path) -> None:
        self.files = TileFiles(Folder(folder))
        self.edge = Edge()
        self.hashing = 0.0
        self._folder = Folder(folder)
        self._frontier = Frontier()

    def grow(self, size: int) -> None:
        """To so many entries; `hashing` adds up the seconds that the tree took, in commit and publisher."""
        while (first := self.edge.size) < size:
            entries = [secrets.token_bytes(32) for _ in range(min(_CHUNK, size - first))]
            began = time.perf_counter()
            leaves = [leaf_hash(each) for each in entries]
            self.edge = self.edge.grown(leaves)
            self._frontier.grow(entries, leaves)
            self.hashing += time.perf_counter() - began
            self._folder.write(self._frontier.lasting(first))
            self.files.part = self._frontier.part()
            self._frontier.forget(self.edge.size)

    def leaf(self, index: int) -> bytes:
        """The hash of an entry's leaf."""
        return self.files.tree(self.edge.size).read(0, index)

    def prove(self, index: int) -> None:
        """Make the proof of an entry, nothing of the log being in memory, and check it."""
        size, leaf = self.edge.size, self.leaf(index)
        proof = inclusion(index, size, self._unread())
        check_inclusion(leaf, index, size, proof, self.edge.root())

    def prove_growth(self, old: int) -> None:
        """Make the proof that the log begins with its first `old` entries, and check it."""
        size, read = self.edge.size, self._unread()
        proof = consistency(old, size, read)
        check_consistency(old, root(old, read), size, self.edge.root(), proof)

    def _unread(self) -> Callable[[int, int], bytes]:
        return TileFiles(self._folder, self._frontier.part()).tree(self.edge.size).read


def measure(small: int, large: int) -> dict[str, float]:
    """Medians of proofs in a log of so many entries and when it has grown, and what an entry costs the tree."""
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="provenite-bench-") as name:
        log = Log(Path(name))
        for size, included, grown in (
            (small, SMALL, "consistency, small log, ms"),
            (large, LARGE, "consistency, large log, ms"),
        ):
            log.grow(size)
            found[included] = _median(log.prove, size)
            found[grown] = _median(log.prove_growth, size)
        found[TREE] = log.hashing / large * 1e6
    return found


def _median(prove: Callable[[int], None], size: int) -> float:
    spent = []
    for _ in range(PROOFS):
        at = 1 + secrets.randbelow(size - 1)
        began = time.perf_counter()
        prove(at)
        spent.append(time.perf_counter() - began)
    return statistics.median(spent) * 1000
