"""`provenite audit --ledger URL`: all of a log, by the registrar's grant; Ctrl-C loses nothing."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from provenite._verifying import Verifying
from provenite.cli import main, reading_log
from provenite.cli.connecting import Connection
from provenite_proto.audit import Outcome, Trust
from provenite_proto.ledger import SECTIONS
from provenite_proto.log import parse_key
from tests.ledger.running import Firm, Ledger, extraction
from tests.ledger.speaking import opening

VERIFIED, FALSE, UNCHECKED, UNABLE = 0, 1, 2, 3


@pytest.fixture
def auditor(ledger: Ledger) -> Firm:
    """An auditor to whom the registrar shows the log."""
    firm = ledger.enrol("auditor")
    ledger.registrar.record(opening(*sorted(SECTIONS), to=firm.id))
    return firm


def key_of(firm: Firm, folder: Path) -> Path:
    file = folder / "firm.pem"
    file.write_bytes(firm.key.to_pem())
    file.chmod(0o600)
    return file


def audit(firm: Firm, folder: Path, *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(
        main,
        [
            "audit",
            f"--ledger={firm.ledger.url}",
            f"--key={key_of(firm, folder)}",
            f"--state={folder / 'state.db'}",
            "--processes=1",
            *words,
        ],
    )
    return result.exit_code, result.stdout if "--json" in words else result.output


def test_the_log_is_read_and_its_tree_made_anew(auditor: Firm, tmp_path: Path) -> None:
    code, said = audit(auditor, tmp_path)
    assert code in (VERIFIED, UNCHECKED), said
    assert "root of the tree, computed from all statements" in said
    key = auditor.ledger.http.get("/v1/log").json()["key"]
    code, said = audit(auditor, tmp_path, "--json", f"--log-key={key}")
    found = json.loads(said)
    assert found["verified"]["tree"] == 1
    assert "log-key" not in {each["slug"] for each in found["claims"]}


def test_another_log_key_is_found(auditor: Firm, tmp_path: Path) -> None:
    swapped = "ledger.example/log+b3898635+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
    parse_key(swapped)
    code, said = audit(auditor, tmp_path, f"--log-key={swapped}")
    assert code == FALSE
    assert "log-key-differs" in said


def test_nobody_else_reads_the_log(ledger: Ledger, tmp_path: Path) -> None:
    code, said = audit(ledger.enrol("auditor"), tmp_path)
    assert code == UNABLE
    assert "not-entitled" in said
    assert not (tmp_path / "state.db").exists()


def test_what_is_kept_is_of_this_log(auditor: Firm, tmp_path: Path) -> None:
    (tmp_path / "state.db").write_text("{}")
    code, said = audit(auditor, tmp_path)
    assert code == UNABLE
    assert "not an audit that was saved" in " ".join(said.split())


def test_an_interruption_loses_nothing(
    auditor: Firm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        auditor.ledger.enrol("miner").record(extraction("1"))
    monkeypatch.setattr(reading_log, "MAX_LOGGED", 3)
    connection = Connection(auditor.ledger.url, None, key_of(auditor, tmp_path), None)
    state = tmp_path / "state.db"
    reached: list[int] = []

    def run(told: Any) -> Any:
        with Verifying(1) as verifying:
            return reading_log.audit_ledger(
                connection, Trust(), verifying, state, told=told, as_json=False
            )

    def press(done: int, whole: int) -> None:
        reached.append(done)
        if done == 6:
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    left = run(press)
    assert (left.statements, left.of >= 9) == (6, True)
    assert reached == [3, 6]
    assert signal.getsignal(signal.SIGINT) is before
    verdict = run(lambda done, whole: reached.append(done)).verdict
    assert reached[:3] == [3, 6, 9]
    assert verdict.failures == ()
    assert verdict.outcome in (Outcome.VERIFIED, Outcome.UNCHECKED)
    assert verdict.verified["order"] == verdict.size


def test_a_later_run_says_that_it_does_not_look_at_later_grants(
    ledger: Ledger, auditor: Firm, tmp_path: Path
) -> None:
    mine = ledger.enrol("miner")
    mine.record(extraction("1"))
    code, said = audit(auditor, tmp_path)
    assert (code, "by an earlier run" in said) == (UNCHECKED, False)
    mine.record(opening(*sorted(SECTIONS), to=auditor.id))
    code, said = audit(auditor, tmp_path)
    assert code == UNCHECKED
    assert "begin anew with another --state" in " ".join(said.split())
