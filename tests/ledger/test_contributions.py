"""Which matter brings a label to a batch, over HTTP: it sums exactly to the label, and is what the replay says."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from provenite_ledger.settings import Settings
from provenite_proto import paths
from provenite_proto.content import LENSES
from provenite_proto.record import (
    CustodyModel,
    InputQuantity,
    Output,
    OutputQuantity,
    Role,
    Site,
    SiteIdentities,
    Stage,
    TransformationQuantities,
)
from tests.ledger.inside import ask, at_rest, at_work, found, recorded, served
from tests.ledger.replaying import Story
from tests.ledger.running import Firm, Ledger, day, extraction, refining
from tests.ledger.speaking import retracting


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"].rpartition(":")[2])


def milligrams(kilograms: str) -> int:
    return int(Decimal(kilograms) * 10**6)


def agree(story: Story, firm: Firm, batch: str) -> set[tuple[str, str]]:
    """Every label of every lens is made up as the replay says; the kinds and ids that occur."""
    met: set[tuple[str, str]] = set()
    for element, lenses in story.expected(batch).items():
        for lens, labels in lenses.items():
            for label, mass in labels.items():
                asked = {"element": element, "lens": lens, "label": label}
                answer = firm.get(paths.contributions(batch), **asked).json()
                told = [
                    (each["kind"], each["id"], milligrams(each["mass"]))
                    for each in answer["contributions"]
                ]
                replayed = story.replay.contributions(batch, element, lens, label)
                assert told == [(each.kind, each.id, each.mass) for each in replayed]
                assert milligrams(answer["mass"]) == mass == sum(each for _, _, each in told)
                met |= {(kind, name) for kind, name, _ in told}
    return met


@pytest.fixture(scope="module")
def story(ledger: Ledger) -> Story:
    return Story(ledger)


@pytest.fixture(scope="module")
def firm(story: Story) -> Firm:
    return story.enrol("miner", "refiner", country="CL")


def untraced(kg: str, of: str) -> TransformationQuantities:
    return TransformationQuantities(
        inputs=(InputQuantity(mass=of),),
        outputs=(OutputQuantity(mass="20", composition={"Cu": "1"}),),
        untraced={"Cu": kg},
    )


def test_sources_shipped_and_blended(story: Story, firm: Firm) -> None:
    buyer = story.enrol("refiner")
    mined = [
        story.makes(firm, extraction(kg, country=country))
        for kg, country in (("7.000001", "CL"), ("0.333333", "PE"), ("11", "CL"))
    ]
    days = {"departed": day(1), "received": day(2)}
    bought = [
        story.ships(firm, batch, buyer, kg, days)
        for batch, kg in zip(mined, ("3.000001", "0.111111", "9.5"), strict=True)
    ]
    taken = list(zip(bought, ("2.9", "0.1", "9.5"), strict=True))
    blend = story.makes(buyer, refining(taken, "3.7", cu="1"))
    met = agree(story, buyer, blend)
    assert met == {("source", batch) for batch in mined}
    (shipped,) = (
        batch for batch in bought[:1] if agree(story, buyer, batch) == {("source", mined[0])}
    )
    # What its supplier sold to others, and of which it is a part, is not for the buyer.
    answer = buyer.get(paths.contributions(mined[0]), element="Cu", lens="origin", label="CL")
    assert (answer.status_code, slug(answer)) == (403, "not-entitled")
    answer = firm.get(paths.contributions(blend), element="Cu", lens="origin", label="CL")
    assert (answer.status_code, slug(answer)) == (403, "not-entitled")
    assert shipped == bought[0]


def test_untraced_and_void(story: Story, firm: Firm) -> None:
    mined = story.makes(firm, extraction("50"))
    record = refining([(mined, "50")], "20", quantities=untraced("5", "50"), untraced=("Cu",))
    made = story.makes(firm, record)
    statement = made.partition(".")[0]
    assert agree(story, firm, made) == {("source", mined), ("untraced", statement)}
    story.tells(firm, retracting(mined))
    assert agree(story, firm, made) == {("void", mined), ("untraced", statement)}


def test_a_rolling_average(story: Story, firm: Firm) -> None:
    """The second quarter's output has of the first quarter's matter, as the site's average has it."""
    place = SiteIdentities(site=story.tells(firm, Site(country="US", stages=(Stage.REFINING,))))
    sources, made = [], []
    for number, country in enumerate(("CL", "PE", "CL")):
        mined = story.makes(firm, extraction("100", country=country))
        record = refining(
            [(mined, "100")],
            "15",
            cu="1",
            occurred_at=day(5 + number),
            custody_model=CustodyModel.MASS_BALANCE_ROLLING_AVERAGE,
            identities=place,
        )
        sources.append(mined)
        made.append(story.makes(firm, record))
    story.check()
    for batch in made:
        met = agree(story, firm, batch)
        assert {name for kind, name in met if kind == "source"} <= set(sources)
    story.tells(firm, retracting(sources[0]))
    story.check()
    for batch in made:
        agree(story, firm, batch)
    # What is withdrawn is no part of the average, though what looks back on it is computed anew with it.
    story.tells(firm, retracting(made[1]))
    story.check()
    for batch in made:
        agree(story, firm, batch)


