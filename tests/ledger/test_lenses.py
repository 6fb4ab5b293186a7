"""Firms' own lenses over HTTP: registered, listed, looked through by their owner alone, and no more than allowed."""

import asyncio
from typing import Any

import asyncpg
import httpx
import pytest

from provenite_ledger.store import lensing
from provenite_ledger.store.lensing import MAX_LENSES
from provenite_proto import paths
from provenite_proto.content import LENSES
from provenite_proto.content.own import MAX_BYTES, MAX_RULES, read_own
from provenite_proto.record import CustodyModel, RetractionReason, Role, Stage
from tests.ledger.inside import ask, at_rest, at_work, found, served
from tests.ledger.replaying import Story, content_of
from tests.ledger.running import Firm, Ledger, extraction, refining
from tests.ledger.speaking import retracting

MINED_THEN_REFINED = """
title = "Mined in Chile and refined elsewhere"

[[start]]
on = ["extraction"]
country = ["CL"]
label = "mined-in-CL"

[[start]]
label = "other"

[[step]]
from = ["mined-in-CL"]
stage = ["refining"]
label = "mined-in-CL-refined-in-{country}"
"""
RULE = '[[start]]\nlabel = "all"\n'


def register(firm: Firm, text: str, media_type: str = "application/toml") -> httpx.Response:
    return firm.ledger.http.post(
        paths.LENSES,
        content=text.encode(),
        headers={"Content-Type": media_type, **firm.authorized()},
    )


def registered(firm: Firm, text: str) -> str:
    answer = register(firm, text)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"].rpartition(":")[2])


def own(firm: Firm) -> list[dict[str, Any]]:
    """What is listed beyond the protocol's own."""
    items = firm.get(paths.LENSES).json()["items"]
    assert [each["id"] for each in items[: len(LENSES)]] == list(LENSES)
    found: list[dict[str, Any]] = items[len(LENSES) :]
    return found


def test_registered_and_listed(ledger: Ledger) -> None:
    firm, other = ledger.enrol("miner"), ledger.enrol("miner")
    answer = register(firm, MINED_THEN_REFINED, "application/toml; charset=utf-8").json()
    assert answer == {
        "id": read_own(MINED_THEN_REFINED).id,
        "title": "Mined in Chile and refined elsewhere",
        "definition": MINED_THEN_REFINED,
    }
    assert own(firm) == [answer]
    # The same question has the same id, whoever asks it and whatever it is called.
    renamed = MINED_THEN_REFINED.replace("Mined in", "From")
    assert registered(firm, renamed) == answer["id"]
    (listed,) = own(firm)
    assert (listed["title"], listed["definition"]) == (
        "From Chile and refined elsewhere",
        renamed,
    )
    assert own(other) == []
    assert registered(other, MINED_THEN_REFINED) == answer["id"]
    assert own(firm) == [listed]


def test_only_who_registered_it_looks_through_it(ledger: Ledger) -> None:
    miner, refiner = ledger.enrol("miner", country="CL"), ledger.enrol("refiner")
    (mined,) = miner.record(extraction("10"))
    bought = miner.ships(mined, refiner, "10")
    lens = registered(refiner, MINED_THEN_REFINED)
    assert content_of(refiner, bought, lens=lens) == {"Cu": {lens: {"mined-in-CL": 3_000_000}}}
    for path, query in (
        (paths.content(bought), {"lens": lens}),
        (
            paths.contributions(bought),
            {"lens": lens, "element": "Cu", "label": "mined-in-CL"},
        ),
    ):
        answer = miner.get(path, **query)
        assert (answer.status_code, slug(answer)) == (400, "bad-request")
        nonsense = miner.get(path, **{**query, "lens": "own/" + "A" * 43})
        assert answer.json()["detail"].replace(lens, "…") == (
            nonsense.json()["detail"].replace("own/" + "A" * 43, "…")
        )


def test_what_came_by_credit_is_not_physically_contained(ledger: Ledger) -> None:
    firm, buyer = ledger.enrol("miner", "refiner"), ledger.enrol("manufacturer")
    own_lens = registered(buyer, MINED_THEN_REFINED)
    (mined,) = firm.record(extraction("100"))

    def said(model: CustodyModel) -> list[bool]:
        """Of what was refined under the model and sold on, through whichever lens one looks."""
        (refined,) = firm.record(refining([(mined, "10")], "2", custody_model=model))
        bought = firm.ships(refined, buyer, "1", departed=6)
        answers = [
            buyer.get(paths.content(bought), **query).json()["elements"][0]
            for query in ({}, {"lens": "origin"}, {"lens": own_lens}, {"element": "Cu"})
        ]
        return [answer.get("physicallyContained", True) for answer in answers]

    assert said(CustodyModel.MASS_BALANCE_CREDIT) == [False] * 4
    assert said(CustodyModel.CONTROLLED_BLENDING) == [True] * 4


