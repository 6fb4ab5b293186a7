"""Which certificates a late statement changes, or would, and how: as the pure rules have it."""

import time
from collections.abc import Callable

import msgspec
import pytest

from provenite_proto import paths
from provenite_proto.ledger.resting import SUPPOSED, UNDECLARED, WITHDRAWN
from provenite_proto.policy import (
    Facts,
    policy_named,
    read_policy,
)
from provenite_proto.record import RetractionReason, SubjectKind
from tests.ledger.certified import declaring
from tests.ledger.changing import (
    ASKING,
    OWN,
    SHARE,
    Certified,
    Changed,
    certified_on,
    consequences,
    if_retracted,
    issued,
    slug,
)
from tests.ledger.running import Ledger, day, extraction, refining, run_ledger
from tests.ledger.speaking import accrediting, attesting, owned, retracting


@pytest.fixture
def certified(ledger: Ledger) -> Certified:
    return certified_on(ledger)


def test_a_retraction_comes_to_what_was_foretold(certified: Certified) -> None:
    story = certified.story
    # Where it was refined is known whatever becomes of the mine, and how much of it is traced is not.
    refined, traced = certified.certificate(SHARE), certified.certificate("us.uflpa")
    foretold = {
        each["statement"]: each for each in if_retracted(certified.refiner, certified.other[:43])
    }
    before = {asked: certified.says(policy_named(asked)) for asked in (SHARE, "us.uflpa")}
    story.tells(certified.refiner, retracting(certified.other))
    after = {asked: certified.says(policy_named(asked)) for asked in before}
    assert before[SHARE] == after[SHARE]
    assert refined not in foretold
    assert foretold.keys() == {traced}
    assert foretold[traced]["before"] == before["us.uflpa"]
    assert foretold[traced]["after"] == after["us.uflpa"]
    # It has happened: nothing more would change.
    assert if_retracted(certified.refiner, certified.other[:43]) == []


def test_a_declaration_that_falls_takes_its_facts_with_it(certified: Certified) -> None:
    costs = msgspec.convert(
        {
            "product": "45x-battery-component",
            "cost": {"total": "80", "prohibited": "30"},
            "holdings": [],
        },
        Facts,
    )
    record = msgspec.structs.replace(declaring(certified.made), costs=costs)
    declaration = certified.story.tells(certified.refiner, record)
    statement = certified.certificate("us.obbba.macr", declaration=declaration)
    (changed,) = if_retracted(certified.refiner, declaration)
    assert changed["statement"] == statement
    assert changed["before"] == certified.says(policy_named("us.obbba.macr"), costs)
    assert changed["before"]["outcome"] == "pass"
    assert "after" not in changed
    assert changed["reason"] == SUPPOSED[UNDECLARED]


def test_an_attestation_that_falls_is_foretold(certified: Certified) -> None:
    story, ledger = certified.story, certified.story.ledger
    auditor = story.enrol("auditor", country="GB")
    story.tells(ledger.registrar, accrediting(auditor.id))
    said_of = [
        story.tells(auditor, attesting(statement[:43], SubjectKind.STATEMENT))
        for statement in (certified.mined, certified.other, certified.made)
    ]
    attested = read_policy(OWN.replace("measure =", 'attestation = "required"\nmeasure ='), "p")
    answered = ledger.http.post(
        paths.POLICIES,
        content=OWN.replace("measure =", 'attestation = "required"\nmeasure ='),
        headers={"Content-Type": "application/toml", **certified.refiner.authorized()},
    )
    statement = certified.certificate(answered.json()["digest"])
    assert certified.says(attested)["outcome"] == "pass"
    (changed,) = if_retracted(certified.refiner, said_of[0])
    assert changed["statement"] == statement
    story.tells(auditor, retracting(said_of[0], RetractionReason.WITHDRAWN))
    assert changed["after"] == certified.says(attested)
    assert changed["after"]["outcome"] == "fail"


def test_a_late_statement_lists_the_certificates_that_it_has_changed(certified: Certified) -> None:
    """Also what stays valid with other figures; and not what stays as it was."""
    story = certified.story
    share = "claim.recycled?class=post_consumer&share=0"
    refined, traced, recycled = (issued(certified, each) for each in (SHARE, "us.uflpa", share))
    before = {asked: certified.says(policy_named(asked)) for asked in ("us.uflpa", share)}
    late = story.tells(certified.refiner, retracting(certified.other))
    after = {asked: certified.says(policy_named(asked)) for asked in before}
    found = consequences(certified.refiner, late)
    assert found.keys() == {traced, recycled}
    for statement, asked in ((traced, "us.uflpa"), (recycled, share)):
        assert (found[statement]["before"], found[statement]["after"]) == (
            before[asked],
            after[asked],
        )
    assert found[traced]["after"]["outcome"] != "pass"
    assert found[recycled]["after"]["outcome"] == "pass"
    assert not any("short" in each for each in found.values())
    assert consequences(certified.miner, late) == {}
    # Once it is suspended it is listed still, with the status that it has by now.
    deadline = time.monotonic() + 20
    while found[traced]["status"] != "suspended":
        assert time.monotonic() < deadline
        time.sleep(0.05)
        found = consequences(certified.refiner, late)
    assert found[recycled]["status"] == "valid"
    assert refined not in found
    # What follows is compared with what was then, not with what was first.
    later = story.tells(certified.miner, retracting(certified.mined))
    again = consequences(certified.refiner, later)
    assert again[recycled]["before"] == after[share]
    assert again[recycled]["after"] == certified.says(policy_named(share))


