"""A policy in plain words: the automaton as sentences and exactly, and a firm's own words as nobody else's."""

from datetime import date
from typing import NamedTuple

import pytest

from provenite_proto.content import LENSES, Rule
from provenite_proto.content.lens import Entry
from provenite_proto.policy import CATALOGUE, OWN, explained, policy_named, read_own
from provenite_proto.policy.automaton import exactly, in_words
from provenite_proto.policy.model import OwnLens
from provenite_proto.record import Stage
from tests.proto.own_rule import OWN_RULE

DAY = date(2026, 11, 24)


class Worded(NamedTuple):
    rule: Rule
    words: str
    exact: str


STEPS = [
    Worded(
        Rule("barred", stage=("powder", "metal_making"), country=("@covered-nation", "US")),
        'When it is milled or made into metal in a covered nation or US, the mark becomes "barred".',
        "step stage=powder | metal_making country=@covered-nation | US -> barred",
    ),
    Worded(
        Rule("{country}", coming_from=("raw", "metal"), stage=("refining",)),
        'When it is refined and its mark is "raw" or "metal", the mark becomes the code of its country.',
        "step stage=refining from=raw | metal -> {country}",
    ),
    Worded(
        Rule("seen", region=("CN-XJ",), controllers=("CN",), attested=("not_attested",)),
        "When it goes through a step in CN-XJ by a statement that is not attested by a firm controlled from CN, "
        'the mark becomes "seen".',
        "step region=CN-XJ attested=not_attested controllers=CN -> seen",
    ),
    Worded(
        Rule("{controllers}", join=True),
        "When it goes through any step, the mark takes in the codes of the countries that control whoever has it.",
        "step adds {controllers}",
    ),
]


@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_a_sentence_and_an_exact_rule(step: Worded) -> None:
    lens = OwnLens(name="any", title="Any", start=(Rule("raw"),), step=(step.rule,))
    assert list(in_words(lens)) == [
        'Every kilogram carries a mark. It starts as "raw".',
        step.words,
        "The first of these that fits decides; when none does, the mark stays as it is.",
    ]
    assert list(exactly(lens)) == ["start -> raw", step.exact]


def test_what_enters_is_told_in_the_order_in_which_it_is_decided() -> None:
    (start, _) = in_words(
        OwnLens(
            name="any",
            title="Any",
            start=(
                Rule("barred", on=("extraction",), country=("@covered-nation",)),
                Rule("{source}", on=("collection",)),
            ),
        )
    )
    assert start.startswith(
        'Every kilogram carries a mark. It starts as "barred" when it is mined in a covered nation; otherwise as its class ('
    )
    assert start.endswith(') when it is collected for recycling; otherwise as "unknown".')


def test_every_stage_and_way_in_has_its_word() -> None:
    entries: tuple[Entry, ...] = ("extraction", "collection", "untraced")
    for rule in (
        *(Rule("x", stage=(each,)) for each in Stage),
        *(Rule("x", on=(e,)) for e in entries),
    ):
        (words, *_) = in_words(OwnLens(name="any", title="Any", start=(rule,)))
        assert "when it is " in words


@pytest.mark.parametrize("asked", CATALOGUE)
def test_every_lens_that_a_test_looks_through_is_told(asked: str) -> None:
    policy = policy_named(asked)
    told = [line.text for line in explained(policy, DAY)]
    for row in policy.row:
        for test in row.test:
            if lens := getattr(test, "lens", None):
                assert any(text.startswith(f"Lens {lens}: ") for text in told)
    assert "{" not in "".join(text for text in told if text.startswith(("Every kilogram", "When ")))
    assert not any("_" in text for text in told if text.startswith("When "))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("us.obbba.macr", "Assessed for an eligible component, or facility; the date that decides"),
        ("us.ndaa23.857", "Assessed for a batch; the date that decides is that of the delivery."),
        ("eu.battery.art8", "is the day on which it is placed on the market."),
    ],
)
def test_the_day_that_decides_is_told_as_people_say_it(asked: str, words: str) -> None:
    assert words in "\n".join(line.text for line in explained(policy_named(asked), DAY))


def test_the_lenses_that_ship_are_told() -> None:
    for lens in LENSES.values():
        assert len(list(exactly(lens))) == len(lens.start) + len(lens.step)
        assert all(each.endswith(".") for each in in_words(lens))


def test_a_firms_own_words_are_quoted() -> None:
    told = [line.text for line in explained(read_own(OWN_RULE, ""), DAY)]
    assert OWN in told
    assert "“DFARS 252.225-7052: no covered nation”" in told
    assert "Every element: “no covered-nation stage”, at least 100 %." in told
    assert "“The Department of Defense ' accepts this certificate.”" in told
