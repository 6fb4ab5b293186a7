"""Chemical formulas: the mass fraction of each element, exactly."""

import re
from fractions import Fraction

from .element import ELEMENTS

_TOKEN = re.compile(r"([A-Z][a-z]?)|(\()|(\))|(\d+)")


def atoms(formula: str) -> dict[str, int]:
    """Atoms of each element in a formula such as `(NH4)10H2W12O42·4H2O`; `ValueError` when it is none."""
    total: dict[str, int] = {}
    for part in formula.split("·"):
        digits = re.match(r"\d*", part)
        count = digits.group() if digits else ""
        for element, number in _group(part[len(count) :]).items():
            total[element] = total.get(element, 0) + number * int(count or 1)
    return total


def mass_fraction(formula: str, element: str) -> Fraction:
    """The fraction of the formula's mass that is `element`, by standard atomic weights."""
    masses = {
        symbol: number * Fraction(ELEMENTS[symbol]) for symbol, number in atoms(formula).items()
    }
    return masses.get(element, Fraction(0)) / sum(masses.values())


def _group(text: str) -> dict[str, int]:
    stack: list[dict[str, int]] = [{}]
    latest: dict[str, int] = {}
    position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise ValueError(f"not a formula: {text!r} at {text[position:]!r}")
        symbol, opening, closing, number = token.groups()
        position = token.end()
        if opening:
            stack.append({})
            latest = {}
            continue
        if number:
            # The first one is counted already.
            _add(stack[-1], latest, int(number) - 1)
            latest = {}
            continue
        if closing:
            if len(stack) == 1:
                raise ValueError(f"not a formula: {text!r} closes what it did not open")
            latest = stack.pop()
        else:
            latest = {symbol: 1}
        _add(stack[-1], latest, 1)
    if len(stack) != 1 or not stack[0]:
        raise ValueError(f"not a formula: {text!r}")
    return stack[0]


def _add(total: dict[str, int], part: dict[str, int], times: int) -> None:
    for element, number in part.items():
        total[element] = total.get(element, 0) + number * times
