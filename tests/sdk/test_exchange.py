"""The client without I/O: answers are fed into its flows, and what it sends is looked at."""

from collections.abc import Callable, Generator
from typing import Any

import msgspec
import pytest

import provenite
from provenite import _operations as operations
from provenite._exchange import (
    MAX_LINES,
    MAX_LINES_BYTES,
    Exchange,
    Failure,
    Pause,
    Reply,
    Request,
    chunks,
)
from provenite._paging import following
from provenite_proto import token
from provenite_proto.answers import InvitationRequest, Page
from provenite_proto.log import NoteKey
from provenite_proto.statement import PublicKey, parse
from tests.sdk.logging_it import Log

ORIGIN = "https://ledger.test"
NOW = 1_790_000_000
DIGEST = "A" * 43
SUBMITTED = {"digest": DIGEST, "index": 7, "recordedAt": "2026-11-23T08:00:00Z"}
LEDGER = {"origin": ORIGIN, "registrar": DIGEST, "size": 1, "version": "0.1.0"}
SITE = provenite.site(country="US", stages=[provenite.Stage.EXTRACTION], name="Pit")
LOG = Log(ORIGIN)
LOST = Failure(False, "http://ledger: connection refused")
BUSY = Reply(
    503,
    {"content-type": "application/problem+json", "retry-after": "3"},
    msgspec.json.encode(
        {
            "type": "urn:provenite:problem:ledger-busy",
            "title": "Too many submissions are waiting",
            "status": 503,
            "detail": "Busy.",
            "remedy": "Submit again.",
            "requestId": "r-1",
        }
    ),
)


def exchange(
    signer: provenite.Signs | None = None,
    origin: str | None = ORIGIN,
    log_key: NoteKey | None = None,
    **retry: Any,
) -> Exchange:
    return Exchange(
        signer,
        f"{ORIGIN}/under",
        origin,
        provenite.Retry(**retry),
        log_key=log_key,
        clock=lambda: NOW,
        chance=lambda: 0.5,
    )


def answer(value: Any, status: int = 200) -> Reply:
    return Reply(status, {"content-type": "application/json"}, msgspec.json.encode(value))


def proven(request: Request) -> Reply:
    """The statement is recorded, as the log proves."""
    return answer(LOG.submitted(request.body), 201)


def drive(
    flow: Generator[Any, Any, Any], *replies: Reply | Failure | Callable[[Request], Reply]
) -> tuple[list[Any], Any]:
    """What the flow yielded, and what it returned, when its requests are answered in order."""
    waiting = list(replies)
    steps: list[Any] = []
    event: Any = None
    while True:
        try:
            step = flow.send(event)
        except StopIteration as done:
            assert not waiting
            return steps, done.value
        steps.append(step)
        event = None if isinstance(step, Pause) else waiting.pop(0)
        if callable(event):
            event = event(step)


@pytest.fixture(scope="module")
def signer() -> provenite.Signer:
    return provenite.Signer.generate()


def test_a_record_is_signed_for_the_origin_that_the_ledger_names(
    signer: provenite.Signer,
) -> None:
    steps, submitted = drive(
        exchange(signer, origin=None).submit(SITE), answer(LEDGER), proven, answer(LOG.answer())
    )
    assert [(step.method, step.path) for step in steps] == [
        ("GET", "/v1/ledger"),
        ("POST", "/v1/statements"),
        ("GET", "/v1/log"),
    ]
    assert steps[1].headers["content-type"] == "application/sd-jwt"
    statement = parse(steps[1].body)
    assert (statement.audience, statement.issued_at) == (ORIGIN, NOW)
    assert statement.record == msgspec.structs.replace(SITE, sd=statement.record.sd)
    assert submitted.index == 7


@pytest.mark.parametrize("named", ["https://other.test", "http://ledger.test", "ledger.test"])
def test_nothing_is_signed_for_a_ledger_that_another_one_names(
    signer: provenite.Signer, named: str
) -> None:
    """Whoever answers at the URL could use what it gets at the ledger that it names."""
    for flow in (
        exchange(signer, origin=None).sign(SITE),
        exchange(signer, origin=None).ask(operations.key(DIGEST)),
        exchange(signer, origin=None).enrol("code", None),
    ):
        with pytest.raises(provenite.OriginMismatch, match="PROVENITE_ORIGIN") as mismatch:
            drive(flow, answer({**LEDGER, "origin": named}))
        assert mismatch.value.origin == named


