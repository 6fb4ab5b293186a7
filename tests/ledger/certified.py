"""The records of certificates as the registrar and firms of the tests sign them, without a ledger's issuing."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from provenite_proto import paths
from provenite_proto.record import (
    Certificate,
    CertificateIdentities,
    CertificateStatus,
    Declaration,
    Facts,
    StatusEntry,
    StatusIdentities,
    Validity,
)
from provenite_proto.statement import base64url
from tests.ledger.running import Ledger

FACTS = Facts(product="magnet")


def random_digest() -> str:
    """A digest of nobody knows what."""
    return base64url.encode(secrets.token_bytes(32))


def declaring(batch: str) -> Declaration:
    """What a firm says of the product."""
    return Declaration(batch=batch, costs=FACTS)


def certifying(ledger: Ledger, party: str, batch: str, **changes: Any) -> Certificate:
    """A certificate of the batch as the log is now; `changes` may be of its identities."""
    identities = CertificateIdentities(
        certificate=changes.pop("certificate", base64url.encode(secrets.token_bytes(16))),
        party=party,
        batch=batch,
        declaration=changes.pop("declaration", None),
    )
    now = datetime.now(UTC)
    record = Certificate(
        credential=random_digest(),
        policy=random_digest(),
        as_of=now.date(),
        size=ledger.http.get(paths.LEDGER).json()["size"],
        valid_until=now.replace(microsecond=0) + timedelta(days=365),
        status=StatusEntry(list=0, index=secrets.randbelow(131_072)),
        identities=identities,
    )
    return msgspec.structs.replace(record, **changes)


def standing_so(
    certificate: str, status: Validity, cause: str | None = None, reason: str = "It is so."
) -> CertificateStatus:
    """The certificate stands so from now on."""
    identities = None if cause is None else StatusIdentities(cause=cause)
    return CertificateStatus(
        certificate=certificate, status=status, reason=reason, identities=identities
    )
