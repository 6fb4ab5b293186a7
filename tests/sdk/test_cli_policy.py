"""`provenite policy`: the catalogue and a firm's own file, in words and as data, without a ledger."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from provenite.cli import main
from provenite_proto.policy import CATALOGUE, digest, policy_named, read_policy
from tests.proto.making.policies import POLICY


def policy(*words: str) -> Result:
    return CliRunner().invoke(main, ["policy", *words])


def test_the_help_fits_and_has_examples() -> None:
    for words in (["--help"], ["list", "--help"], ["explain", "--help"]):
        told = policy(*words)
        assert told.exit_code == 0
        assert max(map(len, told.stdout.splitlines())) <= 80
    assert "provenite policy explain us.dfars.252.225-7052" in told.stdout


def test_the_list_has_every_policy_of_the_catalogue() -> None:
    answer = policy("list")
    assert answer.exit_code == 0
    listed = [line for line in answer.stdout.splitlines() if not line.startswith(" ")]
    assert listed == list(CATALOGUE)
    assert "in force; look up again by 2026-12-31" in answer.stdout


def test_the_list_is_a_document_a_line() -> None:
    listed = [json.loads(line) for line in policy("list", "--json").stdout.splitlines()]
    assert [each["id"] for each in listed] == list(CATALOGUE)
    assert all(each["digest"] == digest(policy_named(each["id"])) for each in listed)


@pytest.mark.parametrize("which", CATALOGUE)
def test_each_policy_is_explained_in_80_columns(which: str) -> None:
    answer = policy("explain", which)
    assert answer.exit_code == 0
    assert max(map(len, answer.stdout.splitlines())) <= 80
    assert f"Digest {digest(policy_named(which))}" in answer.stdout


def test_a_figure_and_its_sign_stay_together() -> None:
    for which in CATALOGUE:
        lines = policy("explain", which).stdout.splitlines()
        assert not [line for line in lines if re.match(r" *%", line)]


def test_both_regimes_are_told_with_their_caveat() -> None:
    said = " ".join(policy("explain", "us.dfars.252.225-7052").stdout.split())
    assert "until 2026-12-31 Nd, Fe, B, Sm, Co: not melted or produced in a covered country" in said
    assert "from 2027-01-01 (scheduled; look it up by 2026-12-31)" in said
    assert "the statute under it has moved" in said


def test_a_policy_is_told_as_data() -> None:
    told = json.loads(policy("explain", "claim.recycled?share=0.24", "--json").stdout)
    assert told["policy"]["row"][0]["test"][0]["at_least"] == "0.24"
    assert told["digest"] == digest(policy_named("claim.recycled?share=0.24"))
    assert told["confidence"] == "medium"


def test_a_firms_own_file_is_explained(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(POLICY)
    answer = policy("explain", str(file), "--on", "2026-11-24")
    assert answer.exit_code == 0
    assert "Countries of groups on 2026-11-24" in answer.stdout


def test_a_file_that_is_none_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(POLICY.replace("elements = ", "element = "))
    answer = policy("explain", str(file), "--json")
    assert answer.exit_code == 1
    assert json.loads(answer.stderr)["name"] == "ours.toml"
    file.write_text(POLICY.replace('lens = "origin"', 'lens = "colour"'))
    answer = policy("explain", str(file))
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "ours.toml, line 41: There is no lens 'colour'." in answer.stderr


def test_a_draft_of_one_that_ships_is_marked_as_that(tmp_path: Path) -> None:
    law = "us.dfars.252.225-7052"
    file = tmp_path / "law.toml"
    file.write_text(f"# a copy\n{CATALOGUE[law]}")
    assert "A draft" not in policy("explain", str(file)).stdout
    assert "draft" not in json.loads(policy("explain", str(file), "--json").stdout)
    altered = re.sub('at_least = "[^"]*"', 'at_least = "0"', CATALOGUE[law])
    file.write_text(altered)
    known_by = digest(read_policy(altered, "law.toml"))
    told = f"A draft or another version: not the {law} that ships here. Its digest is {known_by}."
    assert " ".join(policy("explain", str(file)).stdout.split()).startswith(told)
    assert json.loads(policy("explain", str(file), "--json").stdout)["draft"] == told


def test_an_own_id_needs_the_ledger_that_knows_it() -> None:
    answer = policy("explain", "own.acme.recycled")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "give its file or digest" in " ".join(answer.stderr.split())


@pytest.mark.parametrize("which", ["us.nothing", "us.uflpa?share=1", "no-such-file.toml"])
def test_what_there_is_not_is_used_wrongly(which: str) -> None:
    answer = policy("explain", which)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert answer.stderr
