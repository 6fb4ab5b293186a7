"""`provenite shipment check`: offline, before anything is shipped, with an exit code for what it comes to."""

import json
import socket
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from provenite.cli import main
from provenite.cli.checking import verdict_line
from provenite_proto.shipment import Leg, judge
from provenite_proto.shipment.codes import CODES

LAWFUL, BARRED, MISUSED, OPEN = 0, 1, 2, 4
DOCUMENTS = ("notification", "consent", "movement-document")


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("a check asks nobody")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def check(way: str, code: str, *words: str, day: str | None = "2026-03-01") -> tuple[int, str]:
    exporter, importer = way.split()
    asked = ["--from", exporter, "--to", importer, "--code", code]
    dated = ["--date", day] if day else []
    result = CliRunner().invoke(main, ["shipment", "check", *asked, *dated, *words])
    return result.exit_code, result.output


def test_a_barred_shipment_names_rule_breach_and_what_to_do_instead() -> None:
    code, said = check("GH US", "Y49")
    assert code == BARRED
    assert said.startswith("BARRED  Y49  GH > US  2026-03-01  for recovery\n")
    assert "  rule       Basel Convention, Article 4(5)\n" in said
    assert "  in breach  GH\n" in said
    assert "process it where it is" in said
    assert " BE " in said and " JP " in said
    assert max(map(len, said.splitlines())) <= 80


def test_json_has_every_alternative() -> None:
    code, said = check("GH US", "Y49", "--json")
    found = msgspec.json.decode(said)
    assert code == BARRED
    assert (found["verdict"]["outcome"], found["verdict"]["breach"]) == ("barred", "GH")
    ways = {each["way"] for each in found["alternatives"]}
    assert ways == {"at_home", "elsewhere"}
    assert len(found["alternatives"]) > 150


def test_among_narrows_what_is_proposed() -> None:
    _, said = check("GH US", "Y49", "--among", "NG", "--among", "HT", "--json")
    elsewhere = [
        each["to"]
        for each in msgspec.json.decode(said)["alternatives"]
        if each["way"] == "elsewhere"
    ]
    assert elsewhere == ["NG"]


def test_consent_that_is_missing_leaves_it_open() -> None:
    code, said = check("GH BE", "Y49", "--evidence", "notification")
    assert code == OPEN
    assert "  missing    consent, movement-document\n" in said
    assert "Lawful instead" not in said
    whole = [word for each in DOCUMENTS for word in ("--evidence", each)]
    assert check("GH BE", "Y49", *whole)[0] == LAWFUL


@pytest.mark.parametrize("kind", ["annexvii", "banana", "consent-", "consent-xx", "consent-NL"])
def test_a_kind_of_document_that_there_is_not_is_refused(kind: str) -> None:
    code, said = check("DE FR", "GC010", "--evidence", kind)
    assert code == MISUSED
    for known in (*DOCUMENTS, "annex-vii-document", "facility-audit", "consent-nl"):
        assert known in said
        assert check("DE FR", "GC010", "--evidence", known)[0] != MISUSED


def test_what_needs_no_consent_under_its_own_code_lacks_none() -> None:
    code, said = check("DE FR", "Y49")
    assert code == OPEN
    assert "GC010 or GC020" in said and "missing" not in said
    assert "missing    annex-vii-document\n" in check("DE FR", "GC010")[1]


def test_transit_that_has_not_consented_is_for_review() -> None:
    code, said = check("US DE", "A1181", "--transit", "EG")
    assert code == OPEN
    assert said.startswith("REVIEW  A1181  US > EG > DE")
    assert "consent-eg" in said
    assert "ship it directly, with consent" in said


def test_what_needs_nothing_is_lawful() -> None:
    assert check("GH GH", "Y49")[0] == LAWFUL
    assert check("US TH", "B1110", day="2024-12-31")[0] == LAWFUL
    assert check("US TH", "B1110", day="2025-01-01")[0] == BARRED
    assert check("US HT", "A1181")[0] == LAWFUL


def test_today_is_the_default() -> None:
    before = datetime.now(UTC).date()
    _, said = check("GH US", "Y49", "--json", day=None)
    judged = msgspec.json.decode(said)["verdict"]["day"]
    assert before.isoformat() <= judged <= datetime.now(UTC).date().isoformat()


@pytest.mark.parametrize(
    ("way", "code", "day", "words", "said"),
    [
        ("GH XX", "Y49", "2026-03-01", (), "no country XX"),
        ("GH USA", "Y49", "2026-03-01", (), "no country USA"),
        ("GH us", "Y49", "2026-03-01", (), "no country us"),
        ("GH US", "y49", "2026-03-01", (), "y49 is no code"),
        ("GH US", "Y49", "yesterday", (), "yesterday is no day"),
        ("GH US", "Y49", "2026-03-01", ("--transit", "ZZ"), "no country ZZ"),
        ("GH US", "Y49", "2026-03-01", ("--purpose", "reuse"), "--purpose"),
    ],
)
def test_words_that_mean_nothing_are_refused(
    way: str, code: str, day: str, words: tuple[str, ...], said: str
) -> None:
    status, output = check(way, code, *words, day=day)
    assert status == MISUSED
    assert said in output


def test_the_help_says_the_exit_codes() -> None:
    said = CliRunner().invoke(main, ["shipment", "check", "--help"]).output
    assert "0 lawful" in said and "1 barred" in said and "4 not barred" in said
    assert max(map(len, said.splitlines())) <= 80


def test_the_list_of_shipments_shows_the_verdict() -> None:
    verdict = judge(Leg("GH", "US", "Y49", date(2026, 3, 1)))
    assert verdict_line(verdict).plain == ("barred (GH in breach): Basel Convention, Article 4(5)")


def test_the_codes_are_listed_and_told_to_who_has_none() -> None:
    listed = CliRunner().invoke(main, ["shipment", "codes"])
    assert listed.exit_code == 0
    assert "Y49 from 2025-01-01\n  Electrical and electronic waste" in listed.stdout
    assert max(map(len, listed.stdout.splitlines())) <= 80
    rows = [
        json.loads(line)
        for line in CliRunner().invoke(main, ["shipment", "codes", "--json"]).stdout.splitlines()
    ]
    assert {row["code"] for row in rows} == set(CODES)
    unknown = ["shipment", "check", "--from", "GH", "--to", "US", "--code", "Z1"]
    assert "`provenite shipment codes`" in " ".join(
        CliRunner().invoke(main, unknown).stdout.split()
    )


@pytest.mark.parametrize(
    ("country", "told"),
    [("gh", "GH is one"), ("GX", "with G begin GA GB"), ("1", "such as GH for")],
)
def test_a_country_that_is_none_is_told_with_those_that_are(country: str, told: str) -> None:
    answer = CliRunner().invoke(
        main, ["shipment", "check", "--from", country, "--to", "US", "--code", "Y49"]
    )
    assert answer.exit_code == 2
    assert told in " ".join(answer.stderr.split())
