"""What could be done instead of a shipment that is barred: where the waste may go, and on which way."""

from collections.abc import Collection, Iterable
from typing import Literal

from msgspec import Struct, structs

from ..countries import GROUPS, holds
from ..record.country import COUNTRIES
from .case import sovereign
from .judging import judge
from .leg import Leg, Verdict

LAWFUL = frozenset({"allowed", "allowed_with_consent", "domestic", "not_governed"})
PROPOSED = frozenset({"allowed", "allowed_with_consent", "domestic"})
"""The outcomes of what is proposed: that no treaty governs a shipment is no reason to propose it."""
Way = Literal["at_home", "direct", "recovery", "elsewhere"]


class Alternative(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A shipment that would be lawful, with its verdict.

    `at_home`: process the waste where it is, and ship the product. `direct`: the same, without the states of
    transit that stand against it. `recovery`: the same, not for disposal. `elsewhere`: process the waste in
    another country, and ship the product from there.
    """

    way: Way
    to: str
    verdict: Verdict


def alternatives(leg: Leg, among: Collection[str] | None = None) -> tuple[Alternative, ...]:
    """The lawful alternatives, the nearest to the leg first; none when it is lawful itself.

    `among` are the countries to look at for processing: by default all states. What needs no consent comes
    first, then members of the OECD. Whether a country has a plant for the waste is not known here.
    """
    if judge(leg).outcome in LAWFUL:
        return ()
    found = [
        *_same_goal(leg),
        *_judged("at_home", [structs.replace(leg, importer=leg.exporter, transit=())]),
    ]
    goals = COUNTRIES if among is None else among
    own = {sovereign(leg.exporter), sovereign(leg.importer)}
    others = sorted(
        {country for country in goals if among is not None or _is_state(country)} - own,
        key=lambda country: (not holds("oecd", country, leg.day), country),
    )
    elsewhere = _judged(
        "elsewhere", [structs.replace(leg, importer=each, transit=()) for each in others]
    )
    return (*found, *sorted(elsewhere, key=lambda each: each.verdict.outcome))


def _same_goal(leg: Leg) -> Iterable[Alternative]:
    if leg.transit:
        yield from _judged("direct", [structs.replace(leg, transit=())])
    if leg.purpose == "disposal":
        yield from _judged("recovery", [structs.replace(leg, purpose="recovery")])


def _judged(way: Way, legs: Iterable[Leg]) -> list[Alternative]:
    verdicts = [(leg, judge(leg)) for leg in legs]
    return [
        Alternative(way=way, to=leg.importer, verdict=verdict)
        for leg, verdict in verdicts
        if verdict.outcome in PROPOSED
    ]


def _is_state(country: str) -> bool:
    parties = GROUPS["basel-party"]
    return country not in parties.territories and country not in parties.uncertain
