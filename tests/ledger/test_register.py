"""The register over HTTP: keys that come and go, who is accredited, who controls whom, now and as of a time."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from provenite_proto import paths
from provenite_proto.record import RetractionReason, RevocationReason
from provenite_proto.statement import SigningKey
from tests.ledger.running import Firm, Ledger, day, extraction, further_key
from tests.ledger.speaking import accrediting, opening, owned, retracting, revoking, submitted


def slug(answer: Any) -> str:
    return str(answer.json()["type"].rpartition(":")[2])


def later() -> datetime:
    """A second of its own: what is recorded in a second counts as of that second."""
    time.sleep(1.01 - time.time() % 1)
    now = datetime.now(UTC)
    time.sleep(1.01 - time.time() % 1)
    return now


def party(reader: Firm, of: Firm, at: datetime | None = None) -> dict[str, Any]:
    query = {} if at is None else {"asOf": at.isoformat()}
    answer = reader.get(paths.party(of.id), **query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_key_is_rotated(ledger: Ledger) -> None:
    miner, reader = ledger.enrol("miner"), ledger.enrol("trader")
    fresh = Firm(ledger, SigningKey.generate("Ed25519"), miner.id)
    before = later()
    miner.record(further_key(miner.id, fresh.key))
    for firm in (miner, fresh):
        firm.record(extraction("1"))
    fresh.record(revoking(miner.key.key_id))
    assert slug(miner.get(paths.BATCHES)) == "token-invalid"
    assert slug(miner.submit(extraction("2"))) == "key-revoked"
    # Two were made before, which stand; and nobody else's key is gone.
    batches = fresh.get(paths.BATCHES).json()["items"]
    assert [batch["status"] for batch in batches] == ["held", "held"]
    fresh.record(extraction("2"))
    assert party(reader, miner)["keys"] == [fresh.key.key_id]
    assert party(reader, miner, before)["keys"] == [miner.key.key_id]
    key = reader.get(paths.key(miner.key.key_id)).json()
    assert datetime.fromisoformat(key["revokedAt"]) >= before
    assert "compromisedFrom" not in key


def test_a_revoked_key_comes_not_back(ledger: Ledger) -> None:
    miner = ledger.enrol("miner")
    assert slug(ledger.enrol("miner").submit(revoking(miner.key.key_id))) == "party-not-own"
    ledger.registrar.record(revoking(miner.key.key_id))
    # The only key of a firm is gone: the registrar registers another one.
    assert slug(ledger.registrar.submit(further_key(miner.id, miner.key))) == "key-taken"
    restored = Firm(ledger, SigningKey.generate(), miner.id)
    ledger.registrar.record(further_key(miner.id, restored.key))
    restored.record(extraction("1"))


def test_a_compromise_found_out_later(ledger: Ledger) -> None:
    miner = ledger.enrol("miner")
    fresh = Firm(ledger, SigningKey.generate(), miner.id)
    miner.record(further_key(miner.id, fresh.key))
    fresh.record(revoking(miner.key.key_id))
    assert slug(
        fresh.submit(revoking(miner.key.key_id, RevocationReason.CESSATION_OF_OPERATION))
    ) == ("key-revoked")
    # It disowns the registration of the fresh key too.
    compromised = RevocationReason.KEY_COMPROMISE
    fresh.record(revoking(miner.key.key_id, compromised, compromised_at=day(0)))
    assert slug(fresh.get(paths.BATCHES)) == "token-invalid"
    assert slug(fresh.submit(extraction("1"))) == "key-revoked"


def test_accreditations_as_of_a_time(ledger: Ledger) -> None:
    auditor, reader = ledger.enrol("auditor"), ledger.enrol("trader")

    def schemes(at: datetime | None = None) -> list[str]:
        return [each["scheme"] for each in party(reader, auditor, at).get("accreditations", ())]

    enrolled = later()
    first = submitted(ledger.registrar, accrediting(auditor.id))
    ledger.registrar.record(accrediting(auditor.id, until=day(2), scheme="irma"))
    assert schemes() == ["rmap"]
    accredited = later()
    withdrawn = RetractionReason.WITHDRAWN
    ledger.registrar.record(retracting(first, withdrawn))
    assert [schemes(at) for at in (None, accredited, enrolled)] == [[], ["rmap"], []]
    # What was recorded later is unknown then, although it is about that time.
    assert reader.get(paths.party(auditor.id), asOf=day(1).isoformat()).status_code == 404
    (listed,) = party(reader, auditor, accredited)["accreditations"]
    assert listed["statement"] == first


def test_controllers_as_of_a_time(ledger: Ledger) -> None:
    miner, granted, stranger = (ledger.enrol(role) for role in ("miner", "auditor", "trader"))
    assert "controllers" not in party(miner, miner)
    miner.record(owned("CL"))
    first = later()
    miner.record(owned("CN", "US"))
    for reader in (stranger, ledger.registrar, granted):
        assert "controllers" not in party(reader, miner)
    miner.record(opening("parties", to=granted.id))
    for reader in (miner, granted):
        assert party(reader, miner)["controllers"] == ["CN", "US"]
        assert party(reader, miner, first)["controllers"] == ["CL"]
    assert "controllers" not in party(stranger, miner)


def test_a_compromise_is_not_known_before_it_is_told(ledger: Ledger) -> None:
    miner = ledger.enrol("miner")
    fresh = Firm(ledger, SigningKey.generate(), miner.id)
    miner.record(further_key(miner.id, fresh.key))
    fresh.record(owned("CL"))
    miner.record(revoking(fresh.key.key_id))
    superseded = later()
    compromised = RevocationReason.KEY_COMPROMISE
    miner.record(revoking(fresh.key.key_id, compromised, compromised_at=day(0)))
    assert party(miner, miner, superseded)["controllers"] == ["CL"]
    assert "controllers" not in party(miner, miner)


@pytest.mark.parametrize("text", ["yesterday", "2026-01-01", "2026-01-01T00:00:00", "1767225600"])
def test_a_time_has_an_offset(ledger: Ledger, text: str) -> None:
    answer = ledger.registrar.get(paths.party(ledger.registrar.id), asOf=text)
    assert (answer.status_code, slug(answer)) == (400, "bad-request")
