"""Opening a certificate: the strict reading of its text, and who has to have signed it."""

import msgspec

from ..statement import Signs
from . import jwt
from .addresses import did_of, digest_of, is_status_list, taken_apart
from .did import DidDocument
from .errors import BadCertificate
from .model import Credential

MAX_CHARACTERS = 262_144
"""Characters of a certificate, at the most."""


class Certificate(msgspec.Struct, frozen=True):
    """A certificate as received: its form is right and its addresses fit together, its signature is not yet verified.

    `origin` is the ledger's, `id` the certificate's own, `digest` that of the text.
    """

    text: str
    origin: str
    id: str
    digest: str
    secured: "jwt.Secured[Credential]"

    @property
    def credential(self) -> Credential:
        """What it says."""
        return self.secured.credential

    def verify(self, document: DidDocument) -> None:
        """Raise `BadCertificate` unless the issuer with this DID document signed it."""
        self.secured.verify(self.credential.issuer.id, document)


def read_certificate(text: str) -> Certificate:
    """Read a certificate strictly.

    `BadCertificate`: `certificate-malformed`, `certificate-header`, or `issuer-mismatch` when its issuer is not the
    one of its address, or the status list lies elsewhere.
    """
    secured = jwt.read(text, _decoder, MAX_CHARACTERS)
    credential = secured.credential
    origin, certificate = taken_apart(credential.id)
    if credential.issuer.id != did_of(origin):
        raise BadCertificate(
            "issuer-mismatch", f"{credential.issuer.id} is not the issuer at {origin}."
        )
    if not is_status_list(credential.credential_status.status_list_credential, origin):
        raise BadCertificate("issuer-mismatch", f"The status list is not one of {origin}.")
    return Certificate(text, origin, certificate, digest_of(text), secured)


def opened(text: str, document: DidDocument) -> Credential:
    """What a certificate says that the issuer with this DID document signed; `BadCertificate` otherwise."""
    certificate = read_certificate(text)
    certificate.verify(document)
    return certificate.credential


def sign_certificate(credential: Credential, key: Signs) -> str:
    """The certificate's text, signed with the issuer's key for ES256."""
    return jwt.sign(credential, credential.issuer.id, key)


_decoder = msgspec.json.Decoder(Credential)
