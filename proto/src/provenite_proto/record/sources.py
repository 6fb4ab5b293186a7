"""Records with which matter enters: extraction from the ground, collection from what was thrown away."""

from typing import Annotated, ClassVar

from msgspec import Meta

from .country import Country
from .form import (
    Digest,
    Documents,
    Form,
    OutputIdentities,
    OutputQuantities,
    Outputs,
    Record,
    Slug,
    Source,
    Text,
    Time,
)


class SourceQuantities(Form, frozen=True, kw_only=True):
    """The sealed section `quantities` of a source: one entry an output, in the same order."""

    outputs: OutputQuantities


class SiteIdentities(Form, frozen=True, kw_only=True):
    """The sealed section `identities` of a record with outputs: the issuer's site, lots and products."""

    site: Digest | None = None
    outputs: OutputIdentities = ()


class Supplier(Form, frozen=True, kw_only=True):
    """A firm for which another one speaks: its name, country and public identifiers (LEI, DUNS, CID …)."""

    name: Text
    country: Country
    identifiers: Annotated[tuple[Text, ...], Meta(max_length=16)] = ()


class Principal(Form, frozen=True, kw_only=True):
    """The sealed section `parties` of a proxy record: on whose behalf it is made."""

    on_behalf_of: Supplier


class Extraction(Record, frozen=True, kw_only=True, tag="extraction"):
    """Primary matter enters: mined or drawn in `country` and made ready for transport there.

    `proxy` marks what the issuer records of a supplier that is not on the ledger.
    """

    sections: ClassVar = ("quantities", "identities", "parties", "documents")

    country: Country
    occurred_at: Time
    outputs: Outputs
    proxy: bool = False
    quantities: SourceQuantities | None = None
    identities: SiteIdentities | None = None
    parties: Principal | None = None
    documents: Documents | None = None


class Collection(Record, frozen=True, kw_only=True, tag="collection"):
    """Secondary matter enters: collected in `country`, of the class `source` (ISO 14021), from a `stream`."""

    sections: ClassVar = ("quantities", "identities", "parties", "documents")

    country: Country
    occurred_at: Time
    source: Source
    stream: Slug
    outputs: Outputs
    proxy: bool = False
    quantities: SourceQuantities | None = None
    identities: SiteIdentities | None = None
    parties: Principal | None = None
    documents: Documents | None = None
