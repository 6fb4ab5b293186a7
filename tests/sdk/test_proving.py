"""The client takes a statement for recorded when the log's proof says so, and not because the ledger does."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import provenite
from provenite import _operations as operations
from provenite._exchange import Reply, Request
from provenite_proto.certificate import read_certificate
from provenite_proto.log import LogProof, parse_key
from provenite_proto.statement import parse
from tests.sdk.logging_it import SECONDS, Log
from tests.sdk.test_exchange import ORIGIN, SITE, answer, drive, exchange

SIGNER = provenite.Signer.generate()
LOG = Log(ORIGIN)
OTHER = Log(ORIGIN)


def digest_of(request: Request) -> str:
    return parse(request.body).digest


def proven(log: Log = LOG, **changes: Any) -> Callable[[Request], Reply]:
    return lambda request: answer(log.submitted(request.body, **changes), 201)


def test_the_key_is_asked_for_once() -> None:
    one = exchange(SIGNER)
    steps, submitted = drive(one.submit(SITE), proven(), answer(LOG.answer()))
    assert [step.path for step in steps] == ["/v1/statements", "/v1/log"]
    assert submitted.receipt == LOG.proof(submitted.digest)
    steps, _ = drive(one.submit(SITE), proven())
    assert [step.path for step in steps] == ["/v1/statements"]


def test_the_key_that_is_given_counts() -> None:
    one = exchange(SIGNER, log_key=LOG.signer.key)
    drive(one.submit(SITE), proven())
    with pytest.raises(provenite.NotProven, match="No signature by"):
        drive(one.submit(SITE), proven(OTHER))


def test_the_key_that_was_said_first_counts() -> None:
    one = exchange(SIGNER)
    drive(one.submit(SITE), proven(), answer(LOG.answer()))
    with pytest.raises(provenite.NotProven):
        drive(one.submit(SITE), proven(OTHER))


def test_a_key_of_another_log_is_no_key() -> None:
    with pytest.raises(provenite.AnswerError, match="the log of"):
        drive(exchange(SIGNER).submit(SITE), proven(), answer(Log("https://other.test").answer()))
    with pytest.raises(provenite.AnswerError, match="cannot be read"):
        drive(exchange(SIGNER).submit(SITE), proven(), answer({**LOG.answer(), "key": "none"}))


@pytest.mark.parametrize(
    "changes",
    [
        {"receipt": None},
        {"receipt": ""},
        {"receipt": LOG.proof("A" * 43)},
        {"digest": "A" * 43, "receipt": LOG.proof("A" * 43)},
        {"index": 6},
        {"recordedAt": "2026-11-23T08:00:01Z"},
    ],
    ids=["none", "empty", "of-another", "for-another", "another-place", "another-time"],
)
def test_an_answer_that_proves_nothing(changes: dict[str, Any]) -> None:
    one = exchange(SIGNER, log_key=LOG.signer.key)
    with pytest.raises(provenite.NotProven):
        drive(one.submit(SITE), proven(**changes))


def test_a_time_that_is_not_the_logs() -> None:
    """The ledger gives a receipt for the time that it says, which the log does not have."""

    def answered(request: Request) -> Reply:
        receipt = LOG.proof(digest_of(request)).replace(
            LOG.proof(digest_of(request)).split("\n")[1],
            LOG.proof(digest_of(request), SECONDS - 1).split("\n")[1],
        )
        earlier = "2026-11-23T07:59:59Z"
        return proven(receipt=receipt, recordedAt=earlier)(request)

    with pytest.raises(provenite.NotProven, match="another root"):
        drive(exchange(SIGNER, log_key=LOG.signer.key).submit(SITE), answered)


def test_lines_are_proven_when_that_is_asked() -> None:
    one = exchange(SIGNER, log_key=LOG.signer.key)
    statements = [drive(one.sign(SITE))[1] for _ in range(2)]
    right = {"status": 201, "submitted": LOG.submitted(statements[0])}
    refused = {"status": 400}
    steps, lines = drive(
        one.submit_lines(statements, False, True), answer({"lines": [right, refused]})
    )
    assert steps[0].query == (("receipts", "true"),)
    assert lines[0].submitted.receipt
    with pytest.raises(provenite.NotProven):
        drive(one.submit_lines(statements, False, True), answer({"lines": [refused, right]}))


def text(body: bytes, content_type: str = "text/plain; charset=utf-8") -> Reply:
    return Reply(200, {"content-type": content_type}, body)


def test_a_receipt_is_checked_before_it_is_given() -> None:
    one = exchange(SIGNER, log_key=LOG.signer.key)
    digest = "A" * 43
    proof = LOG.proof(digest)
    steps, found = drive(one.receipt(digest), text(proof.encode()))
    assert found == proof
    assert steps[0].path == f"/v1/statements/{digest}/receipt"
    assert steps[0].headers["accept"] == "text/plain, application/json"
    for body in (LOG.proof("B" * 42 + "A").encode(), b"\xff", b""):
        with pytest.raises(provenite.NotProven):
            drive(one.receipt(digest), text(body))
    with pytest.raises(provenite.AnswerError, match="with text/html"):
        drive(one.receipt(digest), text(proof.encode(), "text/html"))


def test_so_is_a_cose_receipt() -> None:
    one = exchange(SIGNER, log_key=LOG.signer.key)
    digest, kind = "A" * 43, "application/scitt-receipt+cose"
    receipt = LOG.cose(digest)
    _, found = drive(one.cose_receipt(digest), text(receipt, kind), answer(LOG.answer()))
    assert found == receipt
    for body, log in ((LOG.cose("B" * 42 + "A"), LOG), (receipt, OTHER), (receipt[:-1], LOG)):
        with pytest.raises(provenite.NotProven):
            drive(one.cose_receipt(digest), text(body, kind), answer(log.answer()))


COMMITTED = Path(__file__).parents[2] / "proto/vectors/certificate"


@pytest.mark.parametrize(
    "vector",
    [
        "recorded-before-what-it-is-of",
        *sorted(each.stem for each in COMMITTED.glob("statement-of-another-*")),
    ],
)
def test_the_log_has_to_commit_to_all_of_a_certificate(vector: str) -> None:
    log = json.loads((COMMITTED / "all-there.json").read_bytes())["trusted"]["logKey"]

    def asked(name: str) -> Any:
        case = json.loads((COMMITTED / f"{name}.json").read_bytes())
        found = read_certificate(case["certificate"])
        answered = {
            "id": found.id,
            "url": found.credential.id,
            "credential": found.text,
            "digest": found.digest,
            "status": "valid",
            "validUntil": found.credential.valid_until.isoformat(),
            "statement": case["statement"],
            "index": LogProof.parse(case["receipt"].encode()).index,
            "receipt": case["receipt"],
        }
        one = exchange(SIGNER, log_key=parse_key(log))
        return drive(one.certificate(operations.certificate(found.id)), answer(answered))[1]

    assert asked("all-there").status == "valid"
    with pytest.raises(provenite.NotProven):
        asked(vector)


def test_a_log_key_that_is_none() -> None:
    with pytest.raises(ValueError, match="log_key: Not a verifier key"):
        provenite.Client(ORIGIN, log_key="ledger.test/log")
    with provenite.Client(ORIGIN, log_key=f"{LOG.signer.key}\n"):
        pass
