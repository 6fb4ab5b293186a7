"""Who sees a party's name: as an attacker would try to see it, and as partners may."""

import pytest

from provenite_proto import paths
from tests.ledger.running import Firm, Ledger, extraction, receipt, transfer


def knows(reader: Firm, other: Firm) -> bool:
    """Whether the reader is shown the other's name; the three places that could show it agree."""
    listed = reader.get(paths.PARTIES, limit=1000).json()["items"]
    found = {
        "name" in reader.get(paths.party(other.id)).json(),
        other.id in [each["id"] for each in listed],
        "withheld" not in reader.get(paths.statement(other.id)).json(),
    }
    assert len(found) == 1
    return found.pop()


@pytest.mark.parametrize("answer", [None, False])
def test_shipping_to_an_id_does_not_unmask_it(ledger: Ledger, answer: bool | None) -> None:
    """The attacker has the id from a trace and ships 1 mg to it; the victim does not answer, or refuses."""
    attacker, victim = ledger.enrol("miner"), ledger.enrol("trader")
    (mined,) = attacker.record(extraction("1"))
    (shipped,) = attacker.record(transfer(mined, victim.id, "0.000001"))
    if answer is not None:
        victim.record(receipt(shipped, accepted=answer))
    assert not knows(attacker, victim)
    assert knows(victim, attacker)


def test_accepting_shows_the_name_to_the_sender(ledger: Ledger) -> None:
    miner, trader, outsider = ledger.enrol("miner"), ledger.enrol("trader"), ledger.enrol("trader")
    (mined,) = miner.record(extraction("2"))
    miner.ships(mined, trader, "1")
    assert knows(miner, trader)
    assert knows(trader, miner)
    assert not knows(outsider, miner)
    assert knows(ledger.registrar, outsider)
