"""Between rows and what the protocol calls things: digests, batch ids, batches."""

from collections.abc import Mapping
from typing import Any

from provenite_proto.ledger import Batch, BatchStatus
from provenite_proto.statement import base64url

OUTPUTS = 1024
"""Batch keys a statement has: its index times this, plus the output index."""

Row = Mapping[str, Any]


def raw(digest: str) -> bytes:
    """A digest as stored."""
    return base64url.decode(digest)


def text(digest: bytes) -> str:
    """A stored digest as written on the wire."""
    return base64url.encode(digest)


def split(batch_id: str) -> tuple[str, int]:
    """Statement digest and output index of a batch id."""
    digest, _, output = batch_id.partition(".")
    return digest, int(output)


def batch_id(row: Row) -> str:
    """The id of the batch of a row, which has the digest of the statement that made it."""
    return f"{text(row['digest'])}.{row['key'] % OUTPUTS}"


def batch_named(row: Row) -> str:
    """The id of the batch that a row names, which has the statement that made it (`maker`)."""
    return f"{text(row['maker'])}.{row['batch'] % OUTPUTS}"


def batch(row: Row, holder: str) -> Batch:
    """A batch from its row, which has its statement's digest and that of its root's (`root_digest`)."""
    return Batch(
        id=batch_id(row),
        material=row["material"],
        holder=holder,
        status=BatchStatus(row["status"]),
        mass=row["mass"],
        remaining=row["remaining"],
        elements=dict(zip(row["elements"], row["element_masses"], strict=True)),
        uncertainty=row["uncertainty"],
        available_at=row["available_at"],
        root=f"{text(row['root_digest'])}.{row['root'] % OUTPUTS}",
        offsets=dict(zip(row["elements"], row["offsets"], strict=True)),
    )
