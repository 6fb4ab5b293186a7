"""Every finding over HTTP: what it says, and to whom."""

from typing import Any

import pytest

from provenite_ledger.access import REGISTER
from provenite_proto import paths
from provenite_proto.ledger import SECTIONS
from provenite_proto.problem import CONFIDENTIAL, FINDINGS, UNSHARED
from tests.ledger.doubted import DOUBTS, Made
from tests.ledger.running import Firm, Ledger
from tests.ledger.speaking import opening


def test_every_finding_has_a_case() -> None:
    assert DOUBTS.keys() == FINDINGS.keys()
    assert FINDINGS.keys() >= CONFIDENTIAL | UNSHARED


def section(pointer: str) -> str | None:
    """The sealed section to which a finding points."""
    name = pointer.removeprefix("/record/").partition("/")[0]
    return name if name in SECTIONS else None


def found(reader: Firm, made: Made) -> list[dict[str, Any]]:
    """What the reader is shown of the doubts about a statement."""
    answer = reader.get(paths.statement(made.answer.json()["digest"]))
    assert answer.status_code == 200
    findings: list[dict[str, Any]] = answer.json().get("findings", [])
    return findings


@pytest.mark.parametrize("slug", DOUBTS)
def test_doubted(ledger: Ledger, slug: str) -> None:
    doubt = DOUBTS[slug]
    made = doubt.make(ledger)
    assert made.answer.status_code == 201, made.answer.text
    told = made.answer.json().get("findings", [])
    at_registrar = found(ledger.registrar, made)
    whole = at_registrar if slug in CONFIDENTIAL else told
    assert [each["slug"] for each in whole] == [slug]
    assert whole[0].get("pointer", "") == doubt.pointer
    figures = whole[0].get("figures", {})
    assert figures.keys() == doubt.figures.keys()
    assert {name: value for name, value in figures.items() if doubt.figures[name] is not None} == {
        name: value for name, value in doubt.figures.items() if value is not None
    }
    assert whole[0]["detail"].endswith(".")
    for each in (*whole, *told):
        kind = FINDINGS[slug]
        assert (each["title"], each["remedy"]) == (kind.title, kind.remedy)


@pytest.mark.parametrize("slug", DOUBTS)
def test_shown_to_whom_it_is_for(ledger: Ledger, slug: str) -> None:
    doubt = DOUBTS[slug]
    made = doubt.make(ledger)
    granted, stranger = ledger.enrol("auditor"), ledger.enrol("trader")
    made.issuer.record(opening(*sorted(SECTIONS), to=granted.id))
    open_to_all = section(doubt.pointer) is None and slug not in CONFIDENTIAL | UNSHARED
    kind = made.issuer.get(paths.statement(made.answer.json()["digest"])).json()["type"]

    def sees(reader: Firm) -> bool:
        return slug in [each["slug"] for each in found(reader, made)]

    told = [each["slug"] for each in made.answer.json().get("findings", [])]
    assert told == ([] if slug in CONFIDENTIAL else [slug])
    for party in filter(None, (made.issuer, made.other)):
        assert sees(party) == (slug not in CONFIDENTIAL)
    assert sees(ledger.registrar) == (slug in CONFIDENTIAL or open_to_all or kind in REGISTER)
    assert sees(granted) == (slug not in CONFIDENTIAL | UNSHARED)
    assert sees(stranger) == open_to_all


def test_submitting_again_answers_the_same(ledger: Ledger) -> None:
    for slug in ("site-shared", "moisture-missing"):
        made = DOUBTS[slug].make(ledger)
        text = made.issuer.get(paths.statement(made.answer.json()["digest"])).json()["statement"]
        again = ledger.send(text)
        assert (again.status_code, again.json()) == (200, made.answer.json())
