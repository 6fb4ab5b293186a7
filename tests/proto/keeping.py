"""Tables that were kept, and are read again: what an audit has in them has to come back as it was."""

from collections.abc import MutableMapping, MutableSet
from typing import Any, Self, TypeVar

from provenite_proto.tables import decoder, encode

V = TypeVar("V")


class Kept:
    """Tables in memory that can be read anew, each entry from its bytes."""

    def __init__(self) -> None:
        self._tables: dict[str, tuple[Any, dict[str, Any]]] = {}
        self._names: dict[str, set[str]] = {}

    def table(self, name: str, kind: type[V], *, whole: bool = False) -> MutableMapping[str, V]:
        return self._tables.setdefault(name, (kind, {}))[1]

    def names(self, name: str) -> MutableSet[str]:
        return self._names.setdefault(name, set())

    def read(self) -> Self:
        again = type(self)()
        for name, (kind, table) in self._tables.items():
            read = decoder(kind)
            again._tables[name] = (kind, {key: read(encode(each)) for key, each in table.items()})
        again._names = {name: set(table) for name, table in self._names.items()}
        return again