def test_content_is_that_of_the_rules(ledger: Ledger) -> None:
    """Computed when it is asked for, beside the protocol's, and anew after a late statement."""
    story = Story(ledger, [read_own(MINED_THEN_REFINED)])
    (lens,) = (each.id for each in story.replay.lenses if each.id not in LENSES)
    firm = story.enrol("miner", "refiner", country="CL")
    registered(firm, MINED_THEN_REFINED)
    here = story.makes(firm, extraction("100"))
    there = story.makes(firm, extraction("50", country="PE"))
    taken = [(here, "100"), (there, "50")]
    refined = story.makes(firm, refining(taken, "45", cu="1", stage=Stage.REFINING))

    def check() -> dict[str, int]:
        for batch in (here, there, refined):
            found = content_of(firm, batch, lens=[*LENSES, lens])
            assert found == story.expected(batch)
        asked = {"lens": lens, "element": "Cu"}
        for label, mass in (labels := found["Cu"][lens]).items():
            parts = firm.get(paths.contributions(refined), **asked, label=label).json()
            replayed = story.replay.contributions(refined, "Cu", lens, label)
            assert [each["id"] for each in parts["contributions"]] == [each.id for each in replayed]
            assert sum(each.mass for each in replayed) == mass
        return labels

    assert check() == {"mined-in-CL-refined-in-US": 30_000_000, "other": 15_000_000}
    story.tells(firm, retracting(here, RetractionReason.FRAUD))
    assert check() == {"other": 45_000_000}
    story.tells(firm, retracting(there))
    assert check() == {"other": 45_000_000}


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ("this is not TOML", ""),
        (f'title = ""\n{RULE}', "/title"),
        ('title = "Nothing"\nstart = []', "/start"),
        (f'title = "Unknown member"\ncolour = "red"\n{RULE}', ""),
        (f'title = "No such country"\n{RULE}country = ["XX"]', "/start/0/country/0"),
        (f'title = "A start has no label before"\n{RULE}from = ["a"]', "/start/0/from"),
        ('title = "No such placeholder"\n[[start]]\nlabel = "{name}"', "/start/0/label"),
        ('title = "Too many"\n' + RULE * (MAX_RULES + 1), "/start"),
    ],
)
def test_malformed(ledger: Ledger, text: str, pointer: str) -> None:
    firm = ledger.enrol("miner")
    answer = register(firm, text)
    assert (answer.status_code, slug(answer)) == (422, "lens-malformed"), answer.text
    assert answer.json().get("pointer", "") == pointer
    assert own(firm) == []


def test_limits(ledger: Ledger) -> None:
    firm = ledger.enrol("miner")
    filled = f'title = "Large"\n{RULE}# ' + "x" * MAX_BYTES
    answer = register(firm, filled[:MAX_BYTES])
    assert answer.status_code == 201
    answer = register(firm, filled[: MAX_BYTES + 1])
    assert (answer.status_code, slug(answer)) == (413, "body-too-large")
    answer = register(firm, f'title = "As JSON"\n{RULE}', "application/json")
    assert (answer.status_code, slug(answer)) == (415, "unsupported-media-type")
    answer = ledger.http.post(
        paths.LENSES, content=RULE, headers={"Content-Type": "application/toml"}
    )
    assert (answer.status_code, slug(answer)) == (401, "token-missing")


def test_a_firm_has_a_hundred(ledger: Ledger) -> None:
    firm = ledger.enrol("miner")

    def numbered(number: int) -> str:
        return f'title = "Number {number}"\n[[start]]\nlabel = "n{number}"\n'

    for number in range(100):
        registered(firm, numbered(number))
    answer = register(firm, numbered(100))
    assert (answer.status_code, slug(answer)) == (409, "too-many")
    assert answer.json()["figures"] == {"limit": "100"}
    assert len(own(firm)) == 100
    # One that it has is no further one; and others have their own hundred.
    registered(firm, numbered(0))
    registered(ledger.enrol("miner"), numbered(100))


async def test_others_get_their_turn_while_lenses_are_listed(dsn: str) -> None:
    long = RULE + f"# {'x' * 1000}\n" * 50
    lapses = 0

    async def others() -> None:
        nonlocal lapses
        loop = asyncio.get_running_loop()
        while True:
            begun = loop.time()
            await asyncio.sleep(0)
            lapses += loop.time() - begun > 0.001

    async with (
        at_work(dsn) as sequencer,
        at_rest(dsn, sequencer) as follower,
        served(dsn, sequencer, follower) as client,
        asyncpg.create_pool(dsn, min_size=1, max_size=1) as pool,
    ):
        _, firm = await found(sequencer, Role.MINER)
        for number in range(MAX_LENSES):
            text = f'title = "Question {number}"\n{long}'
            assert await lensing.register(pool, number.to_bytes(32), text, 1)
        counting = asyncio.create_task(others())
        answer = await ask(client, firm, paths.LENSES)
        counting.cancel()
    assert len(answer.json()["items"]) == len(LENSES) + MAX_LENSES
    assert lapses > 15
