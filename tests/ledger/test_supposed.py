"""What a statement that nobody has submitted would change: what is foretold is what comes, and nothing is recorded."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from provenite_proto import paths
from provenite_proto.record import AnyRecord, Outcome, RetractionReason, RevocationReason
from provenite_proto.statement import SigningKey, parse
from tests.ledger.certified import certifying
from tests.ledger.changing import (
    ASKING,
    DAY,
    SHARE,
    Certified,
    Changed,
    certified_on,
    consequences,
    items,
    slug,
)
from tests.ledger.running import Firm, Ledger, day, extraction
from tests.ledger.speaking import accrediting, attesting, owned, retracting, revoking, submitted

FALLEN = {"outcome": "falls"}
COMPROMISED = RevocationReason.KEY_COMPROMISE


@pytest.fixture
def certified(ledger: Ledger) -> Certified:
    return certified_on(ledger)


def supposing(reader: Firm, statement: str, **query: Any) -> httpx.Response:
    return reader.ledger.http.post(
        paths.SUPPOSED,
        params=query,
        content=statement,
        headers={"Content-Type": "application/sd-jwt", **reader.authorized()},
    )


def without_status(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name not in ("status", "reason")}


def issue(certified: Certified, policy: str, **more: Any) -> str:
    """Have the cathode certified; the certificate's id."""
    body = {"batch": certified.made, "policy": policy, "asOf": str(DAY), **more}
    answered = certified.refiner.post(paths.CERTIFICATES, body)
    assert answered.status_code == 201, answered.text
    return str(answered.json()["id"])


def comes_true(certified: Certified, firm: Firm, record: AnyRecord) -> tuple[str, dict[str, str]]:
    """Foretell to the refiner, then submit the same; its digest, and by certificate the outcome that both have told."""
    statement = firm.sign(record)
    foretold = {
        each["certificate"]: each for each in items(supposing(certified.refiner, statement))
    }
    answered = certified.story.ledger.send(statement)
    assert answered.status_code == 201, answered.text
    digest = answered.json()["digest"]
    certified.settle()
    # Whose key has been revoked can ask for nothing; of one statement the registrar is told the same.
    late = consequences(certified.story.ledger.registrar, digest)
    told = {each["certificate"]: each for each in late.values()}
    assert foretold.keys() == told.keys()
    for name, each in told.items():
        assert of_content(foretold[name]) == of_content(each)
        assert ("reason" in foretold[name]) == ("reason" in each)
    return digest, {name: each.get("after", FALLEN)["outcome"] for name, each in told.items()}


def of_content(told: Changed) -> Changed:
    """Without how it stands at present, and the words."""
    return {name: value for name, value in told.items() if name not in ("status", "reason")}


def stands(ledger: Ledger, expected: dict[str, str]) -> None:
    """Wait until the certificates, by id, stand so."""
    deadline = time.monotonic() + 20
    while True:
        found = {
            name: ledger.http.get(paths.certificate(name)).json()["status"] for name in expected
        }
        if found == expected:
            return
        assert time.monotonic() < deadline, found
        time.sleep(0.05)


