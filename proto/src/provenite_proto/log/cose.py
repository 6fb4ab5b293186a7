"""COSE receipts: what a log proves, in the form of RFC 9942, for those who read COSE and not C2SP's texts.

A receipt is a tagged COSE_Sign1 (RFC 9052 section 4.2) with ES256. Its payload, the tree's root, is detached:
whoever checks it computes the root from the proof, so that a signature over another root cannot pass for it.
"""

from typing import Annotated, Any, ClassVar, NoReturn, Self

import cbor2
import msgspec
from msgspec import Meta

from ..record import Digest
from ..statement import PublicKey, Signs, base64url
from . import note
from .checkpoint import Checkpoint
from .entry import entry
from .errors import Unproven
from .tree import HASH_BYTES, MAX_SIZE, consistency_root, inclusion_root, leaf_hash

MAX_BYTES = 8_192
"""Bytes of a receipt, at the most."""
MAX_HASHES = 64
"""Hashes of the proof in a receipt, at the most."""
TAG = b"\xd2"
"""CBOR's tag 18: a COSE_Sign1."""
_ALG, _KID, _CLAIMS, _STRUCTURE, _PROOFS = 1, 4, 15, 395, 396
_ES256 = -7
_RFC9162_SHA256 = 1
_ISS, _SUB, _IAT = 1, 2, 6
_SIZE = -65537
"""A claim for private use (RFC 8392 section 9.1): the size of the tree. RFC 9942 leaves it unsigned, and without it one
path proves the same leaf at several places of several sizes."""
MAX_DEPTH = 6
"""How deep CBOR may nest: a receipt has less."""

_Name = Annotated[str, Meta(min_length=1, max_length=note.MAX_NAME)]
_Bytes32 = Annotated[bytes, Meta(min_length=HASH_BYTES, max_length=HASH_BYTES)]
_Number = Annotated[int, Meta(ge=0, le=MAX_SIZE)]
_Grown = Annotated[int, Meta(ge=2, le=MAX_SIZE)]
_Path = Annotated[tuple[_Bytes32, ...], Meta(min_length=1, max_length=MAX_HASHES)]
_Signature = Annotated[bytes, Meta(min_length=64, max_length=64)]


class _Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What both kinds have: the log's name, its receipt key (`kid`: 32 bytes), the proof and the signature.

    `kid` is the RFC 7638 thumbprint. The signature is 64 zeros until `signed` has made it.
    """

    log: _Name
    kid: _Bytes32
    hashes: _Path
    signature: _Signature = bytes(64)

    _kind: ClassVar[int]
    _claims: ClassVar[dict[int, str]]
    _numbers: ClassVar[tuple[str, str]]

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a receipt strictly; `Unproven` `receipt-malformed`. Nothing in it has been verified."""
        if len(data) > MAX_BYTES:
            raise Unproven("receipt-malformed", f"{len(data)} bytes; at most {MAX_BYTES} are read.")
        if not data.startswith(TAG):
            raise Unproven("receipt-malformed", "Not a tagged COSE_Sign1.")
        try:
            protected, unprotected, _, signature = _decode(data[1:])
            header = _decode(protected)
            (encoded,) = unprotected[_PROOFS][cls._kind]
            first, second, hashes = _decode(encoded)
            claims = header[_CLAIMS]
            members = {name: claims[label] for label, name in cls._claims.items()}
            members |= dict(zip(cls._numbers, (first, second), strict=True))
            members |= {"kid": header[_KID], "hashes": hashes, "signature": signature}
            found = msgspec.convert(members, cls, builtin_types=(bytes,))
        except (cbor2.CBORError, LookupError, TypeError, ValueError, AttributeError) as error:
            raise Unproven("receipt-malformed", f"Not such a receipt: {error}.") from error
        # Whatever was not looked at has to be what a receipt has there, in the one encoding.
        if found.encode() != data:
            raise Unproven("receipt-malformed", "Not the deterministic CBOR of such a receipt.")
        return found

    def encode(self) -> bytes:
        """The receipt as it is sent (`application/scitt-receipt+cose`), in deterministic CBOR."""
        numbers = [getattr(self, each) for each in self._numbers]
        proof = cbor2.dumps([*numbers, self.hashes], canonical=True)
        unprotected = {_PROOFS: {self._kind: [proof]}}
        sign1 = [self._protected(), unprotected, None, self.signature]
        return TAG + cbor2.dumps(sign1, canonical=True)

    def signed(self, root: bytes, key: Signs) -> Self:
        """The receipt with the signature of a P-256 key over the root of the tree, or of the newer one."""
        return msgspec.structs.replace(self, signature=key.sign(self._to_be_signed(root)))

    def _check(self, log: str, key: PublicKey) -> None:
        if self.log != log:
            raise Unproven("origin-mismatch", f"The receipt is of {self.log}, not of {log}.")
        if self.kid != kid_of(key) or key.algorithm != "ES256":
            raise Unproven("signature-missing", f"The receipt is not signed with {key.key_id}.")

    def _verify(self, root: bytes, key: PublicKey) -> None:
        if not key.verifies(self.signature, self._to_be_signed(root)):
            raise Unproven(
                "signature-false",
                "The signature does not verify over the root that the proof leads to.",
            )

    def _to_be_signed(self, root: bytes) -> bytes:
        # The Sig_structure of RFC 9052 section 4.4, without external data.
        return cbor2.dumps(["Signature1", self._protected(), b"", root], canonical=True)

    def _protected(self) -> bytes:
        claims = {label: getattr(self, name) for label, name in self._claims.items()}
        header = {_ALG: _ES256, _KID: self.kid, _CLAIMS: claims, _STRUCTURE: _RFC9162_SHA256}
        return cbor2.dumps(header, canonical=True)


