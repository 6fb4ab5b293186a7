"""Provenite SDK: sign and submit batch statements, query chains and content.

`Client` and `AsyncClient` speak with a ledger, `Signer` holds a key, and `extraction`, `collection`,
`transformation`, `transfer`, `receipt` and `site` build what can be submitted. Errors are `ProveniteError`s.
"""

from provenite_proto.record import CustodyModel, Document, Mode, Role, Source, Stage, Waste
from provenite_proto.statement import Signs

from ._async_client import AsyncClient
from ._building import (
    BatchOf,
    collection,
    extraction,
    receipt,
    site,
    transfer,
    transformation,
)
from ._client import Client
from ._errors import (
    AnswerError,
    Conflict,
    ConnectionFailed,
    Invalid,
    KeyFileError,
    NotAuthenticated,
    NotEntitled,
    NotFound,
    ProveniteError,
    RefusedError,
    TimedOut,
    TooLarge,
    TransportError,
    Unavailable,
)
from ._retry import Retry
from ._signer import Signer

__all__ = [
    "AnswerError",
    "AsyncClient",
    "BatchOf",
    "Client",
    "Conflict",
    "ConnectionFailed",
    "CustodyModel",
    "Document",
    "Invalid",
    "KeyFileError",
    "Mode",
    "NotAuthenticated",
    "NotEntitled",
    "NotFound",
    "ProveniteError",
    "RefusedError",
    "Retry",
    "Role",
    "Signer",
    "Signs",
    "Source",
    "Stage",
    "TimedOut",
    "TooLarge",
    "TransportError",
    "Unavailable",
    "Waste",
    "collection",
    "extraction",
    "receipt",
    "site",
    "transfer",
    "transformation",
]
