"""Portfolios: what is added up is the whole, whatever the order and the portions, and unknown is never left out."""

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from itertools import combinations_with_replacement, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenite_proto.content import LENSES, Shares, part_of
from provenite_proto.matter.element import ELEMENTS
from provenite_proto.portfolio import (
    LIST,
    STAGES,
    STRATEGIC,
    Step,
    add,
    at_stage,
    exposures,
    left,
    read_strategic,
    without,
)
from provenite_proto.portfolio.answers import answer
from provenite_proto.record import Stage
from provenite_proto.strict_toml import Malformed

DAY = date(2026, 11, 24)
COUNTRIES = ("CN", "DE", "FR", "US")
MASSES = st.one_of(st.integers(0, 9), st.integers(0, 10**15))
BY_STAGE = st.dictionaries(st.sampled_from([*COUNTRIES, "none", "unknown"]), MASSES)
SOURCES = ("primary", "post_consumer", "pre_consumer", "same_process_rework", "unknown")


@st.composite
def contents(draw: st.DrawFn, mass: st.SearchStrategy[int] = MASSES) -> Shares:
    """The content of what was made: each lens sums to the element's mass."""
    made: Shares = {}
    for element in draw(st.sets(st.sampled_from(["Nd", "Fe", "Cu"]), min_size=1)):
        whole = draw(mass)
        made[element] = {
            lens: _dealt(draw, whole, _labels(lens)) for lens in LENSES if lens != "controllers"
        }
    return made


def _labels(lens: str) -> tuple[str, ...]:
    if lens == "source":
        return SOURCES
    if lens == "custody":
        return ("segregated", "mass_balance_credit", "unknown")
    return (*COUNTRIES, "none", "unknown")


def _dealt(draw: st.DrawFn, whole: int, labels: tuple[str, ...]) -> dict[str, int]:
    cuts = sorted(draw(st.integers(0, whole)) for _ in labels[1:])
    ends = (0, *cuts, whole)
    parts = {label: high - low for label, (low, high) in zip(labels, pairwise(ends), strict=True)}
    return {label: mass for label, mass in parts.items() if mass}


def total(*parts: Shares) -> Shares:
    totals: Shares = {}
    for part in parts:
        add(totals, part)
    return totals


@given(st.lists(contents(), max_size=4), st.data())
def test_the_order_of_batches_does_not_matter(parts: list[Shares], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(parts))
    assert exposures(total(*parts), DAY) == exposures(total(*shuffled), DAY)


@given(contents(), st.data())
def test_splitting_a_batch_changes_nothing(made: Shares, data: st.DataObject) -> None:
    masses = {element: sum(lenses["source"].values()) for element, lenses in made.items()}
    parts: list[Shares] = []
    for element, mass in masses.items():
        cuts = sorted(data.draw(st.lists(st.integers(0, mass), max_size=4)))
        parts += [part_of(made, {element: span}) for span in pairwise((0, *cuts, mass))]
    assert exposures(total(*parts), DAY) == exposures(total(made), DAY)


@given(st.lists(contents(), max_size=3))
def test_shares_sum_to_the_whole(parts: list[Shares]) -> None:
    totals = total(*parts)
    found = exposures(totals, DAY)
    assert {each.element for each in found} == {
        element for element, lenses in totals.items() if any(lenses["source"].values())
    }
    for each in found:
        assert sum(each.source.values()) == each.mass
        assert each.avoided.lower <= each.avoided.upper <= each.avoided.whole == each.mass
        for step in each.steps:
            assert sum(country.mass for country in step.supplies) + step.unknown == step.whole
            assert step.whole + step.apart == each.mass
            for bounds in (step.largest, step.herfindahl):
                assert 0 <= bounds.lower <= bounds.upper <= bounds.whole


@given(BY_STAGE, st.sampled_from(COUNTRIES), st.data())
def test_what_becomes_unknown_never_lowers_an_upper_bound_nor_raises_a_lower_one(
    labels: dict[str, int], country: str, data: st.DataObject
) -> None:
    before = at_stage(Stage.REFINING, labels, DAY)
    lost = data.draw(st.integers(0, labels.get(country, 0)))
    more = data.draw(MASSES)
    hidden = {
        **labels,
        country: labels.get(country, 0) - lost,
        "unknown": labels.get("unknown", 0) + lost,
    }
    after = at_stage(Stage.REFINING, hidden, DAY)
    grown = at_stage(Stage.REFINING, {**hidden, "unknown": hidden["unknown"] + more}, DAY)
    if before.whole:
        for one, other in ((before, after), (after, grown)):
            for lower, upper in ((one.largest, other.largest), (one.herfindahl, other.herfindahl)):
                assert Fraction(upper.upper, upper.whole) >= Fraction(lower.upper, lower.whole)
                assert Fraction(upper.lower, upper.whole) <= Fraction(lower.lower, lower.whole)


