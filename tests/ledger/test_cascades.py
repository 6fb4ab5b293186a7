"""Which certificates change, with another version of their policy or by a late statement, and how: as the pure rules have it."""

import time
from collections.abc import Callable
from datetime import date
from typing import Any

import httpx
import msgspec
import pytest

from provenite_proto import paths
from provenite_proto.certificate import reassessed
from provenite_proto.policy import (
    CATALOGUE,
    Assessment,
    Facts,
    Part,
    Policy,
    assess,
    digest,
    lenses_needed,
    policy_named,
    read_policy,
)
from provenite_proto.policy.answers import answer
from provenite_proto.record import RetractionReason, SubjectKind
from provenite_proto.statement import parse
from tests.ledger.certified import certifying, declaring
from tests.ledger.replaying import Story
from tests.ledger.running import Firm, Ledger, day, extraction, refining, run_ledger
from tests.ledger.speaking import accrediting, attesting, owned, retracting, submitted

DAY = date(2026, 11, 24)
SHARE = "claim.non-covered-nation.share?stage=refining&share=0.5"
SHARES = "claim.non-covered-nation.share"
OWN = """
id = "acme.known"
version = "1"
title = "Most of it known"
summary = "Of at least 60 % of every element it is known where it was mined."
jurisdiction = "worldwide"
status = "claim"
as_of = 2026-11-24
verify_by = 2027-11-24
date_basis = "claim"
measure = "element_mass"

[[source]]
title = "Acme purchasing rules"
confidence = "high"

[[row]]
[[row.test]]
kind = "share"
name = "known"
lens = "place"
good = ["known"]
other = "bad"
at_least = "0.6"

[[lens]]
name = "place"
title = "Known or not"
[[lens.start]]
on = ["extraction"]
label = "known"
[[lens.start]]
label = "unknown"
"""
ASKING = OWN.replace(
    """[[lens.start]]
on = ["extraction"]
label = "known"
""",
    """[[lens.start]]
controllers = ["CN"]
label = "unknown"
[[lens.start]]
attested = ["attested"]
label = "known"
""",
).replace("acme.known", "acme.asking")
"""What nobody vouches for, or is controlled from China, is not known."""
Changed = dict[str, Any]


class Certified(msgspec.Struct):
    """A refiner's cathode of two mines' ore, and its certificate (the statement's digest)."""

    story: Story
    miner: Firm
    refiner: Firm
    mined: str
    other: str
    made: str

    def certificate(self, asked: str, *, declaration: str | None = None) -> str:
        """Have a certificate of the cathode recorded."""
        self.refiner.get(paths.assessment(self.made), policy=asked, asOf=str(DAY))
        known_by = asked if len(asked) == 43 else digest(policy_named(asked))
        record = certifying(
            self.story.ledger,
            self.refiner.id,
            self.made,
            policy=known_by,
            as_of=DAY,
            declaration=declaration,
        )
        # The replay has not heard of all that others tell this ledger, whose size the certificate names.
        return submitted(self.story.ledger.registrar, record)

    def says(self, policy: Policy, facts: Facts | None = None) -> Any:
        """What a policy says of the cathode at present, by the pure rules, as an answer has it."""
        return said(self.assessed(policy, facts or Facts()), self.made)

    def assessed(self, policy: Policy, facts: Facts) -> Assessment:
        made = self.story.replay.state.batches[self.made]
        part = Part(made.material, made.mass, self.story.replay.content(self.made))
        return assess(policy, [part], facts, DAY)


def said(found: Assessment, batch: str) -> Any:
    told = msgspec.json.encode(reassessed(answer(batch, 1, found, ())))
    return msgspec.json.decode(told)


def impact(
    firm: Firm, policy: str | None = None, text: str | None = None, **query: Any
) -> httpx.Response:
    return firm.ledger.http.post(
        paths.IMPACT,
        params=query | ({} if policy is None else {"policy": policy}),
        content=text,
        headers={"Content-Type": "application/toml", **firm.authorized()},
    )


def items(response: httpx.Response) -> list[Changed]:
    assert response.status_code == 200, response.text
    found: list[Changed] = response.json().get("items", [])
    return found


