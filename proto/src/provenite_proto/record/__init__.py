"""The record kinds: what a statement says. Frozen structs, the only wire types of statements."""

from typing import Final, get_args

from .certifying import (
    LIST_BITS,
    MAX_LISTS,
    Certificate,
    CertificateId,
    CertificateIdentities,
    CertificateStatus,
    Declaration,
    StatusEntry,
    StatusIdentities,
    Validity,
)
from .country import COUNTRIES, Country, alpha2, is_country
from .custody import (
    Counterparty,
    Receipt,
    ReceiptQuantities,
    ReceivedQuantity,
    ShipmentIdentities,
    Transfer,
    TransferQuantities,
    Waste,
)
from .declaration import Cost, Facts, Holding, Mineral, Recovered
from .evidence import (
    COUNTERSIGNATURE,
    Attestation,
    Outcome,
    Retraction,
    RetractionReason,
    Subject,
    SubjectKind,
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
from .registry import Jwk, Key, Party, PartyIdentities, Site, SiteDetails, SiteQuantities
from .sharing import Audience, Grant, Grantee
from .sources import (
    Collection,
    Extraction,
    Principal,
    SiteIdentities,
    SourceQuantities,
    Supplier,
)
from .standing import (
    Accreditation,
    Ownership,
    OwnershipLink,
    OwnershipParties,
    Revocation,
    RevocationReason,
)
from .transformation import Allocation, Transformation, TransformationQuantities

AnyRecord = (
    Extraction
    | Collection
    | Transformation
    | Transfer
    | Receipt
    | Attestation
    | Retraction
    | Grant
    | Party
    | Key
    | Revocation
    | Site
    | Accreditation
    | Ownership
    | Declaration
    | Certificate
    | CertificateStatus
)
"""Every record kind, told apart by `type`."""

OfMatter = Extraction | Collection | Transformation | Transfer | Receipt
"""The records of matter: what is made, changed and moved, and where. All others say something of these, or of who makes them."""
MATTER: Final = frozenset(str(kind.__struct_config__.tag) for kind in get_args(OfMatter))
"""Their types, as a record spells them."""

__all__ = [
    "COUNTERSIGNATURE",
    "COUNTRIES",
    "LIST_BITS",
    "MATTER",
    "MAX_LISTS",
    "MAX_MEMBERS",
    "Accreditation",
    "Allocation",
    "AnyRecord",
    "Attestation",
    "Audience",
    "BatchId",
    "Certificate",
    "CertificateId",
    "CertificateIdentities",
    "CertificateStatus",
    "Collection",
    "Cost",
    "Counterparty",
    "Country",
    "CustodyModel",
    "Declaration",
    "Digest",
    "Document",
    "Documents",
    "Extraction",
    "Facts",
    "Grant",
    "Grantee",
    "Holding",
    "InputQuantity",
    "Jwk",
    "Key",
    "Mineral",
    "Mode",
    "OfMatter",
    "Outcome",
    "Output",
    "OutputIdentity",
    "OutputQuantity",
    "Ownership",
    "OwnershipLink",
    "OwnershipParties",
    "Party",
    "PartyIdentities",
    "Principal",
    "Receipt",
    "ReceiptQuantities",
    "ReceivedQuantity",
    "Record",
    "Recovered",
    "Retraction",
    "RetractionReason",
    "Revocation",
    "RevocationReason",
    "Role",
    "ShipmentIdentities",
    "Site",
    "SiteDetails",
    "SiteIdentities",
    "SiteQuantities",
    "Source",
    "SourceQuantities",
    "Stage",
    "StatusEntry",
    "StatusIdentities",
    "Subject",
    "SubjectKind",
    "Supplier",
    "Transfer",
    "TransferQuantities",
    "Transformation",
    "TransformationQuantities",
    "Validity",
    "Waste",
    "alpha2",
    "is_country",
]
