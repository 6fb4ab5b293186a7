"""The records of certificates: what a firm declares for one, the certificate, and how it stands."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from msgspec import Meta

from .declaration import Facts
from .form import BatchId, Digest, Documents, Form, Record, Text, Time

CertificateId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{21}[AQgw]$(?!\n)")]
"""128 random bits in base64url without padding: who does not know it cannot guess it."""
LIST_BITS = 131_072
"""Entries of a status list: the least that Bitstring Status List 1.0 section 6.1 allows."""

MAX_LISTS = 1_000_000
"""Status lists that there can be."""


class Declaration(Record, frozen=True, kw_only=True, tag="declaration"):
    """What the holder of `batch`, or who made or shipped it, says of the product beside the statements."""

    sections: ClassVar = ("costs", "documents")

    batch: BatchId
    costs: Facts | None = None
    documents: Documents | None = None


class StatusEntry(Form, frozen=True, kw_only=True):
    """Where a certificate's bit is: in which status list, at which index."""

    list: Annotated[int, Meta(ge=0, lt=MAX_LISTS)]
    index: Annotated[int, Meta(ge=0, lt=LIST_BITS)]


class CertificateIdentities(Form, frozen=True, kw_only=True):
    """The sealed section `identities` of a certificate: its id, whose it is, and of which batch.

    `declaration` is the digest of the one on which it rests.
    """

    certificate: CertificateId
    party: Digest
    batch: BatchId
    declaration: Digest | None = None


class Certificate(Record, frozen=True, kw_only=True, tag="certificate"):
    """The registrar has certified a batch: it passed the policy on the day, as the log was with `size` statements.

    `credential` is the SHA-256 of the credential as it was issued, `policy` the digest of the policy.
    """

    sections: ClassVar = ("identities",)

    credential: Digest
    policy: Digest
    as_of: date
    size: Annotated[int, Meta(ge=1, lt=2**53)]
    valid_until: Time
    status: StatusEntry
    identities: CertificateIdentities | None = None


class Validity(StrEnum):
    """How a certificate stands: suspension can be lifted, revocation cannot."""

    VALID = "valid"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class StatusIdentities(Form, frozen=True, kw_only=True):
    """The sealed section `identities` of a certificate's status: the statement that changed the outcome.

    Without it somebody has decided so.
    """

    cause: Digest | None = None


class CertificateStatus(Record, frozen=True, kw_only=True, tag="certificate_status"):
    """From now on the certificate, by the digest of its statement, stands so, and why."""

    sections: ClassVar = ("identities",)

    certificate: Digest
    status: Validity
    reason: Text
    identities: StatusIdentities | None = None
