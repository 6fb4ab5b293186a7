"""What a slug means, and the form of the tables of slugs."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec


class Kind(msgspec.Struct, frozen=True):
    """What a slug means: a title for people and what to do about it."""

    title: str
    remedy: str


def kinds(rows: dict[str, tuple[str, str]]) -> Mapping[str, Kind]:
    """A table of slugs, each with its title and its remedy."""
    return MappingProxyType({slug: Kind(title, remedy) for slug, (title, remedy) in rows.items()})
