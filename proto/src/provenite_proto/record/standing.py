"""Records of the registry that hold for a time: accreditations, revoked keys, ownership."""

from enum import StrEnum
from typing import Annotated, ClassVar

from msgspec import Meta

from ..matter.quantity import Fraction
from .country import Country
from .form import Digest, Documents, Form, Record, Slug, Text, Time


class Accreditation(Record, frozen=True, kw_only=True, tag="accreditation"):
    """The registrar recognises `party` for attestations under `scheme`, within the period.

    The newest accreditation of a party for a scheme is the one that counts.
    """

    sections: ClassVar = ("documents",)

    party: Digest
    scheme: Slug
    valid_from: Time
    valid_until: Time | None = None
    documents: Documents | None = None


class RevocationReason(StrEnum):
    """Why a key is given up (RFC 5280 section 5.3.1)."""

    SUPERSEDED = "superseded"
    CESSATION_OF_OPERATION = "cessation_of_operation"
    KEY_COMPROMISE = "key_compromise"


class Revocation(Record, frozen=True, kw_only=True, tag="revocation"):
    """A key signs no more: revoked by its party or by the registrar.

    What it signed before stays valid, unless it was compromised: then what was recorded at or after
    `compromised_at` is disowned.
    """

    sections: ClassVar = ("documents",)

    key: Digest
    reason: RevocationReason
    compromised_at: Time | None = None
    documents: Documents | None = None


class OwnershipLink(Form, frozen=True, kw_only=True):
    """`holder` holds fractions of the board seats, votes and equity of `held`; absent, `held` is the issuer.

    `country` is the holder's own: where a government, citizen or firm belongs. The holders of a firm can be
    listed in turn, with `held` being its name as `holder`.
    """

    holder: Text
    held: Text | None = None
    country: Country | None = None
    board: Fraction = "0"
    votes: Fraction = "0"
    equity: Fraction = "0"


class OwnershipParties(Form, frozen=True, kw_only=True):
    """The sealed section `parties` of an ownership: who holds what."""

    links: Annotated[tuple[OwnershipLink, ...], Meta(max_length=64)]


class Ownership(Record, frozen=True, kw_only=True, tag="ownership"):
    """Who owns the issuer, from `valid_from` on. The newest statement about a time is the one that counts."""

    sections: ClassVar = ("parties", "documents")

    valid_from: Time
    valid_until: Time | None = None
    parties: OwnershipParties | None = None
    documents: Documents | None = None
