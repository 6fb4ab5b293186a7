"""Masses and fractions: decimal strings on the wire, exact integers in computation.

A mass is milligrams of dry matter (six decimals of a kilogram), a fraction parts per 10^9. No float and no
Decimal: the same figures give the same integers everywhere. Reading trusts that its text is a `Mass` or a
`Fraction`: the record decoder has checked the pattern, and twice would cost as much as all the arithmetic.
"""

from typing import Annotated

from msgspec import Meta

FRACTION_ONE = 10**9
"""The fraction 1, in parts."""
MILLIGRAMS_PER_KILOGRAM = 10**6

Mass = Annotated[str, Meta(pattern=r"^(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?$(?!\n)")]
"""Kilograms of dry matter, below 10^12, with at most six decimals."""

Fraction = Annotated[str, Meta(pattern=r"^(0(\.[0-9]{1,9})?|1(\.0{1,9})?)$(?!\n)")]
"""A fraction of dry mass from 0 to 1, with at most nine decimals."""


def milligrams(mass: str) -> int:
    """The milligrams of a `Mass`."""
    whole, _, decimals = mass.partition(".")
    return int(whole) * MILLIGRAMS_PER_KILOGRAM + int(decimals.ljust(6, "0"))


def kilograms(milligrams: int) -> str:
    """The shortest decimal string of so many milligrams; a sum may be more than a `Mass` can say.

    `ValueError` when negative.
    """
    if milligrams < 0:
        raise ValueError(f"negative mass: {milligrams} mg")
    whole, rest = divmod(milligrams, MILLIGRAMS_PER_KILOGRAM)
    return f"{whole}.{rest:06}".rstrip("0").rstrip(".")


def parts(fraction: str) -> int:
    """The parts per 10^9 of a `Fraction`."""
    whole, _, decimals = fraction.partition(".")
    return int(whole) * FRACTION_ONE + int(decimals.ljust(9, "0"))


def fraction_text(parts: int) -> str:
    """The shortest decimal string of so many parts per 10^9; a sum may be above 1.

    `ValueError` when negative.
    """
    if parts < 0:
        raise ValueError(f"negative fraction: {parts} parts per 10^9")
    whole, rest = divmod(parts, FRACTION_ONE)
    return f"{whole}.{rest:09}".rstrip("0").rstrip(".")


def share(part: int, whole: int) -> str:
    """`part` of `whole`, rounded half up to nine decimals."""
    return fraction_text((2 * part * FRACTION_ONE + whole) // (2 * whole))


def element_mass(mass: int, parts: int) -> int:
    """Milligrams of an element in `mass` milligrams of which it is `parts` per 10^9, a half rounded up.

    Each element is rounded by itself, so a composition's masses may sum to a few milligrams more than `mass`.
    """
    return (2 * mass * parts + FRACTION_ONE) // (2 * FRACTION_ONE)
