"""The table of materials: what batches are made of, and what their assays can be.

The maximum of an element is what stoichiometry allows: its fraction in the richest constituent. The usual
range is what the trade sees; outside of it an assay is doubted, not refused.
"""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

import msgspec

from .element import ELEMENTS
from .quantity import FRACTION_ONE, parts


class Material(msgspec.Struct, frozen=True):
    """A material: fractions in parts per 10^9 of dry mass.

    `constituents` are the formulas that bound `maximum`; an element without a maximum is bounded by 1.
    `hs` is the HS 2022 subheading. `wet` marks what is always traded with moisture.
    """

    id: str
    name: str
    constituents: tuple[str, ...]
    maximum: dict[str, int]
    usual: dict[str, tuple[int, int]]
    hs: str | None
    wet: bool
    source: str


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    constituents: tuple[str, ...] = ()
    maximum: dict[str, str] = {}
    usual: dict[str, tuple[str, str]] = {}
    hs: str | None = None
    wet: bool = False
    source: str = ""


def _material(material_id: str, entry: _Entry) -> Material:
    unknown = (entry.maximum.keys() | entry.usual.keys()) - ELEMENTS.keys()
    if unknown:
        raise ValueError(f"material {material_id}: no such element: {', '.join(sorted(unknown))}")
    material = Material(
        id=material_id,
        name=entry.name,
        constituents=entry.constituents,
        maximum={element: parts(text) for element, text in entry.maximum.items()},
        usual={element: (parts(low), parts(high)) for element, (low, high) in entry.usual.items()},
        hs=entry.hs,
        wet=entry.wet,
        source=entry.source,
    )
    for element, (low, high) in material.usual.items():
        if not low <= high <= FRACTION_ONE:
            raise ValueError(f"material {material_id}: the usual range of {element} is reversed")
    return material


def _read() -> Mapping[str, Material]:
    text = (files(__package__) / "data" / "materials.toml").read_text("utf-8")
    entries = msgspec.convert(tomllib.loads(text), dict[str, _Entry])
    return MappingProxyType({name: _material(name, entry) for name, entry in entries.items()})


MATERIALS: Mapping[str, Material] = _read()
"""Every material by id."""
