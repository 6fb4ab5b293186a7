"""Decimal strings and exact integers: `matter.quantity`."""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, localcontext

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenite_proto.matter.quantity import (
    FRACTION_ONE,
    Fraction,
    Mass,
    element_mass,
    fraction_text,
    kilograms,
    milligrams,
    parts,
)

MASS_END = 10**18
masses = st.integers(0, MASS_END - 1)
fractions = st.integers(0, FRACTION_ONE)


def decoded(text: str, kind: object) -> str:
    """`text` as the record decoder gives it."""
    return str(msgspec.json.decode(msgspec.json.encode(text), type=kind))


@given(masses)
def test_a_mass_survives_being_written(mass: int) -> None:
    text = kilograms(mass)
    assert decoded(text, Mass) == text
    assert milligrams(text) == mass


@given(fractions)
def test_a_fraction_survives_being_written(share: int) -> None:
    text = fraction_text(share)
    assert decoded(text, Fraction) == text
    assert parts(text) == share


@given(st.from_regex(r"\A(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?\Z"))
def test_every_mass_is_read_as_its_decimal_value(text: str) -> None:
    assert milligrams(decoded(text, Mass)) == Decimal(text).scaleb(6)


@given(st.from_regex(r"\A(0(\.[0-9]{1,9})?|1(\.0{1,9})?)\Z"))
def test_every_fraction_is_read_as_its_decimal_value(text: str) -> None:
    assert parts(decoded(text, Fraction)) == Decimal(text).scaleb(9)


@given(masses)
def test_the_written_mass_is_the_shortest(mass: int) -> None:
    text = kilograms(mass)
    assert "." not in text or text[-1] not in "0."


@pytest.mark.parametrize(
    ("mass", "text"),
    [
        (0, "0"),
        (1, "0.000001"),
        (120_500_000, "120.5"),
        (30_000_000_000, "30000"),
        (MASS_END - 1, "999999999999.999999"),
        (MASS_END, "1000000000000"),
    ],
)
def test_masses_are_written_plainly(mass: int, text: str) -> None:
    assert kilograms(mass) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0"), (1, "0.000000001"), (300_000_000, "0.3"), (FRACTION_ONE, "1")],
)
def test_fractions_are_written_plainly(share: int, text: str) -> None:
    assert fraction_text(share) == text


def test_a_sum_beyond_the_whole_can_still_be_shown() -> None:
    assert fraction_text(1_110_999_999) == "1.110999999"


@pytest.mark.parametrize("write", [kilograms, fraction_text])
def test_nothing_negative_is_written(write: Callable[[int], str]) -> None:
    with pytest.raises(ValueError, match="negative"):
        write(-1)


@pytest.mark.parametrize(
    "text",
    [
        "1000000000000",
        "0.0000001",
        "1.0000000",
        "01",
        "00",
        "-1",
        "+1",
        "1.",
        ".5",
        "1e3",
        "1_0",
        "1,5",
        " 1",
        "1 ",
        "1\n",
        "1.5\n",
        "\u0661",
        "NaN",
        "",
    ],
)
def test_what_is_no_mass_is_refused(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        decoded(text, Mass)


@pytest.mark.parametrize(
    "text",
    [
        "1.000000001",
        "0.0000000001",
        "1.0000000000",
        "2",
        "10",
        "-0.1",
        "01",
        "0.",
        ".5",
        "1e-3",
        "0.5\n",
        "0.\u0661",
        "50%",
        "",
    ],
)
def test_what_is_no_fraction_is_refused(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        decoded(text, Fraction)


@given(masses, fractions)
def test_an_element_mass_rounds_halves_up(mass: int, share: int) -> None:
    with localcontext(prec=40):
        expected = (Decimal(mass * share) / 10**9).quantize(Decimal(1), ROUND_HALF_UP)
    assert element_mass(mass, share) == expected
    assert 0 <= element_mass(mass, share) <= mass


@pytest.mark.parametrize(
    ("mass", "share", "expected"),
    [(1, 499_999_999, 0), (1, 500_000_000, 1), (3, 500_000_000, 2), (5, 500_000_000, 3)],
)
def test_a_half_milligram_rounds_up(mass: int, share: int, expected: int) -> None:
    assert element_mass(mass, share) == expected


def test_the_published_copper_case() -> None:
    # UNTP 0.7 sample: 30,000 kg of concentrate at 30 % Cu, 10,000 kg of cathode at 99.99 %.
    assert kilograms(element_mass(milligrams("30000"), parts("0.3"))) == "9000"
    assert kilograms(element_mass(milligrams("10000"), parts("0.9999"))) == "9999"
