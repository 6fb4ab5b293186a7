"""Records with which custody moves: the sender's transfer and the receiver's receipt."""

from typing import Annotated, ClassVar

from msgspec import Meta

from ..matter.quantity import Fraction, Mass
from .country import Country
from .form import (
    MAX_MEMBERS,
    Digest,
    Documents,
    Form,
    InputQuantities,
    Inputs,
    Mode,
    OutputIdentities,
    Record,
    Symbol,
    Text,
    Time,
)


class Waste(Form, frozen=True, kw_only=True):
    """A shipment's waste code (Basel Convention Annexes II, VIII and IX: `Y49`, `A1181`, …) and purpose."""

    code: Annotated[str, Meta(pattern=r"^[A-Z][A-Z0-9]{1,7}$(?!\n)")]
    purpose: Annotated[str, Meta(pattern=r"^(recovery|disposal)$(?!\n)")]


class TransferQuantities(Form, frozen=True, kw_only=True):
    """The sealed section `quantities` of a transfer: the mass of each input that is shipped."""

    inputs: InputQuantities


class Counterparty(Form, frozen=True, kw_only=True):
    """The sealed section `parties` of a transfer: the receiver, by its party id."""

    to: Digest


class ShipmentIdentities(Form, frozen=True, kw_only=True):
    """The sealed section `identities` of a transfer or receipt: its reference, the issuer's site, and lots."""

    reference: Text | None = None
    site: Digest | None = None
    outputs: OutputIdentities = ()


class Transfer(Record, frozen=True, kw_only=True, tag="transfer"):
    """Custody moves: of each input a mass goes to another party.

    Output `i` of a transfer is the shipped part of input `i`: the same material and shares. It is in
    transit until the receiver's receipt. `expected_at` is when it should arrive.
    """

    sections: ClassVar = ("quantities", "parties", "identities", "documents")

    inputs: Inputs
    from_country: Country
    to_country: Country
    departed_at: Time
    expected_at: Time | None = None
    mode: Mode
    transit: Annotated[tuple[Country, ...], Meta(max_length=16)] = ()
    hs_code: Annotated[str, Meta(pattern=r"^[0-9]{6}([0-9]{2}){0,2}$(?!\n)")] | None = None
    waste: Waste | None = None
    quantities: TransferQuantities | None = None
    parties: Counterparty | None = None
    identities: ShipmentIdentities | None = None
    documents: Documents | None = None


class ReceivedQuantity(Form, frozen=True, kw_only=True):
    """What the receiver found of one batch of the transfer.

    `mass` in kilograms of dry matter is what it measured and keeps, `refused` what it sends back.
    `composition` is its own assay, `uncertainty` the relative uncertainty of its figures.
    """

    mass: Mass
    refused: Mass | None = None
    composition: dict[Symbol, Fraction] = {}
    uncertainty: Fraction = "0.005"


class ReceiptQuantities(Form, frozen=True, kw_only=True):
    """The sealed section `quantities` of a receipt: one entry for each batch of the transfer."""

    inputs: Annotated[tuple[ReceivedQuantity, ...], Meta(min_length=1, max_length=MAX_MEMBERS)]


class Receipt(Record, frozen=True, kw_only=True, tag="receipt"):
    """The receiver of a transfer confirms it, whole or in part, or refuses it and so leaves it with the sender.

    A part that is `refused` in the quantities becomes a batch of the receipt, which the sender holds.
    """

    sections: ClassVar = ("quantities", "identities", "documents")

    transfer: Digest
    accepted: bool
    received_at: Time
    quantities: ReceiptQuantities | None = None
    identities: ShipmentIdentities | None = None
    documents: Documents | None = None