def test_what_is_foretold_of_each_kind_comes_true(certified: Certified) -> None:
    """Each statement follows on those before: who says what else, and who is suspended, is as was foretold."""
    story, ledger = certified.story, certified.story.ledger
    auditor = story.enrol("auditor", country="GB")
    registered = ledger.http.post(
        paths.POLICIES,
        content=ASKING,
        headers={"Content-Type": "application/toml", **certified.refiner.authorized()},
    )

    def tells(firm: Firm, record: AnyRecord, **expected: str) -> str:
        statement, told = comes_true(certified, firm, record)
        assert told == {names[name]: outcome for name, outcome in expected.items()}
        return statement

    def stand(**expected: str) -> None:
        stands(ledger, {names[name]: status for name, status in expected.items()})

    names: dict[str, str] = {}
    tells(ledger.registrar, accrediting(auditor.id))
    tells(auditor, attesting(certified.mined[:43]))
    tells(auditor, attesting(certified.other[:43]))
    names["asking"] = issue(certified, registered.json()["digest"])
    names["refined"] = issue(certified, SHARE)
    names["traced"] = issue(certified, "us.uflpa")

    # Of two thirds it is known still: less than was certified, and enough to pass.
    doubt = attesting(certified.other[:43], outcome=Outcome.DOES_NOT_CONFORM)
    doubted = tells(auditor, doubt, asking="pass")
    stand(asking="suspended", refined="valid", traced="valid")
    tells(auditor, retracting(doubted, RetractionReason.WITHDRAWN), asking="pass")
    stand(asking="valid")

    # Whoever owns the refiner later did not when it mined.
    tells(certified.refiner, owned("CN", valid_from=day(30)))
    tells(certified.miner, owned("CN"), asking="fail")
    stand(asking="suspended", refined="valid", traced="valid")
    tells(certified.miner, owned("CL"), asking="pass")
    stand(asking="valid")

    # A key disowns nothing that was recorded before it was lost.
    later = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=250)
    tells(ledger.registrar, revoking(auditor.key.key_id, COMPROMISED, later))
    tells(ledger.registrar, revoking(auditor.key.key_id, COMPROMISED, day(0)), asking="fail")
    stand(asking="suspended", refined="valid", traced="valid")

    tells(certified.miner, retracting(certified.mined), traced="review")
    stand(refined="valid", traced="suspended")
    stolen = revoking(certified.refiner.key.key_id, COMPROMISED, day(0))
    tells(ledger.registrar, stolen, asking="falls", refined="falls", traced="falls")
    stand(refined="suspended")


def test_what_would_be_refused_is_refused_alike(certified: Certified) -> None:
    ledger, refiner, miner = certified.story.ledger, certified.refiner, certified.miner
    stranger = Firm(ledger, SigningKey.generate(), refiner.id)
    for statement, expected in (
        (refiner.sign(retracting(certified.mined)), "statement-not-own"),
        (refiner.sign(accrediting(miner.id)), "role-not-allowed"),
        (refiner.sign(owned("XX")), "country-unknown"),
        (refiner.sign(owned("CL"), audience="https://another.example"), "audience-mismatch"),
        (stranger.sign(owned("CL")), "key-unknown"),
        ("no statement", "malformed-statement"),
    ):
        supposed, sent = supposing(refiner, statement), ledger.send(statement)
        assert slug(supposed) == expected
        assert supposed.status_code == sent.status_code
        assert supposed.json()["detail"] == sent.json()["detail"]


def test_what_is_supposed_is_not_recorded(certified: Certified) -> None:
    ledger, refiner = certified.story.ledger, certified.refiner
    certificate = certified.certificate("us.uflpa")
    statement = refiner.sign(retracting(certified.other))
    for _ in range(2):
        (told,) = items(supposing(refiner, statement))
        assert told["statement"] == certificate
    assert refiner.get(paths.statement(parse(statement).digest)).status_code == 404
    # What makes matter changes nothing that there is; nor does what is in the log already.
    assert supposing(refiner, refiner.sign(extraction("1"))).json()["checked"] == 0
    assert ledger.send(statement).status_code == 201
    assert supposing(refiner, statement).json()["checked"] == 0


def test_readers_are_told_of_their_own(certified: Certified) -> None:
    # Recorded by hand, by policies that nobody has: they end no page.
    for _ in range(2):
        by_hand = certifying(certified.story.ledger, certified.refiner.id, certified.made)
        submitted(certified.story.ledger.registrar, by_hand)
    certificate = certified.certificate("us.uflpa")
    statement = certified.refiner.sign(retracting(certified.other))
    assert items(supposing(certified.miner, statement)) == []
    cursor: dict[str, str] = {}
    found: list[str] = []
    while True:
        answered = supposing(certified.story.ledger.registrar, statement, limit=1, **cursor)
        # The registrar sees those of other tests too, some of them by policies that nobody knows.
        found += [each["statement"] for each in items(answered) if each["batch"] == certified.made]
        if "next" not in answered.json():
            break
        cursor = {"cursor": answered.json()["next"]}
    assert found == [certificate]
