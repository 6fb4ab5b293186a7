"""A certificate written anew from what was computed: it is about no other product, policy or time than follows."""

from collections.abc import Iterator

from ..certificate import Certificate, Credential, Issuance, credential
from ..policy import Policy
from ..policy.answers import AssessmentAnswer


def differing(
    certificate: Certificate, policy: Policy, found: AssessmentAnswer, material: str
) -> str | None:
    """In what a certificate differs from one of this assessment, of a batch of this material; nothing where it does not.

    That its figures are the same in all its terms its form says, and which they are is compared before.
    """
    said = certificate.credential
    try:
        anew = credential(_issuance(certificate, material), policy, found)
    except ValueError as error:
        return f"Nothing was to be certified: {error}"
    for (name, mine), (_, other) in zip(_told(said), _told(anew), strict=True):
        if mine != other:
            return f"Its {name} is another than what follows"
    return None


def _told(said: Credential) -> Iterator[tuple[str, object]]:
    (assessed,) = said.assessment.assessed_product
    yield "validUntil", said.valid_until
    yield "product", assessed.product.name
    yield "referenceScheme", said.credential_subject.reference_scheme


def _issuance(certificate: Certificate, material: str) -> Issuance:
    said = certificate.credential
    subject, provenance = said.credential_subject, said.provenance
    (assessed,) = said.assessment.assessed_product
    return Issuance(
        origin=certificate.origin,
        issuer=said.issuer.name,
        log=provenance.log,
        id=certificate.id,
        status_list=said.credential_status.list_number,
        index=said.credential_status.status_list_index,
        party=subject.issued_to_party.id.rpartition("/")[2],
        holder=subject.issued_to_party.name,
        material=material,
        issued_at=said.valid_from,
        product=provenance.product,
        lot=assessed.product.batch_number,
        declared=provenance.declared,
    )
