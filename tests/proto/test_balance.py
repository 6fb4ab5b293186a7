"""The element balance against exact fractions."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenite_proto.matter.balance import Assayed, excess
from provenite_proto.problem import Problem

MASSES = st.one_of(st.integers(0, 1000), st.integers(0, 10**18))
ELEMENTS = st.dictionaries(st.sampled_from(["Cu", "Ni", "Au"]), MASSES)
OUTPUTS = st.lists(
    st.builds(Assayed, mass=MASSES, elements=ELEMENTS, uncertainty=st.integers(0, 50_000_000)),
    max_size=4,
)


@given(ELEMENTS, ELEMENTS, OUTPUTS, ELEMENTS)
def test_an_element_may_exceed_by_the_tolerance_and_no_more(
    inputs: dict[str, int],
    untraced: dict[str, int],
    outputs: list[Assayed],
    losses: dict[str, int],
) -> None:
    over, created = {}, set()
    for element in {element for output in outputs for element in output.elements} | losses.keys():
        masses = [Fraction(output.elements.get(element, 0)) for output in outputs]
        more = sum(masses) + losses.get(element, 0)
        more -= inputs.get(element, 0) + untraced.get(element, 0)
        tolerance = sum(
            mass * Fraction(output.uncertainty, 10**9)
            for mass, output in zip(masses, outputs, strict=True)
        )
        if more > tolerance:
            created.add(element)
        elif more > 0:
            over[element] = int(more)
    try:
        assert excess(inputs, untraced, outputs, losses) == over
        assert not created
    except Problem as problem:
        assert problem.slug == "element-created"
        assert problem.figures["element"] in created


def test_of_several_created_elements_the_first_is_named() -> None:
    for elements in ({"Ni": 2, "Cu": 2}, {"Cu": 2, "Ni": 2}):
        with pytest.raises(Problem) as created:
            excess({}, {}, [Assayed(4, elements, 0)], {"Au": 1})
        assert created.value.figures["element"] == "Au"
