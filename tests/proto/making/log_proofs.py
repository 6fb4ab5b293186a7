"""The cases of `proto/vectors/log/` about what readers are handed: C2SP proofs and COSE receipts."""

from collections.abc import Iterator
from typing import Any

import cbor2

from provenite_proto.log import Checkpoint, Note
from provenite_proto.log.note import base64
from provenite_proto.statement import base64url

from .keys import TestKey
from .log_parts import (
    DIGESTS,
    FORK,
    LOG,
    ORIGIN,
    OTHER_LOG,
    RECEIPTS,
    TIMES,
    TREE,
    Case,
    checkpoint,
    cosigned_note,
    spare_bits,
    unproven,
)

HEADER = "c2sp.org/tlog-proof@v1"
ES384, EDDSA = -35, -8
SIZE = -65537
"""The claim of the tree's size."""


def proof_text(
    index: int = 4,
    size: int = 7,
    *,
    header: str = HEADER,
    extra: str | None = None,
    number: str | None = None,
    hashes: list[str] | None = None,
    note: Note | None = None,
) -> str:
    lines = [
        header,
        f"extra {base64(TIMES[index].to_bytes(8, 'big'))}" if extra is None else extra,
        f"index {index}" if number is None else number,
        *([base64(each) for each in TREE.path(index, size)] if hashes is None else hashes),
    ]
    signed = note or cosigned_note(checkpoint(size).text)
    return "\n".join(each for each in lines if each) + "\n\n" + signed.encode().decode()


def proof_case(text: str, slug: str = "", index: int = 4, size: int = 7, digest: str = "") -> Case:
    expected = {
        "index": index,
        "recordedAt": TIMES[index],
        "size": size,
        "root": TREE.root(size).hex(),
    }
    return {
        "proof": text,
        "digest": digest or DIGESTS[index],
        "key": str(LOG.key),
        "expected": unproven(slug) if slug else expected,
    }


GOOD = [base64(each) for each in TREE.path(4, 7)]


def malformed_proofs() -> Iterator[tuple[str, Case]]:
    def case(text: str) -> Case:
        return proof_case(text, "proof-malformed")

    yield "another-version", case(proof_text(header="c2sp.org/tlog-proof@v2"))
    yield "header-missing", case(proof_text().removeprefix(f"{HEADER}\n"))
    yield "without-extra", case(proof_text(extra=""))
    yield "extra-of-7-bytes", case(proof_text(extra=f"extra {base64(bytes(7))}"))
    yield "extra-of-9-bytes", case(proof_text(extra=f"extra {base64(bytes(9))}"))
    yield "extra-without-its-name", case(proof_text(extra=base64(bytes(8))))
    spare = spare_bits(base64(TIMES[4].to_bytes(8, "big")))
    yield "extra-non-canonical-base64", case(proof_text(extra=f"extra {spare}"))
    yield "index-with-leading-zero", case(proof_text(number="index 04"))
    yield "index-with-plus", case(proof_text(number="index +4"))
    yield "index-below-zero", case(proof_text(number="index -4"))
    yield "index-beyond-63-bits", case(proof_text(number=f"index {1 << 63}"))
    yield "index-without-its-name", case(proof_text(number="4"))
    yield "index-missing", case(proof_text(number=""))
    yield (
        "index-before-extra",
        case(proof_text(extra="index 4", number=f"extra {base64(TIMES[4].to_bytes(8, 'big'))}")),
    )
    yield (
        "hash-non-canonical-base64",
        case(proof_text(hashes=[spare_bits(GOOD[0]), *GOOD[1:]])),
    )
    yield "hash-of-31-bytes", case(proof_text(hashes=[base64(bytes(31)), *GOOD[1:]]))
    yield "hash-with-a-space", case(proof_text(hashes=[f" {GOOD[0]}", *GOOD[1:]]))
    yield "hashes-on-one-line", case(proof_text(hashes=["".join(GOOD)]))
    yield "127-hashes", case(proof_text(hashes=GOOD[:1] * 127))
    yield "carriage-returns", case(proof_text().replace("\n", "\r\n"))
    yield "without-a-checkpoint", case(proof_text().partition("\n\n")[0] + "\n")