def test_an_origin_that_is_given_is_not_asked_for(signer: provenite.Signer) -> None:
    _, text = drive(exchange(signer, origin="https://other.test").sign(SITE))
    assert parse(text).audience == "https://other.test"


def test_the_origin_is_asked_for_once(signer: provenite.Signer) -> None:
    one = exchange(signer, origin=None)
    drive(one.sign(SITE), answer(LEDGER))
    drive(one.sign(SITE))


def test_a_retried_statement_is_the_same_bytes(signer: provenite.Signer) -> None:
    steps, _ = drive(exchange(signer, log_key=LOG.signer.key).submit(SITE), LOST, BUSY, proven)
    first, again, pause, third = (step for step in steps if step != Pause(0.25 * 0.75))
    assert first == again == third
    assert pause == Pause(3.0)


@pytest.mark.parametrize(
    ("form", "media_type"), [("html", "text/html"), ("pdf", "application/pdf")]
)
def test_a_page_of_a_certificate_is_asked_for_again(
    form: operations.PageForm, media_type: str
) -> None:
    page = Reply(200, {"content-type": media_type}, b"page")
    asked = operations.certificate_page("A" * 22, form)
    (first, pause, again), made = drive(exchange().ask(asked), BUSY, page)
    assert first == again
    assert (pause, made) == (Pause(3.0), b"page")


def test_each_attempt_has_a_fresh_token(signer: provenite.Signer) -> None:
    steps, _ = drive(
        exchange(signer).ask(operations.key(DIGEST)),
        Reply(502, {}, b""),
        answer(
            {
                "keyId": DIGEST,
                "party": DIGEST,
                "key": {"kty": "EC", "crv": "P-256", "x": DIGEST},
                "validFrom": "2026-11-23T08:00:00Z",
            }
        ),
    )
    tokens = [step.headers["authorization"].removeprefix("Bearer ") for step in steps[::2]]
    ids = {token.parse(text).claims.jti for text in tokens}
    assert len(tokens) == len(ids) == 2
    public = public_key(signer)
    for text in tokens:
        token.parse(text).check(public, audience=ORIGIN, now=NOW)


INVITATION = operations.invite(
    InvitationRequest(name="Firm", country="US", roles=(provenite.Role.MINER,))
)
INVITED = answer({"code": "c", "expiresAt": "2026-11-23T08:00:00Z"}, 201)
STALE = Reply(
    401,
    {"content-type": "application/problem+json"},
    BUSY.body.replace(b"ledger-busy", b"token-invalid").replace(b"503", b"401"),
)


def test_an_invitation_is_not_asked_for_twice(signer: provenite.Signer) -> None:
    """The first may have been made, and its code be lost: a second one would leave both valid."""
    for lost, error in (
        (Failure(True, "30 seconds"), provenite.TimedOut),
        (LOST, provenite.ConnectionFailed),
        (BUSY, provenite.Unavailable),
        (Reply(502, {}, b""), provenite.AnswerError),
    ):
        with pytest.raises(error):
            drive(exchange(signer).ask(INVITATION), lost)


def test_a_refused_token_is_replaced_once(signer: provenite.Signer) -> None:
    (first, second), _ = drive(exchange(signer).ask(INVITATION), STALE, INVITED)
    assert first.headers["authorization"] != second.headers["authorization"]
    assert first.body == second.body
    with pytest.raises(provenite.NotAuthenticated):
        drive(exchange(signer).ask(INVITATION), STALE, STALE)
    with pytest.raises(provenite.NotAuthenticated):
        drive(exchange(signer, attempts=1).ask(INVITATION), STALE)
    with pytest.raises(provenite.NotAuthenticated):
        drive(exchange(signer).submit("a~"), STALE)


def public_key(signer: provenite.Signer) -> PublicKey:
    return PublicKey(signer.public_jwk)


