"""Ranges of a root: whatever is drawn, in whatever portions, every label's mass is conserved."""

from datetime import UTC, datetime
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenite_proto.content import Taken, part_of, within
from provenite_proto.ledger import Batch, BatchStatus, Draw

LABELS = st.dictionaries(
    st.sampled_from(["AU", "CL", "CN", "US", "unknown", "CN+US", "x"]),
    st.one_of(st.integers(1, 9), st.integers(1, 10**15)),
    min_size=1,
)


@st.composite
def cuts(draw: st.DrawFn) -> tuple[dict[str, int], list[int]]:
    """Labels, and where their mass is cut."""
    labels = draw(LABELS)
    whole = sum(labels.values())
    marks = draw(st.lists(st.integers(0, whole), max_size=8))
    return labels, sorted({0, *marks, whole})


def summed(parts: list[dict[str, int]]) -> dict[str, int]:
    labels = {label for part in parts for label in part}
    return {label: sum(part.get(label, 0) for part in parts) for label in labels}


@given(cuts())
def test_the_parts_hold_what_the_whole_holds(case: tuple[dict[str, int], list[int]]) -> None:
    labels, marks = case
    parts = [within(labels, *span) for span in pairwise(marks)]
    assert summed(parts) == labels
    for part, span in zip(parts, pairwise(marks), strict=True):
        assert sum(part.values()) == span[1] - span[0]
        assert all(mass > 0 for mass in part.values())


@given(cuts())
def test_a_beginning_grows_label_by_label_and_stays_near_the_proportion(
    case: tuple[dict[str, int], list[int]],
) -> None:
    labels, marks = case
    whole = sum(labels.values())
    before: dict[str, int] = {}
    for mark in marks:
        first = within(labels, 0, mark)
        assert all(first.get(label, 0) >= mass for label, mass in before.items())
        off = [first.get(label, 0) - Fraction(mass * mark, whole) for label, mass in labels.items()]
        assert sum(each for each in off if each > 0) < len(labels)
        before = first


@given(LABELS, st.data())
def test_the_order_of_labels_is_theirs(labels: dict[str, int], data: st.DataObject) -> None:
    shuffled = dict(data.draw(st.permutations(list(labels.items()))))
    high = data.draw(st.integers(0, sum(labels.values())))
    low = data.draw(st.integers(0, high))
    assert within(labels, low, high) == within(shuffled, low, high)


@pytest.mark.parametrize("span", [(-1, 0), (2, 1), (0, 4)])
def test_there_is_no_range_outside_the_whole(span: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="no range"):
        within({"AU": 1, "CN": 2}, *span)


def batch(elements: dict[str, int], mass: int) -> Batch:
    return Batch(
        id="a.0",
        material="nd-oxide",
        holder="b",
        status=BatchStatus.HELD,
        mass=mass,
        remaining=mass,
        elements=elements,
        uncertainty=0,
        available_at=datetime(2026, 1, 5, tzinfo=UTC),
        root="a.0",
        offsets=dict.fromkeys(elements, 0),
    )


def test_a_batch_used_a_milligram_at_a_time_keeps_both_countries() -> None:
    labels = {"CN": 49, "US": 51}
    whole = batch({"Nd": 100}, 100)
    draws = [Draw("a.0", 1, left) for left in range(100, 0, -1)]
    parts = [
        Taken({"Nd": {"origin": labels}}, whole.spans(draw)).labels("Nd", "origin")
        for draw in draws
    ]
    assert summed(parts) == labels


@given(LABELS, st.lists(st.integers(1, 10**6), min_size=1, max_size=5), st.data())
def test_parts_of_parts_hold_what_the_root_holds(
    labels: dict[str, int], masses: list[int], data: st.DataObject
) -> None:
    """Shipments and shipments of them, and all that is used of either."""
    whole = batch({"Nd": sum(labels.values())}, sum(masses))
    shares = {"Nd": {"origin": labels}}
    pieces: list[dict[str, int]] = []
    left = whole.mass
    for number, mass in enumerate(masses):
        part = whole.part(f"p.{number}", Draw(whole.id, mass, left))
        left -= mass
        first = data.draw(st.integers(0, part.mass))
        for taken, before in ((first, part.mass), (part.mass - first, part.mass - first)):
            spans = part.spans(Draw(part.id, taken, before))
            pieces.append(part_of(shares, spans)["Nd"]["origin"])
    assert summed(pieces) == labels