def proofs() -> Iterator[tuple[str, Case]]:
    false = "inclusion-false"
    yield "within-seven", proof_case(proof_text())
    yield "the-only-entry", proof_case(proof_text(0, 1), index=0, size=1)
    yield "within-300", proof_case(proof_text(255, 300), index=255, size=300)
    witnessed = cosigned_note(checkpoint(7).text, 1, 2)
    yield "witnessed", proof_case(proof_text(note=witnessed))
    yield from malformed_proofs()
    yield (
        "with-an-empty-checkpoint",
        proof_case(proof_text().partition("\n\n")[0] + "\n\n", "note-malformed"),
    )
    yield "trailing-bytes", proof_case(f"{proof_text()}more", "note-malformed")
    yield "truncated-proof", proof_case(proof_text(hashes=GOOD[:-1]), false)
    yield "empty-proof", proof_case(proof_text(hashes=[]), false)
    yield "extra-hash", proof_case(proof_text(hashes=[*GOOD, GOOD[0]]), false)
    yield "swapped-hashes", proof_case(proof_text(hashes=GOOD[::-1]), false)
    yield "altered-hash", proof_case(proof_text(hashes=[base64(bytes(32)), *GOOD[1:]]), false)
    yield "index-of-the-sibling", proof_case(proof_text(number="index 5"), false)
    yield "index-beyond-the-size", proof_case(proof_text(number="index 12"), false)
    later = base64((TIMES[4] + 1).to_bytes(8, "big"))
    yield "altered-time", proof_case(proof_text(extra=f"extra {later}"), false)
    yield "of-another-statement", proof_case(proof_text(), false, digest=DIGESTS[5])
    yield (
        "checkpoint-of-another-size",
        proof_case(proof_text(note=cosigned_note(checkpoint(8).text)), false),
    )
    fork = Checkpoint(ORIGIN, 7, TREE.root(6)).text
    yield "checkpoint-of-another-root", proof_case(proof_text(note=cosigned_note(fork)), false)
    yield (
        "checkpoint-by-another-key",
        proof_case(
            proof_text(note=cosigned_note(checkpoint(7).text, log=FORK)), "signature-missing"
        ),
    )
    moved = Note(checkpoint(7).text, cosigned_note(checkpoint(8).text).signatures)
    yield "checkpoint-signature-false", proof_case(proof_text(note=moved), "signature-false")
    other = checkpoint(7).text.replace(ORIGIN, OTHER_LOG.key.name)
    yield (
        "checkpoint-of-another-log",
        proof_case(proof_text(note=cosigned_note(other, log=OTHER_LOG)), "origin-mismatch"),
    )
    extended = f"{checkpoint(7).text}more\n"
    yield (
        "checkpoint-extended",
        proof_case(proof_text(note=cosigned_note(extended)), "checkpoint-malformed"),
    )


def sign1(
    root: bytes,
    protected: dict[Any, Any] | bytes,
    unprotected: dict[Any, Any],
    *,
    key: TestKey = RECEIPTS,
    tag: int = 18,
    payload: bytes | None = None,
    signature: bytes | None = None,
) -> bytes:
    """A COSE_Sign1 with a true signature over `root`, whatever its headers."""
    header = protected if isinstance(protected, bytes) else cbor2.dumps(protected)
    if signature is None:
        signature = key.sign(to_be_signed(header, root))
    return cbor2.dumps(cbor2.CBORTag(tag, [header, unprotected, payload, signature]))


def to_be_signed(protected: dict[Any, Any] | bytes, root: bytes) -> bytes:
    """The Sig_structure of RFC 9052 section 4.4."""
    header = protected if isinstance(protected, bytes) else cbor2.dumps(protected)
    return cbor2.dumps(["Signature1", header, b"", root])


def header(key: TestKey = RECEIPTS, **claims: object) -> dict[Any, Any]:
    labels = {"iss": 1, "sub": 2, "iat": 6, "size": SIZE}
    kid = base64url.decode(key.key_id)
    return {1: -7, 4: kid, 15: {labels[name]: each for name, each in claims.items()}, 395: 1}


def vouched(proof: list[Any], kind: int = -1) -> dict[Any, Any]:
    return {396: {kind: [cbor2.dumps(proof)]}}


INCLUDED = header(iss=ORIGIN, sub=DIGESTS[4], iat=TIMES[4], size=7)
PATH = list(TREE.path(4, 7))
GROWN = header(iss=ORIGIN, size=7)
FROM_3_TO_7 = list(TREE.proof(3, 7))
ROOT = TREE.root(7)


