"""The chemical elements that have a standard atomic weight."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

import msgspec


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    weight: dict[str, str]


def _read() -> Mapping[str, str]:
    text = (files(__package__) / "data" / "elements.toml").read_text("utf-8")
    return MappingProxyType(msgspec.convert(tomllib.loads(text), _File).weight)


ELEMENTS: Mapping[str, str] = _read()
"""Standard atomic weight by symbol, as a decimal string (IUPAC 2021, abridged)."""
