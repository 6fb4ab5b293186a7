"""Credentials as JWTs (W3C VC-JOSE-COSE, section 3.1), read strictly: the payload is the credential itself."""

from typing import Any, Generic, Literal, TypeVar

import msgspec

from ..statement import Signs, base64url
from .did import DidDocument
from .errors import BadCertificate

C = TypeVar("C", bound=msgspec.Struct)
MEDIA_TYPE = "application/vc+jwt"


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The protected header: exactly these members, in this order."""

    alg: Literal["ES256"]
    typ: Literal["vc+jwt"]
    cty: Literal["vc"]
    kid: str


class Secured(msgspec.Struct, Generic[C], frozen=True):
    """A credential whose form is right, its signature not yet verified."""

    credential: C
    kid: str
    signed: bytes
    signature: bytes

    def verify(self, issuer: str, document: DidDocument) -> None:
        """Raise `BadCertificate` unless this issuer, of whom that is the DID document, signed it.

        `issuer-mismatch`, `issuer-document`, `issuer-key-unknown`, `issuer-key-retired` or `certificate-false`.
        """
        did, _, _ = self.kid.partition("#")
        if did != issuer:
            raise BadCertificate(
                "issuer-mismatch", f"It is issued by {issuer} and signed by {did[:256]}."
            )
        if document.id != issuer:
            raise BadCertificate(
                "issuer-mismatch", f"The document is that of {document.id}, the issuer {issuer}."
            )
        if not document.key(self.kid).verifies(self.signature, self.signed):
            raise BadCertificate("certificate-false", f"Key {self.kid} did not sign these bytes.")


def sign(credential: msgspec.Struct, did: str, key: Signs) -> str:
    """The credential as the issuer's JWT; `ValueError` when the key is not for ES256."""
    if key.algorithm != "ES256":
        raise ValueError(f"certificates are signed with ES256, not with {key.algorithm}")
    header = Header(alg="ES256", typ="vc+jwt", cty="vc", kid=f"{did}#{key.key_id}")
    parts = [base64url.encode(msgspec.json.encode(each)) for each in (header, credential)]
    signed = ".".join(parts)
    return f"{signed}.{base64url.encode(key.sign(signed.encode('ascii')))}"


def read(text: str, decoder: "msgspec.json.Decoder[C]", limit: int) -> Secured[C]:
    """Take a credential's JWT of at most `limit` characters apart.

    `BadCertificate` `certificate-malformed` or `certificate-header` when it is not strictly of the form.
    """
    if len(text) > limit:
        raise BadCertificate(
            "certificate-malformed", f"{len(text)} characters; at most {limit} are allowed."
        )
    parts = text.split(".")
    if len(parts) != 3:
        raise BadCertificate(
            "certificate-malformed", f"Three parts joined by dots are expected, not {len(parts)}."
        )
    try:
        header, payload, signature = map(base64url.decode, parts)
    except ValueError as error:
        raise BadCertificate("certificate-malformed", f"{error}.".capitalize()) from error
    try:
        found = _headers.decode(header)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadCertificate("certificate-header", f"Not alg, typ, cty, kid: {error}.") from error
    if msgspec.json.encode(found) != header:
        raise BadCertificate(
            "certificate-header", "It is not written as certificates' headers are."
        )
    return Secured(
        _credential(payload, decoder),
        found.kid,
        f"{parts[0]}.{parts[1]}".encode("ascii"),
        signature,
    )


def _credential(payload: bytes, decoder: "msgspec.json.Decoder[C]") -> C:
    try:
        credential = decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadCertificate("certificate-malformed", f"{error}.") from error
    # One text per certificate: no white space, no member twice, none in another place, no other spelling.
    if msgspec.json.encode(credential) != payload:
        raise BadCertificate("certificate-malformed", "It is not written as we write it.")
    return credential


_headers: "msgspec.json.Decoder[Any]" = msgspec.json.Decoder(Header)
