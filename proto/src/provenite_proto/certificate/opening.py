"""Opening a certificate: the strict reading of its text, and who has to have signed it."""

from collections.abc import Iterator

import msgspec

from ..policy.own import OWN, called, is_own
from ..statement import Signs
from . import jwt
from .addresses import (
    context_url,
    did_of,
    digest_of,
    is_status_list,
    policy_url,
    taken_apart,
)
from .building import multihash, performances
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

    `BadCertificate`: `certificate-malformed`, `certificate-header`; `issuer-mismatch` when its issuer is not the one of
    its address, or status list or context lie elsewhere; `certificate-inconsistent`.
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
    if credential.context[2] != context_url(origin):
        raise BadCertificate("issuer-mismatch", f"Its terms are not defined by {origin}.")
    for what, says, follows in _said_twice(credential, origin):
        if says != follows:
            raise BadCertificate(
                "certificate-inconsistent", f"{what} is not what it says elsewhere."
            )
    return Certificate(text, origin, certificate, digest_of(text), secured)


def opened(text: str, document: DidDocument) -> Credential:
    """What a certificate says that the issuer with this DID document signed; `BadCertificate` otherwise."""
    certificate = read_certificate(text)
    certificate.verify(document)
    return certificate.credential


def sign_certificate(credential: Credential, key: Signs) -> str:
    """The certificate's text, signed with the issuer's key for ES256.

    `ValueError` when nobody could read it: it says more than fits, such as too many figures.
    """
    text = jwt.sign(credential, credential.issuer.id, key)
    try:
        read_certificate(text)
    except BadCertificate as bad:
        raise ValueError(f"no certificate can say it: {bad.detail.removesuffix('.')}") from bad
    return text


def _said_twice(credential: Credential, origin: str) -> Iterator[tuple[str, object, object]]:
    """What is said in the terms of UNTP and, exactly, in ours."""
    assessment, said = credential.assessment, credential.provenance
    entry, (evidence,) = credential.credential_status, assessment.evidence
    policy = policy_url(origin, said.policy_digest)
    profile = credential.credential_subject.reference_profile
    yield "The day", assessment.assessment_date, said.as_of
    figures = performances(credential.id, said.policy, said.figures)
    yield "A figure", assessment.assessed_performance, figures
    yield "The policy", (profile.id, profile.version), (policy, said.version)
    yield (
        "The policy's digest",
        (evidence.link_url, evidence.digest_multibase),
        (policy, multihash(said.policy_digest)),
    )
    if is_own(said.policy):
        titles = {credential.name, credential.credential_subject.name, assessment.name}
        yield "The rule's name", titles, {called(said.policy)}
        yield "What is said of a firm's own rule", assessment.specified_condition[0], OWN
        refers = assessment.reference_regulation + assessment.reference_standard
        yield "What the rule refers to", refers, ()
    yield "The bit", entry.id, f"{entry.status_list_credential}#{entry.status_list_index}"


_decoder = msgspec.json.Decoder(Credential)
