"""Assessments over HTTP: what the pure rules say of the replay's content, for those who see the batch's content."""

import json
from datetime import date, timedelta
from typing import Any

import httpx
import msgspec
import pytest

from provenite_proto import paths
from provenite_proto.ledger import BatchStatus
from provenite_proto.policy import Facts, Part, assess, gaps, lenses_needed, policy_named
from provenite_proto.policy.answers import answer
from provenite_proto.policy.assessing import ON_ITS_WAY
from provenite_proto.record import (
    InputQuantity,
    OutputQuantity,
    RetractionReason,
    TransformationQuantities,
)
from tests.ledger.replaying import Story
from tests.ledger.running import Firm, Ledger, day, extraction, receipt, refining, transfer
from tests.ledger.speaking import retracting

DAY = date(2026, 11, 24)
STRICT = "claim.non-covered-nation"
ASKED = (
    STRICT,
    "claim.non-covered-nation.share?stage=refining&share=0.7",
    "claim.recycled?share=0",
    "us.uflpa",
    "iso.14021",
    "us.dfars.252.225-7052",
)


def slug(found: httpx.Response) -> str:
    return str(found.json()["type"].rpartition(":")[2])


@pytest.fixture(scope="module")
def story(ledger: Ledger) -> Story:
    own = {
        lens.id: lens
        for asked in ASKED
        for lens in lenses_needed(policy_named(asked), Facts(), DAY)
        if lens.id.startswith("own/")
    }
    return Story(ledger, own.values())


@pytest.fixture(scope="module")
def firm(story: Story) -> Firm:
    return story.enrol("miner", "refiner", country="CL")


def blend(story: Story, firm: Firm) -> tuple[str, str, str]:
    """30 kg of copper of CL, 6 of CN and 4 from nowhere, refined; the two mined batches, and what was made."""
    there = story.makes(firm, extraction("100", country="CL"))
    here = story.makes(firm, extraction("20", country="CN-XJ"))
    quantities = TransformationQuantities(
        inputs=(InputQuantity(mass="100"), InputQuantity(mass="20")),
        outputs=(OutputQuantity(mass="40", composition={"Cu": "1"}),),
        untraced={"Cu": "4"},
    )
    record = refining([(there, "100"), (here, "20")], "40", quantities=quantities, untraced=("Cu",))
    return there, here, story.makes(firm, record)


def told(firm: Firm, batch: str, asked: str, **query: Any) -> dict[str, Any]:
    found = firm.get(paths.assessment(batch), policy=asked, asOf=str(DAY), **query)
    assert found.status_code == 200, found.text
    document: dict[str, Any] = found.json()
    return document


def replayed(story: Story, batch: str, asked: str, size: int) -> dict[str, Any]:
    """The same by the pure rules."""
    made = story.replay.state.batches[batch]
    shares = story.replay.content(batch)
    part = Part(made.material, made.mass, shares, made.status is BatchStatus.IN_TRANSIT)
    come = assess(policy_named(asked), [part], Facts(), DAY)
    listed = gaps(
        come, lambda element, lens, label: story.replay.contributions(batch, element, lens, label)
    )
    document: dict[str, Any] = json.loads(msgspec.json.encode(answer(batch, size, come, listed)))
    return document


@pytest.mark.parametrize("asked", ASKED)
def test_a_ledger_answers_what_the_rules_say(story: Story, firm: Firm, asked: str) -> None:
    *_, made = blend(story, firm)
    found = told(firm, made, asked)
    assert found == replayed(story, made, asked, found["size"])
    without = told(firm, made, asked, gaps="false")
    assert without == {name: each for name, each in found.items() if name != "gaps"}


def test_what_fails_names_what_is_missing_and_what_it_is_worth(story: Story, firm: Firm) -> None:
    _, _, made = blend(story, firm)
    found = told(firm, made, STRICT)
    (figure,) = found["figures"]
    assert found["outcome"] == "fail"
    assert (figure["lower"], figure["upper"], figure["whole"]) == (
        "30000000",
        "34000000",
        "40000000",
    )
    assert (figure["lowerShare"], figure["upperShare"]) == ("0.75", "0.85")
    (gap,) = found["gaps"]
    assert (gap["fact"], gap["at"], gap["mass"]) == ("origin", made.partition(".")[0], "4000000")
    assert (gap["best"], gap["worst"]) == ("0.85", "0.75")


def test_a_retraction_changes_what_is_answered(story: Story, firm: Firm) -> None:
    there, _, made = blend(story, firm)
    assert told(firm, made, "us.uflpa")["outcome"] == "review"
    story.tells(firm, retracting(there, RetractionReason.FRAUD))
    found = told(firm, made, STRICT)
    assert found == replayed(story, made, STRICT, found["size"])
    assert [(each["fact"], each["at"]) for each in found["gaps"]] == [
        ("replacement", there),
        ("origin", made.partition(".")[0]),
    ]
    assert {each["label"] for each in found["deciding"]} == {"covered", "unknown"}


