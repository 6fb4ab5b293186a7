"""COSE receipts: what they vouch for, and that nothing else passes for one."""

from hashlib import sha256

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenite_proto.log import (
    Checkpoint,
    ConsistencyReceipt,
    InclusionReceipt,
    Unproven,
    consistency,
    entry,
    inclusion,
    kid_of,
    leaf_hash,
    node_hash,
    root,
)
from provenite_proto.statement import PublicKey, base64url
from tests.proto.making.keys import START, TestKey

LOG = "ledger.example/log"
KEY = TestKey("receipts")
PUBLIC = PublicKey(KEY.jwk)
DIGESTS = [base64url.encode(sha256(b"%d" % number).digest()) for number in range(300)]
LEAVES = [leaf_hash(entry(digest, START + at)) for at, digest in enumerate(DIGESTS)]


def read(level: int, index: int) -> bytes:
    hashes = LEAVES[index << level : (index + 1) << level]
    while len(hashes) > 1:
        hashes = [node_hash(*pair) for pair in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


def inclusion_receipt(index: int, size: int, key: TestKey = KEY) -> InclusionReceipt:
    return InclusionReceipt(
        log=LOG,
        kid=kid_of(key),
        digest=DIGESTS[index],
        recorded_at=START + index,
        size=size,
        index=index,
        hashes=inclusion(index, size, read),
    ).signed(root(size, read), key)


def consistency_receipt(old: int, new: int) -> ConsistencyReceipt:
    return ConsistencyReceipt(
        log=LOG, kid=kid_of(KEY), old=old, new=new, hashes=consistency(old, new, read)
    ).signed(root(new, read), KEY)


@given(st.integers(2, 300), st.data())
def test_a_receipt_leads_to_the_tree_of_which_it_is_proven(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    receipt = InclusionReceipt.parse(inclusion_receipt(index, size).encode())
    assert receipt.check(DIGESTS[index], LOG, PUBLIC) == Checkpoint(LOG, size, root(size, read))
    old = data.draw(st.integers(1, size - 1))
    grown = ConsistencyReceipt.parse(consistency_receipt(old, size).encode())
    before = Checkpoint(LOG, old, root(old, read))
    assert grown.check(before, PUBLIC) == Checkpoint(LOG, size, root(size, read))


@given(st.integers(2, 300), st.data())
def test_one_changed_byte_is_refused(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    encoded = bytearray(inclusion_receipt(index, size).encode())
    encoded[data.draw(st.integers(0, len(encoded) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Unproven):
        InclusionReceipt.parse(bytes(encoded)).check(DIGESTS[index], LOG, PUBLIC)


cbor = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.binary() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.integers(-3, 400), inner),
)


@given(
    st.binary() | cbor.map(cbor2.dumps) | st.lists(cbor, min_size=4, max_size=4).map(cbor2.dumps)
)
def test_any_bytes_are_read_or_refused_by_name(data: bytes) -> None:
    for each in (data, b"\xd2" + data):
        with pytest.raises(Unproven, match="receipt-malformed"):
            InclusionReceipt.parse(each)


@pytest.mark.parametrize(
    "inner",
    [
        pytest.param(b"\xc2\x58\xff" + b"\xff" * 255, id="bignum"),
        pytest.param(b"\xc4\x82\x39\x03\xe7\x1b" + b"\xff" * 8, id="decimal"),
        pytest.param(b"\xd8\x23\x61a", id="pattern"),
        pytest.param(b"\xd8\x24\x61a", id="message"),
        pytest.param(b"\xd8\x1c\x81\xd8\x1d\x00", id="cycle"),
    ],
)
def test_no_tag_is_given_a_meaning(inner: bytes) -> None:
    with pytest.raises(Unproven, match="semantic tag"):
        InclusionReceipt.parse(b"\xd2" + inner)


def test_a_receipt_is_for_one_statement_one_log_and_one_key() -> None:
    receipt = inclusion_receipt(4, 7)
    with pytest.raises(Unproven, match="inclusion-false"):
        receipt.check(DIGESTS[5], LOG, PUBLIC)
    with pytest.raises(Unproven, match="origin-mismatch"):
        receipt.check(DIGESTS[4], "other.example/log", PUBLIC)
    with pytest.raises(Unproven, match="signature-missing"):
        receipt.check(DIGESTS[4], LOG, PublicKey(TestKey("other").jwk))
    ed25519 = TestKey("receipts", "Ed25519")
    with pytest.raises(Unproven, match="signature-missing"):
        inclusion_receipt(4, 7, ed25519).check(DIGESTS[4], LOG, PublicKey(ed25519.jwk))


def test_a_consistency_receipt_begins_with_the_tree_that_one_has() -> None:
    receipt = consistency_receipt(3, 7)
    with pytest.raises(Unproven, match="consistency-false"):
        receipt.check(Checkpoint(LOG, 4, root(4, read)), PUBLIC)
    with pytest.raises(Unproven, match="consistency-false"):
        receipt.check(Checkpoint(LOG, 3, root(4, read)), PUBLIC)


def test_each_kind_of_receipt_is_only_that() -> None:
    with pytest.raises(Unproven, match="receipt-malformed"):
        ConsistencyReceipt.parse(inclusion_receipt(4, 7).encode())
    with pytest.raises(Unproven, match="receipt-malformed"):
        InclusionReceipt.parse(consistency_receipt(3, 7).encode())
