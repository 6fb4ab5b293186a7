"""The Merkle tree of RFC 6962 section 2.1 over SHA-256: roots, proofs and the growing edge.

A complete subtree of 2**level leaves whose first leaf is `index * 2**level` is written (level, index).
Whatever makes proofs reads the hashes of such subtrees through a `Read`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Self

import msgspec

from .errors import Unproven

HASH_BYTES = 32
MAX_SIZE = (1 << 63) - 1
"""Leaves of a tree, at the most: what a signed 64-bit integer holds, here and in tables."""
MAX_HASHES = 2 * MAX_SIZE.bit_length()
"""Hashes of a proof, at the most."""
EMPTY = sha256(b"").digest()
"""The root of the tree without leaves."""

Read = Callable[[int, int], bytes]
"""The hash of the complete subtree (level, index)."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf: SHA-256(0x00 ‖ entry)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(b"\x01" + left + right).digest()


def root(size: int, read: Read) -> bytes:
    """The root of the tree's first `size` leaves."""
    return _join(read(*subtree) for subtree in complete(0, size)) if size else EMPTY


def inclusion(index: int, size: int, read: Read) -> tuple[bytes, ...]:
    """The proof that leaf `index` is in the tree of `size` leaves, from its sibling up (RFC 6962 section 2.1.1)."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} of a tree of {size}")
    path = []
    first, last = 0, size
    while last - first > 1:
        middle = first + _split(last - first)
        if index < middle:
            path.append((middle, last))
            last = middle
        else:
            path.append((first, middle))
            first = middle
    return tuple(_span(*each, read) for each in reversed(path))


def consistency(old: int, new: int, read: Read) -> tuple[bytes, ...]:
    """The proof that the tree of `new` leaves begins with that of `old` (RFC 6962 section 2.1.2)."""
    if not 0 <= old <= new:
        raise ValueError(f"from a tree of {old} to one of {new}")
    if old in (0, new):
        return ()
    path = []
    first, last = 0, new
    while last != old:
        middle = first + _split(last - first)
        if old <= middle:
            path.append((middle, last))
            last = middle
        else:
            path.append((first, middle))
            first = middle
    # The old root itself is not sent: whoever checks the proof has it.
    if first:
        path.append((first, last))
    return tuple(_span(*each, read) for each in reversed(path))


def check_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that the leaf with this hash is leaf `index` of the tree (RFC 9162 section 2.1.3.2).

    Raises `Unproven` `inclusion-false`.
    """
    if inclusion_root(leaf, index, size, proof) != root:
        raise Unproven("inclusion-false", f"The proof of leaf {index} leads to another root.")


def inclusion_root(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root to which a proof leads, for whoever has it signed elsewhere; `Unproven` `inclusion-false`."""
    if not 0 <= index < size <= MAX_SIZE:
        raise Unproven("inclusion-false", f"There is no leaf {index} in a tree of {size}.")
    node, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise Unproven(
                "inclusion-false", f"A proof of leaf {index} of {size} has fewer hashes than this."
            )
        if node & 1 or node == last:
            found = node_hash(sibling, found)
            # A last node without a sibling moves up as it is.
            shift = 0 if node & 1 else _trailing_zeros(node)
            node, last = node >> shift, last >> shift
        else:
            found = node_hash(found, sibling)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise Unproven(
            "inclusion-false", f"A proof of leaf {index} of {size} has more hashes than this."
        )
    return found


def check_consistency(
    old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the new tree begins with the old one (RFC 9162 section 2.1.4.2).

    Raises `Unproven` `consistency-false`.
    """
    if not 0 <= old <= new <= MAX_SIZE:
        raise Unproven("consistency-false", f"A tree of {new} does not follow one of {old}.")
    if old in (0, new):
        if proof:
            raise Unproven("consistency-false", f"From {old} to {new} there is nothing to prove.")
        if old == new and old_root != new_root:
            raise Unproven("consistency-false", f"Two roots of one tree of {old}.")
        if old == 0 and old_root != EMPTY:
            raise Unproven("consistency-false", "The tree without leaves has another root.")
    elif consistency_root(old, old_root, new, proof) != new_root:
        raise Unproven("consistency-false", f"The proof leads to another root of all {new}.")


def consistency_root(old: int, old_root: bytes, new: int, proof: Sequence[bytes]) -> bytes:
    """The new root to which a proof leads from the old one, for whoever has it signed elsewhere.

    Only a tree that has leaves and has grown has such a proof. Raises `Unproven` `consistency-false`.
    """
    if not 0 < old < new <= MAX_SIZE:
        raise Unproven("consistency-false", f"Nothing leads from a tree of {old} to one of {new}.")
    hashes = list(proof)
    if old & (old - 1) == 0:
        hashes.insert(0, old_root)
    if not hashes:
        raise Unproven("consistency-false", f"A proof from {old} to {new} has hashes.")
    node, last = old - 1, new - 1
    shift = _trailing_zeros(~node)
    node, last = node >> shift, last >> shift
    found_old = found_new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise Unproven(
                "consistency-false", f"A proof from {old} to {new} has fewer hashes than this."
            )
        if node & 1 or node == last:
            found_old = node_hash(sibling, found_old)
            found_new = node_hash(sibling, found_new)
            shift = 0 if node & 1 else _trailing_zeros(node)
            node, last = node >> shift, last >> shift
        else:
            found_new = node_hash(found_new, sibling)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise Unproven(
            "consistency-false", f"A proof from {old} to {new} has more hashes than this."
        )
    if found_old != old_root:
        raise Unproven("consistency-false", f"The proof leads to another root of the first {old}.")
    return found_new


class Edge(msgspec.Struct, frozen=True):
    """A tree that can grow: how many leaves it has, and the roots of its complete subtrees, largest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def root(self) -> bytes:
        """The root of the tree."""
        return _join(self.peaks) if self.peaks else EMPTY

    def grown(self, leaves: Iterable[bytes]) -> Self:
        """The tree with further leaves, by their hashes."""
        size, peaks = self.size, list(self.peaks)
        for leaf in leaves:
            found = leaf
            for _ in range(_trailing_zeros(~size)):
                found = node_hash(peaks.pop(), found)
            peaks.append(found)
            size += 1
        return type(self)(size, tuple(peaks))

    def encode(self) -> bytes:
        """The peaks one after the other."""
        return b"".join(self.peaks)

    @classmethod
    def decode(cls, size: int, encoded: bytes) -> Self:
        """The tree of so many leaves; `ValueError` unless it has as many peaks as such a tree."""
        if not 0 <= size <= MAX_SIZE or len(encoded) != size.bit_count() * HASH_BYTES:
            raise ValueError(f"{len(encoded)} bytes are not the edge of a tree of {size}")
        return cls(
            size,
            tuple(encoded[at : at + HASH_BYTES] for at in range(0, len(encoded), HASH_BYTES)),
        )


def complete(first: int, last: int) -> Iterator[tuple[int, int]]:
    """The fewest complete subtrees (level, index) that cover the leaves from `first` up to `last`, in order."""
    while first < last:
        level = (last - first).bit_length() - 1
        if first:
            level = min(level, _trailing_zeros(first))
        yield level, first >> level
        first += 1 << level


def _span(first: int, last: int, read: Read) -> bytes:
    return _join(read(*subtree) for subtree in complete(first, last))


def _join(hashes: Iterable[bytes]) -> bytes:
    # From the smallest subtree, which is the last, to the largest.
    *earlier, found = hashes
    for each in reversed(earlier):
        found = node_hash(each, found)
    return found


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _trailing_zeros(number: int) -> int:
    return (number & -number).bit_length() - 1
