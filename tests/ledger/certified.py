"""The records of certificates as the registrar and firms of the tests sign them, without a ledger's issuing."""

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from provenite_proto import paths
from provenite_proto.record import (
    LIST_BITS,
    MAX_LISTS,
    Certificate,
    CertificateIdentities,
    CertificateStatus,
    Cost,
    Declaration,
    Facts,
    StatusEntry,
    StatusIdentities,
    Validity,
)
from provenite_proto.statement import base64url
from tests.ledger.running import Ledger

FACTS = Facts(product="45x-battery-component", cost=Cost(total="80", prohibited="30"), holdings=())
BY_FACTS = "us.obbba.macr"
"""A policy that looks at these, and that they meet."""


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
        status=_entry(ledger),
        identities=identities,
    )
    return msgspec.structs.replace(record, **changes)


def _entry(ledger: Ledger) -> StatusEntry:
    """A free entry: the ledger gives out those of the first list that there is, and may have given out any of them."""
    first = ledger.data not in _BEGUN
    _BEGUN.add(ledger.data)
    number = 0 if first else 1 + secrets.randbelow(MAX_LISTS - 1)
    return StatusEntry(list=number, index=secrets.randbelow(LIST_BITS))


_BEGUN: set[Path] = set()
"""Of which ledgers the first list has been begun."""


def standing_so(
    certificate: str, status: Validity, cause: str | None = None, reason: str = "It is so."
) -> CertificateStatus:
    """The certificate stands so from now on."""
    identities = None if cause is None else StatusIdentities(cause=cause)
    return CertificateStatus(
        certificate=certificate, status=status, reason=reason, identities=identities
    )
