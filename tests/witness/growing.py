"""A log in memory that grows, or forks, as a test wants it, and signs whatever it is told to sign."""

from collections.abc import Sequence
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provenite_proto.log import (
    Checkpoint,
    NoteSigner,
    Submission,
    Tile,
    consistency,
    leaf_hash,
    node_hash,
    root,
)
from provenite_proto.log.tiles import FULL


def entries(count: int, branch: str = "") -> list[bytes]:
    """Entries of 32 bytes; those of another branch differ."""
    return [sha256(f"{branch}{each}".encode()).digest() for each in range(count)]


class GrowingLog:
    """A log of the given entries."""

    def __init__(self, entries: Sequence[bytes] = (), signer: NoteSigner | None = None) -> None:
        self.signer = signer or NoteSigner("log.test/log", Ed25519PrivateKey.generate())
        self.entries = list(entries)

    @property
    def origin(self) -> str:
        return self.signer.key.name

    def forked(self, at: int, count: int) -> "GrowingLog":
        """The same log's other history: `count` further entries of its own after the first `at`."""
        return GrowingLog([*self.entries[:at], *entries(count, "fork ")], self.signer)

    def read(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree, computed anew."""
        if level == 0:
            return leaf_hash(self.entries[index])
        return node_hash(self.read(level - 1, 2 * index), self.read(level - 1, 2 * index + 1))

    def fetch(self, tile: Tile) -> bytes:
        """A tile's bytes."""
        first = tile.index * FULL
        return b"".join(self.read(8 * tile.level, first + each) for each in range(tile.width))

    def checkpoint(self, size: int | None = None) -> Checkpoint:
        size = len(self.entries) if size is None else size
        return Checkpoint(self.origin, size, root(size, self.read))

    def signed(self, size: int | None = None) -> bytes:
        return self.checkpoint(size).signed(self.signer)

    def submission(self, old: int, size: int | None = None) -> Submission:
        """What this log sends to a witness that holds its tree of `old` leaves."""
        size = len(self.entries) if size is None else size
        return Submission(old, consistency(old, size, self.read), self.signed(size))