@given(
    st.dictionaries(st.sampled_from(COUNTRIES), st.integers(0, 6)),
    st.integers(0, 5),
    st.integers(0, 2),
)
def test_bounds_are_those_of_all_that_the_unknown_may_be(
    known: dict[str, int], unknown: int, apart: int
) -> None:
    """The slow reference tries every way in which the unknown milligrams may be of countries, or not of the stage."""
    step = at_stage(Stage.REFINING, {**known, "unknown": unknown, "none": apart}, DAY)
    possible = [each for each in _possible(known, unknown) if sum(each.values())]
    if not possible:
        assert step.whole == 0
        return
    shares = [
        max(
            (
                Fraction(mass, sum(each.values()))
                for country, mass in each.items()
                if _third(country)
            ),
            default=Fraction(0),
        )
        for each in possible
    ]
    squares = [
        Fraction(sum(mass**2 for mass in each.values()), sum(each.values()) ** 2)
        for each in possible
    ]
    largest, index = step.largest, step.herfindahl
    assert max(shares) == Fraction(largest.upper, largest.whole)
    assert min(shares) >= Fraction(largest.lower, largest.whole)
    assert max(squares) == Fraction(index.upper, index.whole)
    assert min(squares) >= Fraction(index.lower, index.whole)
    if not unknown:
        assert (largest.lower, index.lower) == (largest.upper, index.upper)


def test_the_lower_index_is_that_of_unknown_matter_in_countries_without_number() -> None:
    """Split ever finer, what is unknown adds less than any given figure."""
    step = at_stage(Stage.REFINING, {"CN": 6, "US": 3, "unknown": 1}, DAY)
    lower = Fraction(step.herfindahl.lower, step.herfindahl.whole)
    for countries in (1, 10, 1_000):
        spread = Fraction(6**2 + 3**2, 100) + countries * Fraction(1, 10 * countries) ** 2
        assert lower < spread == lower + Fraction(1, 100 * countries)


def _third(country: str) -> bool:
    return country not in ("DE", "FR")


def _possible(known: Mapping[str, int], unknown: int) -> Iterator[dict[str, int]]:
    others = ("FR", "US", "CN", "DE", "AU", "JP", "VN", "CL", "MY", "apart")
    for chosen in combinations_with_replacement(others, unknown):
        found = dict(known)
        for country in chosen:
            found[country] = found.get(country, 0) + 1
        found.pop("apart", None)
        yield found


def step_of(**labels: int) -> Step:
    return at_stage(Stage.EXTRACTION, labels, DAY)


def test_figures_by_hand() -> None:
    """Of 100 that were mined 60 are Chinese, 25 French and 15 unknown; 40 more were not mined."""
    step = step_of(CN=60, FR=25, unknown=15, none=40)
    assert (step.whole, step.apart, step.third) == (100, 40, "CN")
    assert [(each.country, each.union) for each in step.supplies] == [("CN", False), ("FR", True)]
    assert (step.largest.lower, step.largest.upper) == (60, 75)
    # 60² + 25² = 4,225; 75² + 25² = 6,250.
    assert (step.herfindahl.lower, step.herfindahl.upper, step.herfindahl.whole) == (
        4225,
        6250,
        10_000,
    )


@pytest.mark.parametrize(
    ("labels", "verdict"),
    [
        ({"CN": 65, "US": 35}, "within"),
        ({"CN": 651, "US": 349}, "above"),
        ({"CN": 60, "unknown": 5, "US": 35}, "within"),
        ({"CN": 60, "unknown": 6, "US": 34}, "undecided"),
        ({"FR": 90, "US": 10}, "within"),
        ({"unknown": 1}, "undecided"),
        ({"FR": 35, "unknown": 65}, "within"),
    ],
)
def test_at_the_benchmark_a_share_is_within(labels: dict[str, int], verdict: str) -> None:
    assert step_of(**labels).verdict == verdict


def test_what_is_made_of_a_raw_material_is_not_compared() -> None:
    """Regulation (EU) 2024/1252, Article 2: processing ends with metals and alloys."""
    compared = {stage for stage in STAGES if at_stage(stage, {"CN": 1}, DAY).verdict}
    assert compared == set(LIST.stages)
    assert not compared & {Stage.POWDER, Stage.FORMING, Stage.CATHODE_MAKING, Stage.ASSEMBLY}


