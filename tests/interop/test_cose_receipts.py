"""Our receipts are RFC 9942's: two implementations that are not ours verify them and refuse altered ones."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from provenite_proto.log import ConsistencyReceipt, InclusionReceipt, kid_of
from tests.interop.verifying import ask_scitt, ask_transmute
from tests.proto.making.keys import TestKey
from tests.proto.making.log_parts import DIGESTS, ENTRIES, ORIGIN, RECEIPTS, TIMES, TREE

SIZES = range(2, 301)


def inclusion(index: int, size: int) -> bytes:
    return (
        InclusionReceipt(
            log=ORIGIN,
            kid=kid_of(RECEIPTS),
            digest=DIGESTS[index],
            recorded_at=TIMES[index],
            size=size,
            index=index,
            hashes=TREE.path(index, size),
        )
        .signed(TREE.root(size), RECEIPTS)
        .encode()
    )


def consistency(old: int, new: int) -> bytes:
    return (
        ConsistencyReceipt(
            log=ORIGIN, kid=kid_of(RECEIPTS), old=old, new=new, hashes=TREE.proof(old, new)
        )
        .signed(TREE.root(new), RECEIPTS)
        .encode()
    )


def indexes(size: int) -> set[int]:
    """Leaves at both ends, in the middle and beside the largest complete subtree."""
    split = 1 << (size - 1).bit_length() - 1
    return {0, 1, size // 2, split - 1, split, size - 1} & set(range(size))


def jwk(key: TestKey) -> dict[str, Any]:
    return dict(msgspec.to_builtins(key.jwk))


def scitt(receipts: list[tuple[bytes, bytes]], key: TestKey = RECEIPTS) -> list[str | None]:
    results = [ask_scitt(receipt, entry, jwk(key)) for receipt, entry in receipts]
    return [each.root if each.ok else None for each in results]


def transmute(receipts: list[tuple[bytes, bytes]], key: TestKey = RECEIPTS) -> list[str | None]:
    questions = [
        {"kind": "inclusion", "receipt": receipt.hex(), "entry": entry.hex(), "key": jwk(key)}
        for receipt, entry in receipts
    ]
    return [answer.get("root") for answer in ask_transmute(questions)]


READERS = pytest.mark.parametrize("read", [scitt, transmute])
Read = Callable[..., list[str | None]]


@READERS
def test_receipts_of_every_size_lead_to_the_root(read: Read) -> None:
    wanted = [(index, size) for size in SIZES for index in sorted(indexes(size))]
    found = read([(inclusion(*each), ENTRIES[each[0]]) for each in wanted])
    assert found == [TREE.root(size).hex() for _, size in wanted]


def test_what_is_claimed_is_read() -> None:
    result = ask_scitt(inclusion(4, 7), ENTRIES[4], jwk(RECEIPTS))
    assert (result.issuer, result.subject, result.iat) == (ORIGIN, DIGESTS[4], TIMES[4])
    assert (result.tree_size, result.leaf_index) == (7, 4)
    assert result.protected_header_ext == {4: kid_of(RECEIPTS)}


def altered() -> Iterator[tuple[str, bytes]]:
    """One thing changed in a receipt, whose form is still good."""
    receipt = InclusionReceipt.parse(inclusion(4, 7))
    change = msgspec.structs.replace
    zeros = bytes(32)
    for name, other in {
        "hash": change(receipt, hashes=(zeros, *receipt.hashes[1:])),
        "last-hash": change(receipt, hashes=(*receipt.hashes[:-1], zeros)),
        "order": change(receipt, hashes=receipt.hashes[::-1]),
        "truncated": change(receipt, hashes=receipt.hashes[:-1]),
        "index": change(receipt, index=5),
        "size": change(receipt, size=12),
        "subject": change(receipt, digest=DIGESTS[5]),
        "time": change(receipt, recorded_at=TIMES[4] + 1),
        "issuer": change(receipt, log="other.example/log"),
        "signature": change(receipt, signature=receipt.signature[::-1]),
        "root": receipt.signed(TREE.root(6), RECEIPTS),
        "key": receipt.signed(TREE.root(7), TestKey("other")),
    }.items():
        yield name, other.encode()


@READERS
def test_altered_receipts_are_refused(read: Read) -> None:
    names, receipts = zip(*altered(), strict=True)
    found = read([(receipt, ENTRIES[4]) for receipt in receipts])
    assert dict(zip(names, found, strict=True)) == dict.fromkeys(names)


@READERS
def test_a_receipt_is_of_no_other_entry_and_by_no_other_key(read: Read) -> None:
    assert read([(inclusion(4, 7), ENTRIES[5])]) == [None]
    assert read([(inclusion(4, 7), ENTRIES[4])], TestKey("other")) == [None]


def test_receipts_of_growth_are_verified_and_altered_ones_refused() -> None:
    def question(old: int, new: int, receipt: bytes = b"", **changed: str) -> dict[str, Any]:
        return {
            "kind": "consistency",
            "receipt": (receipt or consistency(old, new)).hex(),
            "key": jwk(RECEIPTS),
            "oldRoot": TREE.root(old).hex(),
            "newRoot": TREE.root(new).hex(),
        } | changed

    # The package leaves out step 2 of RFC 9162 section 2.1.4.2, without which no proof from a complete
    # tree (1, 2, 4, … leaves) can hold: of those, Go and scitt-cose are asked in test_log.py.
    olds = [sorted(old for old in indexes(new) if old.bit_count() > 1) for new in SIZES]
    wanted = [(old, new) for new, each in zip(SIZES, olds, strict=True) for old in each]
    answers = ask_transmute([question(*each) for each in wanted])
    assert answers == [{"root": TREE.root(new).hex()} for _, new in wanted]
    receipt = ConsistencyReceipt.parse(consistency(3, 7))
    change = msgspec.structs.replace
    false = [
        question(3, 7, oldRoot=TREE.root(4).hex()),
        question(3, 7, newRoot=TREE.root(8).hex()),
        question(3, 7, change(receipt, hashes=receipt.hashes[::-1]).encode()),
        question(3, 7, change(receipt, hashes=receipt.hashes[:-1]).encode()),
        question(3, 7, change(receipt, signature=receipt.signature[::-1]).encode()),
        question(3, 7, receipt.signed(TREE.root(6), RECEIPTS).encode()),
    ]
    assert all("error" in answer for answer in ask_transmute(false))
