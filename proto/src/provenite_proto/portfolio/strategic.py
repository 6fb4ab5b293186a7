"""Which elements are strategic raw materials of the European Union, and its benchmark for one third country."""

from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from types import MappingProxyType

from msgspec import Struct

from ..countries import Confidence
from ..matter.element import ELEMENTS
from ..matter.quantity import Fraction
from ..record import Stage
from ..strict_toml import Malformed, line_of, read


class Strategic(Struct, frozen=True, forbid_unknown_fields=True):
    """A strategic raw material; `form` is what the list narrows it to, which no ledger knows of an element."""

    name: str
    elements: tuple[str, ...]
    form: str | None = None


class StrategicList(Struct, frozen=True, forbid_unknown_fields=True):
    """The list, and the part of the Union's annual consumption that one third country should not exceed.

    `stages` are those at which a share is compared with it.
    """

    source: str
    confidence: Confidence
    as_of: date
    verify_by: date
    benchmark: Fraction
    stages: tuple[Stage, ...]
    material: tuple[Strategic, ...]

    @property
    def by_element(self) -> Mapping[str, Strategic]:
        """The material that an element belongs to."""
        return MappingProxyType({symbol: row for row in self.material for symbol in row.elements})


def read_strategic(text: str, name: str) -> StrategicList:
    """The list of a TOML text; `Malformed` with line and reason when it is none, or names an element twice."""
    found = read(text, StrategicList, name)
    listed: set[str] = set()
    for number, row in enumerate(found.material):
        for symbol in row.elements:
            if symbol not in ELEMENTS or symbol in listed:
                reason = "is listed twice" if symbol in listed else "is no element"
                raise Malformed(name, line_of(text, ("material", number)), f"{symbol} {reason}.")
            listed.add(symbol)
    return found


LIST: StrategicList = read_strategic(
    (files(__package__) / "data" / "strategic.toml").read_text("utf-8"), "strategic.toml"
)
"""The list as it ships."""
STRATEGIC: Mapping[str, Strategic] = LIST.by_element
"""The strategic raw material of each element that has one."""
