"""`provenite audit FILE --assess POLICY`: whether the batch meets a policy, by what the pack has alone."""

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from provenite.cli import main
from provenite_proto.policy import CATALOGUE, digest, read_own
from tests.proto.forging import Forged, redacted
from tests.proto.making.audit_certificates import RECYCLED, Certified
from tests.proto.making.firms import Firms
from tests.proto.own_rule import own_rule
from tests.proto.packing import LOG, packed
from tests.proto.test_policy_gaps import STRICT, magnets, ore

VERIFIED, FALSE, UNCHECKED, UNABLE = 0, 1, 2, 3
MISUSED = 2


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("an audit of a pack asks nobody")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture
def put(tmp_path: Path) -> Callable[[bytes], Path]:
    def written(data: bytes) -> Path:
        file = tmp_path / "a.pack.zip"
        file.write_bytes(data)
        return file

    return written


def audit(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["audit", *map(str, words)])
    return result.exit_code, result.output


def certified() -> Forged:
    made = Certified()
    made.certify(RECYCLED)
    return made.forged()


def test_the_assessment_is_told_and_the_exit_code_stays_the_verdict(
    put: Callable[[bytes], Path],
) -> None:
    file = put(certified().packed())
    for share, outcome, needed in (("0.4", "pass", "40.00 %"), ("0.41", "fail", "41.00 %")):
        policy = f"claim.recycled?share={share}&class=post_consumer"
        code, said = audit(file, "--assess", policy, "--as-of", "2026-06-30")
        assert code == VERIFIED, said
        assert (
            f"Assessed anew\n  {outcome}\n    claim.recycled version 1 as of 2026-06-30, rule 1;"
            in said
        )
        assert f"      Cu: 40.00 %  {outcome}\n" in said
        assert f"at least {needed}\n" in said
        assert max(map(len, said.splitlines())) <= 80


def test_it_names_the_record_that_is_missing(put: Callable[[bytes], Path]) -> None:
    firms = Firms("miner")
    alloy, batch = magnets(firms, {ore(firms, "US", "93"): "93"}, "7")
    code, said = audit(put(packed(firms, batch)), "--assess", STRICT, "--as-of", "2026-06-30")
    assert code == VERIFIED, said
    assert "      Nd: 93.00 % to 100.00 %  fail\n" in said
    assert f"        {alloy}\n" in said
    assert "at most 93.00 % if not" in " ".join(said.split())


def test_programs_read_what_the_ledger_would_answer(put: Callable[[bytes], Path]) -> None:
    file = put(certified().packed())
    code, said = audit(file, "--assess", "claim.recycled", "--as-of", "2026-06-30", "--json")
    assert code == VERIFIED
    (found,) = json.loads(said)["assessments"]
    assert (found["policy"], found["asOf"]) == ("claim.recycled", "2026-06-30")
    assert found["found"]["digest"] == found["policyDigest"]
    assert [each["of"] for each in found["found"]["figures"]] == ["Cu"]


def test_facts_that_no_statement_records_come_from_a_file(
    put: Callable[[bytes], Path], tmp_path: Path
) -> None:
    file, facts = put(certified().packed()), tmp_path / "facts.json"
    asking = ("--assess", "eu.battery.art8", "--as-of", "2026-06-30", "--json")
    code, said = audit(file, *asking)
    (without,) = json.loads(said)["assessments"]
    facts.write_text('{"product": "ev-battery"}')
    again, said = audit(file, *asking, "--facts", facts)
    (given,) = json.loads(said)["assessments"]
    assert code == again == VERIFIED
    assert "product" in {each["what"] for each in without["found"]["missing"]}
    assert "product" not in {each["what"] for each in given["found"].get("missing", ())}


def test_what_is_withheld_could_not_be_checked(put: Callable[[bytes], Path]) -> None:
    made = Certified()
    made.certify(RECYCLED)
    pack = made.forged()
    redacted(pack, lambda index, section: index == made.firms.at(made.mined))
    code, said = audit(put(pack.packed()), "--assess", "claim.recycled", "--as-of", "2026-06-30")
    assert code == UNCHECKED
    assert "Assessed anew\n  could not be checked\n" in said
    assert f"{made.mined} is not shown whole." in " ".join(said.split())


def test_nothing_follows_from_a_pack_that_is_false(put: Callable[[bytes], Path]) -> None:
    code, said = audit(put(certified().packed()[:-1]), "--assess", "claim.recycled")
    assert code == FALSE
    assert "Nothing follows from a pack in which something is false." in said
    assert "Cu:" not in said


def test_a_draft_of_one_that_ships_is_not_assessed_by(
    put: Callable[[bytes], Path], tmp_path: Path
) -> None:
    file, law = put(certified().packed()), tmp_path / "law.toml"
    law.write_text(CATALOGUE["claim.recycled"].replace("$share", "0"))
    code, said = audit(file, "--assess", law)
    assert code == UNABLE
    assert "not the claim.recycled that ships here. Its digest is " in " ".join(said.split())
    assert "Assessed" not in said
    law.write_text(CATALOGUE["claim.recycled"])
    assert audit(file, "--assess", law, "--as-of", "2026-06-30")[0] == VERIFIED


def test_an_own_id_is_that_of_the_policy_in_the_pack(put: Callable[[bytes], Path]) -> None:
    made, rule = Certified(), read_own(own_rule("acme.recycled").replace('"0.5"', '"0.4"'), "")
    made.certify(rule)
    file = put(made.forged().packed())
    code, said = audit(file, "--assess", "own.acme.recycled", "--as-of", "2026-06-30")
    assert code == VERIFIED, said
    told = " ".join(said.split())
    assert f"is the one in the pack: its digest is {digest(rule)}." in told
    assert "own.acme.recycled version 1 as of 2026-06-30" in told
    code, said = audit(file, "--assess", "own.acme.other")
    assert code == MISUSED
    assert "the pack does not carry it: give its file" in " ".join(said.split())
    broken = put(made.forged().packed()[:-1])
    assert audit(broken, "--assess", "own.acme.recycled")[0] == FALSE


def test_what_is_asked_wrongly_is_no_verdict(put: Callable[[bytes], Path], tmp_path: Path) -> None:
    file, own = put(certified().packed()), tmp_path / "ours.toml"
    assert audit(file, "--as-of", "2026-06-30")[0] == MISUSED
    assert audit(file, "--assess", "no.such.policy")[0] == MISUSED
    assert audit("--assess", "claim.recycled", "--ledger", "http://127.0.0.1:1")[0] == MISUSED
    own.write_text("id = 1\n")
    code, said = audit(file, "--assess", own, "--log-key", LOG.key)
    assert code == UNABLE
    assert "ours.toml" in said