def test_a_rolling_average_over_more_than_64_bits_of_milligrams(story: Story, firm: Firm) -> None:
    place = SiteIdentities(site=story.tells(firm, Site(country="US", stages=(Stage.REFINING,))))
    most, count = "999999999999", 20
    for number in range(2):
        taken = [(story.makes(firm, extraction(most)), most) for _ in range(count)]
        outputs = (OutputQuantity(mass="300000000000", composition={"Cu": "1"}),) * count
        record = refining(
            taken,
            "1",
            occurred_at=day(5 + number),
            custody_model=CustodyModel.MASS_BALANCE_ROLLING_AVERAGE,
            identities=place,
            outputs=(Output(material="copper-cathode", elements=("Cu",)),) * count,
            quantities=TransformationQuantities(
                inputs=tuple(InputQuantity(mass=mass) for _, mass in taken), outputs=outputs
            ),
        )
        made = f"{story.tells(firm, record)}.0"
        assert int(most) * count * 10**6 > 2**64
        assert agree(story, firm, made) >= {("source", taken[0][0])}
    story.check()


def test_what_there_is_not(story: Story, firm: Firm) -> None:
    batch = story.makes(firm, extraction("1"))

    def asked(**changes: Any) -> httpx.Response:
        query = {"element": "Cu", "lens": "origin", "label": "CL", **changes}
        return firm.get(paths.contributions(batch), **query)

    nothing = asked(label="CN").json()
    assert (nothing["mass"], nothing["contributions"]) == ("0", [])
    for changes in ({"element": "Nd"}, {"lens": "colour"}, {"element": ""}):
        answer = asked(**changes)
        assert (answer.status_code, slug(answer)) == (400, "bad-request")
    assert set(LENSES) >= {"origin"}


async def test_too_far(dsn: str) -> None:
    async with (
        at_work(dsn) as sequencer,
        at_rest(dsn, sequencer) as follower,
        served(dsn, sequencer, follower, Settings(trace_nodes=3)) as client,
    ):
        _, firm = await found(sequencer, (Role.MINER, Role.REFINER))
        ores = [
            each.submitted.batches[0] for each in await recorded(sequencer, *firm.mined("1", 3))
        ]
        for count, expected in ((2, 200), (3, 422)):
            blend = refining([(ore, "0.1") for ore in ores[:count]], f"0.0{3 * count}", cu="1")
            (made,) = await recorded(sequencer, firm.sign(blend))
            path = paths.contributions(made.submitted.batches[0])
            answer = await ask(client, firm, path, element="Cu", lens="origin", label="CL")
            assert answer.status_code == expected
    assert answer.json()["type"].endswith("too-far")
    assert answer.json()["figures"] == {"limit": "3"}
