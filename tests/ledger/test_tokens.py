"""Who asks: access tokens over HTTP, and the memory of those that were used."""

import time

import httpx
import pytest

from provenite_ledger.http.authentication import UsedTokens
from provenite_proto import paths
from provenite_proto.problem import Problem
from provenite_proto.statement import SigningKey
from tests.ledger.running import Firm, Ledger, extraction, run_ledger, start


@pytest.fixture(scope="module")
def firm(ledger: Ledger) -> Firm:
    return ledger.enrol("trader")


def ask(firm: Firm, authorization: str | None) -> tuple[int, str, str]:
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = firm.ledger.http.get(paths.BATCHES, headers=headers)
    if answer.status_code == 200:
        return 200, "", ""
    slug = answer.json()["type"].rpartition(":")[2]
    return answer.status_code, slug, answer.headers["www-authenticate"]


INVALID = (401, "token-invalid", 'Bearer error="invalid_token"')


def test_accepted(firm: Firm) -> None:
    assert ask(firm, f"Bearer {firm.token()}")[0] == 200
    assert ask(firm, f"bearer {firm.token(lifetime=300)}")[0] == 200


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Basic YTpi"])
def test_missing(firm: Firm, authorization: str | None) -> None:
    assert ask(firm, authorization) == (401, "token-missing", "Bearer")


def test_used_once(firm: Firm) -> None:
    token = firm.token()
    assert ask(firm, f"Bearer {token}")[0] == 200
    assert ask(firm, f"Bearer {token}") == (401, "token-replayed", INVALID[2])


def test_refused(firm: Firm) -> None:
    now = int(time.time())
    for token in (
        "rubbish",
        "a.b.c",
        firm.token(now=now - 120),
        firm.token(now=now + 60),
        firm.token(lifetime=301),
        firm.token(audience="https://another.example"),
        firm.token(jti="short"),
        firm.token(key=SigningKey.generate()),
        firm.token()[:-4] + "AAAA",
    ):
        assert ask(firm, f"Bearer {token}") == INVALID, token


def test_a_statement_is_no_token(firm: Firm) -> None:
    statement = firm.sign(extraction())
    assert ask(firm, f"Bearer {statement.split('~')[0]}") == INVALID


def test_the_memory_is_bounded_and_forgets() -> None:
    used = UsedTokens(limit=2)
    assert used.use("a", expires=1000, now=900)
    assert used.use("b", expires=1100, now=900)
    assert not used.use("a", expires=1000, now=1000)
    with pytest.raises(Problem, match=r"^ledger-busy: .* access tokens "):
        used.use("c", expires=1000, now=900)
    # The first has expired and made room; the second is still known.
    assert used.use("c", expires=1200, now=1090)
    assert not used.use("b", expires=1100, now=1100)


@pytest.mark.slow
def test_a_restart_does_not_make_a_used_token_good_again() -> None:
    with run_ledger() as ledger:
        firm = ledger.enrol("trader")
        used, unused = (firm.token(lifetime=300) for _ in range(2))
        assert ask(firm, f"Bearer {used}")[0] == 200
        ledger.process.terminate()
        ledger.process.wait(30)
        process, url = start(ledger.data)
        try:
            for token in (used, unused, firm.token()):
                answer = httpx.get(
                    url + paths.BATCHES, headers={"Authorization": f"Bearer {token}"}
                )
                expected = 401 if token in (used, unused) else 200
                assert answer.status_code == expected, answer.text
                if expected == 401:
                    assert answer.json()["type"] == "urn:provenite:problem:token-invalid"
        finally:
            process.terminate()
            process.communicate(timeout=30)
