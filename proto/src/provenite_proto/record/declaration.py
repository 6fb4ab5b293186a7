"""What a firm says of its product beside the statements: value, costs and holdings, which no mass tells."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from ..matter.quantity import FRACTION_ONE, Fraction, Mass, milligrams, parts
from .form import Form, Slug, Symbol, Text

# Its first group does not capture, so that words can be given for it (`statement.wording`) which are not a mass's.
Amount = Annotated[str, Meta(pattern=r"^(?:0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?$(?!\n)")]
"""An amount of money below 10^12, with at most six decimals; in one currency throughout."""
Code = Annotated[str, Meta(pattern=r"^[A-Z]{2}$(?!\n)")]


class Mineral(Form, frozen=True, kw_only=True):
    """A mineral's procurement chain: its value, and where which part of the value added by a step was added.

    What the parts of a step leave of 1 was added nobody knows where. With `recycling` it is recycled.
    """

    name: Text
    value: Amount
    extraction: dict[Code, Fraction] = {}
    processing: dict[Code, Fraction] = {}
    recycling: dict[Code, Fraction] = {}

    def __post_init__(self) -> None:
        for step in (self.extraction, self.processing, self.recycling):
            if sum(map(parts, step.values())) > FRACTION_ONE:
                raise ValueError(f"more than all of the value of {self.name} was added")


class Cost(Form, frozen=True, kw_only=True):
    """Direct costs: the whole, what of it is a prohibited foreign entity's, and what of it is nobody knows whose."""

    total: Amount
    prohibited: Amount
    unknown: Amount = "0"

    def __post_init__(self) -> None:
        if milligrams(self.prohibited) + milligrams(self.unknown) > milligrams(self.total):
            raise ValueError("the parts of the cost are more than the whole")


class Holding(Form, frozen=True, kw_only=True):
    """What a specified foreign entity holds of the maker's equity or of the debt that it has issued."""

    holder: Text
    of: Literal["equity", "debt"]
    fraction: Fraction


class Recovered(Form, frozen=True, kw_only=True):
    """What went into a process and what of it came out recovered, in kilograms."""

    into: Mass
    out: Mass

    def __post_init__(self) -> None:
        if milligrams(self.out) > milligrams(self.into):
            raise ValueError("more comes out than went in")


class Facts(Form, frozen=True, kw_only=True):
    """What a firm says of the product: no statement vouches for it.

    `weights` are parts of the product's weight by name; `whole` and `recovered` are a recycling process, whole
    and by element; `holdings` empty says that there are none.
    """

    product: Slug | None = None
    acquired: date | None = None
    claims: Annotated[tuple[Slug, ...], Meta(max_length=16)] = ()
    weights: dict[Slug, Fraction] = {}
    minerals: Annotated[tuple[Mineral, ...], Meta(max_length=256)] = ()
    cost: Cost | None = None
    holdings: Annotated[tuple[Holding, ...], Meta(max_length=256)] | None = None
    whole: Recovered | None = None
    recovered: dict[Symbol, Recovered] = {}
