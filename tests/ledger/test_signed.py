"""Statements that no registered key has signed cost the sequencer nothing: refused while its database stands still."""

import os
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from provenite_proto.record import Party, Role
from provenite_proto.statement import SigningKey, base64url
from tests.ledger.running import (
    Firm,
    Ledger,
    extraction,
    further_key,
    newcomer,
    refining,
    run_ledger,
)


@pytest.fixture(scope="module")
def ledger() -> Iterator[Ledger]:
    """One of these tests' own, since its database is stopped."""
    with run_ledger() as running:
        yield running


@pytest.fixture(scope="module")
def firm(ledger: Ledger) -> Firm:
    return ledger.enrol("miner", "refiner")


@contextmanager
def database_stopped(ledger: Ledger) -> Iterator[None]:
    """Every process of the ledger's PostgreSQL stands still: what asks the database waits."""
    group = children(ledger.process.pid)
    group += [child for each in group for child in children(each)]
    assert len(group) > 2
    for each in group:
        os.kill(each, signal.SIGSTOP)
    try:
        yield
    finally:
        for each in group:
            os.kill(each, signal.SIGCONT)


def children(process: int) -> list[int]:
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True, text=True, check=False
    )
    return list(map(int, listed.stdout.split()))


def slugs(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [line["problem"]["type"].rpartition(":")[2] for line in answer.json()["lines"]]


def forged(statement: str) -> str:
    """The statement with a signature of zeros."""
    core, _, rest = statement.partition("~")
    return f"{core.rpartition('.')[0]}.{base64url.encode(bytes(64))}~{rest}"


def with_inputs(firm: Firm, count: int, **changes: object) -> str:
    """A transformation of batches that nobody has made."""
    inputs = [(f"{base64url.encode(secrets.token_bytes(32))}.0", "1") for _ in range(count)]
    return firm.sign(refining(inputs, "1"), **changes)


def test_refused_without_the_database(ledger: Ledger, firm: Firm) -> None:
    stranger = SigningKey.generate()
    cases = {
        "key-unknown": forged(firm.sign(extraction(), key=stranger)),
        "audience-mismatch": forged(firm.sign(extraction(), audience="https://another.example")),
        "signature-invalid": forged(firm.sign(extraction())),
        "issued-ahead": forged(firm.sign(extraction(), issued_at=int(time.time()) + 400)),
        "malformed-statement": "rubbish",
    }
    with database_stopped(ledger):
        assert slugs(ledger.send_lines(*cases.values())) == list(cases)
        assert slugs(ledger.send_lines("rubbish", "e.r~")) == ["malformed-statement"] * 2
        alone = [ledger.send(statement) for statement in cases.values()]
    assert [each.json()["type"].rpartition(":")[2] for each in alone] == list(cases)


def test_the_order_of_admission_is_kept(ledger: Ledger, firm: Firm) -> None:
    """A statement with several defects is refused for the first of section 5."""
    ahead = {"issued_at": int(time.time()) + 400}
    elsewhere = {"audience": "https://another.example"}
    stranger = {"key": SigningKey.generate()}
    lines = (
        forged(firm.sign(extraction(), **ahead, **elsewhere, **stranger)),
        forged(firm.sign(extraction(), **ahead, **stranger)),
        forged(firm.sign(extraction(), **stranger)),
    )
    assert slugs(ledger.send_lines(*lines)) == ["audience-mismatch", "issued-ahead", "key-unknown"]


def test_a_key_speaks_only_after_the_line_that_registers_it(ledger: Ledger, firm: Firm) -> None:
    fresh, unsigned = SigningKey.generate(), SigningKey.generate()
    registers = firm.sign(further_key(firm.id, fresh))
    by_fresh = firm.sign(extraction("2"), key=fresh)
    pretends = forged(firm.sign(further_key(firm.id, unsigned)))
    by_unsigned = firm.sign(extraction("3"), key=unsigned)
    with database_stopped(ledger):
        assert slugs(ledger.send_lines(by_fresh, forged(registers))) == [
            "key-unknown",
            "signature-invalid",
        ]
        assert slugs(ledger.send_lines(pretends, by_unsigned)) == [
            "signature-invalid",
            "key-unknown",
        ]
    lines = ledger.send_lines(by_fresh, registers, forged(by_fresh), by_fresh).json()["lines"]
    assert [line["status"] for line in lines] == [403, 201, 403, 201]


def test_a_party_of_an_earlier_line_speaks(ledger: Ledger) -> None:
    key = SigningKey.generate()
    newcomer_ = ledger.registrar.sign(newcomer(key, Role.MINER))
    first = ledger.registrar.sign(extraction("4"), key=key)
    lines = ledger.send_lines(newcomer_, first).json()["lines"]
    assert [line["status"] for line in lines] == [201, 201]


def test_a_key_that_the_ledger_then_refuses_speaks_for_nobody(ledger: Ledger, firm: Firm) -> None:
    own = SigningKey.generate()
    party = firm.sign(Party(country="US", roles=(Role.MINER,), key=own.public.jwk))
    assert slugs(ledger.send_lines(party, firm.sign(extraction("5"), key=own))) == [
        "role-not-allowed",
        "key-unknown",
    ]


@pytest.mark.slow
def test_a_body_full_of_inputs_that_a_stranger_signed_holds_nobody_up(
    ledger: Ledger, firm: Firm
) -> None:
    statement = forged(with_inputs(firm, 1024, key=SigningKey.generate()))
    with database_stopped(ledger):
        begun = time.monotonic()
        assert slugs(ledger.send_lines(*[statement] * 300)) == ["key-unknown"] * 300
        assert time.monotonic() - begun < 10
