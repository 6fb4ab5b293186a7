"""A difference between what the log says and what the tables hold."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from provenite_proto.statement import PublicKey


class Difference(msgspec.Struct, frozen=True):
    """`what` of the thing at `where` is `expected` from the log and `found` in the tables."""

    what: str
    where: str
    expected: str
    found: str


class Differs(Exception):
    """The tables hold something else than the log says."""

    def __init__(self, what: str, where: str, expected: object, found: object) -> None:
        self.difference = Difference(what, where, shown(expected), shown(found))
        super().__init__(f"{what} of {where}")


def shown(value: object) -> str:
    """A value as people read it."""
    match value:
        case None:
            return "nothing"
        case str():
            return value
        case datetime():
            return value.isoformat()
        case PublicKey():
            return value.key_id
    return msgspec.json.encode(value, enc_hook=shown).decode()


def same(what: str, where: str, expected: object, found: object) -> None:
    """Raise `Differs` unless the two are the same."""
    if expected != found:
        raise Differs(what, where, expected, found)


def same_entry(table: str, name: str, expected: Any, found: Any) -> None:
    """Raise `Differs` for the first member in which two entries of a table differ, or when one is absent."""
    where = f"{table} {name}"
    if expected is None or found is None:
        same("the entry", where, None if expected is None else "there", found and "there")
        return
    for member in type(expected).__struct_fields__:
        one, other = getattr(expected, member), getattr(found, member)
        if isinstance(one, PublicKey) and isinstance(other, PublicKey):
            one, other = one.jwk, other.jwk
        same(member, where, one, other)


def same_members(
    what: str, where: str, expected: Mapping[str, Any], found: Mapping[str, Any]
) -> None:
    """Raise `Differs` for the first member, at any depth, in which two mappings differ."""
    if expected == found:
        return
    for name in sorted({*expected, *found}):
        one, other = expected.get(name), found.get(name)
        if one == other:
            continue
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            same_members(f"{what}/{name}", where, one, other)
        raise Differs(f"{what}/{name}", where, one, other)
