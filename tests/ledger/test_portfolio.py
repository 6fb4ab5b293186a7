"""Portfolios over HTTP: what a firm holds, has acquired, made and shipped, to the milligram, and nobody else's."""

import json
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import httpx
import msgspec
import pytest

from provenite_ledger.http.portfolio import MAX_BATCHES
from provenite_proto import paths
from provenite_proto.content import Shares, part_of
from provenite_proto.portfolio import add, exposures, left
from provenite_proto.portfolio.answers import answer
from provenite_proto.record import (
    Collection,
    InputQuantity,
    Output,
    OutputQuantity,
    ReceiptQuantities,
    ReceivedQuantity,
    SourceQuantities,
    TransformationQuantities,
)
from tests.ledger.replaying import Story
from tests.ledger.running import Firm, Ledger, day, extraction, receipt, refining, transfer
from tests.ledger.speaking import for_supplier, retracting, submitted

DAY = date(2026, 11, 24)
Answer = dict[str, Any]
FIRST, LAST = day(0).date(), day(20).date()


def slug(found: httpx.Response) -> str:
    return str(found.json()["type"].rpartition(":")[2])


def told(firm: Firm, **query: Any) -> Answer:
    found = firm.get(paths.PORTFOLIO, asOf=str(DAY), **query)
    assert found.status_code == 200, found.text
    document: Answer = found.json()
    return document


def copper(firm: Firm, flow: str = "stock", since: date = FIRST, until: date = LAST) -> str:
    """Kilograms of copper, and in how many batches."""
    period = {} if flow == "stock" else {"from": str(since), "to": str(until)}
    found = told(firm, flow=flow, **period)
    mass = found["elements"][0]["mass"] if found["elements"] else "0"
    return f"{mass} in {found['batches']}"


def found(mass: str, **changes: Any) -> ReceiptQuantities:
    return ReceiptQuantities(inputs=(ReceivedQuantity(mass=mass, **changes),))


@pytest.fixture
def miner(ledger: Ledger) -> Firm:
    return ledger.enrol("miner", "collector", "refiner", country="CL")


@pytest.fixture
def refiner(ledger: Ledger) -> Firm:
    return ledger.enrol("refiner", "recycler")


def test_the_stock_is_what_is_left_and_what_is_on_its_way_is_nobodys(
    miner: Firm, refiner: Firm
) -> None:
    (mined,) = miner.record(extraction("100"))
    (shipped,) = miner.record(transfer(mined, refiner.id, "40"))
    assert [copper(miner), copper(refiner)] == ["18 in 1", "0 in 0"]
    refiner.record(receipt(shipped, received_at=day(3)))
    assert [copper(miner), copper(refiner)] == ["18 in 1", "12 in 1"]
    refiner.record(refining([(shipped, "40")], "11", "0.9999"))
    assert copper(refiner) == "10.9989 in 1"


def test_what_is_refused_was_neither_received_nor_shipped(miner: Firm, refiner: Firm) -> None:
    (mined,) = miner.record(extraction("100"))
    (shipped,) = miner.record(transfer(mined, refiner.id, "40", departed_at=day(1)))
    assert copper(miner, "shipped") == "12 in 1"
    # 10 kg are refused and 2 are lost on the way: the loss was shipped, and not received.
    (back,) = refiner.record(
        receipt(shipped, quantities=found("28", refused="10"), received_at=day(3))
    )
    assert [copper(miner, "shipped"), copper(refiner, "received")] == ["9 in 1", "8.4 in 1"]
    assert copper(miner) == "21 in 2"
    # What came back and is shipped again, is shipped.
    (again,) = miner.record(transfer(back, refiner.id, "10", departed_at=day(4)))
    assert copper(miner, "shipped") == "12 in 2"
    refiner.record(receipt(again, accepted=False, quantities=found("10"), received_at=day(6)))
    assert [copper(miner, "shipped"), copper(refiner, "received")] == ["9 in 1", "8.4 in 1"]
    # Withdrawn while it is on its way, it was not shipped.
    (last,) = miner.record(transfer(mined, refiner.id, "60", departed_at=day(7)))
    assert copper(miner, "shipped") == "27 in 2"
    submitted(miner, retracting(last))
    assert copper(miner, "shipped") == "9 in 1"


def test_what_is_used_further_counts_as_what_it_became(miner: Firm, refiner: Firm) -> None:
    (mined,) = miner.record(extraction("100"))
    assert copper(miner, "made") == "30 in 1"
    (made,) = miner.record(refining([(mined, "100")], "29"))
    assert copper(miner, "made") == "28.9971 in 1"
    miner.record(refining([(made, "10")], "10", occurred_at=day(6)))
    assert copper(miner, "made") == "28.9971 in 2"
    miner.ships(made, refiner, "19", departed=7)
    # What is sent away is made all the same; what another makes of it is not.
    assert [copper(miner, "made"), copper(miner)] == ["28.9971 in 2", "9.999 in 1"]
    assert [copper(refiner, "made"), copper(refiner, "received")] == ["0 in 0", "18.9981 in 1"]