def test_members_of_the_union_are_those_of_the_day() -> None:
    labels = {"GB": 80, "CN": 20}
    before, after = (
        at_stage(Stage.REFINING, labels, day) for day in (date(2020, 1, 31), date(2020, 2, 1))
    )
    assert (before.third, before.largest.upper) == ("CN", 20)
    assert (after.third, after.largest.upper) == ("GB", 80)


def test_strategic_elements_come_first_and_what_is_not_known_of_a_stage_is_left_out() -> None:
    lenses = {f"stage/{stage}": {"none": 10} for stage in STAGES}
    lenses |= {"source": {"post_consumer": 10}, "custody": {"segregated": 10}}
    copper, iron = exposures(
        {"Fe": lenses, "Cu": {**lenses, "stage/refining": {"US": 9, "none": 1}}}, DAY
    )
    assert (copper.element, iron.element) == ("Cu", "Fe")
    assert [step.stage for step in copper.steps] == [Stage.REFINING]
    assert iron.steps == ()
    assert (iron.strategic, iron.avoided.lower, iron.avoided.upper) == (None, 10, 10)


def test_an_answer_says_what_is_claimed_and_not_contained() -> None:
    lenses = {f"stage/{stage}": {"unknown": 3} for stage in STAGES}
    lenses |= {
        "source": {"primary": 1, "unknown": 2},
        "custody": {"mass_balance_credit": 1, "unknown": 2},
    }
    found = answer(
        "p", 7, exposures({"Nd": lenses}, DAY), flow="stock", period=None, as_of=DAY, batches=1
    )
    (neodymium,) = found.elements
    assert not neodymium.physically_contained
    assert (neodymium.strategic, neodymium.form) == (
        "rare earths for permanent magnets",
        "for permanent magnets",
    )
    assert (neodymium.avoided.lower, neodymium.avoided.upper) == ("0", "0.666666667")
    (mining,) = neodymium.stages
    assert (mining.stage, mining.largest.country, mining.largest.benchmark) == (
        "extraction",
        None,
        "undecided",
    )
    assert (mining.herfindahl.lower, mining.herfindahl.upper) == ("0", "1")


@given(
    st.integers(1, 1000).flatmap(lambda mass: st.tuples(st.just(mass), st.integers(0, mass))),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
)
def test_what_is_left_is_the_beginning(masses: tuple[int, int], element: int, offset: int) -> None:
    mass, kept = masses
    (span,) = left({"Nd": element}, {"Nd": offset}, mass, kept).values()
    assert span == (offset, offset + element * kept // mass)


def test_more_cannot_be_left_than_there_was() -> None:
    with pytest.raises(ValueError, match="3 of 2"):
        left({"Nd": 1}, {"Nd": 0}, 2, 3)


RANGES = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda ends: (min(ends), max(ends)))


@given(RANGES, st.lists(RANGES, max_size=4))
def test_what_is_taken_out_is_gone_and_nothing_else(
    span: tuple[int, int], taken: list[tuple[int, int]]
) -> None:
    parts = without({"Nd": span}, [{"Nd": each} for each in taken])
    found = [number for part in parts for number in range(*part["Nd"])]
    gone = {number for each in taken for number in range(*each)}
    assert found == [number for number in range(*span) if number not in gone]


def test_the_list_is_that_of_the_regulation() -> None:
    """Annex I, Section 1 has seventeen entries; what Article 29 names beside them is not strategic by it."""
    assert len(LIST.material) == 17
    assert (
        {"Nd", "Pr", "Tb", "Dy", "Gd", "Sm", "Ce", "Cu", "Ni", "W"}
        <= STRATEGIC.keys()
        <= ELEMENTS.keys()
    )
    assert not {"Fe", "La", "Y", "Sn", "Sb", "Ta"} & STRATEGIC.keys()
    assert LIST.benchmark == "0.65"


@pytest.mark.parametrize(
    ("elements", "reason"),
    [('["Xx"]', "Xx is no element."), ('["Cu", "Cu"]', "Cu is listed twice.")],
)
def test_a_list_that_is_none_is_refused_with_its_line(elements: str, reason: str) -> None:
    text = (
        'source = "s"\nconfidence = "high"\nas_of = 2026-01-01\nverify_by = 2027-01-01\n'
        f'benchmark = "0.65"\nstages = []\n\n[[material]]\nname = "m"\nelements = {elements}\n'
    )
    with pytest.raises(Malformed) as refused:
        read_strategic(text, "list.toml")
    assert (refused.value.line, refused.value.reason) == (8, reason)
