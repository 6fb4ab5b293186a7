"""Every refusal over HTTP: its slug, its status, where it points and what it says."""

from collections import ChainMap

import pytest

from provenite_ledger.http.problems import STATUSES
from provenite_proto.problem import KINDS
from provenite_proto.record import Role
from provenite_proto.statement import SigningKey
from tests.ledger.refused import certifying, correcting, custody, form, matter, register
from tests.ledger.refused.cast import Case, Cast
from tests.ledger.running import Ledger, newcomer

TOPICS = (form, register, custody, matter, correcting, certifying)
CASES = ChainMap[str, Case](*(dict(topic.CASES) for topic in TOPICS))
ELSEWHERE = {"token-invalid", "invitation-invalid", "not-submitted", "lens-malformed"}
"""Slugs that a single statement cannot meet: tests of tokens, joining, submitting and lenses have them."""


@pytest.fixture(scope="module")
def cast(ledger: Ledger) -> Cast:
    return Cast(
        ledger,
        ledger.enrol("miner", country="CL"),
        ledger.enrol("refiner"),
        ledger.enrol("auditor", country="GB"),
    )


def test_every_slug_of_the_protocol_has_a_case() -> None:
    assert CASES.keys() | ELSEWHERE == KINDS.keys()
    assert len(CASES) == sum(len(topic.CASES) for topic in TOPICS)


@pytest.mark.parametrize("slug", CASES)
def test_refused(cast: Cast, slug: str) -> None:
    case = CASES[slug]
    statement = case.make(cast)
    before = cast.ledger.http.get("/v1/ledger").json()["size"]
    response = cast.ledger.send(statement)
    problem = response.json()
    assert problem["type"] == f"urn:provenite:problem:{slug}", problem
    assert response.status_code == problem["status"] == STATUSES[slug]
    assert response.headers["content-type"] == "application/problem+json"
    assert problem.get("pointer", "") == case.pointer
    assert problem.get("figures", {}).keys() == set(case.figures)
    assert (problem["title"], problem["remedy"]) == (KINDS[slug].title, KINDS[slug].remedy)
    assert problem["detail"]
    assert problem["requestId"] == response.headers["x-request-id"]
    assert cast.ledger.http.get("/v1/ledger").json()["size"] == before


def test_figures_say_how_much_is_there(cast: Cast) -> None:
    refused = cast.ledger.send(CASES["insufficient-mass"].make(cast)).json()
    assert refused["figures"] == {"availableKg": "120.5", "askedKg": "130"}


def test_copper_cannot_grow(cast: Cast) -> None:
    # UNTP 0.7's sample passport: 30,000 kg of concentrate at 30 % Cu, 10,000 kg of cathode at 99.99 %.
    refused = cast.ledger.send(CASES["element-created"].make(cast)).json()
    assert refused["figures"]["inKg"] == "9000"
    assert refused["figures"]["outKg"] == "9999"
    assert refused["figures"]["ratio"] == "111.1 %"


def test_only_one_registrar(cast: Cast) -> None:
    second = cast.ledger.registrar.submit(newcomer(SigningKey.generate(), Role.REGISTRAR))
    assert second.json()["type"].endswith("role-not-allowed")