def test_what_a_retraction_gives_back_is_made_as_before(miner: Firm) -> None:
    (mined,) = miner.record(extraction("100"))
    (made,) = miner.record(refining([(mined, "60")], "17"))
    assert copper(miner, "made") == "28.9983 in 2"
    submitted(miner, retracting(made))
    assert [copper(miner, "made"), copper(miner)] == ["30 in 1", "30 in 2"]


def test_a_suppliers_matter_is_received_and_not_made(refiner: Firm) -> None:
    (bought,) = refiner.record(for_supplier("Alpha", "100"))
    assert [copper(refiner, "received"), copper(refiner, "made")] == ["30 in 1", "0 in 0"]
    refiner.record(refining([(bought, "100")], "29"))
    assert [copper(refiner, "received"), copper(refiner, "made")] == ["30 in 1", "28.9971 in 1"]


def test_both_days_belong_to_the_period(miner: Firm, refiner: Firm) -> None:
    (mined,) = miner.record(extraction("100", occurred_at=day(0)))
    miner.ships(mined, refiner, "100", departed=2)
    for firm, flow, at in ((miner, "made", 0), (miner, "shipped", 2), (refiner, "received", 4)):
        on = day(at).date()
        assert copper(firm, flow, on, on) == "30 in 1", flow
        for other in (on - timedelta(days=1), on + timedelta(days=1)):
            assert copper(firm, flow, other, other) == "0 in 0", flow


def recycled(kg: str, **changes: Any) -> Collection:
    return Collection(
        **{
            "country": "DE",
            "occurred_at": day(0),
            "source": "post_consumer",
            "stream": "printed-circuit-boards",
            "outputs": (Output(material="copper-scrap", elements=("Cu",)),),
            "quantities": SourceQuantities(
                outputs=(OutputQuantity(mass=kg, composition={"Cu": "1"}),)
            ),
            **changes,
        }
    )


def blend(refiner: Firm, *inputs: tuple[str, str], kg: str, untraced: str) -> str:
    quantities = TransformationQuantities(
        inputs=tuple(InputQuantity(mass=mass) for _, mass in inputs),
        outputs=(OutputQuantity(mass=kg, composition={"Cu": "1"}),),
        untraced={"Cu": untraced},
    )
    (made,) = refiner.record(refining(inputs, kg, quantities=quantities, untraced=("Cu",)))
    return made


def test_figures_by_hand(miner: Firm, refiner: Firm) -> None:
    """30 kg of copper mined in Chile, 60 collected in Germany and 10 from nowhere, refined in the US."""
    (mined,) = miner.record(extraction("100"))
    mined = miner.ships(mined, refiner, "100")
    (scrap,) = refiner.record(recycled("60"))
    blend(refiner, (mined, "100"), (scrap, "60"), kg="100", untraced="10")
    document = told(refiner)
    (each,) = document["elements"]
    assert (document["flow"], document["party"], document["batches"]) == ("stock", refiner.id, 1)
    assert (each["element"], each["mass"], each["strategic"]) == ("Cu", "100", "copper")
    assert {name: part["mass"] for name, part in each["source"].items()} == {
        "primary": "30",
        "postConsumer": "60",
        "preConsumer": "0",
        "sameProcessRework": "0",
        "unknown": "10",
    }
    assert each["avoided"] == {"mass": "60", "lower": "0.6", "upper": "0.7"}
    mining, refined = each["stages"]
    assert (mining["stage"], mining["mass"], mining["apart"]) == ("extraction", "40", "60")
    assert mining["countries"] == [{"country": "CL", "mass": "30", "share": "0.75"}]
    assert mining["unknown"] == {"mass": "10", "share": "0.25"}
    assert mining["largest"] == {
        "lower": "0.75",
        "upper": "1",
        "country": "CL",
        "benchmark": "above",
    }
    # 30² / 40², and all of it Chilean.
    assert mining["herfindahl"] == {"lower": "0.5625", "upper": "1"}
    assert (refined["stage"], refined["mass"], refined["apart"]) == ("refining", "100", "0")
    assert refined["largest"]["lower"] == refined["largest"]["upper"] == "1"


def test_members_of_the_union_are_told_apart(miner: Firm) -> None:
    miner.record(extraction("100", country="PL"))
    miner.record(extraction("100", country="CL"))
    (each,) = told(miner)["elements"]
    (mining,) = each["stages"]
    assert mining["union"] == {"mass": "30", "share": "0.5"}
    assert [country.get("union", False) for country in mining["countries"]] == [False, True]
    assert (mining["largest"]["country"], mining["largest"]["benchmark"]) == ("CL", "within")
    assert mining["herfindahl"] == {"lower": "0.5", "upper": "0.5"}


