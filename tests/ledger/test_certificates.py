"""Certificates of a real ledger: issued on a pass, suspended and reinstated as facts fall and come back, revoked."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import httpx
import pytest

from provenite_proto import paths
from provenite_proto.certificate import (
    batch_digest,
    certificate_url,
    digest_of,
    opened,
    read_certificate,
    read_did,
    status_list_url,
)
from provenite_proto.certificate.building import DECLARED
from provenite_proto.certificate.suspension import current_status_list, is_suspended
from provenite_proto.ledger.resting import WITHDRAWN
from provenite_proto.log import LogProof, parse_key
from provenite_proto.policy.assessing import ON_ITS_WAY
from provenite_proto.record import (
    Certificate,
    OutputIdentity,
    RetractionReason,
    RevocationReason,
    SiteIdentities,
    Validity,
)
from provenite_proto.statement import SigningKey, parse
from tests.ledger.certified import BY_FACTS, declaring, standing_so
from tests.ledger.running import (
    Firm,
    Ledger,
    day,
    extraction,
    further_key,
    refining,
    transfer,
)
from tests.ledger.speaking import (
    accrediting,
    attesting,
    digest,
    retracting,
    revoking,
    submitted,
)
from tests.proto.own_rule import own_rule

STRICT = "claim.non-covered-nation"
PATIENCE_SECONDS = 20


class Chain(NamedTuple):
    """A mine of CL, a refiner that has bought and refined, what it made."""

    ledger: Ledger
    mine: Firm
    refiner: Firm
    mined: str
    bought: str
    made: str

    def asked(self, **changes: Any) -> dict[str, Any]:
        return {"batch": self.made, "policy": STRICT, **changes}

    def certified(self, **changes: Any) -> dict[str, Any]:
        """What the refiner is answered to its request."""
        answer = self.refiner.post(paths.CERTIFICATES, self.asked(**changes))
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found


def chain_of(ledger: Ledger) -> Chain:
    mine, refiner = ledger.enrol("miner", country="CL"), ledger.enrol("refiner", name="Hütte")
    (mined,) = mine.record(extraction())
    bought = mine.ships(mined, refiner, "100")
    (made,) = refiner.record(
        refining(
            [(bought, "100")],
            "29.5",
            cu="1",
            identities=SiteIdentities(outputs=(OutputIdentity(lot="LOT-7", product="Cathode A"),)),
        )
    )
    return Chain(ledger, mine, refiner, mined, bought, made)


@pytest.fixture
def chain(ledger: Ledger) -> Chain:
    return chain_of(ledger)


def now(ledger: Ledger, certificate: str) -> dict[str, Any]:
    """How a certificate stands, as everyone is told."""
    answer = ledger.http.get(paths.certificate(certificate))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def comes_to(ledger: Ledger, certificate: str, status: str) -> dict[str, Any]:
    """The certificate once it has this status."""
    until = time.monotonic() + PATIENCE_SECONDS
    while (found := now(ledger, certificate))["status"] != status:
        assert time.monotonic() < until, found
        time.sleep(0.05)
    return found


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"].rpartition(":")[2])


def test_a_pass_is_certified(chain: Chain) -> None:
    found = chain.certified()
    ledger = chain.ledger
    text = found["credential"]
    assert found["digest"] == digest_of(text)
    assert found["url"] == certificate_url(ledger.origin, found["id"])
    assert (found["status"], found.get("reason")) == ("valid", None)
    document = read_did(ledger.http.get(paths.DID).content)
    said = opened(text, document)
    provenance = said.provenance
    assert provenance.batch_digest == batch_digest(found["id"], chain.made)
    assert said.credential_subject.issued_to_party.name == "Hütte"
    assert provenance.policy == STRICT and not provenance.declared
    # The statement is the registrar's, in the log, and commits to the text; its section is withheld.
    statement = parse(found["statement"], complete=False)
    record = statement.record
    assert isinstance(record, Certificate)
    assert (record.credential, record.size, record.identities) == (
        found["digest"],
        provenance.size,
        None,
    )
    log = ledger.http.get(paths.LOG_STATE).json()
    proof = LogProof.parse(found["receipt"].encode())
    proof.check(statement.digest, parse_key(log["key"]))
    assert proof.index == found["index"]
    assert now(ledger, found["id"])["statement"] == found["statement"]


def test_that_it_is_on_its_way_is_not_certified(chain: Chain) -> None:
    buyer = chain.ledger.enrol("manufacturer")
    (sent,) = chain.refiner.record(transfer(chain.made, buyer.id, "5", departed_at=day(9)))
    found = chain.certified(batch=sent)
    conditions = read_certificate(found["credential"]).credential.assessment.specified_condition
    assert ON_ITS_WAY not in conditions


def test_asked_again_it_is_the_same(chain: Chain) -> None:
    found = chain.certified()
    again = chain.refiner.post(paths.CERTIFICATES, chain.asked())
    assert (again.status_code, again.json()["id"]) == (200, found["id"])
    other = chain.certified(lot=True)
    assert other["id"] != found["id"]
    product = (
        read_certificate(other["credential"]).credential.assessment.assessed_product[0].product
    )
    assert product.batch_number == "LOT-7"
    day_before = str(date.fromisoformat(str(datetime.now(UTC).date())) - timedelta(days=1))
    assert chain.certified(asOf=day_before)["id"] != found["id"]


def test_its_addresses_answer(chain: Chain) -> None:
    found = chain.certified()
    http, path = chain.ledger.http, f"/certificates/{found['id']}"
    page = http.get(path)
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    jwt = http.get(path, headers={"Accept": "application/vc+jwt"})
    assert (jwt.text, jwt.headers["content-type"]) == (found["credential"], "application/vc+jwt")
    printed = http.get(f"{path}.pdf")
    assert printed.headers["content-type"] == "application/pdf" and printed.content[:5] == b"%PDF-"
    assert http.get(paths.CONTEXT).headers["content-type"] == "application/ld+json"
    context = read_certificate(found["credential"]).credential.context[2]
    assert context.removeprefix(chain.ledger.origin) == paths.CONTEXT
    nobody = http.get(paths.certificate("A" * 22))
    assert (nobody.status_code, slug(nobody)) == (404, "not-found")
    assert http.get("/certificates/status/7").status_code == 404


def test_the_lists_are_the_holders(chain: Chain) -> None:
    found = chain.certified()
    (entry,) = chain.refiner.get(paths.CERTIFICATES).json()["items"]
    assert (entry["id"], entry["batch"], entry["policy"]) == (found["id"], chain.made, STRICT)
    assert chain.mine.get(paths.CERTIFICATES).json()["items"] == []
    ids: set[str] = set()
    cursor: dict[str, Any] = {}
    while True:
        page = chain.ledger.registrar.get(paths.CERTIFICATES, limit=1, **cursor).json()
        ids.update(each["id"] for each in page["items"])
        if "next" not in page:
            break
        cursor = {"cursor": page["next"]}
    assert found["id"] in ids


REFUSED: dict[str, tuple[Callable[[Chain], dict[str, Any]], str]] = {
    "what fails": (lambda c: c.asked(policy="claim.recycled"), "not-passed"),
    "tomorrow": (
        lambda c: c.asked(asOf=str(datetime.now(UTC).date() + timedelta(days=2))),
        "bad-request",
    ),
    "no policy": (lambda c: c.asked(policy="no.such"), "bad-request"),
    "no batch": (lambda c: c.asked(batch="A" * 43 + ".0"), "not-found"),
    "no declaration": (lambda c: c.asked(declaration="A" * 43), "not-found"),
    "another's declaration": (
        lambda c: c.asked(declaration=submitted(c.mine, declaring(c.mined))),
        "statement-not-own",
    ),
    "a declaration of another batch": (
        lambda c: c.asked(declaration=submitted(c.refiner, declaring(c.bought))),
        "declaration-mismatch",
    ),
    "a lot that another gave": (lambda c: c.asked(batch=c.bought, lot=True), "not-entitled"),
    "a member too many": (lambda c: c.asked(more=1), "bad-request"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(chain: Chain, what: str) -> None:
    ask, expected = REFUSED[what]
    body = ask(chain)
    size = chain.ledger.http.get(paths.LEDGER).json()["size"]
    answer = chain.refiner.post(paths.CERTIFICATES, body)
    assert slug(answer) == expected, answer.text
    assert chain.ledger.http.get(paths.LEDGER).json()["size"] == size


def test_what_does_not_pass_says_why(chain: Chain) -> None:
    answer = chain.refiner.post(paths.CERTIFICATES, chain.asked(policy="claim.recycled"))
    assert answer.status_code == 409
    assert answer.json()["figures"]["outcome"] == "fail"
    assert "the outcome is fail" in answer.json()["detail"]


def test_a_batch_is_certified_for_who_holds_made_or_shipped_it(chain: Chain) -> None:
    mined = chain.mine.post(paths.CERTIFICATES, chain.asked(batch=chain.mined))
    assert mined.status_code == 201, mined.text
    shipped = chain.mine.post(paths.CERTIFICATES, chain.asked(batch=chain.bought))
    assert shipped.status_code == 201, shipped.text
    for firm in (chain.mine, chain.ledger.enrol("trader"), chain.ledger.registrar):
        assert slug(firm.post(paths.CERTIFICATES, chain.asked())) == "not-entitled"


def test_a_retracted_batch_is_not_certified(chain: Chain) -> None:
    submitted(chain.refiner, retracting(chain.made))
    answer = chain.refiner.post(paths.CERTIFICATES, chain.asked())
    assert (answer.status_code, slug(answer)) == (409, "batch-retracted")


def test_suspended_when_an_upstream_fact_falls(chain: Chain) -> None:
    found = chain.certified()
    other = chain_of(chain.ledger).certified()
    address = f"/certificates/{found['id']}"
    assert "Suspended" not in chain.ledger.http.get(address).text
    late = submitted(chain.mine, retracting(chain.mined, RetractionReason.FRAUD))
    after = comes_to(chain.ledger, found["id"], "suspended")
    assert "Cu" in after["reason"] and after["since"]
    assert "Suspended" in chain.ledger.http.get(address).text
    for told in (chain.mined, chain.bought, late, chain.mine.id):
        assert told not in after["reason"]
    assert (after["credential"], after["statement"]) == (found["credential"], found["statement"])
    assert now(chain.ledger, other["id"])["status"] == "valid"
    # The list says the same, and the holder is told why.
    credential = read_certificate(found["credential"]).credential
    entry = credential.credential_status
    listed = chain.ledger.http.get(entry.status_list_credential.removeprefix(chain.ledger.origin))
    document = read_did(chain.ledger.http.get(paths.DID).content)
    assert entry.status_list_credential == status_list_url(chain.ledger.origin, 0)
    statuses = current_status_list(listed.text, credential, document, datetime.now(UTC))
    assert is_suspended(statuses, credential)
    still = read_certificate(other["credential"]).credential
    assert not is_suspended(statuses, still)
    (notice,) = chain.refiner.get(paths.NOTICES).json()["items"]
    assert (notice["certificate"], notice["status"], notice["cause"]) == (
        found["id"],
        "suspended",
        late,
    )
    assert notice["reason"] == after["reason"] and notice["batch"] == chain.made
    assert chain.mine.get(paths.NOTICES).json()["items"] == []
    assert late in {
        each.get("cause")
        for each in chain.ledger.registrar.get(paths.NOTICES, limit=1000).json()["items"]
    }
    # No longer a pass.
    again = chain.refiner.post(paths.CERTIFICATES, chain.asked())
    assert slug(again) == "not-passed"


def test_suspended_with_its_attestation_and_valid_again(ledger: Ledger) -> None:
    chain = chain_of(ledger)
    auditor = ledger.enrol("auditor", country="GB")
    submitted(ledger.registrar, accrediting(auditor.id))
    first = submitted(auditor, attesting(digest(chain.mined)))
    submitted(auditor, attesting(digest(chain.made)))
    own = registered(chain)
    found = chain.certified(policy=own)
    submitted(auditor, retracting(first, RetractionReason.WITHDRAWN))
    comes_to(ledger, found["id"], "suspended")
    # With another claim it is another statement, in whichever second it is signed.
    submitted(auditor, attesting(digest(chain.mined), claims=("again",)))
    after = comes_to(ledger, found["id"], "valid")
    assert after["reason"] == "Assessed again it passes."
    statuses = [each["status"] for each in chain.refiner.get(paths.NOTICES).json()["items"]]
    assert statuses == ["suspended", "valid"]


ATTESTED = own_rule(
    "acme.attested",
    """kind = "share"
