"""Records with which matter enters: extraction from the ground, collection from what was thrown away."""

from typing import ClassVar

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
    Time,
)


class SourceQuantities(Form, frozen=True, kw_only=True):
    """The sealed section `quantities` of a source: one entry an output, in the same order."""

    outputs: OutputQuantities


class SiteIdentities(Form, frozen=True, kw_only=True):
    """The sealed section `identities` of a record with outputs: the issuer's site, lots and products."""

    site: Digest | None = None
    outputs: OutputIdentities = ()


class Extraction(Record, frozen=True, kw_only=True, tag="extraction"):
    """Primary matter enters: mined or drawn in `country` and made ready for transport there."""

    sections: ClassVar = ("quantities", "identities", "documents")

    country: Country
    occurred_at: Time
    outputs: Outputs
    quantities: SourceQuantities | None = None
    identities: SiteIdentities | None = None
    documents: Documents | None = None


class Collection(Record, frozen=True, kw_only=True, tag="collection"):
    """Secondary matter enters: collected in `country`, of the class `source` (ISO 14021), from a `stream`."""

    sections: ClassVar = ("quantities", "identities", "documents")

    country: Country
    occurred_at: Time
    source: Source
    stream: Slug
    outputs: Outputs
    quantities: SourceQuantities | None = None
    identities: SiteIdentities | None = None
    documents: Documents | None = None