def test_what_is_withdrawn_takes_its_certificates_along(certified: Certified) -> None:
    statement = issued(certified, SHARE)
    foretold = {
        each["statement"]: each for each in if_retracted(certified.refiner, certified.made[:43])
    }
    late = certified.story.tells(certified.refiner, retracting(certified.made))
    found = consequences(certified.refiner, late)
    assert found.keys() == foretold.keys() == {statement}
    for told, reason in (
        (found[statement], WITHDRAWN),
        (foretold[statement], SUPPOSED[WITHDRAWN]),
    ):
        assert told["reason"] == reason
        assert told["before"]["outcome"] == "pass"
        assert "after" not in told


def test_each_late_statement_is_told_as_the_rules_have_it(certified: Certified) -> None:
    """Attestations, owners and their withdrawal, one after the other, through a lens of the policy's own."""
    story, ledger = certified.story, certified.story.ledger
    registered = ledger.http.post(
        paths.POLICIES,
        content=ASKING,
        headers={"Content-Type": "application/toml", **certified.refiner.authorized()},
    )
    policy = read_policy(ASKING, "p")
    statement = certified.certificate(registered.json()["digest"])
    auditor = story.enrol("auditor", country="GB")
    story.tells(ledger.registrar, accrediting(auditor.id))
    tells: list[Callable[[], str]] = [
        lambda: story.tells(auditor, attesting(certified.mined[:43])),
        lambda: story.tells(auditor, attesting(certified.other[:43])),
        lambda: story.tells(certified.miner, owned("CN")),
        lambda: story.tells(certified.refiner, owned("US")),
        lambda: story.tells(certified.miner, owned("CL")),
        lambda: story.tells(certified.refiner, retracting(certified.other)),
    ]
    said = [certified.says(policy)]
    for tell in tells:
        late = tell()
        certified.settle()
        told = consequences(certified.refiner, late)
        said.append(certified.says(policy))
        before, after = said[-2:]
        if (before["outcome"], before["figures"]) == (after["outcome"], after["figures"]):
            assert told == {}
        else:
            assert (told[statement]["before"], told[statement]["after"]) == (before, after)
    assert [each["outcome"] for each in said] == [
        "fail",
        "pass",
        "pass",
        "fail",
        "fail",
        "pass",
        "pass",
    ]
    shares = [each["figures"][0]["lower"] for each in said]
    assert shares == ["0", "0.666666667", "1", "0.333333333", "0.333333333", "1", "0.666666667"]


def test_a_page_ends_when_enough_is_gone_through() -> None:
    with run_ledger(PROVENITE_TRACE_NODES="3") as ledger:
        certified = certified_on(ledger)
        again = refining([(certified.made, "45")], "45", cu="1", occurred_at=day(6))
        further = msgspec.structs.replace(
            certified, made=certified.story.makes(certified.refiner, again)
        )
        made = [each.certificate("us.uflpa") for each in (certified, certified, further)]
        checked: list[int] = []
        found: list[Changed] = []
        cursor: dict[str, str] = {}
        while True:
            path = paths.certificate_consequences(certified.other[:43])
            answered = certified.refiner.get(path, ifRetracted="true", **cursor).json()
            checked.append(answered["checked"])
            found += answered["items"]
            if "next" not in answered:
                break
            cursor = {"cursor": answered["next"]}
    assert checked == [1, 1, 1]
    assert [each["statement"] for each in found] == made
    reason = "More than 3 statements are upstream of its batch."
    assert [each.get("reason") for each in found] == [None, None, reason]


def test_what_touches_no_certificate_changes_none(certified: Certified) -> None:
    certified.certificate(SHARE)
    apart = certified.story.makes(certified.refiner, extraction("1"))
    assert if_retracted(certified.refiner, apart[:43]) == []
    answered = certified.refiner.get(paths.certificate_consequences("A" * 43))
    assert (answered.status_code, slug(answered)) == (404, "not-found")
