"""Which certificates another version of their policy would change, and how: as the pure rules have it."""

import secrets
from typing import Any

import asyncpg
import pytest

from provenite_ledger.postgres import running_server
from provenite_proto import paths
from provenite_proto.policy import (
    CATALOGUE,
    definition,
    digest,
    policy_named,
    read_policy,
)
from tests.ledger.changing import (
    OWN,
    SHARE,
    SHARES,
    Certified,
    certified_on,
    if_retracted,
    impact,
    items,
    slug,
)
from tests.ledger.running import Firm, Ledger


@pytest.fixture
def certified(ledger: Ledger) -> Certified:
    return certified_on(ledger)


def test_another_version_changes_what_is_certified(certified: Certified) -> None:
    """The share that each certificate was asked for stays; the version refines what counts."""
    statement = certified.certificate(SHARE)
    file = CATALOGUE[SHARES].replace('version = "1"', 'version = "2"')
    assert items(impact(certified.refiner, text=file)) == []
    stricter = file.replace('"@covered-nation"', '"@covered-nation", "US"')
    (changed,) = items(impact(certified.refiner, text=stricter))
    given = {"stage": "refining", "share": "0.5"}
    assert changed["statement"] == statement
    assert (changed["batch"], changed["policy"], changed["version"]) == (
        certified.made,
        SHARES,
        "1",
    )
    assert changed["before"] == certified.says(policy_named(SHARE))
    assert changed["after"] == certified.says(read_policy(stricter, "p", given))
    assert (changed["before"]["outcome"], changed["after"]["outcome"]) == ("pass", "fail")
    # As it is asked for by its id it is what it was.
    assert items(impact(certified.refiner, policy=SHARES)) == []
    (other,) = items(impact(certified.refiner, policy=f"{SHARES}?stage=separation&share=0.5"))
    assert other["after"]["outcome"] == "fail"


def test_a_version_that_takes_other_parameters_is_not_known(certified: Certified) -> None:
    certified.certificate(SHARE)
    file = CATALOGUE[SHARES].replace("[parameter.share]", "[parameter.part]")
    file = file.replace("$share", "$part")
    (changed,) = items(impact(certified.refiner, text=file))
    assert changed["reason"] == "There is no parameter 'share': it takes stage and part."
    assert not {"before", "after"} & changed.keys()


def test_a_firms_own_version_is_compared_and_not_kept(certified: Certified) -> None:
    answered = certified.story.ledger.http.post(
        paths.POLICIES,
        content=OWN,
        headers={"Content-Type": "application/toml", **certified.refiner.authorized()},
    )
    statement = certified.certificate(answered.json()["digest"])
    newer = OWN.replace('version = "1"', 'version = "2"').replace(
        'on = ["extraction"]', 'on = ["extraction"]\ncountry = ["CL"]'
    )
    (changed,) = items(impact(certified.refiner, text=newer))
    policy = read_policy(newer, "p")
    assert changed["statement"] == statement
    assert changed["after"]["digest"] == digest(policy)
    # Two thirds are of CL: it passes still, by other figures.
    assert (changed["before"]["outcome"], changed["after"]["outcome"]) == ("pass", "pass")
    assert [each["lower"] for each in changed["before"]["figures"]] == ["1"]
    assert [each["lower"] for each in changed["after"]["figures"]] == ["0.666666667"]
    nothing = certified.story.ledger.http.get(paths.policy(digest(policy)))
    assert nothing.status_code == 404


def test_certificates_are_for_their_holder_and_the_registrar(certified: Certified) -> None:
    statement, traced = certified.certificate(SHARE), certified.certificate("us.uflpa")
    asked = f"{SHARES}?stage=separation&share=0.5"
    for firm, sees in ((certified.refiner, True), (certified.miner, False)):
        told = {each["statement"] for each in items(impact(firm, policy=asked))}
        assert (statement in told) is sees
        told = {each["statement"] for each in if_retracted(firm, certified.other[:43])}
        assert (traced in told) is sees
    assert statement in pages(certified.story.ledger.registrar, policy=asked)


def pages(firm: Firm, **query: Any) -> list[str]:
    """The statements of all pages of an impact."""
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answered = impact(firm, limit=1, **query, **cursor)
        found += [each["statement"] for each in items(answered)]
        if "next" not in answered.json():
            return found
        cursor = {"cursor": answered.json()["next"]}


def test_pages_hold_what_was_checked(certified: Certified) -> None:
    made = [certified.certificate(SHARE) for _ in range(3)]
    asked = f"{SHARES}?stage=separation&share=0.5"
    assert pages(certified.refiner, policy=asked) == made
    first = impact(certified.refiner, policy=SHARES, limit=2).json()
    assert (first["checked"], first.get("items")) == (2, None)
    second = impact(certified.refiner, policy=SHARES, cursor=first["next"]).json()
    assert (second["checked"], second.get("next")) == (1, None)


def test_what_is_no_policy_is_refused(certified: Certified) -> None:
    for answered, expected in (
        (impact(certified.refiner, text="id = 1\n="), (422, "policy-malformed")),
        (impact(certified.refiner, policy="us.nothing"), (400, "bad-request")),
        (impact(certified.refiner, policy="A" * 43), (400, "bad-request")),
        (impact(certified.refiner, text="#" * 70_000), (413, "body-too-large")),
    ):
        assert (answered.status_code, slug(answered)) == expected


async def test_a_policy_of_a_later_version_is_not_known(certified: Certified) -> None:
    asked = f"{SHARES}?stage=refining&share=0.{secrets.randbelow(10**8):08}1"
    statement = certified.certificate(asked)
    dsn = running_server(certified.story.ledger.data / "postgres")
    assert dsn is not None
    connection = await asyncpg.connect(dsn)
    defined = definition(policy_named(asked))
    await connection.execute(
        "update policy set definition = $1 where definition = $2",
        defined.replace(b'"version"', b'"colour":1,"version"'),
        defined,
    )
    await connection.close()
    for found in (
        items(impact(certified.refiner, policy=SHARES)),
        if_retracted(certified.refiner, certified.mined[:43]),
    ):
        (changed,) = found
        assert (changed["statement"], changed["policy"], changed["version"]) == (
            statement,
            SHARES,
            "1",
        )
        assert changed["reason"] == "This version of the ledger cannot assess by its policy."
