"""The record kinds: what a statement says. Frozen structs, the only wire types of statements."""

from .country import COUNTRIES, Country, alpha2, is_country
from .custody import (
    Counterparty,
    Receipt,
    ReceiptQuantities,
    ShipmentIdentities,
    Transfer,
    TransferQuantities,
    Waste,
)
from .form import (
    MAX_MEMBERS,
    BatchId,
    CustodyModel,
    Digest,
    Document,
    Documents,
    InputQuantity,
    Mode,
    Output,
    OutputIdentity,
    OutputQuantity,
    Record,
    Role,
    Source,
    Stage,
)
from .registry import Jwk, Key, Party, PartyIdentities, Site, SiteDetails
from .sources import Collection, Extraction, SiteIdentities, SourceQuantities
from .transformation import Transformation, TransformationQuantities

AnyRecord = Extraction | Collection | Transformation | Transfer | Receipt | Party | Key | Site
"""Every record kind, told apart by `type`."""

__all__ = [
    "COUNTRIES",
    "MAX_MEMBERS",
    "AnyRecord",
    "BatchId",
    "Collection",
    "Counterparty",
    "Country",
    "CustodyModel",
    "Digest",
    "Document",
    "Documents",
    "Extraction",
    "InputQuantity",
    "Jwk",
    "Key",
    "Mode",
    "Output",
    "OutputIdentity",
    "OutputQuantity",
    "Party",
    "PartyIdentities",
    "Receipt",
    "ReceiptQuantities",
    "Record",
    "Role",
    "ShipmentIdentities",
    "Site",
    "SiteDetails",
    "SiteIdentities",
    "Source",
    "SourceQuantities",
    "Stage",
    "Transfer",
    "TransferQuantities",
    "Transformation",
    "TransformationQuantities",
    "Waste",
    "alpha2",
    "is_country",
]
