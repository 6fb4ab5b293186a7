"""Records about other statements: a third party vouches, the issuer withdraws."""

from enum import StrEnum
from typing import Annotated, ClassVar

from msgspec import Meta

from .form import Digest, Documents, Form, Record, Slug, Time

COUNTERSIGNATURE = "countersignature"
"""The scheme under which a supplier confirms what another firm has recorded on its behalf."""


class SubjectKind(StrEnum):
    """What an attestation can be about."""

    STATEMENT = "statement"
    BATCH = "batch"
    SITE = "site"
    PARTY = "party"


SubjectId = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048](\.(0|[1-9][0-9]{0,2}|10[01][0-9]|102[0-3]))?$(?!\n)"
    ),
]
"""A digest or a batch id."""


class Subject(Form, frozen=True, kw_only=True):
    """What an attestation is about: its kind, and the digest or batch id."""

    kind: SubjectKind
    id: SubjectId


class Outcome(StrEnum):
    """What the attester found."""

    CONFORMS = "conforms"
    DOES_NOT_CONFORM = "does_not_conform"


class Attestation(Record, frozen=True, kw_only=True, tag="attestation"):
    """A third party has looked at `subject` under `scheme`, and found `outcome` for the `claims`.

    For a site or party it speaks of what happens there from `valid_from` until `valid_until`.
    """

    sections: ClassVar = ("documents",)

    subject: Subject
    scheme: Slug
    claims: Annotated[tuple[Slug, ...], Meta(max_length=16)] = ()
    outcome: Outcome
    valid_from: Time
    valid_until: Time | None = None
    documents: Documents | None = None


class RetractionReason(StrEnum):
    """Why a statement is withdrawn."""

    INCORRECT_DATA = "incorrect_data"
    DID_NOT_OCCUR = "did_not_occur"
    FRAUD = "fraud"
    WITHDRAWN = "withdrawn"


class Retraction(Record, frozen=True, kw_only=True, tag="retraction"):
    """The issuer withdraws `statement`; `replacement` is one that it has recorded instead."""

    sections: ClassVar = ("documents",)

    statement: Digest
    reason: RetractionReason
    replacement: Digest | None = None
    documents: Documents | None = None
