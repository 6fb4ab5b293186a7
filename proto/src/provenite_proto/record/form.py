"""What every record is made of: the base struct, digests, ids, times and the parts that records share."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

from msgspec import Meta, Struct, field

from ..matter.quantity import Fraction, Mass

MAX_MEMBERS = 1024
"""Inputs and outputs a record may have at the most."""

Digest = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$(?!\n)")]
"""SHA-256 in base64url without padding: 43 characters, the last one with its two spare bits zero."""

BatchId = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]\.(0|[1-9][0-9]{0,2}|10[01][0-9]|102[0-3])$(?!\n)"
    ),
]
"""`<statement digest>.<output index>`, the index from 0 to 1023."""

Time = Annotated[datetime, Meta(tz=True)]
"""RFC 3339 date-time with an offset, to the microsecond."""

Symbol = Annotated[str, Meta(pattern=r"^[A-Z][a-z]?$(?!\n)")]
"""A chemical element's symbol."""

Slug = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$(?!\n)", max_length=64)]
"""A lower-case name with hyphens."""

LINE = r"^[^\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]*$(?!\n)"
"""The characters of a text for people: no controls, and none that turn the direction of writing."""

Text = Annotated[str, Meta(min_length=1, max_length=256, pattern=LINE)]
"""A short text for people. Without control characters: PostgreSQL holds no NUL, a report no line break, and a
terminal obeys C0 and C1. Without those that turn the direction of writing (Unicode's Bidi_Control): they show a
name that is not the one that was signed."""


class Stage(StrEnum):
    """The steps that matter can take, in their usual order (NDAA 2023 section 857, DFARS 252.225-7052)."""

    EXTRACTION = "extraction"
    CONCENTRATION = "concentration"
    SEPARATION = "separation"
    REFINING = "refining"
    METAL_MAKING = "metal_making"
    ALLOYING = "alloying"
    POWDER = "powder"
    FORMING = "forming"
    CATHODE_MAKING = "cathode_making"
    CELL_MAKING = "cell_making"
    ASSEMBLY = "assembly"
    DISMANTLING = "dismantling"
    SHREDDING = "shredding"
    LEACHING = "leaching"
    BLENDING = "blending"
    REPACKING = "repacking"


class Source(StrEnum):
    """Where secondary matter comes from (ISO 14021:2016, 7.8.1.1)."""

    POST_CONSUMER = "post_consumer"
    PRE_CONSUMER = "pre_consumer"
    SAME_PROCESS_REWORK = "same_process_rework"
    UNKNOWN = "unknown"


class CustodyModel(StrEnum):
    """Chain-of-custody models of ISO 22095:2020, strongest first.

    Mass balance is told apart by its method (ISO 22095-2:2026): rolling average percentage, or credit.
    Book and claim moves no matter and is no model of a transformation.
    """

    IDENTITY_PRESERVED = "identity_preserved"
    SEGREGATED = "segregated"
    CONTROLLED_BLENDING = "controlled_blending"
    MASS_BALANCE_ROLLING_AVERAGE = "mass_balance_rolling_average"
    MASS_BALANCE_CREDIT = "mass_balance_credit"


class Mode(StrEnum):
    """How a shipment travels."""

    ROAD = "road"
    RAIL = "rail"
    SEA = "sea"
    AIR = "air"
    INLAND_WATERWAY = "inland_waterway"


class Role(StrEnum):
    """What a party does; `ledger.roles` says which records each may sign."""

    REGISTRAR = "registrar"
    MINER = "miner"
    COLLECTOR = "collector"
    RECYCLER = "recycler"
    REFINER = "refiner"
    MANUFACTURER = "manufacturer"
    TRADER = "trader"
    AUDITOR = "auditor"


class Form(
    Struct,
    frozen=True,
    kw_only=True,
    rename="camel",
    forbid_unknown_fields=True,
    omit_defaults=True,
    gc=False,
):
    """Base of every wire type inside a statement: immutable, camelCase, no unknown members.

    What is read from a text holds no circle, so the garbage collector need not look at it.
    """


class Record(Form, frozen=True, kw_only=True, tag_field="type"):
    """Base of the record kinds.

    The members named in `sections` are the sealed sections: `None` until they are disclosed. In the
    signed payload they are absent, and `sd` (`_sd` on the wire, RFC 9901 section 4.2.4.1) holds the
    digests of their disclosures.
    """

    sections: ClassVar[tuple[str, ...]] = ()

    sd: Annotated[tuple[Digest, ...], Meta(max_length=5)] = field(name="_sd", default=())


class Output(Form, frozen=True, kw_only=True):
    """The open side of an output: its material and the elements it is known to hold."""

    material: Slug
    elements: Annotated[tuple[Symbol, ...], Meta(min_length=1, max_length=32)]


class OutputQuantity(Form, frozen=True, kw_only=True):
    """The sealed side of an output.

    `mass` in kilograms of dry matter; `composition` fractions of dry mass by element; `uncertainty`
    relative, of each element's mass (0.005 is 0.5 %), at most 0.05. `moisture` is the water in the matter as
    it was weighed, as a fraction of the wet mass: the dry mass is the wet mass times one minus it.
    """

    mass: Mass
    composition: dict[Symbol, Fraction]
    uncertainty: Fraction = "0.005"
    moisture: Fraction | None = None


class InputQuantity(Form, frozen=True, kw_only=True):
    """What is taken of an input batch: `mass` in kilograms of dry matter."""

    mass: Mass


class OutputIdentity(Form, frozen=True, kw_only=True):
    """Names that a firm gives to an output: its lot and its product."""

    lot: Text | None = None
    product: Text | None = None


class Document(Form, frozen=True, kw_only=True):
    """A document kept elsewhere: its kind (`assay`, `bill-of-lading`, …), SHA-256 digest and title."""

    kind: Slug
    digest: Digest
    title: Text | None = None


class Documents(Form, frozen=True, kw_only=True):
    """The sealed section `documents`."""

    documents: Annotated[tuple[Document, ...], Meta(min_length=1, max_length=64)]


Outputs = Annotated[tuple[Output, ...], Meta(min_length=1, max_length=MAX_MEMBERS)]
OutputQuantities = Annotated[tuple[OutputQuantity, ...], Meta(min_length=1, max_length=MAX_MEMBERS)]
InputQuantities = Annotated[tuple[InputQuantity, ...], Meta(min_length=1, max_length=MAX_MEMBERS)]
Inputs = Annotated[tuple[BatchId, ...], Meta(min_length=1, max_length=MAX_MEMBERS)]
OutputIdentities = Annotated[tuple[OutputIdentity, ...], Meta(max_length=MAX_MEMBERS)]
