"""The record with which matter changes: N input batches become M output batches at a stage."""

from typing import Annotated, ClassVar

from msgspec import Meta

from ..matter.quantity import Mass
from .country import Country
from .form import (
    MAX_MEMBERS,
    CustodyModel,
    Documents,
    Form,
    InputQuantities,
    Inputs,
    OutputQuantities,
    Outputs,
    Record,
    Stage,
    Symbol,
    Time,
)
from .sources import Principal, SiteIdentities


class Allocation(Form, frozen=True, kw_only=True):
    """Mass-balance credit: `mass` kilograms of `element` in output `output` are claimed to come from input `input`."""

    input: Annotated[int, Meta(ge=0, lt=MAX_MEMBERS)]
    output: Annotated[int, Meta(ge=0, lt=MAX_MEMBERS)]
    element: Symbol
    mass: Mass


class TransformationQuantities(Form, frozen=True, kw_only=True):
    """The sealed section `quantities` of a transformation.

    `inputs` and `outputs` in the order of the open part. `losses`: element mass in kilograms that left
    as waste. `untraced`: element mass that came from inputs which no statement records; its elements are
    exactly those of the open member `untraced`. `allocation` belongs to the model `mass_balance_credit`.
    """

    inputs: InputQuantities
    outputs: OutputQuantities
    losses: dict[Symbol, Mass] = {}
    untraced: dict[Symbol, Mass] = {}
    allocation: Annotated[tuple[Allocation, ...], Meta(max_length=4096)] = ()


class Transformation(Record, frozen=True, kw_only=True, tag="transformation"):
    """Matter changes: `inputs` become `outputs` at `stage` in `country`.

    `untraced` lists the elements of which a part came from inputs that no statement records. `proxy` marks
    what the issuer records of a supplier that is not on the ledger.
    """

    sections: ClassVar = ("quantities", "identities", "parties", "documents")

    country: Country
    occurred_at: Time
    stage: Stage
    custody_model: CustodyModel
    inputs: Inputs
    outputs: Outputs
    untraced: Annotated[tuple[Symbol, ...], Meta(max_length=32)] = ()
    proxy: bool = False
    quantities: TransformationQuantities | None = None
    identities: SiteIdentities | None = None
    parties: Principal | None = None
    documents: Documents | None = None
