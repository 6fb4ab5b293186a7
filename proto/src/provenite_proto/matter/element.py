"""The chemical elements that have a standard atomic weight."""

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Annotated

from msgspec import Meta, Struct

from .table import read


class Element(Struct, frozen=True):
    """An element; `weight` is the abridged standard atomic weight, as an exact number."""

    symbol: str
    number: int
    name: str
    weight: Fraction


class _Row(Struct, frozen=True, forbid_unknown_fields=True):
    number: Annotated[int, Meta(ge=1, le=118)]
    name: Annotated[str, Meta(pattern=r"^[a-z]+$(?!\n)")]
    weight: Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,2}\.[0-9]{1,4}$(?!\n)")]


ELEMENTS: Mapping[str, Element] = MappingProxyType(
    {
        symbol: Element(symbol, row.number, row.name, Fraction(row.weight))
        for symbol, row in read("elements.toml", _Row).items()
    }
)
"""Every element by symbol, in the order of atomic numbers."""
