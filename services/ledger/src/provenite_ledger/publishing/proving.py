"""Proofs out of the log's files, of which nothing is believed: each is checked before it is given to anybody."""

from provenite_proto.log import (
    Read,
    check_consistency,
    check_inclusion,
    consistency,
    inclusion,
    root,
)

from .published import Signed


def inclusion_in(leaf: bytes, index: int, signed: Signed, read: Read) -> tuple[bytes, ...]:
    """The proof that the leaf with this hash is leaf `index` of what is signed; `Unproven`, and what `read` raises."""
    hashes = inclusion(index, signed.size, read)
    check_inclusion(leaf, index, signed.size, hashes, signed.root)
    return hashes


def consistency_in(
    old: int, new: int, signed: Signed, read: Read
) -> tuple[tuple[bytes, ...], bytes]:
    """The proof between the first `old` and `new` leaves of what is signed, and the root of the latter.

    For 0 <= old <= new <= the size that is signed. Raises `Unproven`, and what `read` raises.
    """
    found = root(new, read)
    # What is signed begins with them: whatever leads there is the log's own.
    check_consistency(new, found, signed.size, signed.root, consistency(new, signed.size, read))
    hashes = consistency(old, new, read)
    check_consistency(old, root(old, read), new, found, hashes)
    return hashes, found
