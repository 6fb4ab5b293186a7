"""Assessments: every vector, and what holds whatever the content is."""

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenite_proto.content import UNKNOWN, Event
from provenite_proto.content.ranges import Labels
from provenite_proto.policy import (
    Facts,
    Outcome,
    Part,
    Policy,
    assess,
    considered,
    considers,
    digest,
    lens_named,
    lenses_needed,
    policy_named,
    read_policy,
    unknown,
)
from provenite_proto.policy.assessing import CREDIT, ON_ITS_WAY
from provenite_proto.record import Stage
from tests.proto.assessing import part_of

VECTORS = sorted((Path(__file__).parents[2] / "proto/vectors/assessment").glob("*.json"))
DFARS = "us.dfars.252.225-7052"
DAY = date(2026, 11, 24)
LABELS = ["primary", "post_consumer", "pre_consumer", "same_process_rework", UNKNOWN]


def policy_of(case: dict[str, Any]) -> Policy:
    if "policyText" in case:
        return read_policy(case["policyText"], "policy.toml")
    return policy_named(case["policy"])


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in VECTORS])
def test_a_policy_comes_to_its_outcome(path: Path) -> None:
    case: Any = msgspec.json.decode(path.read_bytes())
    policy, day = policy_of(case), date.fromisoformat(case["asOf"])
    facts = msgspec.convert(case.get("facts", {}), Facts)
    lenses = lenses_needed(policy, facts, day)
    found = assess(policy, [part_of(each, lenses) for each in case["batches"]], facts, day)
    assert {
        "outcome": found.outcome,
        "row": found.row,
        "figures": [
            {
                "of": each.of,
                "lower": str(Fraction(each.lower, each.whole)),
                "upper": str(Fraction(each.upper, each.whole)),
                "verdict": each.verdict,
            }
            for each in found.figures
        ],
        "missing": [each.what for each in found.missing],
        "exemption": found.exemption,
        "byCredit": CREDIT in found.notes,
        **({"inTransit": True} if ON_ITS_WAY in found.notes else {}),
    } == case["expected"]
    assert found.digest == digest(policy)


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in VECTORS])
def test_what_a_policy_does_not_look_at_changes_nothing(path: Path) -> None:
    case: Any = msgspec.json.decode(path.read_bytes())
    policy, day = policy_of(case), date.fromisoformat(case["asOf"])
    facts = msgspec.convert(case.get("facts", {}), Facts)
    lenses = lenses_needed(policy, facts, day)
    batches = [part_of(each, lenses) for each in case["batches"]]
    looked_at = considered(policy, facts)
    assert considered(policy, looked_at) == looked_at
    assert considers(policy, facts) == (looked_at != Facts())
    assert assess(policy, batches, looked_at, day) == assess(policy, batches, facts, day)


@pytest.mark.parametrize(
    ("policy", "facts", "members"),
    [
        (DFARS, {"claims": ["cots", "nonavailability", "mill-product"]}, []),
        (DFARS, {"claims": ["cot", "cots", "mill"]}, ["claims", "claims"]),
        (DFARS, {"product": "magnet"}, ["product"]),
        ("eu.battery.art8", {"product": "ev-battery"}, []),
        ("eu.battery.art8", {"product": "ev-batery", "claims": ["cots"]}, ["product", "claims"]),
        ("claim.recycled", {}, []),
    ],
)
def test_a_policy_does_not_know_each_product_and_claim(
    policy: str, facts: dict[str, Any], members: list[str]
) -> None:
    said = msgspec.convert(facts, Facts)
    assert [each.member for each in unknown(policy_named(policy), said)] == members


def recycled(labels: Labels, share: str = "0.5", **refused: int) -> Any:
    """The one figure of the claim of post-consumer content."""
    whole = sum(labels.values())
    custody = {"identity_preserved": whole - sum(refused.values()), **refused}
    shares = {"Nd": {"source": labels, "custody": custody, "attested": {"not_attested": whole}}}
    return assess(
        policy_named(f"claim.recycled?share={share}"),
        [Part("nd-metal", whole, shares)],
        Facts(),
        DAY,
    )


Contents = st.dictionaries(st.sampled_from(LABELS), st.integers(1, 10**18), min_size=1)


@given(Contents, st.integers(0, 1000))
def test_what_counts_is_what_a_slow_sum_says(labels: Labels, per_mille: int) -> None:
    share = f"{per_mille // 1000}.{per_mille % 1000:03}"
    found = recycled(labels, share)
    (figure,) = found.figures
    good = Fraction(labels.get("post_consumer", 0), sum(labels.values()))
    unknown = Fraction(labels.get(UNKNOWN, 0), sum(labels.values()))
    assert Fraction(figure.lower, figure.whole) == good
    assert Fraction(figure.upper, figure.whole) == good + unknown
    assert (found.outcome is Outcome.PASS) == (good >= Fraction(per_mille, 1000))


