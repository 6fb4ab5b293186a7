"""What is certified of a batch whose own statement falls: nothing more, whatever an assessment comes to."""

from datetime import UTC, datetime, timedelta

from provenite_proto import paths
from provenite_proto.ledger.resting import VOID, WITHDRAWN
from provenite_proto.record import (
    Certificate,
    CertificateIdentities,
    RetractionReason,
    RevocationReason,
    StatusEntry,
)
from provenite_proto.statement import SigningKey
from tests.ledger.running import (
    Firm,
    Ledger,
    day,
    extraction,
    further_key,
    refining,
    transfer,
)
from tests.ledger.speaking import retracting, revoking, submitted
from tests.ledger.test_certificates import comes_to, slug
from tests.proto.making.certifying import certificate_id
from tests.proto.making.keys import digest_of

ANY_SHARE = "claim.non-covered-nation.share?stage=extraction&share=0"
"""Passed by whatever there is."""


def ore_of(ledger: Ledger) -> tuple[Firm, str]:
    mine = ledger.enrol("miner", country="CL")
    (ore,) = mine.record(extraction(kg="100"))
    return mine, ore


def certified(firm: Firm, batch: str) -> str:
    answer = firm.post(paths.CERTIFICATES, {"batch": batch, "policy": ANY_SHARE})
    assert answer.status_code == 201, answer.text
    name: str = answer.json()["id"]
    return name


def test_a_receiver_is_certified_once_it_has_received(ledger: Ledger) -> None:
    mine, ore = ore_of(ledger)
    refiner = ledger.enrol("refiner")
    (shipped,) = mine.record(transfer(ore, refiner.id, "100"))
    asked = {"batch": shipped, "policy": ANY_SHARE}
    answer = refiner.post(paths.CERTIFICATES, asked)
    assert (answer.status_code, slug(answer)) == (409, "transfer-not-received")


def test_a_withdrawn_transfer_leaves_no_certificate(ledger: Ledger) -> None:
    mine, ore = ore_of(ledger)
    refiner = ledger.enrol("refiner")
    (shipped,) = mine.record(transfer(ore, refiner.id, "100"))
    name = certified(mine, shipped)
    submitted(mine, retracting(shipped.partition(".")[0], RetractionReason.INCORRECT_DATA))
    assert comes_to(ledger, name, "suspended")["reason"] == WITHDRAWN
    answer = mine.post(paths.CERTIFICATES, {"batch": shipped, "policy": ANY_SHARE})
    assert (answer.status_code, slug(answer)) == (409, "batch-retracted")


def test_what_a_stolen_key_has_made_is_certified_no_more(ledger: Ledger) -> None:
    mine, ore = ore_of(ledger)
    refiner = ledger.enrol("refiner")
    bought = mine.ships(ore, refiner, "100")
    (made,) = refiner.record(refining([(bought, "100")], "29.5", cu="1"))
    name = certified(refiner, made)
    stolen = revoking(refiner.key.key_id, RevocationReason.KEY_COMPROMISE, day(0))
    late = submitted(ledger.registrar, stolen)
    assert comes_to(ledger, name, "suspended")["reason"] == VOID
    (changed,) = ledger.registrar.get(paths.certificate_consequences(late)).json()["items"]
    assert (changed["certificate"], changed["reason"]) == (name, VOID)
    assert "after" not in changed


def test_what_was_shipped_with_a_stolen_key_is_certified_no_more(ledger: Ledger) -> None:
    mine, ore = ore_of(ledger)
    stolen = SigningKey.generate()
    mine.record(further_key(mine.id, stolen))
    thief, refiner = Firm(ledger, stolen, mine.id), ledger.enrol("refiner")
    name = certified(refiner, thief.ships(ore, refiner, "100"))
    other = certified(mine, ore)
    submitted(mine, revoking(stolen.key_id, RevocationReason.KEY_COMPROMISE, day(0)))
    assert comes_to(ledger, name, "suspended")["reason"] == VOID
    assert ledger.http.get(paths.certificate(other)).json()["status"] == "valid"


def test_the_registrar_itself_certifies_nothing_of_what_a_stolen_key_has_made(
    ledger: Ledger,
) -> None:
    mine, _ = ore_of(ledger)
    stolen = SigningKey.generate()
    mine.record(further_key(mine.id, stolen))
    (ore,) = Firm(ledger, stolen, mine.id).record(extraction(kg="100"))
    refiner = ledger.enrol("refiner")
    bought = mine.ships(ore, refiner, "100")
    submitted(mine, revoking(stolen.key_id, RevocationReason.KEY_COMPROMISE, day(0)))
    record = Certificate(
        credential=digest_of("credential"),
        policy=digest_of("policy"),
        as_of=day(0).date(),
        size=ledger.http.get(paths.LOG_STATE).json()["size"],
        valid_until=datetime.now(UTC) + timedelta(days=1),
        status=StatusEntry(list=0, index=0),
        identities=CertificateIdentities(
            certificate=certificate_id("first"), party=refiner.id, batch=bought
        ),
    )
    answer = ledger.registrar.submit(record)
    assert (answer.status_code, slug(answer)) == (409, "batch-retracted"), answer.text


def test_no_day_before_there_was_the_batch(ledger: Ledger) -> None:
    mine, ore = ore_of(ledger)
    asked = {"batch": ore, "policy": ANY_SHARE, "asOf": "1990-01-01"}
    answer = mine.post(paths.CERTIFICATES, asked)
    assert (answer.status_code, slug(answer)) == (400, "bad-request")
    assert "asOf" in answer.json()["detail"]
