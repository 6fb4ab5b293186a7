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
    countries = sorted({link.country[:2] for link in links if link.country})
    return tuple(
        country or UNKNOWN
        for country in (*countries, None)
        if any(_part(country, measure, held) >= THRESHOLD for measure in MEASURES)
    )


def _part(country: str | None, measure: str, held: _Links) -> Fraction:
    """The part of a measure of the issuer that `country` holds, or with `None` that nobody says who holds.

    Passing a majority through whole may count a part twice, so that it is cut at the whole.
    """

    @cache
    def of(firm: str | None) -> Fraction:
        whole, disclosed = Fraction(0), Fraction(0)
        for link in held[firm]:
            share = Fraction(parts(getattr(link, measure)), FRACTION_ONE)
            disclosed += share
            through = Fraction(1) if share >= MAJORITY else share
            if link.holder in held:
                beyond = of(link.holder)
            else:
                beyond = Fraction(country is None and link.country is None)
            # A firm belongs to its own country and to those of its holders: listing one hides no other.
            own = country is not None and link.country is not None and link.country[:2] == country
            whole += through * max(beyond, Fraction(own))
        return min(Fraction(1), whole + (1 - disclosed if country is None else 0))

    return of(None)


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
