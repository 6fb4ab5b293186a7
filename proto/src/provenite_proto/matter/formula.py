"""Chemical formulas and the exact mass fractions of their elements."""

import re
from fractions import Fraction

from .element import ELEMENTS

FORMULA_MAX = 128
"""The longest formula that is read, in characters."""

_COUNT = r"(?P<count>0\.[0-9]*[1-9]|[1-9][0-9]*)"
_LEADING_COUNT = re.compile(_COUNT)
_TOKEN = re.compile(rf"(?P<open>\()|(?:(?P<symbol>[A-Z][a-z]?)|(?P<close>\))){_COUNT}?")


def atoms(formula: str) -> dict[str, Fraction]:
    """How many atoms of each element a formula unit holds: `CoSO4·7H2O` has Co 1, S 1, O 11, H 14.

    Reads element symbols, round brackets, counts (decimal ones below 1 only, as in `LiNi0.8Co0.1Mn0.1O2`:
    `CoSO4.7H2O` is a hydrate misspelt) and parts joined by the middle dot U+00B7, each with an optional count
    before it. `ValueError` when it is anything else.
    """
    if len(formula) > FORMULA_MAX:
        raise ValueError(f"formula of more than {FORMULA_MAX} characters: {formula[:20]!r}…")
    total: dict[str, Fraction] = {}
    for part in formula.split("·"):
        leading = _LEADING_COUNT.match(part)
        try:
            unit = _unit(part[leading.end() :] if leading else part)
        except ValueError as error:
            raise ValueError(f"formula {formula!r}: {error}") from None
        _add(total, unit, Fraction(leading["count"] if leading else 1))
    return total


def mass_fractions(formula: str) -> dict[str, Fraction]:
    """Each element's share of the formula's mass, exact in the tabled weights; sums to 1."""
    masses = {symbol: count * ELEMENTS[symbol].weight for symbol, count in atoms(formula).items()}
    whole = sum(masses.values())
    return {symbol: mass / whole for symbol, mass in masses.items()}


def _unit(text: str) -> dict[str, Fraction]:
    """Atoms of a part of a formula, without its leading count."""
    open_groups: list[dict[str, Fraction]] = [{}]
    position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise ValueError(f"unexpected {text[position]!r}")
        position = token.end()
        if token["open"]:
            open_groups.append({})
            continue
        if token["symbol"]:
            if token["symbol"] not in ELEMENTS:
                raise ValueError(f"no element with a standard weight: {token['symbol']}")
            group = {token["symbol"]: Fraction(1)}
        else:
            group = open_groups.pop()
            if not open_groups:
                raise ValueError("a bracket closes that was not opened")
            if not group:
                raise ValueError("empty brackets")
        _add(open_groups[-1], group, Fraction(token["count"] or 1))
    if len(open_groups) > 1:
        raise ValueError("a bracket is not closed")
    if not open_groups[0]:
        raise ValueError("an empty part")
    return open_groups[0]


def _add(total: dict[str, Fraction], group: dict[str, Fraction], times: Fraction) -> None:
    for symbol, count in group.items():
        total[symbol] = total.get(symbol, Fraction(0)) + count * times
