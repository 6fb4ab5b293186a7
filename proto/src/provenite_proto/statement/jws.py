"""The signed core of statements and tokens: a JWS in compact form (RFC 7515 section 7.1), read strictly."""

from functools import lru_cache
from hashlib import sha256
from typing import Annotated

import msgspec
from msgspec import Meta

from ..problem import Problem
from ..record import Digest
from . import base64url
from .compact_json import is_compact
from .key import PublicKey, Signs


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The protected header: exactly these members, bounded because headers are kept."""

    alg: Annotated[str, Meta(max_length=16)]
    kid: Digest
    typ: Annotated[str, Meta(max_length=64)]


class Jws(msgspec.Struct, frozen=True, gc=False):
    """A JWS taken apart, its signature not yet verified.

    `signed` is the signing input and `hashed` its SHA-256; `payload` the decoded bytes.
    """

    header: Header
    payload: bytes
    signed: bytes
    hashed: bytes
    signature: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the signing input: what identifies a statement, whatever its signature bytes."""
        return base64url.encode(self.hashed)

    def verify(self, key: PublicKey) -> None:
        """Raise `Problem` `algorithm-mismatch` or `signature-invalid` unless `key` made the signature."""
        if not key.allows(self.header.alg):
            raise Problem(
                "algorithm-mismatch",
                f"The header says {self.header.alg}; the registered key is for {key.algorithm}.",
            )
        if not key.verifies(self.signature, self.signed, self.hashed):
            raise Problem("signature-invalid", f"Key {key.key_id} did not sign these bytes.")


def parse(text: str, typ: str) -> Jws:
    """Take a JWS of type `typ` apart; `Problem` when it is not strictly of that form."""
    parts = text.split(".")
    if len(parts) != 3:
        raise Problem(
            "malformed-statement", f"Three parts joined by dots are expected, not {len(parts)}."
        )
    header = _header(parts[0])
    if header.typ != typ:
        raise Problem("header-not-allowed", f"typ is {header.typ!r}; it must be {typ!r}.")
    try:
        payload, signature = base64url.decode(parts[1]), base64url.decode(parts[2])
    except ValueError as error:
        raise Problem("malformed-statement", f"Payload or signature: {error}.") from error
    signed = f"{parts[0]}.{parts[1]}".encode("ascii")
    return Jws(header, payload, signed, sha256(signed).digest(), signature)


def compose(payload: bytes, typ: str, key: Signs) -> str:
    """Sign `payload`: the JWS in compact form."""
    header = msgspec.json.encode(Header(alg=key.algorithm, kid=key.key_id, typ=typ))
    signed = f"{base64url.encode(header)}.{base64url.encode(payload)}"
    return f"{signed}.{base64url.encode(key.sign(signed.encode('ascii')))}"


@lru_cache(maxsize=4096)
def _header(text: str) -> Header:
    # A firm signs with few keys, so its few headers recur.
    try:
        raw = base64url.decode(text)
        header = msgspec.json.decode(raw, type=Header)
    except (ValueError, RecursionError) as error:
        raise Problem(
            "header-not-allowed", f"The header is not exactly alg, kid, typ: {error}."
        ) from error
    if not is_compact(raw):
        raise Problem("not-compact-json", "The header is not compact JSON.")
    return header