def receipts() -> Iterator[tuple[str, Case]]:
    def case(
        receipt: bytes, slug: str = "", index: int = 4, size: int = 7, **changed: object
    ) -> Case:
        expected = {
            "recordedAt": TIMES[index],
            "size": size,
            "index": index,
            "root": TREE.root(size).hex(),
        }
        return {
            "receipt": receipt.hex(),
            "digest": DIGESTS[index],
            "log": ORIGIN,
            "key": RECEIPTS.jwk,
            "expected": unproven(slug) if slug else expected,
        } | changed

    def of(index: int, size: int) -> bytes:
        said = header(iss=ORIGIN, sub=DIGESTS[index], iat=TIMES[index], size=size)
        return sign1(TREE.root(size), said, vouched([size, index, list(TREE.path(index, size))]))

    good = sign1(ROOT, INCLUDED, vouched([7, 4, PATH]))
    yield "within-seven", case(good)
    yield "the-first-of-two", case(of(0, 2), index=0, size=2)
    yield "within-300", case(of(255, 300), index=255, size=300)
    yield from common("receipt-malformed", good, INCLUDED, -1, [7, 4, PATH], case)
    malformed, false = "receipt-malformed", "inclusion-false"
    lone = header(iss=ORIGIN, sub=DIGESTS[0], iat=TIMES[0], size=1)
    yield (
        "tree-of-one-leaf",
        case(sign1(TREE.root(1), lone, vouched([1, 0, []])), malformed, index=0),
    )
    for name, proof in (
        ("index-below-zero", [7, -1, PATH]),
        ("size-below-zero", [-7, 4, PATH]),
        ("size-as-a-float", [7.0, 4, PATH]),
        ("index-as-text", [7, "4", PATH]),
        ("size-beyond-63-bits", [1 << 63, 4, PATH]),
        ("size-as-a-bignum", [1 << 64, 4, PATH]),
        ("without-hashes", [7, 4, []]),
        ("65-hashes", [7, 4, PATH[:1] * 65]),
        ("hash-of-31-bytes", [7, 4, [PATH[0][:31], *PATH[1:]]]),
        ("hash-as-text", [7, 4, ["A" * 32, *PATH[1:]]]),
        ("proof-of-two-members", [7, 4]),
        ("proof-of-four-members", [7, 4, PATH, 0]),
    ):
        said = INCLUDED | {15: INCLUDED[15] | {SIZE: proof[0]}}
        yield name, case(sign1(ROOT, said, vouched(proof)), malformed)
    claims = INCLUDED[15]
    for name, other in (
        ("issuer-missing", without(claims, 1)),
        ("subject-missing", without(claims, 2)),
        ("time-missing", without(claims, 6)),
        ("size-missing", without(claims, SIZE)),
        ("subject-no-digest", claims | {2: "statement"}),
        ("time-as-a-float", claims | {6: float(TIMES[4])}),
        ("time-below-zero", claims | {6: -1}),
        ("size-of-another-claim", claims | {SIZE: 8}),
    ):
        yield name, case(sign1(ROOT, INCLUDED | {15: other}, vouched([7, 4, PATH])), malformed)
    # The path from leaf 4 to the root of 7 would do for a tree of 8 as well.
    eight = INCLUDED | {15: claims | {SIZE: 8}}
    signature = RECEIPTS.sign(to_be_signed(INCLUDED, ROOT))
    yield (
        "altered-size",
        case(sign1(ROOT, eight, vouched([8, 4, PATH]), signature=signature), "signature-false"),
    )
    yield "altered-size-in-the-proof", case(sign1(ROOT, INCLUDED, vouched([8, 4, PATH])), malformed)
    for name, proof in (
        ("truncated-proof", [7, 4, PATH[:-1]]),
        ("extra-hash", [7, 4, [*PATH, PATH[0]]]),
        ("index-of-the-size", [7, 7, PATH]),
        ("index-beyond-the-size", [7, 12, PATH]),
    ):
        yield name, case(sign1(ROOT, INCLUDED, vouched(proof)), false)
    yield "of-another-statement", case(good, false, digest=DIGESTS[5])
    for name, proof in (
        ("swapped-hashes", [7, 4, PATH[::-1]]),
        ("altered-hash", [7, 4, [bytes(32), *PATH[1:]]]),
        ("index-of-the-sibling", [7, 5, PATH]),
    ):
        yield name, case(sign1(ROOT, INCLUDED, vouched(proof)), "signature-false")
    later = header(iss=ORIGIN, sub=DIGESTS[4], iat=TIMES[4] + 1, size=7)
    yield "altered-time", case(sign1(ROOT, later, vouched([7, 4, PATH])), "signature-false")
    yield (
        "root-of-another-size",
        case(sign1(TREE.root(8), INCLUDED, vouched([7, 4, PATH])), "signature-false"),
    )
    yield (
        "signature-of-the-root-alone",
        case(
            sign1(ROOT, INCLUDED, vouched([7, 4, PATH]), signature=RECEIPTS.sign(ROOT)),
            "signature-false",
        ),
    )
    grown = sign1(ROOT, GROWN, vouched([3, 7, FROM_3_TO_7], -2))
    yield "of-consistency", case(grown, malformed)


