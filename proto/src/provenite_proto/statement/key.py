"""Keys: P-256 with ES256 (RFC 7518 section 3.4) and Ed25519 (RFC 8037, RFC 9864), named by thumbprint.

A `kid` is a hint: the algorithm is always the registered key's own, never the header's.
"""

from hashlib import sha256
from typing import Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature

from ..problem import Problem
from ..record import Jwk
from . import base64url, edwards25519

_ES256 = ec.ECDSA(hashes.SHA256())
_ES256_OF_HASHED = ec.ECDSA(Prehashed(hashes.SHA256()))


class PublicKey:
    """A registered key: `jwk`, `key_id` (RFC 7638 SHA-256 thumbprint) and `algorithm` (`ES256`, `Ed25519`)."""

    __slots__ = ("_ed25519", "_p256", "algorithm", "jwk", "key_id")

    def __init__(self, jwk: Jwk) -> None:
        """Raise `Problem` `key-malformed` unless `jwk` is a P-256 point or an Ed25519 point of large order."""
        self.jwk = jwk
        self._p256: ec.EllipticCurvePublicKey | None = None
        self._ed25519: ed25519.Ed25519PublicKey | None = None
        try:
            if jwk.kty == "EC" and jwk.crv == "P-256" and jwk.y is not None:
                self._p256 = ec.EllipticCurvePublicNumbers(
                    int.from_bytes(base64url.decode(jwk.x), "big"),
                    int.from_bytes(base64url.decode(jwk.y), "big"),
                    ec.SECP256R1(),
                ).public_key()
                self.algorithm = "ES256"
                canonical = f'{{"crv":"P-256","kty":"EC","x":"{jwk.x}","y":"{jwk.y}"}}'
            elif jwk.kty == "OKP" and jwk.crv == "Ed25519" and jwk.y is None:
                encoded = base64url.decode(jwk.x)
                edwards25519.check(encoded)
                self._ed25519 = ed25519.Ed25519PublicKey.from_public_bytes(encoded)
                self.algorithm = "Ed25519"
                canonical = f'{{"crv":"Ed25519","kty":"OKP","x":"{jwk.x}"}}'
            else:
                raise ValueError(f"kty {jwk.kty} with crv {jwk.crv}")
        except ValueError as error:
            raise Problem(
                "key-malformed", f"Not a usable key: {error}.", pointer="/record/key"
            ) from error
        self.key_id = base64url.encode(sha256(canonical.encode()).digest())

    def allows(self, algorithm: str) -> bool:
        """Whether a header may name this algorithm for this key (`EdDSA` is Ed25519's old name)."""
        return algorithm == self.algorithm or (algorithm == "EdDSA" and self.algorithm == "Ed25519")

    def verifies(self, signature: bytes, signed: bytes, hashed: bytes | None = None) -> bool:
        """Whether `signature` (64 bytes, JOSE form) over `signed` was made with this key.

        `hashed` is the SHA-256 of `signed`, for whoever has it already.
        """
        if len(signature) != 64:
            return False
        try:
            if self._p256 is not None:
                self._p256.verify(
                    _der(signature), hashed or sha256(signed).digest(), _ES256_OF_HASHED
                )
                return True
            if self._ed25519 is not None:
                self._ed25519.verify(signature, signed)
                return True
        except InvalidSignature:
            pass
        return False


def _der(signature: bytes) -> bytes:
    """A signature of JOSE's form as OpenSSL takes it: SEQUENCE { r INTEGER, s INTEGER } (RFC 3279 section 2.2.3)."""
    r, s = _integer(signature[:32]), _integer(signature[32:])
    return b"0%c%b%b" % (len(r) + len(s), r, s)


def _integer(number: bytes) -> bytes:
    digits = number.lstrip(b"\0") or b"\0"
    # A first bit that is set would make it negative.
    if digits[0] & 0x80:
        return b"\x02%c\0%b" % (len(digits) + 1, digits)
    return b"\x02%c%b" % (len(digits), digits)


def possession(party: str, key_id: str) -> bytes:
    """What a further key of a party signs, so that nobody registers a key that is not his."""
    return f"provenite-key-possession\n{party}\n{key_id}\n".encode()


class Signs(Protocol):
    """What signs statements and tokens: a `SigningKey`, or a hardware module."""

    @property
    def key_id(self) -> str:
        """RFC 7638 SHA-256 thumbprint of the public key."""

    @property
    def algorithm(self) -> str:
        """`ES256` or `Ed25519`."""

    def sign(self, message: bytes) -> bytes:
        """64 bytes: r ‖ s for ES256 (RFC 7518 section 3.4), the Ed25519 signature otherwise."""


class SigningKey:
    """A private key with its public half: signs in JOSE form."""

    __slots__ = ("_native", "public")

    def __init__(self, native: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> None:
        """Wrap a key of `cryptography`; `ValueError` for a curve other than P-256."""
        self._native = native
        if isinstance(native, ec.EllipticCurvePrivateKey):
            if not isinstance(native.curve, ec.SECP256R1):
                raise ValueError(f"the key's curve is {native.curve.name}: use P-256 or Ed25519")
            point = native.public_key().public_numbers()
            jwk = Jwk(kty="EC", crv="P-256", x=_coordinate(point.x), y=_coordinate(point.y))
        else:
            raw = native.public_key().public_bytes_raw()
            jwk = Jwk(kty="OKP", crv="Ed25519", x=base64url.encode(raw))
        self.public = PublicKey(jwk)

    @property
    def key_id(self) -> str:
        """The thumbprint of the public half."""
        return self.public.key_id

    @property
    def algorithm(self) -> str:
        """`ES256` or `Ed25519`."""
        return self.public.algorithm

    def sign(self, message: bytes) -> bytes:
        """64 bytes: r ‖ s for ES256, the Ed25519 signature otherwise."""
        if isinstance(self._native, ed25519.Ed25519PrivateKey):
            return self._native.sign(message)
        r, s = decode_dss_signature(self._native.sign(message, _ES256))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def to_pem(self, passphrase: bytes | None = None) -> bytes:
        """PKCS #8 PEM, encrypted when a passphrase is given."""
        return self._native.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(passphrase)
            if passphrase
            else serialization.NoEncryption(),
        )

    @classmethod
    def from_pem(cls, pem: bytes, passphrase: bytes | None = None) -> "SigningKey":
        """Read a PEM private key; `ValueError` when it is no such key or the passphrase does not fit."""
        try:
            native = serialization.load_pem_private_key(pem, passphrase)
        except (TypeError, UnsupportedAlgorithm) as error:
            raise ValueError(str(error)) from error
        if not isinstance(native, ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey):
            raise ValueError(
                f"a {type(native).__name__} cannot sign statements: use P-256 or Ed25519"
            )
        return cls(native)

    @classmethod
    def generate(cls, algorithm: str = "ES256") -> "SigningKey":
        """A new key for `ES256` or `Ed25519`, from the operating system's randomness."""
        if algorithm == "ES256":
            return cls(ec.generate_private_key(ec.SECP256R1()))
        if algorithm == "Ed25519":
            return cls(ed25519.Ed25519PrivateKey.generate())
        raise ValueError(f"unknown algorithm {algorithm}: use ES256 or Ed25519")


def _coordinate(number: int) -> str:
    return base64url.encode(number.to_bytes(32, "big"))