def test_what_nobody_has_received_yet_has_its_figures_and_a_note(story: Story, firm: Firm) -> None:
    _, _, made = blend(story, firm)
    buyer = story.enrol("manufacturer")
    shipped = story.makes(firm, transfer(made, buyer.id, "20", departed_at=day(6)))
    before = told(buyer, shipped, STRICT)
    assert before == replayed(story, shipped, STRICT, before["size"])
    story.tells(buyer, receipt(shipped, received_at=day(8)))
    after = told(buyer, shipped, STRICT)
    assert (before["notes"], after.get("notes")) == ([ON_ITS_WAY], None)
    assert before["figures"] == after["figures"]
    assert before["gaps"] == after["gaps"]


def test_costs_are_computed_when_they_are_given(story: Story, firm: Firm) -> None:
    _, _, made = blend(story, firm)
    asked = "us.obbba.macr"
    product = '{"product": "45x-battery-component"}'
    found = told(firm, made, asked, facts=product)
    assert (found["outcome"], [each["what"] for each in found["missing"]]) == (
        "indeterminate",
        ["cost", "holdings"],
    )
    given = (
        '{"product":"45x-battery-component","cost":{"total":"80","prohibited":"30"},"holdings":[]}'
    )
    found = told(firm, made, asked, facts=given)
    assert (found["outcome"], found["row"], found["figures"][0]["lowerShare"]) == (
        "pass",
        9,
        "0.625",
    )


def test_today_decides_when_no_day_is_given(story: Story, firm: Firm) -> None:
    _, _, made = blend(story, firm)
    found = firm.get(paths.assessment(made), policy=STRICT)
    assert date.fromisoformat(found.json()["asOf"]) >= DAY


def test_what_the_policy_does_not_know_is_named_with_what_it_knows(
    story: Story, firm: Firm
) -> None:
    _, _, made = blend(story, firm)
    asked = {"policy": "us.dfars.252.225-7052", "facts": '{"claims":["cot"]}'}
    assert (
        firm.get(paths.assessment(made), **asked)
        .json()["detail"]
        .startswith(
            "facts.claims: us.dfars.252.225-7052 has no exemption 'cot': it has cots, electronic-device, nonavailability"
        )
    )


def test_of_a_day_before_there_was_the_batch_it_is_said_so(story: Story, firm: Firm) -> None:
    _, _, made = blend(story, firm)
    since = firm.get(f"{paths.BATCHES}/{made}").json()["availableAt"][:10]
    before = date.fromisoformat(since) - timedelta(days=1)
    early, then = (
        firm.get(paths.assessment(made), policy=STRICT, asOf=str(day)).json()
        for day in (before, since)
    )
    (note,) = early["notes"]
    assert f"been there since {since}" in note
    assert "notes" not in then


def test_only_who_sees_the_content_is_answered(story: Story, firm: Firm) -> None:
    _, _, made = blend(story, firm)
    stranger = story.enrol("trader")
    found = stranger.get(paths.assessment(made), policy=STRICT)
    assert (found.status_code, slug(found)) == (403, "not-entitled")
    nothing = firm.get(paths.assessment("A" * 43 + ".0"), policy=STRICT)
    assert (nothing.status_code, slug(nothing)) == (404, "not-found")


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"policy": "us.nothing"},
        {"policy": "claim.recycled?share=2"},
        {"policy": "x" * 257},
        {"policy": STRICT, "asOf": "tomorrow"},
        {"policy": STRICT, "facts": "{"},
        {"policy": STRICT, "facts": '{"colour":"red"}'},
        {"policy": STRICT, "facts": '{"product":"' + "x" * 4_096 + '"}'},
        {"policy": STRICT, "facts": "[" * 4_000},
        {"policy": STRICT, "facts": '{"product":"magnet"}'},
        {"policy": "us.obbba.macr", "facts": '{"product":"magnet"}'},
        {"policy": "us.dfars.252.225-7052", "facts": '{"claims":["nonavailabilty"]}'},
    ],
)
def test_what_cannot_be_asked_is_refused(story: Story, firm: Firm, query: dict[str, str]) -> None:
    _, _, made = blend(story, firm)
    found = firm.get(paths.assessment(made), **query)
    assert (found.status_code, slug(found)) == (400, "bad-request")


def test_a_policys_lens_is_nobodys_own(story: Story, firm: Firm) -> None:
    _, _, made = blend(story, firm)
    told(firm, made, STRICT)
    listed = firm.get(paths.LENSES).json()["items"]
    assert not [each for each in listed if each["id"].startswith("own/")]
