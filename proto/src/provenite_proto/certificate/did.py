"""The issuer's DID document: which keys sign its certificates (DID Core 1.0; JsonWebKey of CID 1.0, section 2.2.3).

A key that is replaced stays in it, for a certificate outlives the key that signs the next one. A key that is retired
is no assertion method any more: what it has signed, whenever that was, counts no more.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, field

from ..problem import Problem
from ..record import Jwk
from ..record.form import Form
from ..statement import PublicKey
from .errors import BadCertificate
from .model import Uri

MAX_BYTES = 65_536
"""Bytes of a document, at the most."""
MAX_KEYS = 64
"""Keys of a document, at the most."""


class Method(Form, frozen=True, kw_only=True):
    """A key: `id` is the DID, `#` and the key's RFC 7638 thumbprint."""

    id: Uri
    type: Literal["JsonWebKey"]
    controller: Uri
    public_key_jwk: Jwk


class DidDocument(Form, frozen=True, kw_only=True):
    """The keys of an issuer: `assertion_method` names those whose signatures count, the others are retired."""

    context: tuple[
        Literal["https://www.w3.org/ns/did/v1"], Literal["https://w3id.org/security/jwk/v1"]
    ] = field(name="@context")
    id: Uri
    verification_method: Annotated[tuple[Method, ...], Meta(min_length=1, max_length=MAX_KEYS)]
    assertion_method: Annotated[tuple[Uri, ...], Meta(min_length=1, max_length=MAX_KEYS)]

    def key(self, kid: str) -> PublicKey:
        """The key that may sign under this `kid`.

        `BadCertificate` `issuer-key-unknown`, `issuer-key-retired` or `issuer-document`.
        """
        method = next((each for each in self.verification_method if each.id == kid), None)
        if method is None or method.controller != self.id:
            raise BadCertificate("issuer-key-unknown", f"{self.id} has no key {kid[:256]!r}.")
        if kid not in self.assertion_method:
            raise BadCertificate(
                "issuer-key-retired",
                f"The issuer has retired the key {kid[:256]!r}: what it signed counts no more.",
            )
        try:
            key = PublicKey(method.public_key_jwk)
        except Problem as problem:
            raise BadCertificate("issuer-document", problem.detail) from problem
        if key.algorithm != "ES256" or kid != kid_of(self.id, key):
            raise BadCertificate("issuer-document", f"{kid[:256]!r} is not what its key is called.")
        return key


def kid_of(did: str, key: PublicKey) -> str:
    """What a key of an issuer is called."""
    return f"{did}#{key.key_id}"


def did_document(
    did: str, keys: Sequence[PublicKey], retired: Sequence[PublicKey] = ()
) -> DidDocument:
    """The document of an issuer with these P-256 keys, and of those `retired` as many as it has room for."""
    methods = tuple(
        Method(id=kid_of(did, key), type="JsonWebKey", controller=did, public_key_jwk=key.jwk)
        for key in (*keys, *retired[: max(0, MAX_KEYS - len(keys))])
    )
    return DidDocument(
        context=("https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1"),
        id=did,
        verification_method=methods,
        assertion_method=tuple(each.id for each in methods[: len(keys)]),
    )


def read_did(raw: bytes) -> DidDocument:
    """Read a document as `did_document` makes it; `BadCertificate` `issuer-document`.

    Nobody signs it: white space and the order of members are free.
    """
    if len(raw) > MAX_BYTES:
        raise BadCertificate(
            "issuer-document", f"{len(raw)} bytes; at most {MAX_BYTES} are allowed."
        )
    try:
        return _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadCertificate("issuer-document", f"Not an issuer's document: {error}.") from error


_decode = msgspec.json.Decoder(DidDocument).decode
