"""Policies as data: what ships is whole and said in plain words, what is not well formed is refused by its line."""

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenite_proto.content import LENSES
from provenite_proto.policy import (
    CATALOGUE,
    EXAMPLE,
    MAX_DEFINITION,
    NotOffered,
    definition,
    digest,
    explained,
    lens_named,
    lenses_of,
    policy_named,
    read_definition,
    read_policy,
)
from provenite_proto.policy.model import Share
from provenite_proto.policy.wording import words
from provenite_proto.strict_toml import Malformed
from tests.proto.making.policies import POLICY

VECTORS = sorted((Path(__file__).parents[2] / "proto/vectors/policy").glob("*.json"))
DAY = date(2026, 11, 24)
SHIPPED = {
    *("us.dfars.252.225-7052", "us.ndaa23.857", "us.uflpa", "us.ira.30d", "us.obbba.macr"),
    *("eu.battery.art8", "eu.battery.annex12", "eu.crma.art29", "iso.14021"),
    *("claim.non-covered-nation", "claim.recycled"),
}


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in VECTORS])
def test_a_file_is_read_or_refused_with_its_line(path: Path) -> None:
    case: Any = msgspec.json.decode(path.read_bytes())
    try:
        policy = read_policy(case["policy"], path.stem)
        found: dict[str, Any] = {
            "definition": definition(policy).decode(),
            "digest": digest(policy),
        }
    except Malformed as error:
        assert error.name == path.stem
        assert error.reason.endswith(".")
        found = {"line": error.line}
    assert found == case["expected"]


def test_the_catalogue_has_what_firms_ask_for() -> None:
    assert CATALOGUE.keys() >= SHIPPED


@pytest.mark.parametrize("which", CATALOGUE)
def test_each_policy_that_ships_has_the_name_of_its_file(which: str) -> None:
    policy = policy_named(which)
    assert policy.id == which
    assert policy.as_of < policy.verify_by
    assert policy.status != "claim" or which.startswith("claim.")


@pytest.mark.parametrize("which", CATALOGUE)
def test_each_policy_that_ships_is_said_in_words(which: str) -> None:
    policy = policy_named(which)
    lines = [line.text for line in explained(policy, DAY)]
    text = "\n".join(lines)
    for row in policy.row:
        assert str(row.since or row.until or "at any time") in text
        for test in row.test:
            assert words(test.name).lower() in text.lower()
    for lens in policy.lens:
        for rule in (*lens.start, *lens.step):
            assert "{" in rule.label or f'"{rule.label}"' in text
            assert f"-> {rule.label}\n" in text
    for said in (*policy.caveat, *(source.title for source in policy.source)):
        assert said in text
    sentences = [line for line in lines if not line.startswith(("start ", "step "))]
    assert "@" not in "".join(sentences)
    assert "$" not in text


@pytest.mark.parametrize("which", CATALOGUE)
def test_each_lens_can_be_computed_whenever_it_is_asked_for(which: str) -> None:
    policy = policy_named(which)
    for row in policy.row:
        for lens in lenses_of(policy, row, row.since or DAY):
            assert lens.id in LENSES or lens.id.startswith("own/")


def test_the_same_question_has_the_same_lens_in_two_policies() -> None:
    both = [policy_named(which) for which in ("us.ira.30d", "us.ira.30d.vat")]
    assert len({lens_named(each, "concern", DAY).id for each in both}) == 1


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            'at_least = "0.5"',
            "at_least = 0.5",
            "row.test.at_least: this has to be a text in quotation",
        ),
        (
            'at_least = "0.5"',
            'at_least = "50 %"',
            "row.test.at_least: A fraction is a text from 0 to 1",
        ),
        ("= 2026-11-24", '= "24.11.2026"', "as_of: this has to be a day without quotation marks"),
        ("= 2026-11-24", "= 24.11.2026", "as_of: there is more behind the value: texts stand in"),
        (
            'title = "Half of it recycled"',
            "title = Half",
            "title: what follows = is no value: texts",
        ),
        (
            'title = "Half of it recycled"',
            'title = "Half',
            "title: the text does not end on its line",
        ),
        ('version = "1"', 'version "1"', "A line is name = value"),
        (
            'status = "claim"',
            'status = "valid"',
            "status: 'valid' is none of benchmark, claim, in_force",
        ),
        (
            'kind = "share"',
            'kind = "guess"',
            "row.test.kind: 'guess' is none of cost, influence, recovery",
        ),
        (
            'lens = "source"',
            'lense = "source"',
            "There is no 'lense' in row.test: lens may be meant.",
        ),
        ('confidence = "high"\n', "", "source: confidence is missing."),
        ('["post_consumer"]', '"post_consumer"', "row.test.good: this has to be a list"),
        ('"own.acme.recycled"', '"own.Acme"', "id: an id is lower-case names joined by full stops"),
        ('version = "1"', 'version = "1"\nversion = "2"', "version: it stands there twice."),
    ],
)
def test_what_is_wrong_is_told_in_words_with_the_member(before: str, after: str, told: str) -> None:
    assert EXAMPLE.count(before) == 1
    with pytest.raises(Malformed) as refused:
        read_policy(EXAMPLE.replace(before, after), "ours.toml")
    assert refused.value.reason.startswith(told), refused.value.reason
    assert "regex" not in refused.value.reason


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("claim.recycled?share=2", "share is a part of 1, such as 0.24 for 24 %, not '2'."),
        ("claim.recycled?share=0,2", "share is a part of 1, such as 0.24 for 24 %, not '0,2'."),
        (
            "claim.recycled?class=old",
            "class is one of post_consumer, pre_consumer, same_process_rework",
        ),
        ("claim.recycled?part=1", "There is no parameter 'part': it takes class and share."),
        (
            "claim.recycled?share",
            "Parameters are set as in ?name=value&name=value, not as in 'share'.",
        ),
        ("claim.recycled?share=0&share=1", "The parameter 'share' is given twice."),
        ("us.uflpa?share=1", "There is no parameter 'share': it takes none."),
        ('claim.recycled?share=0"\nid="us.dfars', "share is a part of 1"),
    ],
)
def test_a_parameter_that_cannot_be_set_so_is_told_with_what_can(asked: str, told: str) -> None:
    with pytest.raises(NotOffered) as refused:
        policy_named(asked)
    assert str(refused.value).startswith(told)


