"""Writing over HTTP: what an accepted statement answers, alone and among many."""

import time

import pytest

from provenite_proto import paths
from provenite_proto.record import (
    Output,
    OutputQuantity,
    Role,
    Site,
    SiteIdentities,
    SourceQuantities,
    Stage,
)
from provenite_proto.statement import SigningKey
from tests.ledger.running import Ledger, extraction, further_key, newcomer, refining
from tests.ledger.speaking import retracting, submitted


def slug(line: dict[str, dict[str, str]]) -> str:
    return line["problem"]["type"].rpartition(":")[2]


def test_recorded_once(ledger: Ledger) -> None:
    miner = ledger.enrol("miner")
    statement = miner.sign(extraction())
    first, second = ledger.send(statement), ledger.send(statement)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    digest = first.json()["digest"]
    assert first.json()["batches"] == [f"{digest}.0"]
    assert first.headers["location"] == second.headers["location"] == paths.statement(digest)


def test_findings_are_told_at_once(ledger: Ledger) -> None:
    miner, refiner = ledger.enrol("miner"), ledger.enrol("refiner")
    (mined,) = miner.record(extraction("100"))
    held = miner.ships(mined, refiner, "100")
    # 30 kg of copper in, 30.1 out: within the uncertainty of 0.5 %, and a doubt.
    answer = refiner.submit(refining([(held, "100")], "30.1"))
    assert answer.status_code == 201
    assert [each["slug"] for each in answer.json()["findings"]] == ["balance-excess"]


def test_a_site_may_put_out_more_than_64_bits_hold(ledger: Ledger) -> None:
    miner = ledger.enrol("miner")
    here = SiteIdentities(site=submitted(miner, Site(country="CL", stages=(Stage.EXTRACTION,))))
    most = OutputQuantity(mass="999999999999", composition={"Cu": "0.3"}, moisture="0.08")
    great = extraction(
        outputs=(Output(material="copper-concentrate", elements=("Cu",)),) * 20,
        quantities=SourceQuantities(outputs=(most,) * 20),
        identities=here,
    )
    made = [miner.record(great) for _ in range(2)]
    assert [len(batches) for batches in made] == [20, 20]
    miner.record(retracting(made[0][0]))
    assert miner.get(paths.batch(made[1][19])).json()["mass"] == "999999999999"


@pytest.mark.parametrize("media_type", ["", "application/json", "application/sd-jwt+lines"])
def test_another_media_type(ledger: Ledger, media_type: str) -> None:
    answer = ledger.http.post(
        paths.STATEMENTS, content="x", headers={"Content-Type": media_type} if media_type else {}
    )
    assert answer.status_code == 415
    assert answer.json()["type"] == "urn:provenite:problem:unsupported-media-type"


def test_lines_have_their_own_results(ledger: Ledger) -> None:
    miner = ledger.enrol("miner")
    known, good = miner.sign(extraction("1")), miner.sign(extraction("2"))
    ledger.send(known)
    answer = ledger.send_lines(known, "", good, "rubbish", "A" * (256 * 1024 + 1), good)
    assert answer.status_code == 200
    lines = answer.json()["lines"]
    assert [line["status"] for line in lines] == [200, 400, 201, 400, 413, 200]
    assert [slug(lines[n]) for n in (1, 3, 4)] == [
        "malformed-statement",
        "malformed-statement",
        "statement-too-large",
    ]
    assert lines[2]["submitted"] == lines[5]["submitted"]
    assert lines[1]["problem"]["requestId"] == lines[3]["problem"]["requestId"] != ""


def test_a_line_may_build_on_an_earlier_one(ledger: Ledger) -> None:
    miner = ledger.enrol("miner", "refiner")
    fresh = SigningKey.generate()
    registered = miner.sign(further_key(miner.id, fresh))
    by_fresh_key = miner.sign(extraction(), key=fresh)
    forged = miner.sign(extraction(), key=SigningKey.generate())
    lines = ledger.send_lines(registered, by_fresh_key, forged).json()["lines"]
    assert [line["status"] for line in lines] == [201, 201, 403]


def test_all_or_nothing(ledger: Ledger) -> None:
    miner = ledger.enrol("miner")
    good, other = miner.sign(extraction("1")), miner.sign(extraction("2"))
    size = ledger.http.get(paths.LEDGER).json()["size"]
    for bad in ("rubbish", miner.sign(extraction(country="XX"))):
        lines = ledger.send_lines(good, bad, other, atomic="true").json()["lines"]
        assert [slug(line) for line in (lines[0], lines[2])] == ["not-submitted"] * 2
        assert [lines[0]["status"], lines[2]["status"]] == [424, 424]
        assert "problem" in lines[1]
    assert ledger.http.get(paths.LEDGER).json()["size"] == size
    lines = ledger.send_lines(good, other, atomic="true").json()["lines"]
    assert [line["status"] for line in lines] == [201, 201]
    assert ledger.http.get(paths.LEDGER).json()["size"] == size + 2


def test_all_or_nothing_with_copies(ledger: Ledger) -> None:
    miner = ledger.enrol("miner")
    known, fresh = miner.sign(extraction("1")), miner.sign(extraction("2"))
    bad = miner.sign(extraction(country="XX"))
    ledger.send(known)
    size = ledger.http.get(paths.LEDGER).json()["size"]
    lines = ledger.send_lines(fresh, known, fresh, bad, atomic="true").json()["lines"]
    assert [line["status"] for line in lines] == [424, 200, 424, 422]
    refused = [slug(lines[n]) for n in (0, 2, 3)]
    assert refused == ["not-submitted", "not-submitted", "country-unknown"]
    assert ledger.http.get(paths.LEDGER).json()["size"] == size
    assert ledger.send(fresh).status_code == 201


def test_too_many_lines(ledger: Ledger) -> None:
    answer = ledger.send_lines(*["x"] * 1001)
    assert answer.status_code == 413
    assert answer.json()["figures"] == {"lines": "1001", "limit": "1000"}
    assert ledger.send_lines(*["x"] * 1000).status_code == 200


def test_no_lines(ledger: Ledger) -> None:
    assert ledger.send_lines("").status_code == 400


def test_too_large_a_body(ledger: Ledger) -> None:
    answer = ledger.send(b"A" * (300 * 1024))
    assert answer.status_code == 413
    assert answer.json()["type"] == "urn:provenite:problem:body-too-large"


def test_a_thousand_lines_at_once(ledger: Ledger) -> None:
    miner = ledger.enrol("miner")
    statements = [miner.sign(extraction("1", lot=f"lot {n}")) for n in range(1000)]
    begun = time.monotonic()
    lines = ledger.send_lines(*statements).json()["lines"]
    assert [line["status"] for line in lines] == [201] * 1000
    indices = [line["submitted"]["index"] for line in lines]
    assert indices == list(range(indices[0], indices[0] + 1000))
    assert time.monotonic() - begun < 10


def test_the_registrar_may_enrol_by_statement(ledger: Ledger) -> None:
    key = SigningKey.generate()
    answer = ledger.registrar.submit(newcomer(key, Role.MINER))
    assert answer.status_code == 201
    assert ledger.registrar.get(paths.party(answer.json()["digest"])).json()["keys"] == [key.key_id]
