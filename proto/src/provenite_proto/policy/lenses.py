"""The lenses of a policy as of a day: its own, with the countries of groups filled in, and those that ship."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

import msgspec

from ..content import LENSES, Lens, Rule, own_lens
from ..countries import holds
from ..record.country import COUNTRIES
from .model import OwnLens, Policy, Row, Share

GROUP = "@"
"""What a name that stands for a group's countries begins with."""


@lru_cache(256)
def lens_on(lens: OwnLens, day: date) -> Lens:
    """The automaton with the groups as they are on this day; `Problem` `lens-malformed` when it is not allowed.

    Its id is that of its rules, as of a user's own lens: the same question has the same id in every policy.
    """
    return own_lens(
        lens.title,
        tuple(_filled(rule, day) for rule in lens.start),
        tuple(_filled(rule, day) for rule in lens.step),
    )


def lens_named(policy: Policy, name: str, day: date) -> Lens:
    """The policy's lens of this name, or the one that ships."""
    for lens in policy.lens:
        if lens.name == name:
            return lens_on(lens, day)
    return LENSES[name]


def lenses_of(policy: Policy, row: Row, day: date) -> tuple[Lens, ...]:
    """All lenses through which the content has to be known to evaluate a row on a day, each once."""
    names = {test.lens for test in row.test if isinstance(test, Share)}
    return tuple(lens_named(policy, name, day) for name in sorted(names | {"custody", "attested"}))


def filled(labels: Iterable[str], day: date) -> frozenset[str]:
    """Labels and codes, the groups among them replaced by their countries of that day."""
    found: set[str] = set()
    for label in labels:
        if label.startswith(GROUP):
            found |= members(label.removeprefix(GROUP), day)
        else:
            found.add(label)
    return frozenset(found)


@lru_cache(512)
def members(group: str, day: date) -> frozenset[str]:
    """The countries of a group on a day."""
    return frozenset(country for country in COUNTRIES if holds(group, country, day))


def _filled(rule: Rule, day: date) -> Rule:
    changed = {
        name: tuple(sorted(filled(values, day)))
        for name in ("country", "controllers")
        if (values := getattr(rule, name)) is not None
    }
    return msgspec.structs.replace(rule, **changed) if changed else rule