def test_giving_up_says_what_happened(signer: provenite.Signer) -> None:
    flow = exchange(signer, attempts=2).submit(SITE)
    with pytest.raises(provenite.ConnectionFailed, match="connection refused"):
        drive(flow, LOST, LOST)
    flow = exchange(signer, attempts=2).submit(SITE)
    with pytest.raises(provenite.TimedOut):
        drive(flow, LOST, Failure(True, "30 seconds"))
    flow = exchange(signer, attempts=2).submit(SITE)
    with pytest.raises(provenite.Unavailable) as refusal:
        drive(flow, LOST, BUSY)
    assert (refusal.value.slug, refusal.value.request_id) == ("ledger-busy", "r-1")


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, {"content-type": "text/html"}, b"<html>"),
        Reply(200, {"content-type": "application/json"}, b"{"),
        Reply(200, {"content-type": "application/json"}, b'{"size": 3}'),
        Reply(404, {"content-type": "application/problem+json"}, b"[]"),
        Reply(302, {"location": "https://elsewhere.example"}, b""),
        Reply(404, {}, b""),
    ],
    ids=["html", "truncated", "another-type", "no-problem", "redirect", "bare-status"],
)
def test_an_answer_of_another_form_is_an_answer_error(reply: Reply) -> None:
    with pytest.raises(provenite.AnswerError, match="GET /v1/ledger"):
        drive(exchange().ask(operations.ledger()), reply)


def test_signing_needs_a_signer() -> None:
    with pytest.raises(provenite.NoSigner):
        drive(exchange().sign(SITE))


def test_enrolling_proves_possession_of_the_key(signer: provenite.Signer) -> None:
    (request,), _ = drive(
        exchange(signer).enrol("code", None),
        answer({"party": DIGEST, "keyId": DIGEST, "submitted": SUBMITTED}, 201),
    )
    assert isinstance(request, Request)
    assert "authorization" not in request.headers
    body = msgspec.json.decode(request.body)
    assert body["key"]["x"] == signer.public_jwk.x
    token.parse(body["proof"], token.PROOF_TYP).check(public_key(signer), audience=ORIGIN, now=NOW)


def test_a_signer_in_hardware_gives_its_public_key() -> None:
    class Module:
        key_id = DIGEST
        algorithm = "ES256"

        def sign(self, message: bytes) -> bytes:
            return bytes(64)

    with pytest.raises(TypeError, match="public_jwk"):
        drive(exchange(Module()).enrol("code", None))


def test_lines_and_results_must_be_as_many(signer: provenite.Signer) -> None:
    with pytest.raises(provenite.AnswerError, match="1 results for 2 statements"):
        drive(
            exchange(signer).submit_lines(["a", "b"], False),
            answer({"lines": [{"status": 201, "submitted": SUBMITTED}]}),
        )


def test_records_are_signed_when_they_are_taken(signer: provenite.Signer) -> None:
    _, signed = drive(exchange(signer).signing([SITE, " text~\n"]))
    assert isinstance(parse(next(signed)).record, provenite.Site)
    assert next(signed) == "text~"


def test_chunks_keep_the_order_and_both_limits() -> None:
    statements = [str(number) for number in range(MAX_LINES * 2 + 1)]
    cut = list(chunks(iter(statements), atomic=False))
    assert [len(chunk) for chunk in cut] == [MAX_LINES, MAX_LINES, 1]
    assert [statement for chunk in cut for statement in chunk] == statements
    large = "x" * (MAX_LINES_BYTES // 3)
    assert [len(chunk) for chunk in chunks([large] * 5, atomic=False)] == [2, 2, 1]


def test_atomic_chunks_are_one_or_none() -> None:
    statements = [str(number) for number in range(MAX_LINES + 1)]
    assert list(chunks(statements, atomic=True)) == [statements]
    assert list(chunks([], atomic=True)) == []


def test_the_next_page_keeps_the_question() -> None:
    call = operations.batches(operations.given(holder="me", lot=None, material="ndpr-oxide"))
    second = following(call, Page(items=(), next="5"))
    assert second is not None
    assert second.query == [("holder", "me"), ("material", "ndpr-oxide"), ("cursor", "5")]
    third = following(second, Page(items=(), next="9"))
    assert third is not None
    assert third.query[-1] == ("cursor", "9")
    assert following(third, Page(items=())) is None
    with pytest.raises(provenite.AnswerError, match="itself"):
        following(third, Page(items=(), next="9"))
