"""A policy's definition: the bytes that its digest is of give the same policy back, and no other bytes do."""

import hashlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenite_proto.policy import (
    CATALOGUE,
    definition,
    digest,
    digest_of,
    policy_named,
    read_definition,
    read_own,
    read_policy,
)
from provenite_proto.policy.reading import MAX_DEFINITION
from provenite_proto.statement import base64url
from provenite_proto.strict_toml import Malformed
from tests.proto.making.policies import POLICY

ASKED = (*CATALOGUE, "claim.recycled?share=0.24&class=pre_consumer")
DEFINED = definition(read_policy(POLICY, "p"))


@pytest.mark.parametrize("asked", ASKED)
def test_a_definition_gives_the_policy_back(asked: str) -> None:
    policy = policy_named(asked)
    defined = definition(policy)
    assert read_definition(defined, asked) == policy
    assert digest(policy) == digest_of(defined)
    assert base64url.decode(digest(policy)) == hashlib.sha256(defined).digest()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'"id":"firm.rule"', b'"id": "firm.rule"'),
        (b'"unknown_member"', b""),
        (b'"summary":"At least half.",', b""),
        (b'"summary":"At least half.",', b'"summary":"At least half.","summary":"At least half.",'),
        (b'"summary":"At least half.",', b'"summary":"At least half.","unmet":"fail",'),
        (b'"summary":"At least half.",', b'"summary":"At least half.","unmeet":"fail",'),
        (b'"0.5"', b"0.5"),
        (b'["Nd","Pr"]', b'["Nd","Xx"]'),
        (b'"@us-fta"', b'"@us-fat"'),
        (b'"2026-11-01"', b'"2026-11-31"'),
        (b'"lens":"own"', b'"lens":"colour"'),
    ],
)
def test_what_is_no_definition_is_refused(before: bytes, after: bytes) -> None:
    spoiled = DEFINED.replace(before, after, 1) if after or before in DEFINED else DEFINED + b" "
    assert spoiled != DEFINED
    with pytest.raises(Malformed) as refused:
        read_definition(spoiled, "p")
    assert refused.value.line == 1


@pytest.mark.parametrize(
    "defined",
    [b"", b"[]", b"\xff", b"[" * 5_000, b'{"id":' * 5_000, b" " * (MAX_DEFINITION + 1)],
    ids=["empty", "list", "no-text", "brackets", "deep", "too-large"],
)
def test_what_is_no_policy_at_all_is_refused(defined: bytes) -> None:
    with pytest.raises(Malformed):
        read_definition(defined, "p")


@given(st.integers(0, len(DEFINED) - 1), st.binary(max_size=2))
def test_every_definition_is_the_only_one_of_its_policy(at: int, put: bytes) -> None:
    spoiled = DEFINED[:at] + put + DEFINED[at + 1 :]
    try:
        assert definition(read_definition(spoiled, "p")) == spoiled
    except Malformed:
        return


def test_parameters_cannot_make_a_policy_larger_than_allowed() -> None:
    stage = 'kind = "stage"\ntitle = "a"\ndefault = "concentration"'
    products = ",".join(['"$a$a$a$a"'] * 5_600)
    text = POLICY.replace("[parameter.share]", f"[parameter.a]\n{stage}\n[parameter.share]")
    text = text.replace('"motor", "drive"', products)
    with pytest.raises(Malformed, match="With its parameters"):
        read_policy(text, "p")


def test_a_firms_policy_has_an_id_of_its_own() -> None:
    assert read_own(POLICY, "p").id == "firm.rule"
    for taken in ("us.rule", "us", "eu.battery.art8", "iso.14021", "claim.mine", "claim"):
        with pytest.raises(Malformed) as refused:
            read_own(POLICY.replace("firm.rule", taken), "ours.toml")
        assert (refused.value.name, refused.value.line) == ("ours.toml", 1)
    assert read_own(POLICY.replace("firm.rule", "usa.rule"), "p").id == "usa.rule"


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
