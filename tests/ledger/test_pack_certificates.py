"""Certificates in packs: for whom they are there, and that an audit of the pack recomputes each."""

import io
from datetime import UTC, datetime

from provenite_proto import paths
from provenite_proto.audit import Outcome, Presented, Trust, Verdict, audit_pack
from provenite_proto.certificate import Result, read_certificate
from provenite_proto.ledger import SECTIONS
from provenite_proto.pack import Pack
from provenite_proto.policy import digest as policy_digest
from provenite_proto.policy import policy_named
from provenite_proto.record import RetractionReason, Validity
from tests.ledger.certified import BY_FACTS, declaring
from tests.ledger.running import Firm, Ledger
from tests.ledger.speaking import accrediting, attesting, digest, opening, retracting, submitted
from tests.ledger.test_certificates import STRICT, Chain, chain_of, comes_to, registered

NOTHING_BROUGHT = Presented()


def pack_of(firm: Firm, batch: str) -> bytes:
    response = firm.get(paths.pack(batch))
    assert response.status_code == 200, response.text
    return response.content


def audited(data: bytes, presented: Presented = NOTHING_BROUGHT) -> Verdict:
    verdict = audit_pack(io.BytesIO(data), Trust(), presented=presented)
    assert verdict.failures == ()
    return verdict


def results(verdict: Verdict) -> dict[str, dict[str, Result]]:
    """What each check of each certificate of a pack came to."""
    return {
        each.id.rpartition("/")[2]: {check.subject: check.result for check in each.checks}
        for each in verdict.certificates
    }


ALL = {
    **dict.fromkeys(("batch", "log", "policy", "status", "recomputed", "now"), Result.HOLDS),
    "signature": Result.CLAIMED,
}


def shown(ledger: Ledger) -> Chain:
    """A chain all masses of which are shown to the refiner."""
    chain = chain_of(ledger)
    submitted(chain.mine, opening(*sorted(SECTIONS), to=chain.refiner.id))
    return chain


def test_its_holder_has_them_and_an_audit_recomputes_each(ledger: Ledger) -> None:
    chain = shown(ledger)
    first = chain.certified()
    declared = submitted(chain.refiner, declaring(chain.made))
    second = chain.certified(policy=BY_FACTS, declaration=declared)
    data = pack_of(chain.refiner, chain.made)
    found = Pack(io.BytesIO(data)).certified
    assert {each.id: each.text for each in found.certificates} == {
        each["id"]: each["credential"] for each in (first, second)
    }
    assert found.policies.keys() == {
        policy_digest(policy_named(each)) for each in (STRICT, BY_FACTS)
    }
    verdict = audited(data)
    assert results(verdict) == {first["id"]: ALL, second["id"]: ALL}
    for each in verdict.certificates:
        assert each.figures and all(figure.holds for figure in each.figures)
    assert "CERTIFICATES" in Pack(io.BytesIO(data)).report
    # The registrar may know of them, and not what is in the batch.
    told = audited(pack_of(ledger.registrar, chain.made))
    for checks in results(told).values():
        assert (checks["log"], checks["recomputed"]) == (Result.HOLDS, Result.UNCHECKED)


def test_others_are_not_told_of_them(ledger: Ledger) -> None:
    chain = shown(ledger)
    found = chain.certified()
    buyer = ledger.enrol("trader")
    sold = chain.refiner.ships(chain.made, buyer, "5", departed=9)
    for firm in (chain.mine, chain.refiner):
        submitted(firm, opening(*sorted(SECTIONS), to=buyer.id))
    for firm, batch in ((chain.mine, chain.made), (buyer, chain.made), (buyer, sold)):
        data = pack_of(firm, batch)
        assert Pack(io.BytesIO(data)).certified.certificates == ()
        kinds = {each for each in Pack(io.BytesIO(data)).report.split() if "certificate" in each}
        assert kinds == set()
    # Who was given it checks it all the same.
    certificate = read_certificate(found["credential"])
    policy = policy_named(STRICT)
    brought = Presented(certificates=(certificate,), policies={policy_digest(policy): policy})
    verdict = audited(pack_of(buyer, chain.made), brought)
    checks = results(verdict)[found["id"]]
    for subject in ("batch", "policy", "recomputed", "now"):
        assert checks[subject] is Result.HOLDS
    assert not verdict.certificates[0].carried


def test_whom_the_registrar_grants_it_is_shown_them_too(ledger: Ledger) -> None:
    chain = shown(ledger)
    found = chain.certified()
    auditor = ledger.enrol("auditor", country="GB")
    for firm in (chain.mine, chain.refiner, ledger.registrar):
        submitted(firm, opening(*sorted(SECTIONS), to=auditor.id))
    verdict = audited(pack_of(auditor, chain.made))
    assert results(verdict) == {found["id"]: ALL}
    assert verdict.outcome is Outcome.VERIFIED


def test_what_is_withheld_leaves_it_unchecked(ledger: Ledger) -> None:
    chain = chain_of(ledger)
    found = chain.certified()
    verdict = audited(pack_of(chain.refiner, chain.made))
    open_ = {"recomputed": Result.UNCHECKED, "now": Result.UNCHECKED}
    assert results(verdict) == {found["id"]: ALL | open_}
    assert verdict.outcome is Outcome.UNCHECKED


def test_it_says_how_each_stands_and_why_it_fell(ledger: Ledger) -> None:
    chain = shown(ledger)
    auditor = ledger.enrol("auditor", country="GB")
    submitted(ledger.registrar, accrediting(auditor.id))
    first = submitted(auditor, attesting(digest(chain.mined)))
    submitted(auditor, attesting(digest(chain.made)))
    found = chain.certified(policy=registered(chain))
    strict = chain.certified()
    submitted(auditor, retracting(first, RetractionReason.WITHDRAWN))
    comes_to(ledger, found["id"], "suspended")
    verdict = audited(pack_of(chain.refiner, chain.made))
    assert results(verdict) == {found["id"]: ALL | {"policy": Result.CLAIMED}, strict["id"]: ALL}
    of = {each.id.rpartition("/")[2]: each for each in verdict.certificates}
    assert of[found["id"]].status is Validity.SUSPENDED
    assert (of[found["id"]].then, of[found["id"]].now) == ("pass", "fail")
    assert (of[strict["id"]].status, of[strict["id"]].now) == (Validity.VALID, "pass")
    # Each statement that said something of it is there, not only the last.
    submitted(auditor, attesting(digest(chain.mined), claims=("again",)))
    comes_to(ledger, found["id"], "valid")
    verdict = audited(pack_of(chain.refiner, chain.made))
    assert results(verdict)[found["id"]] == ALL | {"policy": Result.CLAIMED}


def test_its_status_list_is_of_when_it_was_made(ledger: Ledger) -> None:
    chain = shown(ledger)
    chain.certified()
    before = datetime.now(UTC)
    pack = Pack(io.BytesIO(pack_of(chain.refiner, chain.made)))
    assert before.timestamp() - 1 <= pack.head.created
    assert pack.certified.status_lists[0] == ledger.http.get("/certificates/status/0").text
    assert pack.certified.did is not None
