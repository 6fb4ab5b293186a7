"""A certificate written anew from what was computed: it says nothing else, and leaves nothing out."""

import msgspec

from ..certificate import Certificate, Issuance, credential
from ..policy import Policy
from ..policy.answers import AssessmentAnswer


def differing(
    certificate: Certificate,
    policy: Policy,
    found: AssessmentAnswer,
    material: str,
    product: str | None,
) -> str | None:
    """In what a certificate differs from one of this assessment; nothing where it does not.

    It is of a batch of this material, which the holder declares to be this product.

    What nobody can compute is taken from it: its address, the issuer's name, its holder, its bit, when it was issued,
    and the lot.
    """
    said = certificate.credential
    try:
        anew = credential(_issuance(certificate, material, product), policy, found)
    except ValueError as error:
        return f"Nothing was to be certified: {error}"
    if said == anew:
        return None
    where = _where(msgspec.to_builtins(said), msgspec.to_builtins(anew))
    return f"Its {where} is another than what follows"


def _where(said: object, follows: object) -> str:
    """The way to the first member that differs, such as `credentialSubject.issuedToParty.name`."""
    if isinstance(said, dict) and isinstance(follows, dict):
        pairs = [(name, said.get(name), follows.get(name)) for name in {**said, **follows}]
    elif isinstance(said, list) and isinstance(follows, list) and len(said) == len(follows):
        pairs = [(str(at), *pair) for at, pair in enumerate(zip(said, follows, strict=True))]
    else:
        return ""
    name, one, other = next(each for each in pairs if each[1] != each[2])
    return ".".join(filter(None, (name, _where(one, other))))


def _issuance(certificate: Certificate, material: str, product: str | None) -> Issuance:
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
        product=product,
        lot=assessed.product.batch_number,
        declared=provenance.declared,
    )
