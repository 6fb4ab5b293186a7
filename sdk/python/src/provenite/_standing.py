"""Building the records about other records: who vouches, withdraws, controls, shows, and signs from now on."""

from collections.abc import Sequence
from datetime import datetime

from provenite_proto.policy import Facts
from provenite_proto.record import (
    COUNTERSIGNATURE,
    Accreditation,
    Attestation,
    Audience,
    CertificateStatus,
    Declaration,
    Document,
    Grant,
    Grantee,
    Key,
    Outcome,
    Ownership,
    OwnershipLink,
    OwnershipParties,
    Retraction,
    RetractionReason,
    Revocation,
    RevocationReason,
    Subject,
    SubjectKind,
    Validity,
)
from provenite_proto.statement import base64url, possession

from ._building import aware, documents_of
from ._signer import Signer


def attestation(
    *,
    subject: Subject,
    scheme: str,
    valid_from: datetime,
    valid_until: datetime | None = None,
    outcome: Outcome = Outcome.CONFORMS,
    claims: Sequence[str] = (),
    documents: Sequence[Document] = (),
) -> Attestation:
    """A third party's word about a statement, batch, site or party, under a scheme such as `rmap`."""
    return Attestation(
        subject=subject,
        scheme=scheme,
        claims=tuple(claims),
        outcome=outcome,
        valid_from=aware(valid_from),
        valid_until=None if valid_until is None else aware(valid_until),
        documents=documents_of(documents),
    )


def countersignature(
    statement: str, *, valid_from: datetime, documents: Sequence[Document] = ()
) -> Attestation:
    """A supplier that has joined confirms what another firm recorded on its behalf."""
    return attestation(
        subject=Subject(kind=SubjectKind.STATEMENT, id=statement),
        scheme=COUNTERSIGNATURE,
        valid_from=valid_from,
        documents=documents,
    )


def retraction(
    statement: str,
    *,
    reason: RetractionReason,
    replacement: str | None = None,
    documents: Sequence[Document] = (),
) -> Retraction:
    """The firm withdraws a statement of its own; `replacement` is one that it has recorded instead."""
    return Retraction(
        statement=statement,
        reason=reason,
        replacement=replacement,
        documents=documents_of(documents),
    )


def declaration(batch: str, facts: Facts, *, documents: Sequence[Document] = ()) -> Declaration:
    """What the holder of a batch, or who made or shipped it, says of the product beside the statements."""
    return Declaration(batch=batch, costs=facts, documents=documents_of(documents))


def certificate_status(certificate: str, status: Validity, *, reason: str) -> CertificateStatus:
    """From now on the certificate, by the digest of the ledger's statement of it, stands so. For the registrar's signer."""
    return CertificateStatus(certificate=certificate, status=status, reason=reason)


def grant(
    sections: Sequence[str],
    *,
    to: str | None = None,
    statements: Sequence[str] = (),
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
) -> Grant:
    """The firm shows sealed sections of its statements, all of them by default, later ones too.

    To the party `to`, or without one to every party that holds matter made from them.
    """
    return Grant(
        audience=Audience.HOLDERS if to is None else Audience.PARTY,
        opened=tuple(sections),
        statements=tuple(statements),
        valid_from=None if valid_from is None else aware(valid_from),
        valid_until=None if valid_until is None else aware(valid_until),
        parties=None if to is None else Grantee(to=to),
    )


def ownership(
    links: Sequence[OwnershipLink],
    *,
    valid_from: datetime,
    valid_until: datetime | None = None,
    documents: Sequence[Document] = (),
) -> Ownership:
    """Who holds the firm's board seats, votes and equity, directly and indirectly, from a time on."""
    return Ownership(
        valid_from=aware(valid_from),
        valid_until=None if valid_until is None else aware(valid_until),
        parties=OwnershipParties(links=tuple(links)),
        documents=documents_of(documents),
    )


def accreditation(
    party: str,
    *,
    scheme: str,
    valid_from: datetime,
    valid_until: datetime | None = None,
    documents: Sequence[Document] = (),
) -> Accreditation:
    """The registrar recognises a party for attestations under a scheme."""
    return Accreditation(
        party=party,
        scheme=scheme,
        valid_from=aware(valid_from),
        valid_until=None if valid_until is None else aware(valid_until),
        documents=documents_of(documents),
    )


def further_key(party: str, signer: Signer, *, documents: Sequence[Document] = ()) -> Key:
    """A further key of the party; `signer` holds it and proves so. To be submitted with an enrolled key."""
    return Key(
        party=party,
        key=signer.public_jwk,
        proof=base64url.encode(signer.sign(possession(party, signer.key_id))),
        documents=documents_of(documents),
    )


def revocation(
    key_id: str,
    *,
    reason: RevocationReason,
    compromised_at: datetime | None = None,
    documents: Sequence[Document] = (),
) -> Revocation:
    """A key signs no more. After a compromise, what was recorded since `compromised_at` is disowned."""
    return Revocation(
        key=key_id,
        reason=reason,
        compromised_at=None if compromised_at is None else aware(compromised_at),
        documents=documents_of(documents),
    )
