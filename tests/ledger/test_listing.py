"""Lists of batches over HTTP: what a firm finds of its own, page by page."""

import httpx
import psutil

from provenite_proto import paths
from provenite_proto.record import (
    Output,
    OutputIdentity,
    OutputQuantity,
    Site,
    SiteIdentities,
    SourceQuantities,
    Stage,
)
from tests.ledger.running import Firm, Ledger, extraction, receipt, refining, transfer


def test_what_is_left_and_what_is_used_up(ledger: Ledger) -> None:
    miner, refiner = ledger.enrol("miner"), ledger.enrol("refiner")
    (first,) = miner.record(extraction("300"))
    (second,) = miner.record(extraction("100"))
    received = [miner.ships(first, refiner, "200"), miner.ships(second, refiner, "100")]
    (refined,) = refiner.record(refining([(received[0], "150"), (received[1], "100")], "70"))

    assert listed(refiner) == [received[0], refined]
    assert listed(refiner, holder=refiner.id) == [received[0], refined]
    assert listed(refiner, exhausted=True) == [*received, refined]
    assert listed(miner) == [first]
    assert listed(miner, exhausted=True) == [first, second]


def test_what_others_hold_is_listed_whatever_they_have_left(ledger: Ledger) -> None:
    miner, refiner = ledger.enrol("miner"), ledger.enrol("refiner")
    (mined,) = miner.record(extraction("100"))
    sent = [miner.ships(mined, refiner, kg) for kg in ("60", "40")]
    (refined,) = refiner.record(refining([(sent[0], "60")], "18"))

    assert listed(miner, holder="any") == sent
    assert listed(miner, holder="any", exhausted=True) == [mined, *sent]
    assert listed(refiner, holder="any") == [sent[1], refined]
    assert listed(refiner, holder="any", exhausted=True) == [*sent, refined]


def test_on_its_way_and_refused(ledger: Ledger) -> None:
    miner, trader = ledger.enrol("miner"), ledger.enrol("trader")
    (mined,) = miner.record(extraction("1"))
    (shipped,) = miner.record(transfer(mined, trader.id, "1"))
    found = trader.get(paths.BATCHES).json()["items"]
    assert [(each["id"], each["status"]) for each in found] == [(shipped, "in_transit")]
    assert listed(trader, status="in_transit") == [shipped]
    assert listed(miner) == listed(trader, status="held") == []
    trader.record(receipt(shipped, accepted=False))
    assert listed(miner) == [shipped]
    assert listed(trader) == []
    assert listed(trader, holder="any") == [shipped]


def test_filters(ledger: Ledger) -> None:
    miner, refiner = ledger.enrol("miner"), ledger.enrol("refiner")
    (mined,) = miner.record(extraction("100", lot="N-1"))
    held = miner.ships(mined, refiner, "50")
    (refined,) = refiner.record(refining([(held, "25")], "7"))
    assert listed(refiner, material="copper-cathode") == [refined]
    assert listed(refiner, material="copper-concentrate") == [held]
    assert listed(refiner, status="in_transit") == []
    assert listed(miner, lot="N-1") == [mined]
    assert listed(miner, lot="N-2") == []
    for query in (
        {"status": "lost"},
        {"limit": 0},
        {"limit": 1001},
        {"cursor": "x"},
        {"site": "x"},
        {"exhausted": "perhaps"},
    ):
        answer = refiner.get(paths.BATCHES, **query)
        assert (answer.status_code, slug(answer)) == (400, "bad-request"), query
        assert next(iter(query)) in answer.json()["detail"]
    answer = refiner.get(paths.BATCHES, holder=miner.id)
    assert (answer.status_code, slug(answer)) == (403, "not-entitled")


