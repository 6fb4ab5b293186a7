"""What makes a certificate of a real ledger fall though its outcome is still a pass."""

from typing import NamedTuple

from provenite_proto import paths
from provenite_proto.certificate import read_certificate
from provenite_proto.record import RetractionReason
from tests.ledger.changing import if_retracted
from tests.ledger.running import Firm, Ledger, extraction, refining
from tests.ledger.speaking import retracting, submitted
from tests.ledger.test_certificates import comes_to, now

HALF = "claim.non-covered-nation.share?stage=extraction&share=0.5"


class Two(NamedTuple):
    """What a refiner made of the ore of two mines, 60 % and 40 % of it."""

    other: Firm
    refiner: Firm
    mined: str
    made: str


def two_mines(ledger: Ledger) -> Two:
    one, other = ledger.enrol("miner", country="CL"), ledger.enrol("miner", country="PE")
    refiner = ledger.enrol("refiner")
    (ore,) = one.record(extraction(kg="60"))
    (mined,) = other.record(extraction(kg="40", country="PE"))
    bought = one.ships(ore, refiner, "60"), other.ships(mined, refiner, "40")
    (made,) = refiner.record(refining([(bought[0], "60"), (bought[1], "40")], "29.5", cu="1"))
    return Two(other, refiner, mined, made)


def test_a_figure_that_is_less_suspends_a_pass(ledger: Ledger) -> None:
    made = two_mines(ledger)
    asked = {"batch": made.made, "policy": HALF}
    first = made.refiner.post(paths.CERTIFICATES, asked).json()
    (figure,) = read_certificate(first["credential"]).credential.provenance.figures
    assert figure.lower == "1"
    foretold = if_retracted(made.refiner, made.mined[:43])
    submitted(made.other, retracting(made.mined, RetractionReason.FRAUD))
    after = comes_to(ledger, first["id"], "suspended")
    (changed,) = foretold
    assert (changed["after"]["outcome"], changed["short"]) == ("pass", True)
    assert (
        "still passes" in after["reason"]
        and "60 % to 100 %, 100 % was certified" in after["reason"]
    )
    (notice,) = made.refiner.get(paths.NOTICES).json()["items"]
    assert notice["certificate"] == first["id"]
    # A new one says what follows now, and stands.
    again = made.refiner.post(paths.CERTIFICATES, asked)
    assert again.status_code == 201, again.text
    (figure,) = read_certificate(again.json()["credential"]).credential.provenance.figures
    assert figure.lower == "0.6"
    same = made.refiner.post(paths.CERTIFICATES, asked)
    assert (same.status_code, same.json()["id"]) == (200, again.json()["id"])
    assert now(ledger, again.json()["id"])["status"] == "valid"
