"""Records about other records, as firms of the tests sign them: who vouches, withdraws, shows, signs from now on."""

from datetime import datetime
from typing import Any

from provenite_proto.record import (
    COUNTERSIGNATURE,
    Accreditation,
    Attestation,
    Audience,
    Document,
    Documents,
    Extraction,
    Grant,
    Grantee,
    Outcome,
    Ownership,
    OwnershipLink,
    OwnershipParties,
    Principal,
    Retraction,
    RetractionReason,
    Revocation,
    RevocationReason,
    Subject,
    SubjectKind,
    Supplier,
)
from provenite_proto.statement import base64url
from tests.ledger.running import Firm, day, extraction

SCHEME = "rmap"
"""The scheme of these tests' attestations."""


def digest(batch: str) -> str:
    """The statement that made a batch."""
    return batch.partition(".")[0]


def retracting(
    statement: str, reason: RetractionReason = RetractionReason.INCORRECT_DATA, **changes: Any
) -> Retraction:
    """Withdraws a statement, given by its digest or by a batch that it made."""
    return Retraction(statement=digest(statement), reason=reason, **changes)


def attesting(
    subject: str, kind: SubjectKind = SubjectKind.STATEMENT, **changes: Any
) -> Attestation:
    """Conforms from the first day on."""
    return Attestation(
        **{
            "subject": Subject(kind=kind, id=subject),
            "scheme": SCHEME,
            "outcome": Outcome.CONFORMS,
            "valid_from": day(0),
            **changes,
        }
    )


def countersigning(statement: str) -> Attestation:
    """The supplier confirms what was recorded on its behalf."""
    return attesting(digest(statement), scheme=COUNTERSIGNATURE)


def accrediting(party: str, until: datetime | None = None, scheme: str = SCHEME) -> Accreditation:
    """The registrar recognises an attester, from the first day on."""
    return Accreditation(party=party, scheme=scheme, valid_from=day(0), valid_until=until)


def owned(*countries: str, **changes: Any) -> Ownership:
    """Holders of these countries hold the firm in equal parts, from the first day on."""
    part = f"{1 / len(countries):.9f}"
    links = tuple(
        OwnershipLink(
            holder=f"Holder {number}", country=country, board=part, votes=part, equity=part
        )
        for number, country in enumerate(countries)
    )
    return Ownership(**{"valid_from": day(0), "parties": OwnershipParties(links=links), **changes})


def opening(*sections: str, to: str | None = None, **changes: Any) -> Grant:
    """Opens sections of all the issuer's statements to a party, or to all holders."""
    return Grant(
        **{
            "audience": Audience.HOLDERS if to is None else Audience.PARTY,
            "opened": sections,
            "parties": None if to is None else Grantee(to=to),
            **changes,
        }
    )


def revoking(
    key: str,
    reason: RevocationReason = RevocationReason.SUPERSEDED,
    compromised_at: datetime | None = None,
) -> Revocation:
    """A key signs no more."""
    return Revocation(key=key, reason=reason, compromised_at=compromised_at)


def for_supplier(name: str, kg: str = "100", country: str = "CL", **changes: Any) -> Extraction:
    """An extraction on behalf of a supplier who is not here, with the paper that says so."""
    paper = Document(kind="declaration", digest=base64url.encode(bytes(32)), title="Declaration")
    return extraction(
        kg,
        **{
            "country": country,
            "proxy": True,
            "parties": Principal(on_behalf_of=Supplier(name=name, country=country)),
            "documents": Documents(documents=(paper,)),
            **changes,
        },
    )


def submitted(firm: Firm, record: Any) -> str:
    """Submit what is to be admitted; the statement's digest."""
    response = firm.submit(record)
    assert response.status_code == 201, response.text
    return str(response.json()["digest"])
