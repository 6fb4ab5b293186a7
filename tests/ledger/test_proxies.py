"""Suppliers who are not here: what is recorded on their behalf, who sees for whom, and what they say once they join."""

from typing import Any, NamedTuple

import pytest

from provenite_proto import paths
from provenite_proto.record import COUNTERSIGNATURE, Outcome, RetractionReason
from tests.ledger.replaying import content_of
from tests.ledger.running import Firm, Ledger, extraction, refining
from tests.ledger.speaking import countersigning, digest, for_supplier, retracting, submitted

SUPPLIER = "Pirquineros de Atacama"


class Chain(NamedTuple):
    """A trader that speaks for a small mine, and a refiner that buys of it and of a mine that is here."""

    ledger: Ledger
    trader: Firm
    refiner: Firm
    proxied: str
    refined: str


@pytest.fixture
def chain(ledger: Ledger) -> Chain:
    trader, refiner = ledger.enrol("trader", country="CL"), ledger.enrol("refiner")
    miner = ledger.enrol("miner", country="CL")
    (proxied,) = trader.record(for_supplier(SUPPLIER, "100"))
    (mined,) = miner.record(extraction("100"))
    bought = [trader.ships(proxied, refiner, "100"), miner.ships(mined, refiner, "100")]
    (refined,) = refiner.record(refining([(each, "100") for each in bought], "60", cu="1"))
    return Chain(ledger, trader, refiner, proxied, refined)


def attested(chain: Chain) -> dict[str, int]:
    return content_of(chain.refiner, chain.refined, lens="attested")["Cu"]["attested"]


def slug(firm: Firm, record: Any) -> str:
    answer = firm.submit(record)
    return "" if answer.is_success else str(answer.json()["type"].rpartition(":")[2])


def test_it_is_marked_and_counted_as_such(chain: Chain) -> None:
    assert attested(chain) == {"not_attested": 30_000_000, "proxy": 30_000_000}
    trace = chain.refiner.get(paths.trace(chain.refined)).json()
    marked = {node["statement"] for node in trace["nodes"] if node.get("proxy")}
    assert marked == {digest(chain.proxied)}


def test_only_who_speaks_for_it_sees_for_whom(chain: Chain) -> None:
    for reader in (chain.refiner, chain.ledger.registrar, chain.ledger.enrol("trader")):
        answer = reader.get(paths.statement(digest(chain.proxied))).json()
        assert set(answer["withheld"]) == {"quantities", "parties", "documents"}
        assert SUPPLIER not in reader.get(paths.batch(chain.proxied)).text
    whole = chain.trader.get(paths.statement(digest(chain.proxied))).json()
    assert "withheld" not in whole


def test_it_has_its_papers(chain: Chain) -> None:
    assert slug(chain.trader, for_supplier(SUPPLIER, documents=None)) == "section-missing"
    assert slug(chain.trader, for_supplier(SUPPLIER, parties=None)) == "section-missing"
    # An auditor trades not, and speaks for no supplier.
    auditor = chain.ledger.enrol("auditor")
    assert slug(auditor, for_supplier(SUPPLIER)) == "role-not-allowed"


def test_the_supplier_joins_and_countersigns(chain: Chain) -> None:
    supplier = chain.ledger.enrol("miner", country="CL", name=SUPPLIER)
    late = submitted(supplier, countersigning(chain.proxied))
    assert attested(chain) == {"not_attested": 60_000_000}
    told = chain.refiner.get(paths.consequences(late)).json()
    assert chain.refined in [each["batch"] for each in told["items"]]
    supplier.record(retracting(late, RetractionReason.WITHDRAWN))
    assert attested(chain) == {"not_attested": 30_000_000, "proxy": 30_000_000}


def test_who_does_not_confirm_lifts_no_mark(chain: Chain) -> None:
    supplier = chain.ledger.enrol("miner", country="CL", name=SUPPLIER)
    record = countersigning(chain.proxied)
    denied = type(record)(
        subject=record.subject,
        scheme=COUNTERSIGNATURE,
        outcome=Outcome.DOES_NOT_CONFORM,
        valid_from=record.valid_from,
    )
    supplier.record(denied)
    assert attested(chain)["proxy"] == 30_000_000


@pytest.mark.parametrize(
    ("name", "country"), [("Pirquineros", "CL"), (SUPPLIER, "PE"), (SUPPLIER.upper(), "CL")]
)
def test_nobody_else_countersigns(chain: Chain, name: str, country: str) -> None:
    other = chain.ledger.enrol("miner", country=country, name=name)
    assert slug(other, countersigning(chain.proxied)) == "not-the-supplier"
    assert attested(chain)["proxy"] == 30_000_000


def test_who_recorded_it_cannot_countersign(ledger: Ledger) -> None:
    trader = ledger.enrol("trader", country="CL", name=SUPPLIER)
    (own,) = trader.record(for_supplier(SUPPLIER))
    assert slug(trader, countersigning(own)) == "attestation-of-own"
