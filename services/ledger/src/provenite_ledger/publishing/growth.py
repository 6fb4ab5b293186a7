"""What a commit adds to the log."""

from collections.abc import Iterable, Sequence
from typing import Self

import msgspec

from provenite_proto.log import Edge, entry, leaf_hash


class Growth(msgspec.Struct, frozen=True):
    """The entries of the statements that were committed, the hashes of their leaves, and the edge with them."""

    entries: Sequence[bytes]
    leaves: Sequence[bytes]
    edge: Edge

    @classmethod
    def of(cls, edge: Edge, statements: Iterable[tuple[str, int]]) -> Self:
        """The growth of the log with this edge by statements: digest and recorded time in seconds since 1970."""
        entries = [entry(digest, recorded_at) for digest, recorded_at in statements]
        leaves = [leaf_hash(each) for each in entries]
        return cls(entries, leaves, edge.grown(leaves))
