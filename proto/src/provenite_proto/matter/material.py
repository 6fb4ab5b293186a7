"""The table of materials: what batches are made of, and what their assays can be.

The maximum of an element is what stoichiometry allows: its fraction in the richest constituent. The usual
range is what the trade sees; outside of it an assay is doubted, not refused.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from msgspec import Meta, Struct

from .element import ELEMENTS
from .quantity import Fraction, parts
from .table import read

Subheading = Annotated[str, Meta(pattern=r"^[0-9]{4}\.[0-9]{2}$(?!\n)")]
"""A subheading of the Harmonized System 2022: `2603.00`."""
Confidence = Literal["high", "medium", "low"]
"""`high`: read in the source named; `medium`: what the trade quotes, unchecked; `low`: sources disagree."""


class Material(Struct, frozen=True):
    """A material: fractions in parts per 10^9 of dry mass.

    `constituents` are the formulas that bound `maximum`, in which `RE` stands for any rare earth; an element
    without a maximum is bounded by 1. `hs` holds several subheadings where practice differs, and none where
    no one is its own. `wet` marks what is always traded with moisture. Water of crystallisation is part of
    the dry mass. `source` and `confidence` are those of `usual`.
    """

    id: str
    name: str
    constituents: tuple[str, ...]
    maximum: dict[str, int]
    usual: dict[str, tuple[int, int]]
    hs: tuple[Subheading, ...]
    wet: bool
    source: str
    confidence: Confidence | None


class Row(Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of `materials.toml`; `ValueError` when its parts do not fit together."""

    name: str
    constituents: tuple[str, ...] = ()
    maximum: dict[str, Fraction] = {}
    usual: dict[str, tuple[Fraction, Fraction]] = {}
    hs: tuple[Subheading, ...] = ()
    wet: bool = False
    source: str = ""
    confidence: Confidence | None = None

    def __post_init__(self) -> None:
        unknown = (self.maximum.keys() | self.usual.keys()) - ELEMENTS.keys()
        if unknown:
            raise ValueError(f"no such element: {', '.join(sorted(unknown))}")
        if bool(self.constituents) != bool(self.maximum):
            raise ValueError("constituents and maximum come together")
        if bool(self.usual) != (self.confidence is not None):
            raise ValueError("usual and confidence come together")
        for element, (low, high) in self.usual.items():
            if not parts(low) <= parts(high) <= parts(self.maximum.get(element, "1")):
                raise ValueError(f"the usual range of {element} is reversed or above its maximum")


def _material(material_id: str, row: Row) -> Material:
    return Material(
        id=material_id,
        name=row.name,
        constituents=row.constituents,
        maximum={element: parts(text) for element, text in row.maximum.items()},
        usual={element: (parts(low), parts(high)) for element, (low, high) in row.usual.items()},
        hs=row.hs,
        wet=row.wet,
        source=row.source,
        confidence=row.confidence,
    )


MATERIALS: Mapping[str, Material] = MappingProxyType(
    {
        material_id: _material(material_id, row)
        for material_id, row in read("materials.toml", Row).items()
    }
)
"""Every material by id."""
