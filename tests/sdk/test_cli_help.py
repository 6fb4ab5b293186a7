"""The command's help: its examples parse, its lines fit."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from provenite import Extraction, Receipt, Transfer, read_record
from provenite.cli import main

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
COMMANDS = (
    *("keygen", "enrol", "whoami", "submit", "batches", "trace", "content"),
    *("parties", "sites", "pack", "audit", "monitor", "shipment", "assess", "portfolio"),
    *("contributions", "consequences", "lenses", "retract", "grant", "rotate", "receipt"),
)


def help_of(*command: str) -> str:
    result = CliRunner().invoke(main, [*command, "--help"])
    assert result.exit_code == 0
    return result.stdout


def examples(command: str) -> list[str]:
    lines = help_of(command).partition("Examples:")[2].splitlines()
    return [line.strip() for line in lines if line.strip().startswith("provenite ")]


def parse(words: list[str]) -> Any:
    """The context of the command that would run; raises when the words do not parse."""
    program: Any = typer.main.get_command(main)
    context = program.make_context("provenite", words)
    name, command, rest = program.resolve_command(
        context, [*context._protected_args, *context.args]
    )
    return command.make_context(name, rest, parent=context)


def test_options_of_firms_are_named_where_they_count() -> None:
    assert "PROVENITE_KEY" in help_of("audit")
    for command in (("monitor",), ("policy", "list"), ("policy", "explain")):
        assert "PROVENITE_KEY" not in help_of(*command)


def test_every_command_is_listed() -> None:
    listed = help_of().partition("Commands:")[2]
    for command in COMMANDS:
        assert f"  {command} " in listed
    assert "..." not in listed


@pytest.mark.parametrize("command", COMMANDS)
def test_each_example_parses(command: str) -> None:
    shown = examples(command)
    assert shown
    for example in shown:
        words = shlex.split(example)[1:]
        assert words[0] == command
        assert parse(words).info_name == command


@pytest.mark.parametrize("command", [(), *((command,) for command in COMMANDS)])
def test_help_fits_in_80_columns(command: tuple[str, ...]) -> None:
    assert max(map(len, help_of(*command).splitlines())) <= 80


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_json(command: str) -> None:
    assert "--json" in help_of(command)


@pytest.mark.parametrize(
    "words",
    [
        ["--ledger", "http://a", "--key=k.pem", "trace", "B", "--depth", "3"],
        ["trace", "--ledger", "http://a", "B", "--depth", "3", "--key", "k.pem"],
        ["trace", "B", "--depth", "3", "--key=k.pem", "--ledger=http://a"],
    ],
)
def test_ledger_and_key_stand_anywhere(words: list[str]) -> None:
    context = parse(words)
    assert context.parent.params["ledger"] == "http://a"
    assert context.parent.params["key"] == Path("k.pem")
    assert (context.params["batch"], context.params["depth"]) == ("B", 3)


@pytest.mark.parametrize("batch", [f"-{'a' * 42}.0", f"--{'a' * 41}.1023", f"-_-{'a' * 40}.7"])
def test_an_id_may_begin_with_a_dash(batch: str) -> None:
    for words in (["trace", batch, "--depth", "3"], ["trace", "--depth", "3", "--", batch]):
        context = parse(words)
        assert (context.params["batch"], context.params["depth"]) == (batch, 3)
    for words in (["verify", "a.jwt", "--batch", batch], ["verify", "--batch", batch, "a.jwt"]):
        context = parse(words)
        assert (context.params["batch"], context.params["certificate"]) == (batch, "a.jwt")
    # An option that takes no value is followed by the batch.
    context = parse(["certify", "--lot", batch, "--policy", "us.uflpa"])
    assert (context.params["batch"], context.params["lot"]) == (batch, True)


def test_the_readme_s_commands_parse() -> None:
    joined = README.replace("\\\n", "")
    lines = re.findall(r"^\.venv/bin/provenite (.+)$", joined, re.M)
    assert {shlex.split(line)[0] for line in lines} >= {"keygen", "enrol", "submit", "content"}
    for line in lines:
        words = shlex.split(line, comments=True)
        assert parse(words).info_name == words[0]


def test_the_readme_s_records_are_some() -> None:
    records = re.findall(r"```json\n(.*?)```", README, re.S)
    kinds = [type(read_record(record.encode())) for record in records]
    assert kinds == [Extraction, Transfer, Receipt]