class InclusionReceipt(_Receipt, frozen=True, kw_only=True):
    """The log says by its receipt key: statement `digest` is leaf `index` of my tree of `size` leaves.

    `recorded_at` is when it was recorded (seconds since 1970): the leaf commits to it. A tree of one leaf
    has no receipt, since RFC 9942 section 5.2 asks for a path with a hash in it.
    """

    digest: Digest
    recorded_at: _Number
    size: _Grown
    index: _Number

    _kind = -1
    _claims = {_ISS: "log", _SUB: "digest", _IAT: "recorded_at", _SIZE: "size"}
    _numbers = ("size", "index")

    def check(self, digest: str, log: str, key: PublicKey) -> Checkpoint:
        """Check that the log's receipt key vouches for this statement; the tree of which it is proven.

        Raises `Unproven`: `origin-mismatch`, `signature-missing`, `inclusion-false`, `signature-false`.
        """
        self._check(log, key)
        if self.digest != digest:
            raise Unproven(
                "inclusion-false", f"The receipt is of statement {self.digest}, not {digest}."
            )
        leaf = leaf_hash(entry(digest, self.recorded_at))
        root = inclusion_root(leaf, self.index, self.size, self.hashes)
        self._verify(root, key)
        return Checkpoint(log, self.size, root)


class ConsistencyReceipt(_Receipt, frozen=True, kw_only=True):
    """The log says by its receipt key: my tree of `new` leaves begins with that of `old`.

    `old` is at least 1 and below `new`, since RFC 9942 section 5.3 asks for a path with a hash in it.
    """

    old: _Number
    new: _Grown

    _kind = -2
    _claims = {_ISS: "log", _SIZE: "new"}
    _numbers = ("old", "new")

    def check(self, old: Checkpoint, key: PublicKey) -> Checkpoint:
        """Check that the log vouches for a tree that extends `old`; that tree.

        Raises `Unproven`: `origin-mismatch`, `signature-missing`, `consistency-false`, `signature-false`.
        """
        self._check(old.origin, key)
        if self.old != old.size:
            raise Unproven(
                "consistency-false",
                f"The receipt begins with a tree of {self.old}, not of {old.size}.",
            )
        root = consistency_root(self.old, old.root, self.new, self.hashes)
        self._verify(root, key)
        return Checkpoint(old.origin, self.new, root)


def kid_of(key: Signs | PublicKey) -> bytes:
    """The key id of receipts: the 32 bytes of the key's RFC 7638 thumbprint."""
    return base64url.read(key.key_id)


def _decode(data: Any) -> Any:
    if not isinstance(data, bytes):
        raise TypeError("bytes are expected")
    return cbor2.loads(
        data,
        semantic_decoders=_NO_TAGS,
        max_depth=MAX_DEPTH,
        allow_indefinite=False,
        allow_duplicate_keys=False,
    )


def _refuse(value: Any, immutable: bool) -> NoReturn:
    raise ValueError("a tag within a receipt")


# The tags to which cbor2 gives a meaning: a receipt has no numbers of a thousand digits, patterns or messages.
_NO_TAGS = dict.fromkeys((*range(300), 1004, 43000, 55799), _refuse)
