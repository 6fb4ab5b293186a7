"""The tree as RFC 6962 section 2.1 defines it: recursive, slow, and with no code of ours.

`leaves` are the entries' hashes. It is what the log's own tree is compared with.
"""

from collections.abc import Sequence
from functools import cache
from hashlib import sha256


class Reference:
    """MTH, PATH and PROOF over the first leaves of a list."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.leaves = leaves
        self._hash = cache(self._mth)

    def root(self, size: int) -> bytes:
        """MTH of the first `size` leaves."""
        return self._hash(0, size)

    def read(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree, as the log's functions ask for it."""
        return self._hash(index << level, (index + 1) << level)

    def path(self, index: int, size: int) -> tuple[bytes, ...]:
        """PATH of section 2.1.1: the inclusion proof of leaf `index`."""
        return self._path(index, 0, size)

    def proof(self, old: int, new: int) -> tuple[bytes, ...]:
        """PROOF of section 2.1.2: the consistency proof from `old` to `new` leaves, 0 < old < new."""
        return self._subproof(old, 0, new, True)

    def _mth(self, first: int, last: int) -> bytes:
        if first == last:
            return sha256(b"").digest()
        if last - first == 1:
            return self.leaves[first]
        middle = first + split(last - first)
        return sha256(b"\x01" + self._hash(first, middle) + self._hash(middle, last)).digest()

    def _path(self, index: int, first: int, last: int) -> tuple[bytes, ...]:
        if last - first == 1:
            return ()
        middle = first + split(last - first)
        if index < middle:
            return (*self._path(index, first, middle), self._hash(middle, last))
        return (*self._path(index, middle, last), self._hash(first, middle))

    def _subproof(self, old: int, first: int, last: int, whole: bool) -> tuple[bytes, ...]:
        if old == last:
            return () if whole else (self._hash(first, last),)
        middle = first + split(last - first)
        if old <= middle:
            return (*self._subproof(old, first, middle, whole), self._hash(middle, last))
        return (*self._subproof(old, middle, last, False), self._hash(first, middle))


def leaf(entry: bytes) -> bytes:
    """The hash of an entry."""
    return sha256(b"\x00" + entry).digest()


def split(size: int) -> int:
    """The largest power of two below `size`."""
    power = 1
    while power * 2 < size:
        power *= 2
    return power