def test_by_site(ledger: Ledger) -> None:
    miner, refiner = ledger.enrol("miner", "refiner"), ledger.enrol("refiner")
    pit, mill = (
        miner.submit(Site(country="CL", stages=(stage,))).json()["digest"]
        for stage in (Stage.EXTRACTION, Stage.REFINING)
    )
    miner.record(extraction("1"))
    mined = [
        miner.record(extraction("2", identities=SiteIdentities(site=pit)))[0] for _ in range(2)
    ]
    (refined,) = miner.record(
        refining([(mined[0], "2")], "0.5", country="CL", identities=SiteIdentities(site=mill))
    )
    assert listed(miner, site=pit) == [mined[1]]
    assert listed(miner, site=pit, exhausted=True) == mined
    assert listed(miner, site=mill) == [refined]
    bought = miner.ships(mined[1], refiner, "1")
    # The site is its owner's to know: of what another made the reader cannot ask where.
    assert listed(refiner) == [bought]
    assert listed(refiner, site=pit) == listed(refiner, site=pit, holder="any") == []


def test_pages(ledger: Ledger) -> None:
    miner, trader = ledger.enrol("miner"), ledger.enrol("trader")
    made = [miner.record(extraction("1", lot=f"lot {n % 2}"))[0] for n in range(7)]
    assert pages(miner, limit=3) == [made[:3], made[3:6], made[6:]]
    assert pages(miner, limit=7) == [made]
    assert pages(miner, limit=2, lot="lot 1") == [[made[1], made[3]], [made[5]]]
    assert pages(miner, limit=4, holder="any") == [made[:4], made[4:]]
    sent = [miner.ships(batch, trader, "1") for batch in made[:3]]
    assert pages(miner, limit=3) == [made[3:6], made[6:]]
    assert pages(miner, limit=3, exhausted=True) == [made[:3], made[3:6], made[6:]]
    everything = made + sent
    for limit in (1, 4, 10):
        found = pages(miner, limit=limit, holder="any", exhausted=True)
        assert found == [everything[at : at + limit] for at in range(0, 10, limit)]
    assert [batch for page in pages(miner, limit=1, holder="any") for batch in page] == [
        *made[3:],
        *sent,
    ]


def test_many_batches_of_one_statement(ledger: Ledger) -> None:
    """A statement is read once, however many batches of a page it made."""
    miner = ledger.enrol("miner")
    record = extraction(
        outputs=(Output(material="copper-concentrate", elements=("Cu",)),) * 1000,
        quantities=SourceQuantities(
            outputs=(OutputQuantity(mass="1", composition={"Cu": "0.3"}),) * 1000
        ),
        identities=SiteIdentities(
            outputs=tuple(OutputIdentity(lot=f"lot {n:050}") for n in range(1000))
        ),
    )
    made = miner.record(record)
    assert pages(miner, limit=600) == [list(made[:600]), list(made[600:])]
    assert pages(miner, limit=600, holder="any") == [list(made[:600]), list(made[600:])]
    process = psutil.Process(ledger.process.pid)
    before = process.cpu_times().user
    assert listed(miner, limit=1000) == list(made)
    # Reading it a thousand times took three seconds.
    assert process.cpu_times().user - before < 1


def test_a_long_search_goes_on_from_page_to_page(ledger: Ledger) -> None:
    miner = ledger.enrol("miner")
    statements = [miner.sign(extraction("1", lot=f"lot {n}")) for n in range(1100)]
    for start in range(0, 1100, 550):
        ledger.send_lines(*statements[start : start + 550])
    found = pages(miner, limit=10, lot="lot 1099")
    assert [len(page) for page in found] == [0, 0, 1]


def pages(reader: Firm, **query: object) -> list[list[str]]:
    """The ids on each page, found by following the Link header."""
    answer = reader.get(paths.BATCHES, **query)
    found = [ids(answer)]
    while "next" in answer.links:
        answer = reader.ledger.http.get(answer.links["next"]["url"], headers=reader.authorized())
        found.append(ids(answer))
    return found


def listed(reader: Firm, **query: object) -> list[str]:
    return ids(reader.get(paths.BATCHES, **query))


def ids(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["items"]]


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"].rpartition(":")[2])