def common(
    malformed: str, good: bytes, said: dict[Any, Any], kind: int, proof: list[Any], case: Any
) -> Iterator[tuple[str, Case]]:
    """What both kinds of receipts have to refuse."""

    def bad(name: str, receipt: bytes) -> tuple[str, Case]:
        return name, case(receipt, malformed)

    shown = vouched(proof, kind)
    yield bad("empty", b"")
    yield bad("truncated", good[:-1])
    yield bad("trailing-bytes", good + b"\0")
    yield bad("untagged", good[1:])
    yield bad("tag-of-cose-sign", sign1(ROOT, said, shown, tag=98))
    yield bad("tag-not-shortest", b"\xd8\x12" + good[1:])
    yield bad("tagged-as-cbor", b"\xd9\xd9\xf7" + good)
    yield bad("payload-attached", sign1(ROOT, said, shown, payload=ROOT))
    yield bad("payload-empty", sign1(ROOT, said, shown, payload=b""))
    yield bad("indefinite-length", b"\xd2\x9f" + good[2:] + b"\xff")
    yield bad("algorithm-es384", sign1(ROOT, said | {1: ES384}, shown))
    yield bad("algorithm-eddsa", sign1(ROOT, said | {1: EDDSA}, shown))
    yield bad("algorithm-as-text", sign1(ROOT, said | {1: "ES256"}, shown))
    yield bad("structure-of-ccf", sign1(ROOT, said | {395: 2}, shown))
    yield bad("structure-unprotected", sign1(ROOT, without(said, 395), {395: 1} | shown))
    yield bad("claims-missing", sign1(ROOT, without(said, 15), shown))
    yield bad("kid-missing", sign1(ROOT, without(said, 4), shown))
    yield bad("kid-of-31-bytes", sign1(ROOT, said | {4: bytes(31)}, shown))
    yield bad("more-in-the-protected-header", sign1(ROOT, said | {16: "more"}, shown))
    yield bad("more-in-the-unprotected-header", sign1(ROOT, said, shown | {4: b"more"}))
    yield bad("more-claims", sign1(ROOT, said | {15: said[15] | {7: b"more"}}, shown))
    order = {label: said[label] for label in (395, 15, 4, 1)}
    yield bad("protected-header-in-another-order", sign1(ROOT, order, shown))
    yield bad("label-twice", sign1(ROOT, b"\xa5\x01\x26" + cbor2.dumps(said)[1:], shown))
    yield bad("protected-header-empty", sign1(ROOT, b"", shown))
    yield bad("protected-header-not-bytes", sign1(ROOT, said, shown).replace(b"\x58", b"\x78", 1))
    yield bad("two-proofs", sign1(ROOT, said, {396: {kind: 2 * shown[396][kind]}}))
    yield bad("no-proof", sign1(ROOT, said, {396: {kind: []}}))
    yield bad("proof-not-in-bytes", sign1(ROOT, said, {396: {kind: [proof]}}))
    yield bad(
        "proof-with-trailing-bytes", sign1(ROOT, said, {396: {kind: [cbor2.dumps(proof) + b"\0"]}})
    )
    yield bad("proofs-of-both-kinds", sign1(ROOT, said, {396: shown[396] | {-3 - kind: []}}))
    yield bad("proofs-protected", sign1(ROOT, said | shown, {}))
    yield bad("signature-of-63-bytes", sign1(ROOT, said, shown, signature=bytes(63)))
    yield bad("signature-missing", sign1(ROOT, said, shown, signature=b""))
    yield (
        "altered-signature",
        case(sign1(ROOT, said, shown, signature=bytes(64)), "signature-false"),
    )
    claims = said[15]
    stranger = TestKey("stranger")
    yield (
        "by-another-key-under-this-kid",
        case(sign1(ROOT, said, shown, key=stranger), "signature-false"),
    )
    other = said | {4: base64url.decode(stranger.key_id)}
    yield "by-another-key", case(sign1(ROOT, other, shown, key=stranger), "signature-missing")
    foreign = said | {15: claims | {1: OTHER_LOG.key.name}}
    yield "of-another-log", case(sign1(ROOT, foreign, shown), "origin-mismatch")


