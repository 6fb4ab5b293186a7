"""Proofs of fresh statements as text: what many of them share is written once."""

from provenite_proto.log import Edge, Read, node_hash
from provenite_proto.log.note import base64


class Paths:
    """The inclusion proofs of one tree as lines of base64, from the sibling up.

    Of statements that lie together most of the way is the same: a proof costs its own hash and a few more.
    """

    def __init__(self, edge: Edge, read: Read) -> None:
        """Of the tree with this edge; `read` reads its complete subtrees."""
        self._size = edge.size
        self._read = read
        self._peaks = _from_peaks(edge)
        self._known: dict[tuple[int, int], str] = {}

    def lines(self, index: int) -> str:
        """The proof of leaf `index`, each line with its end; what `read` raises."""
        return self._above(0, index)

    def _above(self, level: int, index: int) -> str:
        known = self._known.get((level, index))
        if known is None:
            if not index & 1 and (index + 2) << level > self._size:
                # The sibling is not complete: this is a peak.
                known = self._peaks[level]
            else:
                sibling = base64(self._read(level, index ^ 1))
                known = f"{sibling}\n{self._above(level + 1, index >> 1)}"
            self._known[level, index] = known
        return known


def _from_peaks(edge: Edge) -> dict[int, str]:
    """By its level, the lines from each peak to the root: all to the right as one, then those to the left."""
    levels = [level for level in range(edge.size.bit_length()) if edge.size >> level & 1]
    found = {}
    right: bytes | None = None
    smallest_first = list(zip(levels, reversed(edge.peaks), strict=True))
    for at, (level, peak) in enumerate(smallest_first):
        path = [] if right is None else [right]
        path += [each for _, each in smallest_first[at + 1 :]]
        found[level] = "".join(f"{base64(each)}\n" for each in path)
        right = peak if right is None else node_hash(peak, right)
    return found