def test_spelling_does_not_count_and_a_threshold_does() -> None:
    plain = read_policy(POLICY, "p")
    respelt = POLICY.replace("[scope]", "# what it is about\n[scope]").replace(
        '"Nd", "Pr"', '"Nd","Pr"'
    )
    respelt = respelt.replace(
        "[[source]]",
        'unmet = "fail"\ncaveat = []\nattestation = "none"\ngranularity = "batch"\n[[source]]',
    )
    assert digest(read_policy(respelt, "p")) == digest(plain)
    assert digest(read_policy(POLICY, "p", {"share": "0.6"})) != digest(plain)


@pytest.mark.parametrize("which", [*CATALOGUE, "claim.recycled?share=0.24"])
def test_a_definition_is_the_policy(which: str) -> None:
    policy = policy_named(which)
    assert read_definition(definition(policy)) == policy


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b'"id":', b' "id":', "It is not compact JSON"),
        (b'"id":', b'"measured":1,"id":', "unknown field"),
        (b'"version":', b'"unmet":"fail","version":', "It is not compact JSON"),
        (b'"Nd"', b'"Xx"', "There is no element 'Xx'."),
        (b"{", b"", "Expected"),
    ],
)
def test_another_text_of_a_policy_is_no_definition(old: bytes, new: bytes, reason: str) -> None:
    changed = definition(read_policy(POLICY, "p")).replace(old, new, 1)
    with pytest.raises(ValueError, match=reason):
        read_definition(changed)


def test_a_definition_just_beyond_its_size_is_refused() -> None:
    for size, reason in ((MAX_DEFINITION, "truncated"), (MAX_DEFINITION + 1, "larger")):
        with pytest.raises(ValueError, match=reason):
            read_definition(b" " * size)


def test_a_definition_nested_too_deeply_is_refused() -> None:
    with pytest.raises(ValueError, match=r"deeply|Expected"):
        read_definition(b'{"lens":' + b"[" * 100_000)


def test_parameters_are_set_by_who_asks() -> None:
    policy = policy_named("claim.recycled?share=0.24&class=pre_consumer")
    ((test,),) = (row.test for row in policy.row)
    assert isinstance(test, Share)
    assert (test.at_least, test.good) == ("0.24", ("pre_consumer",))
    assert digest(policy) != digest(policy_named("claim.recycled"))


@pytest.mark.parametrize(
    "asked",
    [
        "us.nothing",
        "us.uflpa?",
        "us.uflpa\n",
        "a" * 300,
        "us.uflpa?share=1",
        "claim.recycled?share=2",
        "claim.recycled?share=0.2&share=0.3",
        "claim.non-covered-nation.share?stage=melting",
    ],
)
def test_what_cannot_be_asked_for_is_refused(asked: str) -> None:
    with pytest.raises(NotOffered):
        policy_named(asked)


@given(st.integers(0, len(POLICY) - 1), st.text(max_size=3))
def test_whatever_is_changed_in_a_file_is_read_or_refused(at: int, put: str) -> None:
    text = POLICY[:at] + put + POLICY[at + 1 :]
    try:
        assert digest(read_policy(text, "p"))
    except Malformed as error:
        assert 1 <= error.line <= text.count("\n") + 1


@pytest.mark.parametrize(
    "text",
    [
        "#" * 65_537,
        ".".join("a" * 4_098) + " = 1",
        ".".join("a" * 3_000) + " = 1",
        "a = " + "[" * 5_000,
    ],
    ids=["65537-bytes", "4097-dots", "3000-deep", "5000-brackets"],
)
def test_a_file_that_would_cost_too_much_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        read_policy(text, "p")
