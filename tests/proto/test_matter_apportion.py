"""Largest-remainder shares: `matter.apportion`, also against a slow reference."""

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenite_proto.matter.apportion import apportion

totals = st.one_of(st.integers(0, 50), st.integers(0, 10**18))
weights = st.dictionaries(
    st.text(st.characters(codec="utf-8"), max_size=4),
    st.one_of(st.integers(0, 5), st.integers(0, 10**18)),
    min_size=1,
    max_size=12,
).filter(lambda each: any(each.values()))


def reference(total: int, weights: dict[str, int]) -> dict[str, int]:
    """One unit at a time to the key that is furthest below its exact quota, after the whole parts."""
    whole = sum(weights.values())
    quotas = {key: Fraction(total * weight, whole) for key, weight in weights.items()}
    shares = {key: quota.numerator // quota.denominator for key, quota in quotas.items()}
    while sum(shares.values()) < total:
        neediest = max(quotas[key] - shares[key] for key in shares)
        shares[min(key for key in shares if quotas[key] - shares[key] == neediest)] += 1
    return {key: share for key, share in shares.items() if share}


@given(totals, weights)
def test_shares_are_those_of_the_reference(total: int, weights: dict[str, int]) -> None:
    assert apportion(total, weights) == reference(total, weights)


@given(totals, weights)
def test_shares_sum_to_the_total_and_stay_near_their_quota(
    total: int, weights: dict[str, int]
) -> None:
    shares = apportion(total, weights)
    whole = sum(weights.values())
    assert sum(shares.values()) == total
    assert all(shares.values())
    for key, weight in weights.items():
        share = shares.get(key, 0)
        assert abs(share * whole - total * weight) < whole
        if not weight:
            assert key not in shares


@given(totals, weights, st.randoms(use_true_random=False))
def test_the_order_of_the_weights_does_not_matter(
    total: int, weights: dict[str, int], random: Random
) -> None:
    items = list(weights.items())
    random.shuffle(items)
    assert apportion(total, dict(items)) == apportion(total, weights)


@given(weights, st.data())
def test_no_share_exceeds_its_weight_while_the_total_is_there(
    weights: dict[str, int], data: st.DataObject
) -> None:
    total = data.draw(st.integers(0, sum(weights.values())))
    for key, share in apportion(total, weights).items():
        assert share <= weights[key]


@given(weights, st.lists(st.integers(0, 10), max_size=6))
def test_drawing_until_nothing_is_left_gives_everyone_its_weight(
    weights: dict[str, int], tenths: list[int]
) -> None:
    left = dict(weights)
    given_out = dict.fromkeys(weights, 0)
    for part in [*tenths, 10]:
        for key, share in apportion(sum(left.values()) * part // 10, left).items():
            left[key] -= share
            given_out[key] += share
    assert given_out == weights


@given(weights)
def test_sharing_out_exactly_the_weights_gives_them_back(weights: dict[str, int]) -> None:
    assert apportion(sum(weights.values()), weights) == {k: w for k, w in weights.items() if w}


def test_a_tie_goes_to_the_first_key_in_code_point_order() -> None:
    assert apportion(1, {"b": 1, "a": 1}) == {"a": 1}
    assert apportion(2, {"a": 1, "Z": 1, "é": 1}) == {"Z": 1, "a": 1}


def test_a_larger_remainder_goes_before_an_earlier_key() -> None:
    assert apportion(1, {"a": 1, "b": 2}) == {"b": 1}


def test_nothing_can_be_shared_over_nothing() -> None:
    assert apportion(0, {}) == {}
    assert apportion(0, {"US": 0}) == {}
    assert apportion(0, {"US": 5}) == {}


@pytest.mark.parametrize("weights", [{}, {"US": 0}, {"US": 0, "CN": 0}])
def test_something_cannot_be_shared_over_nothing(weights: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="weights are all zero"):
        apportion(1, weights)
