"""Errors become problem details: every slug has a status, and nothing else gets out."""

import logging
from collections.abc import Iterator
from typing import Any

import asyncpg
import httpx
import pytest
from litestar import Litestar, get, post
from litestar.exceptions import InternalServerException
from litestar.params import FromPath, FromQuery, RawBody
from litestar.testing import TestClient

from provenite_ledger.http.problems import EDGE, STATUSES, answer, respond
from provenite_ledger.unavailable import LedgerBusy, LedgerUnavailable
from provenite_proto import paths
from provenite_proto.problem import KINDS, Problem
from tests.ledger.running import Ledger

ERRORS: dict[str, tuple[Exception, int, str]] = {
    "problem": (Problem("not-holder", "Not yours.", pointer="/x"), 403, "not-holder"),
    "edge": (Problem("not-found", "Nothing."), 404, "not-found"),
    "busy": (LedgerBusy(), 503, "ledger-busy"),
    "away": (LedgerUnavailable(), 503, "ledger-unavailable"),
    "refused": (ConnectionRefusedError(), 503, "ledger-unavailable"),
    "slow": (TimeoutError(), 503, "ledger-unavailable"),
    "lost": (asyncpg.InternalClientError("another operation"), 503, "ledger-unavailable"),
    "closed": (asyncpg.InterfaceError("pool is closed"), 503, "ledger-unavailable"),
    "stopping": (asyncpg.AdminShutdownError("secret"), 503, "ledger-unavailable"),
    "full": (asyncpg.TooManyConnectionsError("secret"), 503, "ledger-unavailable"),
    "deep": (RecursionError("secret"), 400, "bad-request"),
    "left": (InternalServerException("client disconnected prematurely"), 400, "bad-request"),
    "defect": (KeyError("secret"), 500, "internal-error"),
    "sql": (asyncpg.UndefinedTableError("secret"), 500, "internal-error"),
}


@get("/raise/{name:str}")
async def raising(name: FromPath[str]) -> None:
    raise ERRORS[name][0]


@get("/number")
async def number(n: FromQuery[int]) -> int:
    return n


@post("/small", request_max_body_size=10)
async def small(body: RawBody) -> None: ...


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient[Litestar]]:
    app = Litestar(
        [raising, number, small], exception_handlers={Exception: respond}, logging_config=None
    )
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def test_every_slug_has_one_status() -> None:
    assert STATUSES.keys() == KINDS.keys()
    assert not STATUSES.keys() & EDGE.keys()


@pytest.mark.parametrize("slug", [*STATUSES, *EDGE])
def test_every_slug_can_be_answered(slug: str) -> None:
    problem = answer(Problem(slug, "Because."), "id")
    assert problem.slug == slug
    assert 400 <= problem.status < 600
    assert problem.title and problem.remedy.endswith(".")


@pytest.mark.parametrize("name", ERRORS)
def test_errors(client: TestClient[Litestar], name: str, caplog: pytest.LogCaptureFixture) -> None:
    _, status, slug = ERRORS[name]
    with caplog.at_level(logging.INFO):
        response = client.get(f"/raise/{name}")
    body = checked(response, status, slug)
    assert "secret" not in response.text
    assert (response.headers.get("retry-after") is not None) == (status == 503)
    logged = [record for record in caplog.records if record.name.startswith("provenite")]
    assert [record.__dict__["requestId"] for record in logged] == (
        [body["requestId"]] if slug in ("internal-error", "ledger-unavailable") else []
    )


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [
        ("GET", "/nowhere", 404, "not-found"),
        ("POST", "/number", 405, "method-not-allowed"),
        ("GET", "/number", 400, "bad-request"),
        ("GET", "/number?n=x", 400, "bad-request"),
        ("POST", "/small", 413, "body-too-large"),
    ],
)
def test_the_framework_s_own(
    client: TestClient[Litestar], method: str, path: str, status: int, slug: str
) -> None:
    response = client.request(method, path, content=b"01234567890" if method == "POST" else None)
    body = checked(response, status, slug)
    if status == 405:
        assert "GET" in response.headers["allow"]
    if path.startswith("/number") and status == 400:
        assert body["detail"].startswith(("n: ", "Missing required query parameter 'n'"))


