"""A policy's definition: the bytes that its digest is of are the only ones, and plain JSON; and whose ids are whose."""

import hashlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenite_proto.policy import (
    CATALOGUE,
    EXAMPLE,
    definition,
    digest,
    is_own,
    is_shipped,
    policy_named,
    read_definition,
    read_file,
    read_own,
    read_policy,
)
from provenite_proto.policy.model import Influence, Value
from provenite_proto.statement import base64url
from provenite_proto.strict_toml import Malformed
from tests.proto.making.policies import POLICY
from tests.proto.own_rule import OWN_RULE

DEFINED = definition(read_policy(POLICY, "p"))


@pytest.mark.parametrize("which", CATALOGUE)
def test_a_digest_is_of_the_definition(which: str) -> None:
    policy = policy_named(which)
    assert base64url.decode(digest(policy)) == hashlib.sha256(definition(policy)).digest()


@given(st.integers(0, len(DEFINED) - 1), st.binary(max_size=2))
def test_every_definition_is_the_only_one_of_its_policy(at: int, put: bytes) -> None:
    changed = DEFINED[:at] + put + DEFINED[at + 1 :]
    try:
        assert definition(read_definition(changed)) == changed
    except ValueError as error:
        assert str(error).endswith(".")


def test_a_definition_says_how_its_parameters_are_set() -> None:
    plain = policy_named("claim.recycled")
    assert policy_named("claim.recycled?share=0.2&class=post_consumer") == plain
    policy = policy_named("claim.recycled?share=0.24")
    assert {key: each.value for key, each in policy.parameter.items()} == {
        "class": None,
        "share": "0.24",
    }
    defined = definition(policy)
    assert read_definition(defined) == policy
    for value in (b'"0.2"', b'"1.5"', b'"a share"'):
        with pytest.raises(ValueError, match=r"value: .* is no share, or the default"):
            read_definition(defined.replace(b'"value":"0.24"', b'"value":' + value))


def test_parameters_cannot_make_a_policy_larger_than_allowed() -> None:
    stage = 'kind = "stage"\ntitle = "a"\ndefault = "concentration"'
    products = ",".join(['"$a$a$a$a"'] * 5_600)
    text = POLICY.replace("[parameter.share]", f"[parameter.a]\n{stage}\n[parameter.share]")
    text = text.replace('"motor", "drive"', products)
    with pytest.raises(Malformed, match="With its parameters"):
        read_policy(text, "p")


def test_a_firms_policy_has_an_id_of_its_own() -> None:
    assert read_own(POLICY, "p").id == "own.firm.rule"
    for taken in (
        "us.rule",
        "usa.dfars",
        "us-dfars",
        "iso14021",
        "acme.own.rule",
        "own",
        "own-rule",
    ):
        for read in (read_own, read_file):
            with pytest.raises(Malformed, match=r"begins with 'own\.'") as refused:
                read(POLICY.replace("own.firm.rule", taken), "ours.toml")
            assert (refused.value.name, refused.value.line) == ("ours.toml", 1)


def test_a_file_may_be_a_version_of_one_that_ships_but_no_firms_own() -> None:
    newer = CATALOGUE["us.uflpa"].replace('version = "', 'version = "9', 1)
    assert read_file(newer, "newer.toml").id == "us.uflpa"
    with pytest.raises(Malformed, match=r"begins with 'own\.'"):
        read_own(newer, "newer.toml")


def test_certificates_say_nothing_in_a_firms_own_words() -> None:
    name = 'name = "no covered-nation stage"'
    assert OWN_RULE.count(name) == 1
    text = OWN_RULE.replace(name, f'{name}\nclaim = "was made in the US"')
    with pytest.raises(Malformed, match="Only policies that ship have a claim") as refused:
        read_own(text, "ours.toml")
    assert text.splitlines()[refused.value.line - 1].startswith("claim =")


@pytest.mark.parametrize("asked", CATALOGUE)
def test_certificates_have_words_for_every_test_that_ships(asked: str) -> None:
    for row in policy_named(asked).row:
        for test in row.test:
            assert test.claim is not None, test.name
            # Verbs that one and many have alike.
            verb = test.claim.partition(" ")[0]
            assert verb in {"came", "went", "was", "is"}, test.claim
            if verb in {"was", "is"}:
                assert isinstance(test, Influence | Value) or getattr(test, "none", None), (
                    test.claim
                )


def test_the_example_is_a_firms_own() -> None:
    assert is_own(read_own(EXAMPLE, "example.toml").id)


@pytest.mark.parametrize("status", ["in_force", "scheduled", "terminated", "proposed", "benchmark"])
def test_a_firms_own_policy_is_no_law(status: str) -> None:
    for text in (
        OWN_RULE.replace('status = "claim"', f'status = "{status}"'),
        OWN_RULE.replace("[[row.test]]\n", f'status = "{status}"\n[[row.test]]\n'),
    ):
        with pytest.raises(Malformed) as refused:
            read_own(text, "ours.toml")
        assert status in text.splitlines()[refused.value.line - 1]
        assert status in refused.value.reason
    voluntary = OWN_RULE.replace('status = "claim"', 'status = "voluntary"')
    assert read_own(voluntary, "").status == "voluntary"


def test_no_policy_that_ships_is_taken_for_a_firms_own() -> None:
    assert not any(map(is_own, CATALOGUE))
    assert all(is_shipped(policy_named(each)) for each in CATALOGUE)
    assert is_shipped(policy_named("claim.recycled?share=0.9&class=post_consumer"))
    # It says nothing of its share, and its tests say another than the default.
    set_silently = policy_named("claim.recycled?share=0.9")
    unsaid = {
        name: msgspec.structs.replace(each, value=None)
        for name, each in set_silently.parameter.items()
    }
    assert not is_shipped(msgspec.structs.replace(set_silently, parameter=unsaid))
    assert is_own(read_own(OWN_RULE, "").id)
    assert not is_shipped(read_own(OWN_RULE, ""))


def test_a_definition_is_plain_json() -> None:
    told = msgspec.json.decode(DEFINED)
    assert list(told) == sorted(told)
    assert told["row"][1] == {
        "from": "2027-01-01",
        "test": [
            {
                "elements": ["Nd"],
                "good": ["@us-fta"],
                "kind": "share",
                "lens": "origin",
                "name": "second",
                "required": True,
            }
        ],
    }
