"""Control: the countries that hold a quarter or more of a firm's board, votes or equity.

The rule is that of the Department of Energy's interpretation of "foreign entity of concern" (89 FR 37079,
6 May 2024): each of the three is tested alone at 25 %, direct and indirect holdings add up, a holding of 50 %
or more passes through whole and a lesser one in proportion.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache

from ..matter.quantity import FRACTION_ONE, fraction_text, parts
from ..problem import Problem
from ..record import OwnershipLink
from .issuer import known_country

THRESHOLD = Fraction(1, 4)
"""The part of a measure at which its holders control."""
MAJORITY = Fraction(1, 2)
"""The part from which a link counts whole."""
MAX_DEPTH = 8
"""Firms between a holder and the issuer, at the most."""
UNKNOWN = "unknown"
MEASURES = ("board", "votes", "equity")

_Links = Mapping[str | None, Sequence[OwnershipLink]]


def controllers(links: Sequence[OwnershipLink]) -> tuple[str, ...]:
    """The countries (alpha-2) that control the issuer, sorted, and `unknown` when undisclosed holders may.

    Raises `ownership-impossible` for holdings that sum to more than 1, that go in a circle or that do not
    lead to the issuer, `country-unknown` for a country that does not exist.
    """
    held: dict[str | None, list[OwnershipLink]] = defaultdict(list)
    for number, link in enumerate(links):
        if link.country is not None:
            known_country(link.country, f"/record/parties/links/{number}/country")
        held[link.held].append(link)
    _check(held, links)
    found: set[str] = set()
    for measure in MEASURES:
        found |= {name for name, part in _parts(measure, held).items() if part >= THRESHOLD}
    # Not known comes last, whatever the letters say.
    return (*sorted(found - {UNKNOWN}), *((UNKNOWN,) if UNKNOWN in found else ()))


def _parts(measure: str, held: _Links) -> Mapping[str, Fraction]:
    """The part of a measure of the issuer that each country holds, and what nobody says who holds.

    Passing a majority through whole may count a part twice, so that each is cut at the whole.
    """

    @cache
    def of(firm: str | None) -> Mapping[str, Fraction]:
        whole: dict[str, Fraction] = defaultdict(Fraction)
        disclosed = Fraction(0)
        for holder, of_holder in _by_holder(held[firm]).items():
            # A holding that is split over several links is one holding.
            share = Fraction(sum(parts(getattr(link, measure)) for link in of_holder), FRACTION_ONE)
            disclosed += share
            through = Fraction(1) if share >= MAJORITY else share
            own = {link.country[:2] for link in of_holder if link.country is not None}
            beyond = of(holder) if holder in held else {} if own else {UNKNOWN: Fraction(1)}
            for name in beyond.keys() | own:
                # A firm belongs to its own country and to those of its holders: listing one hides no other.
                whole[name] += through * (Fraction(1) if name in own else beyond[name])
        whole[UNKNOWN] += 1 - disclosed
        return {name: min(Fraction(1), part) for name, part in whole.items()}

    return of(None)


def _by_holder(links: Sequence[OwnershipLink]) -> Mapping[str, Sequence[OwnershipLink]]:
    by_holder: dict[str, list[OwnershipLink]] = defaultdict(list)
    for link in links:
        by_holder[link.holder].append(link)
    return by_holder


def _check(held: _Links, links: Sequence[OwnershipLink]) -> None:
    for firm, of in held.items():
        for measure in MEASURES:
            total = sum(parts(getattr(link, measure)) for link in of)
            if total > FRACTION_ONE:
                raise _impossible(
                    f"The {measure} of {firm or 'the issuer'} sums to {fraction_text(total)}.",
                    measure=measure,
                    sum=fraction_text(total),
                    limit="1",
                )
    reached: dict[str | None, int | None] = {}
    _depth(None, held, reached)
    for number, link in enumerate(links):
        if link.held not in reached:
            raise _impossible(
                f"{link.held} holds nothing of the issuer.", f"/{number}/held", held=link.held or ""
            )


def _depth(firm: str | None, held: _Links, reached: dict[str | None, int | None]) -> int:
    """How many firms stand above `firm`; `reached` has the same for all above, `None` while it is looked for."""
    if firm in reached:
        depth = reached[firm]
        if depth is None:
            raise _impossible(f"The holdings of {firm} go in a circle.", firm=firm or "")
        return depth
    reached[firm] = None
    above = [_depth(link.holder, held, reached) for link in held.get(firm, ())]
    reached[firm] = depth = max(above, default=-1) + 1
    # As many links as firms between, and the one to the issuer.
    if depth > MAX_DEPTH + 1:
        raise _impossible(
            f"More than {MAX_DEPTH} firms stand between a holder and the issuer.",
            limit=str(MAX_DEPTH),
        )
    return depth


def _impossible(sentence: str, place: str = "", **figures: str) -> Problem:
    return Problem(
        "ownership-impossible",
        sentence,
        pointer=f"/record/parties/links{place}",
        figures=figures,
    )
