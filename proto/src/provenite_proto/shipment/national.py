"""What single states have agreed or forbidden: `data/agreements.toml` and `data/import_bans.toml`."""

from datetime import date
from importlib.resources import files
from typing import Annotated

from msgspec import Meta, Struct

from ..countries import Confidence
from ..strict_toml import Kind, read
from .codes import List

_Text = Annotated[str, Meta(min_length=1, max_length=400)]
_State = Annotated[str, Meta(pattern=r"^[A-Z]{2}$(?!\n)")]


class Agreement(
    Struct, frozen=True, forbid_unknown_fields=True, rename={"exporter": "from", "importer": "to"}
):
    """An agreement under Article 11 for movements in one direction."""

    exporter: _State
    importer: _State
    title: _Text
    source: _Text
    confidence: Confidence
    since: date | None = None


class Ban(Struct, frozen=True, forbid_unknown_fields=True):
    """A state's own ban on imports of the waste of some lists."""

    country: _State
    lists: tuple[List, ...]
    since: date
    title: _Text
    source: _Text
    confidence: Confidence


class _Agreements(Struct, frozen=True, forbid_unknown_fields=True):
    agreement: tuple[Agreement, ...]


class _Bans(Struct, frozen=True, forbid_unknown_fields=True):
    ban: tuple[Ban, ...]


def _data(name: str, kind: type[Kind]) -> Kind:
    return read((files(__package__) / "data" / name).read_text("utf-8"), kind, name)


AGREEMENTS: tuple[Agreement, ...] = _data("agreements.toml", _Agreements).agreement
BANS: tuple[Ban, ...] = _data("import_bans.toml", _Bans).ban


def agreement(exporter: str, importer: str, day: date) -> Agreement | None:
    """The agreement for this direction on the day."""
    for row in AGREEMENTS:
        if (row.exporter, row.importer) == (exporter, importer) and (row.since or day) <= day:
            return row
    return None


def import_ban(importer: str, kind: List, day: date) -> Ban | None:
    """The importing state's own ban on waste of the list on the day."""
    for row in BANS:
        if row.country == importer and kind in row.lists and row.since <= day:
            return row
    return None