@pytest.mark.parametrize(
    ("given", "kept"), [("order-66_a.b", True), ("x" * 65, False), ("a b", False)]
)
def test_request_ids(client: TestClient[Litestar], given: str, kept: bool) -> None:
    response = client.get("/nowhere", headers={"X-Request-Id": given})
    assert (response.json()["requestId"] == given) == kept


def test_over_http(ledger: Ledger) -> None:
    checked(ledger.http.get("/v1/nothing"), 404, "not-found")
    response = ledger.http.delete("/v1/statements")
    checked(response, 405, "method-not-allowed")
    assert "POST" in response.headers["allow"]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/v1/batches/x/assessment?policy=claim.recycled", "A batch id is a statement's digest"),
        ("/v1/statements/x", "A digest is 43 letters"),
        ("/certificates/x", "it has not the form"),
        ("/v1/batches?material=A", "it has not the form"),
    ],
)
def test_a_form_is_told_in_words(ledger: Ledger, path: str, words: str) -> None:
    said = checked(ledger.http.get(path), 400, "bad-request")["detail"]
    assert words in said and "regex" not in said


NUL, BEYOND = "%00", "9" * 18


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/v1/batches?material={NUL}", 400),
        (f"/v1/batches?material=a{NUL}", 400),
        (f"/v1/batches?holder={NUL}", 403),
        (f"/v1/batches?lot={NUL}", 200),
        (f"/v1/batches?cursor={BEYOND}", 200),
        (f"/v1/batches?holder=any&cursor={BEYOND}", 200),
        (f"/v1/batches?cursor={BEYOND}9", 400),
        ("/v1/batches?cursor=1%0A", 400),
        (f"/v1/parties?cursor={BEYOND}", 200),
        (f"/v1/sites?cursor={BEYOND}", 200),
        *(
            (f"/v1/{kind}/{'A' * 43}%0A", 400)
            for kind in ("statements", "parties", "sites", "keys")
        ),
        *((f"/v1/batches/{'A' * 43}.0%0A{more}", 400) for more in ("", "/trace", "/content")),
        ("/schema/x", 404),
        ("/schema/x/y", 404),
    ],
)
def test_odd_addresses(ledger: Ledger, path: str, status: int) -> None:
    response = ledger.http.get(path, headers=ledger.enrol("trader").authorized())
    if status == 200:
        assert response.status_code == 200, response.text
    else:
        slug = {400: "bad-request", 403: "not-entitled", 404: "not-found"}[status]
        checked(response, status, slug)


@pytest.mark.parametrize("opening", [b"[", b'{"code":', b'{"key":{"x":'])
def test_a_body_that_is_nested_too_deeply(ledger: Ledger, opening: bytes) -> None:
    response = ledger.http.post(
        paths.ENROLMENTS,
        content=opening * (16_000 // len(opening)),
        headers={"Content-Type": "application/json"},
    )
    checked(response, 400, "bad-request")


def test_a_client_that_leaves_is_no_defect(
    client: TestClient[Litestar], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        checked(client.get("/raise/left"), 400, "bad-request")
    assert not [record for record in caplog.records if record.name.startswith("provenite")]


def checked(response: httpx.Response, status: int, slug: str) -> dict[str, Any]:
    body: dict[str, Any] = response.json()
    assert response.status_code == body["status"] == status, body
    assert response.headers["content-type"] == "application/problem+json"
    assert body["type"] == f"urn:provenite:problem:{slug}"
    assert body["requestId"] == response.headers["x-request-id"]
    assert body["detail"].endswith(".")
    return body