def if_retracted(firm: Firm, statement: str, **query: Any) -> list[Changed]:
    path = paths.certificate_consequences(statement)
    return items(firm.get(path, ifRetracted="true", **query))


@pytest.fixture
def certified(ledger: Ledger) -> Certified:
    return certified_on(ledger)


def certified_on(ledger: Ledger) -> Certified:
    asked = (policy_named(SHARE), policy_named("us.uflpa"), read_policy(OWN, "p"))
    lenses = {
        lens.id: lens
        for policy in (*asked, read_policy(ASKING, "p"))
        for lens in lenses_needed(policy, Facts(), DAY)
        if lens.id.startswith("own/")
    }
    story = Story(ledger, lenses.values())
    miner, refiner = story.enrol("miner", country="CL"), story.enrol("miner", "refiner")
    mined = story.makes(miner, extraction("100"))
    days = {"departed": day(1), "received": day(3)}
    bought = story.ships(miner, mined, refiner, "100", days)
    other = story.makes(refiner, extraction("50", country="PE"))
    made = story.makes(refiner, refining([(bought, "100"), (other, "50")], "45", cu="1"))
    return Certified(story, miner, refiner, mined, other, made)


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
    assert changed["reason"] == "There is no parameter share: it takes stage, part."
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
    assert changed["reason"] == "The declaration on which it rests stands no more."


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


def consequences(firm: Firm, late: str) -> dict[str, Changed]:
    """The certificates that a late statement has changed, once it is worked out, by their statements."""
    deadline = time.monotonic() + 20
    while True:
        answered = firm.get(paths.certificate_consequences(late))
        if answered.status_code == 200 and answered.json().get("settled", True):
            return {each["statement"]: each for each in items(answered)}
        assert time.monotonic() < deadline, answered.text
        time.sleep(0.05)


def issued(certified: Certified, asked: str, **more: Any) -> str:
    """A certificate that the ledger has issued; its statement."""
    answered = certified.refiner.post(
        paths.CERTIFICATES, {"batch": certified.made, "policy": asked, "asOf": str(DAY), **more}
    )
    assert answered.status_code == 201, answered.text
    return parse(answered.json()["statement"], complete=False).digest


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
    for told in (found[statement], foretold[statement]):
        assert told["reason"] == "The statement that made the batch has been retracted."
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
        told = consequences(certified.refiner, tell())
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
    for nodes, pages_of, reason in (
        (4, [2, 1], None),
        (2, [1, 1, 1], "More than 2 statements are upstream of its batch."),
    ):
        with run_ledger(PROVENITE_TRACE_NODES=str(nodes)) as ledger:
            certified = certified_on(ledger)
            made = [certified.certificate("us.uflpa") for _ in range(3)]
            checked: list[int] = []
            found: list[Changed] = []
            cursor: dict[str, str] = {}
            while True:
                answered = certified.refiner.get(
                    paths.certificate_consequences(certified.other[:43]),
                    ifRetracted="true",
                    **cursor,
                ).json()
                checked.append(answered["checked"])
                found += answered["items"]
                if "next" not in answered:
                    break
                cursor = {"cursor": answered["next"]}
            assert checked == pages_of
            assert [each["statement"] for each in found] == made
            assert {each.get("reason") for each in found} == {reason}


def test_what_touches_no_certificate_changes_none(certified: Certified) -> None:
    certified.certificate(SHARE)
    apart = certified.story.makes(certified.refiner, extraction("1"))
    assert if_retracted(certified.refiner, apart[:43]) == []
    answered = certified.refiner.get(paths.certificate_consequences("A" * 43))
    assert (answered.status_code, slug(answered)) == (404, "not-found")


def test_what_is_no_policy_is_refused(certified: Certified) -> None:
    for answered, expected in (
        (impact(certified.refiner, text="id = 1\n="), (422, "policy-malformed")),
        (impact(certified.refiner, policy="us.nothing"), (400, "bad-request")),
        (impact(certified.refiner, policy="A" * 43), (400, "bad-request")),
        (impact(certified.refiner, text="#" * 70_000), (413, "body-too-large")),
    ):
        assert (answered.status_code, slug(answered)) == expected


def slug(answered: httpx.Response) -> str:
    return str(answered.json()["type"].rpartition(":")[2])
