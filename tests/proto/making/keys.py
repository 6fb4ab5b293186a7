"""Keys, salts and times for the vectors: fixed, so that the files come out the same each time.

Everyone can derive these private keys. They sign nothing but tests.
"""

from collections.abc import Callable
from hashlib import sha256
from itertools import count

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from provenite_proto.record import AnyRecord, Jwk
from provenite_proto.statement import SigningKey, base64url, issue

AUDIENCE = "https://ledger.example"
START = 1_767_600_000
"""2026-01-05T08:00:00Z."""
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class TestKey:
    """Signs like a `SigningKey`, but ES256 deterministically (RFC 6979)."""

    __test__ = False

    def __init__(self, name: str, algorithm: str = "ES256") -> None:
        seed = sha256(f"provenite test key {name}".encode()).digest()
        self.native: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
        if algorithm == "ES256":
            self.native = ec.derive_private_key(int.from_bytes(seed, "big"), ec.SECP256R1())
        else:
            self.native = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
        self.key_id = SigningKey(self.native).key_id
        self.algorithm = algorithm
        self.jwk: Jwk = SigningKey(self.native).public.jwk

    def sign(self, message: bytes) -> bytes:
        if isinstance(self.native, ed25519.Ed25519PrivateKey):
            return self.native.sign(message)
        scheme = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        r, s = decode_dss_signature(self.native.sign(message, scheme))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def salts() -> Callable[[], bytes]:
    """A source of salts that differ from each other."""
    numbers = count()
    return lambda: sha256(f"provenite test salt {next(numbers)}".encode()).digest()[:16]


def signed(
    record: AnyRecord, key: TestKey, issued_at: int = START, audience: str = AUDIENCE
) -> str:
    """`record` as a statement for the ledger of the vectors."""
    return issue(record, key=key, audience=audience, issued_at=issued_at, salt=salts())


def compact(value: object) -> bytes:
    return msgspec.json.encode(value)


def encoded(value: object) -> str:
    return base64url.encode(compact(value))


def digest_of(text: str) -> str:
    return base64url.encode(sha256(text.encode()).digest())
