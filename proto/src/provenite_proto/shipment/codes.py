"""Codes of waste: what each means on a day, from `data/waste_codes.toml`.

A code of Annex VIII (`A…`) or Annex IX (`B…`) that the table does not have means what its letter says. One of
the table that has lapsed means nothing: its successors have to be looked at.
"""

import re
from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from types import MappingProxyType
from typing import Annotated, Literal

from msgspec import Meta, Struct

from ..countries import Confidence
from ..strict_toml import read

List = Literal["annex_viii", "annex_ii", "annex_ix", "eu_hazardous", "oecd_green", "eu_green"]
CONTROLLED: frozenset[List] = frozenset({"annex_viii", "annex_ii", "eu_hazardous"})
"""The lists of waste that needs consent where it may move at all."""
HAZARDOUS: frozenset[List] = frozenset({"annex_viii", "eu_hazardous"})
_ANNEX_VIII = re.compile(r"A[1-4]\d{3}")
_ANNEX_IX = re.compile(r"B[1-4]\d{3}")
_Text = Annotated[str, Meta(min_length=1, max_length=400)]


class Code(
    Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "from", "until": "to"}
):
    """A code from its first day to its last, and the codes that came after it."""

    code: Annotated[str, Meta(pattern=r"^[A-Z][A-Z0-9]{1,7}$(?!\n)")]
    title: _Text
    list: List
    source: _Text
    confidence: Confidence
    since: date | None = None
    until: date | None = None
    successors: tuple[str, ...] = ()

    def means(self, day: date) -> bool:
        """Whether the code is one on this day."""
        return (self.since or day) <= day <= (self.until or day)


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    code: tuple[Code, ...]


def _table() -> Mapping[str, tuple[Code, ...]]:
    name = "waste_codes.toml"
    rows = read((files(__package__) / "data" / name).read_text("utf-8"), _File, name).code
    codes = dict.fromkeys(row.code for row in rows)
    return MappingProxyType(
        {code: tuple(row for row in rows if row.code == code) for code in codes}
    )


CODES: Mapping[str, tuple[Code, ...]] = _table()
"""Every code of the table, with its rows in the order of time."""


def meaning(code: str, day: date) -> Code | None:
    """What the code means on the day; `None` when it means nothing then, or is not known."""
    rows = CODES.get(code)
    if rows is not None:
        return next((row for row in rows if row.means(day)), None)
    for pattern, kind in ((_ANNEX_VIII, "annex_viii"), (_ANNEX_IX, "annex_ix")):
        if pattern.fullmatch(code):
            annex = "VIII" if kind == "annex_viii" else "IX"
            return Code(
                code=code,
                title=f"Entry {code}",
                list="annex_viii" if kind == "annex_viii" else "annex_ix",
                source=f"Basel Convention, Annex {annex}, by its letter",
                confidence="medium",
            )
    return None


def successors(code: str, day: date) -> tuple[str, ...]:
    """The codes that came after one that has lapsed by the day."""
    rows = CODES.get(code, ())
    return rows[-1].successors if rows and rows[-1].until and rows[-1].until < day else ()
