"""Where in a record a member is that was refused here: the decoder names only what holds it."""

import re
from typing import Any

import msgspec

from provenite_proto.matter.quantity import Fraction, Mass
from provenite_proto.record.form import Symbol

from .. import Problem

_FIELD = re.compile(r"Object (?:contains unknown|missing required) field `(.+)`\.")
_BY_ELEMENT = {"composition": Fraction, "losses": Mass, "untraced": Mass}
"""Members that hold a figure for each element."""


def pointer(raw: bytes, problem: Problem) -> str:
    """The RFC 6901 pointer of the member in the payload of the statement that the record would become."""
    name = None
    if field := _FIELD.fullmatch(problem.detail):
        name = field[1]
    elif figure := _BY_ELEMENT.get(problem.pointer.rpartition("/")[2]):
        name = _wrong(_at(raw, problem.pointer), figure)
    reached = "/" + name.replace("~", "~0").replace("/", "~1") if name else ""
    return f"/record{problem.pointer}{reached}"


def _at(raw: bytes, place: str) -> Any:
    value = msgspec.json.decode(raw)
    for part in place.split("/")[1:]:
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


def _wrong(figures: Any, form: Any) -> str | None:
    """The first element whose symbol or figure does not have its form."""
    for name, figure in figures.items() if isinstance(figures, dict) else ():
        try:
            msgspec.convert(name, Symbol)
            msgspec.convert(figure, form)
        except msgspec.ValidationError:
            return str(name)
    return None