@given(Contents, st.integers(1, 10**18))
def test_what_becomes_unknown_never_helps(labels: Labels, lost: int) -> None:
    label = sorted(labels)[0]
    lost = min(lost, labels[label])
    less = {**labels, label: labels[label] - lost}
    less[UNKNOWN] = less.get(UNKNOWN, 0) + lost
    before, after = recycled(labels), recycled(less)
    assert after.figures[0].lower <= before.figures[0].lower
    assert after.figures[0].upper >= before.figures[0].upper
    assert before.outcome is Outcome.PASS or after.outcome is not Outcome.PASS


@given(Contents)
def test_all_matter_counts_in_one_way(labels: Labels) -> None:
    found = recycled(labels)
    assert sum(each.mass for each in found.deciding) == sum(labels.values())
    assert {each.label: each.mass for each in found.deciding} == labels


@given(Contents, st.data())
def test_matter_of_a_model_that_is_not_accepted_counts_at_most_where_it_cannot_be(
    labels: Labels, data: st.DataObject
) -> None:
    """Of some matter the model is refused; whichever it is, the bounds hold."""
    whole = sum(labels.values())
    taken = {label: data.draw(st.integers(0, mass)) for label, mass in labels.items()}
    refused = sum(taken.values())
    shares = {
        "Nd": {
            "source": labels,
            "custody": {"segregated": whole - refused, "mass_balance_credit": refused},
            "attested": {"not_attested": whole},
        }
    }
    strict = msgspec.structs.replace(
        policy_named("claim.recycled"), custody=policy_named("claim.non-covered-nation").custody
    )
    (figure,) = assess(strict, [Part("nd-metal", whole, shares)], Facts(), DAY).figures
    true = labels.get("post_consumer", 0) - taken.get("post_consumer", 0)
    unknown = labels.get(UNKNOWN, 0) - taken.get(UNKNOWN, 0)
    assert figure.lower <= true
    assert true + unknown <= figure.upper
    assert 0 <= figure.lower <= figure.upper <= whole


@given(Contents, Contents)
def test_batches_assessed_together_are_as_one(one: Labels, other: Labels) -> None:
    def part(labels: Labels) -> Part:
        whole = sum(labels.values())
        lenses = {"source": labels, "custody": {"segregated": whole}, "attested": {"proxy": whole}}
        return Part("nd-metal", whole, {"Nd": lenses})

    both = {label: one.get(label, 0) + other.get(label, 0) for label in one | other}
    policy = policy_named("claim.recycled")
    apart = assess(policy, [part(one), part(other)], Facts(), DAY)
    assert apart == assess(policy, [part(both)], Facts(), DAY)


@pytest.mark.parametrize("name", [lens.name for lens in policy_named(DFARS).lens])
def test_what_is_barred_stays_so_and_what_is_good_can_be_barred(name: str) -> None:
    lens = lens_named(policy_named(DFARS), name, DAY)
    last = "forming"
    for stage in Stage:
        for country in ("CN", "US", "JP"):
            assert lens.next("barred", Event(country, stage=stage)) == "barred"
    for good in ("magnet", "exempt", "metal", "recycled-magnet", "recycled-metal"):
        if any(rule.label == good for rule in lens.step):
            assert lens.next(good, Event("CN", stage=last)) == "barred"
            assert lens.next(good, Event("CN", stage="repacking")) == good
            assert lens.next(good, Event("JP", stage="assembly")) == good


Steps = st.lists(
    st.tuples(st.sampled_from(sorted(Stage)), st.sampled_from(["US", "JP", "CN", "KP"]))
)


@given(
    st.sampled_from(["extraction", "collection", "untraced"]), st.sampled_from(["US", "CN"]), Steps
)
def test_no_path_through_a_covered_nation_is_clear_of_it(
    entry: Any, country: str, steps: list[tuple[str, str]]
) -> None:
    lens = lens_named(policy_named("claim.non-covered-nation"), "covered", DAY)
    label = lens.first(Event(country, entry))
    for stage, at in steps:
        label = lens.next(label, Event(at, stage=stage))
    met = {country, *(at for _, at in steps)}
    assert (label == "clear") == (entry != "untraced" and met <= {"US", "JP"})


@pytest.mark.parametrize(
    "facts",
    [
        '{"cost": {"total": "1", "prohibited": "0.6", "unknown": "0.5"}}',
        '{"minerals": [{"name": "Li", "value": "1", "extraction": {"AU": "0.6", "CN": "0.5"}}]}',
        '{"whole": {"into": "1", "out": "2"}}',
        '{"product": "ev battery"}',
        '{"weight": {}}',
    ],
)
def test_facts_that_cannot_be_are_refused(facts: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(facts, type=Facts)