def replayed(story: Story, holder: Firm, batches: Iterable[str], size: int) -> Answer:
    """The same by the pure replay."""
    totals: Shares = {}
    count = 0
    for name in batches:
        batch = story.replay.state.batches[name]
        if batch.holder == holder.id and batch.status == "held" and batch.remaining:
            count += 1
            spans = left(batch.elements, batch.offsets, batch.mass, batch.remaining)
            add(totals, part_of(story.replay.content(batch.root), spans))
    found = answer(
        holder.id,
        size,
        exposures(totals, DAY),
        flow="stock",
        period=None,
        as_of=DAY,
        batches=count,
    )
    document: Answer = json.loads(msgspec.json.encode(found))
    return document


def test_a_ledger_adds_up_what_the_replay_holds_also_after_a_late_fact(ledger: Ledger) -> None:
    story = Story(ledger)
    miner = story.enrol("miner", country="CL")
    refiner = story.enrol("refiner", country="US")
    there = story.makes(miner, extraction("100.000007", country="CL"))
    here = story.makes(miner, extraction("33.333331", country="CN-XJ"))
    days = {"departed": day(1), "received": day(3)}
    taken = [
        (story.ships(miner, batch, refiner, kg, days), kg)
        for batch, kg in ((there, "71.000003"), (here, "13.37"))
    ]
    used = [(batch, "11.000001") for batch, _ in taken]
    story.makes(refiner, refining(used, "6.500001"))
    for firm in (miner, refiner):
        document = told(firm)
        assert document == replayed(story, firm, story.batches, document["size"])
    story.tells(miner, retracting(there))
    for firm in (miner, refiner):
        document = told(firm)
        assert document == replayed(story, firm, story.batches, document["size"])
    (each,) = told(refiner)["elements"]
    assert each["source"]["primary"]["mass"] != "0" != each["source"]["unknown"]["mass"]


def test_a_firm_is_told_its_own_and_the_registrar_no_more(
    ledger: Ledger, miner: Firm, refiner: Firm
) -> None:
    miner.record(extraction("100"))
    for other in (refiner, ledger.registrar):
        for query in ({}, {"party": miner.id}, {"holder": miner.id}):
            document = other.get(paths.PORTFOLIO, **query).json()
            assert (document["party"], document["batches"]) == (other.id, 0)
            assert document["elements"] == []
    nobody = ledger.http.get(paths.PORTFOLIO)
    assert (nobody.status_code, slug(nobody)) == (401, "token-missing")


def test_elements_and_a_material_narrow_it(miner: Firm) -> None:
    quantities = SourceQuantities(
        outputs=(OutputQuantity(mass="100", composition={"Cu": "0.3", "Fe": "0.2"}, moisture="0"),)
    )
    outputs = (Output(material="copper-concentrate", elements=("Cu", "Fe")),)
    miner.record(extraction(outputs=outputs, quantities=quantities))
    miner.record(recycled("1"))
    assert [each["element"] for each in told(miner)["elements"]] == ["Cu", "Fe"]
    assert [each["mass"] for each in told(miner, element="Fe")["elements"]] == ["20"]
    assert told(miner, element=["Au", "Ag"])["batches"] == 0
    (scrap,) = told(miner, material="copper-scrap")["elements"]
    assert (scrap["mass"], told(miner)["batches"]) == ("1", 2)


@pytest.mark.parametrize(
    "query",
    [
        {"flow": "stolen"},
        {"flow": "made"},
        {"flow": "made", "from": "2026-01-01"},
        {"flow": "made", "from": "2026-01-02", "to": "2026-01-01"},
        {"flow": "made", "from": "0001-01-01", "to": "9999-12-31"},
        {"from": "2026-01-01", "to": "2026-01-02"},
        {"element": "Xx"},
        {"material": "No Material"},
        {"asOf": "today"},
    ],
)
def test_what_cannot_be_asked_is_refused(miner: Firm, query: dict[str, str]) -> None:
    refused = miner.get(paths.PORTFOLIO, **query)
    assert (refused.status_code, slug(refused)) == (400, "bad-request")


def many(count: int, element: str = "Cu") -> Any:
    return extraction(
        outputs=(Output(material="copper-concentrate", elements=(element,)),) * count,
        quantities=SourceQuantities(
            outputs=(OutputQuantity(mass="1", composition={element: "0.3"}, moisture="0"),) * count
        ),
    )


def test_more_batches_than_are_added_up_are_refused(ledger: Ledger) -> None:
    miner = ledger.enrol("miner")
    for _ in range(MAX_BATCHES // 1000):
        miner.record(many(1000))
    assert copper(miner) == f"{MAX_BATCHES * 0.3:g} in {MAX_BATCHES}"
    miner.record(many(1, "Fe"))
    refused = miner.get(paths.PORTFOLIO)
    assert (refused.status_code, slug(refused)) == (422, "too-much")
    assert refused.json()["figures"] == {"limit": str(MAX_BATCHES)}
    period = {"from": str(FIRST), "to": str(LAST)}
    assert slug(miner.get(paths.PORTFOLIO, flow="made", **period)) == "too-much"
    assert told(miner, element="Fe")["batches"] == 1