def consistency_receipts() -> Iterator[tuple[str, Case]]:
    def case(receipt: bytes, slug: str = "", old: int = 3, new: int = 7, **changed: object) -> Case:
        return {
            "receipt": receipt.hex(),
            "log": ORIGIN,
            "key": RECEIPTS.jwk,
            "old": old,
            "oldRoot": TREE.root(old).hex(),
            "expected": unproven(slug) if slug else {"new": new, "newRoot": TREE.root(new).hex()},
        } | changed

    def of(old: int, new: int) -> bytes:
        proof = vouched([old, new, list(TREE.proof(old, new))], -2)
        return sign1(TREE.root(new), header(iss=ORIGIN, size=new), proof)

    good = of(3, 7)
    yield "from-three-to-seven", case(good)
    yield "from-a-complete-tree", case(of(4, 8), old=4, new=8)
    yield "from-255-to-300", case(of(255, 300), old=255, new=300)
    yield from common("receipt-malformed", good, GROWN, -2, [3, 7, FROM_3_TO_7], case)
    for name, proof, slug in (
        ("sizes-below-zero", [-3, 7, FROM_3_TO_7], "receipt-malformed"),
        ("without-hashes", [3, 7, []], "receipt-malformed"),
        ("hash-of-31-bytes", [3, 7, [bytes(31)]], "receipt-malformed"),
        ("truncated-proof", [3, 7, FROM_3_TO_7[:-1]], "consistency-false"),
        ("extra-hash", [3, 7, [*FROM_3_TO_7, bytes(32)]], "consistency-false"),
        ("swapped-hashes", [3, 7, FROM_3_TO_7[::-1]], "consistency-false"),
        ("swapped-sizes", [7, 3, FROM_3_TO_7], "consistency-false"),
        ("from-nothing", [0, 7, FROM_3_TO_7], "consistency-false"),
        ("altered-last-hash", [3, 7, [*FROM_3_TO_7[:-1], bytes(32)]], "signature-false"),
    ):
        said = header(iss=ORIGIN, size=proof[1])
        yield name, case(sign1(ROOT, said, vouched(proof, -2)), slug)
    # The path from 3 to 7 would do for a tree of 6 as well.
    six = header(iss=ORIGIN, size=6)
    signature = RECEIPTS.sign(to_be_signed(GROWN, ROOT))
    altered = sign1(ROOT, six, vouched([3, 6, FROM_3_TO_7], -2), signature=signature)
    yield "altered-size", case(altered, "signature-false")
    in_proof = sign1(ROOT, GROWN, vouched([3, 6, FROM_3_TO_7], -2))
    yield "altered-size-in-the-proof", case(in_proof, "receipt-malformed")
    unsaid = sign1(ROOT, header(iss=ORIGIN), vouched([3, 7, FROM_3_TO_7], -2))
    yield "size-missing", case(unsaid, "receipt-malformed")
    yield "of-another-old-size", case(good, "consistency-false", old=4)
    yield "of-another-old-root", case(good, "consistency-false", oldRoot=TREE.root(4).hex())
    yield (
        "root-of-another-size",
        case(sign1(TREE.root(8), GROWN, vouched([3, 7, FROM_3_TO_7], -2)), "signature-false"),
    )
    included = sign1(ROOT, INCLUDED, vouched([7, 4, PATH]))
    yield "of-inclusion", case(included, "receipt-malformed")


def without(of: dict[Any, Any], label: int) -> dict[Any, Any]:
    return {each: value for each, value in of.items() if each != label}


def cases() -> Iterator[tuple[str, Case]]:
    """File name below `log/` and the case."""
    for folder, of in {
        "proof": proofs,
        "receipt": receipts,
        "consistency-receipt": consistency_receipts,
    }.items():
        for name, case in of():
            yield f"{folder}/{name}", case
