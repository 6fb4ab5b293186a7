"""Where what grows with a log is kept: in memory, or wherever whoever replays or audits it lets it be kept."""

from collections.abc import Callable, MutableMapping, MutableSet
from typing import Any, Protocol, TypeVar

import msgspec

from .record import Jwk
from .statement import PublicKey

V = TypeVar("V")


class Tables(Protocol):
    """Gives each table once, by its name.

    A table is as a `dict`, and goes through its entries in the order in which they were first put in. Entries are
    values: one that was changed is put in again.
    """

    def table(self, name: str, kind: type[V], *, whole: bool = False) -> MutableMapping[str, V]:
        """A table of entries of this kind; `whole` when rules go through all of it, so that it belongs in memory."""

    def names(self, name: str) -> MutableSet[str]:
        """A table of names only."""


class InMemory:
    """Tables in memory."""

    def table(self, name: str, kind: type[V], *, whole: bool = False) -> MutableMapping[str, V]:
        """A `dict`."""
        return {}

    def names(self, name: str) -> MutableSet[str]:
        """A `set`."""
        return set()


IN_MEMORY = InMemory()


def decoder(kind: type[V]) -> Callable[[bytes], V]:
    """Reads the entries of a table as `encode` writes them; `msgspec.DecodeError` for what is none."""
    return msgspec.json.Decoder(kind, dec_hook=_read).decode


def plain(value: object) -> object:
    """What JSON has for a value that is none of its own kinds: a key as its JWK."""
    if isinstance(value, PublicKey):
        return value.jwk
    raise NotImplementedError(f"a {type(value).__name__} is not part of a state")


def _read(kind: type, value: Any) -> object:
    if kind is PublicKey:
        return PublicKey(msgspec.convert(value, Jwk))
    raise NotImplementedError(f"a {kind.__name__} is not part of a state")


encode: Callable[[Any], bytes] = msgspec.json.Encoder(enc_hook=plain).encode
"""An entry of a table as compact JSON."""