name = "attested"
lens = "attested"
good = ["attested"]
other = "bad"
at_least = "1"
""",
    as_of="2026-01-01",
    verify_by="2099-01-01",
)


def registered(chain: Chain, policy: str = ATTESTED) -> str:
    answer = chain.ledger.http.post(
        paths.POLICIES,
        content=policy,
        headers={**chain.refiner.authorized(), "Content-Type": "application/toml"},
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def test_suspended_with_its_batch(chain: Chain) -> None:
    found = chain.certified()
    submitted(chain.refiner, retracting(chain.made))
    after = comes_to(chain.ledger, found["id"], "suspended")
    assert after["reason"] == WITHDRAWN


def test_suspended_with_its_declaration(chain: Chain) -> None:
    declared = submitted(chain.refiner, declaring(chain.made))
    found = chain.certified(policy=BY_FACTS, declaration=declared)
    assert read_certificate(found["credential"]).credential.provenance.declared
    submitted(chain.refiner, retracting(declared, RetractionReason.WITHDRAWN))
    after = comes_to(chain.ledger, found["id"], "suspended")
    assert after["reason"] == "The declaration on which it rests stands no more."
    asked = chain.asked(policy=BY_FACTS, declaration=declared)
    assert slug(chain.refiner.post(paths.CERTIFICATES, asked)) == "already-retracted"


def test_what_the_policy_does_not_look_at_is_not_rested_on(chain: Chain) -> None:
    """It is the certificate that is issued without the declaration, and does not fall with it."""
    declared = submitted(chain.refiner, declaring(chain.made))
    found = chain.certified(declaration=declared)
    said = read_certificate(found["credential"]).credential
    assert not said.provenance.declared
    assert DECLARED not in said.assessment.specified_condition
    (listed,) = chain.refiner.get(paths.CERTIFICATES).json()["items"]
    assert "declaration" not in listed
    submitted(chain.refiner, retracting(declared, RetractionReason.WITHDRAWN))
    again = chain.refiner.post(paths.CERTIFICATES, chain.asked())
    assert (again.status_code, again.json()["id"]) == (200, found["id"])


def test_suspended_with_the_key_of_its_declaration(chain: Chain) -> None:
    stolen = SigningKey.generate()
    chain.refiner.record(further_key(chain.refiner.id, stolen))
    declared = chain.refiner.submit(declaring(chain.made), key=stolen).json()["digest"]
    found = chain.certified(policy=BY_FACTS, declaration=declared)
    compromised = revoking(
        stolen.key_id,
        RevocationReason.KEY_COMPROMISE,
        compromised_at=datetime.now(UTC) - timedelta(days=1),
    )
    submitted(chain.refiner, compromised)
    after = comes_to(chain.ledger, found["id"], "suspended")
    assert after["reason"] == "The declaration on which it rests stands no more."


def test_a_policy_that_has_ended_certifies_nothing(chain: Chain) -> None:
    policy = ATTESTED.replace("2099-01-01", "2026-01-02").replace(
        'good = ["attested"]', 'good = ["attested", "not_attested"]'
    )
    answer = chain.refiner.post(paths.CERTIFICATES, chain.asked(policy=registered(chain, policy)))
    assert (answer.status_code, slug(answer)) == (409, "policy-ended"), answer.text


def test_what_somebody_has_decided_is_his_to_lift(chain: Chain) -> None:
    """A suspension without a cause is not lifted by itself, and revocation is final."""
    found = chain.certified()
    certificate = parse(found["statement"], complete=False).digest
    registrar = chain.ledger.registrar
    submitted(registrar, standing_so(certificate, Validity.SUSPENDED, reason="Under review."))
    assert now(chain.ledger, found["id"])["reason"] == "Under review."
    submitted(chain.mine, retracting(chain.mined, RetractionReason.FRAUD))
    other = chain_of(chain.ledger)
    other_found = other.certified()
    submitted(other.mine, retracting(other.mined, RetractionReason.FRAUD))
    comes_to(chain.ledger, other_found["id"], "suspended")
    assert now(chain.ledger, found["id"])["reason"] == "Under review."
    submitted(registrar, standing_so(certificate, Validity.REVOKED, reason="Issued in error."))
    assert now(chain.ledger, found["id"])["status"] == "revoked"
    (last,) = chain.refiner.get(paths.NOTICES).json()["items"][-1:]
    assert (last["status"], last.get("cause")) == ("revoked", None)
