"""Elements and formulas: `matter.element` and `matter.formula`."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenite_proto.matter.element import ELEMENTS
from provenite_proto.matter.formula import FORMULA_MAX, atoms, mass_fractions

symbols = st.sampled_from(sorted(ELEMENTS))


def test_the_elements_stand_in_order_and_once() -> None:
    numbers = [element.number for element in ELEMENTS.values()]
    assert all(one < next_one for one, next_one in pairwise(numbers))
    assert len({element.name for element in ELEMENTS.values()}) == len(ELEMENTS)
    # Hydrogen to bismuth without technetium and promethium, thorium, protactinium and uranium.
    assert numbers == [*(n for n in range(1, 84) if n not in {43, 61}), 90, 91, 92]


def test_weights_grow_with_the_atomic_number_but_for_the_known_inversions() -> None:
    falls = [
        (one.symbol, other.symbol)
        for one, other in pairwise(ELEMENTS.values())
        if one.weight > other.weight
    ]
    assert falls == [("Ar", "K"), ("Co", "Ni"), ("Te", "I"), ("Th", "Pa")]


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("Cu", {"Cu": 1}),
        ("Co(OH)2", {"Co": 1, "O": 2, "H": 2}),
        ("CoSO4·7H2O", {"Co": 1, "S": 1, "O": 11, "H": 14}),
        ("(NH4)10H2W12O42·4H2O", {"N": 10, "H": 50, "W": 12, "O": 46}),
        ("Ca((OH)2(NH4)3)2", {"Ca": 1, "O": 4, "H": 28, "N": 6}),
        ("2H2O", {"H": 4, "O": 2}),
        (
            "LiNi0.8Co0.1Mn0.1O2",
            {
                "Li": 1,
                "Ni": Fraction(4, 5),
                "Co": Fraction(1, 10),
                "Mn": Fraction(1, 10),
                "O": 2,
            },
        ),
        ("CaSO4·0.5H2O", {"Ca": 1, "S": 1, "O": Fraction(9, 2), "H": 1}),
    ],
)
def test_atoms_are_counted(formula: str, expected: dict[str, Fraction]) -> None:
    assert atoms(formula) == expected


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("", "empty part"),
        ("7", "empty part"),
        ("CoSO4·", "empty part"),
        ("CoSO4··H2O", "empty part"),
        ("Xx", "no element"),
        ("Tc2O7", "no element"),
        ("cu", "unexpected 'c'"),
        ("Cu2 S", "unexpected ' '"),
        ("Cu0", "unexpected '0'"),
        ("Cu02", "unexpected '0'"),
        ("Cu0.80", "unexpected '0'"),
        ("Cu1.", "unexpected '.'"),
        ("Cu-2", "unexpected '-'"),
        ("Cu\u0662", "unexpected"),
        ("CoSO4.7H2O", "unexpected '.'"),
        ("0H2O", "unexpected '0'"),
        ("Co(OH", "not closed"),
        ("CoOH)2", "not opened"),
        ("Co()", "empty brackets"),
        ("Co(2)", "unexpected '2'"),
        ("Cu\n", "unexpected"),
    ],
)
def test_what_is_no_formula_is_refused(formula: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        atoms(formula)


def test_a_formula_has_a_greatest_length() -> None:
    assert atoms("H" * FORMULA_MAX) == {"H": FORMULA_MAX}
    with pytest.raises(ValueError, match="more than 128 characters"):
        atoms("H" * (FORMULA_MAX + 1))


@given(st.text("CuOH()0123.·", max_size=FORMULA_MAX))
def test_any_text_is_a_formula_or_refused(text: str) -> None:
    try:
        fractions = mass_fractions(text)
    except ValueError:
        return
    assert sum(fractions.values()) == 1
    assert all(fraction > 0 for fraction in fractions.values())


@given(st.lists(st.tuples(symbols, st.integers(1, 99)), min_size=1, max_size=8))
def test_mass_fractions_sum_to_one_whatever_the_order(pairs: list[tuple[str, int]]) -> None:
    fractions = mass_fractions("".join(f"{symbol}{count}" for symbol, count in pairs))
    assert sum(fractions.values()) == 1
    assert fractions == mass_fractions(
        "".join(f"{symbol}{count}" for symbol, count in reversed(pairs))
    )


@given(symbols, symbols, st.integers(1, 20))
def test_brackets_multiply(one: str, other: str, times: int) -> None:
    assert atoms(f"({one}{other}){times}") == atoms(f"{times}{one}{other}")
