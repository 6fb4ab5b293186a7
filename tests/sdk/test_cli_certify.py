"""`provenite certify`, `certificates`, `notices`, `revoke` and `verify`, and the clients' methods, against a real ledger."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner, Result

import provenite
from provenite import AsyncClient, BatchOf, Client, Conflict, NotFound, Signer
from provenite.cli import main
from provenite_proto.certificate import digest_of, read_certificate
from tests.ledger.running import Ledger

CLEAN = "claim.non-covered-nation"
RECYCLED = "claim.recycled"
Run = Callable[..., Result]


class Firm(NamedTuple):
    """A firm with a batch of known origin, by the file of its key."""

    key: Path
    mined: str
    batch: str


def firm_of(ledger: Ledger, key: Path) -> Firm:
    signer = Signer.generate()
    signer.save(key)
    with (
        Client(ledger.url, Signer.load(ledger.data / "registrar.pem")) as registrar,
        Client(ledger.url, signer) as firm,
    ):
        firm.enrol(registrar.invite(name="Pit", country="US", roles=["miner", "refiner"]).code)
        mined = firm.submit(
            provenite.extraction(
                country="US",
                occurred_at=datetime(2026, 3, 1, tzinfo=UTC),
                outputs=[BatchOf("bastnaesite-concentrate", "700", {"Nd": "0.08"})],
            )
        )
        made = firm.submit(
            provenite.transformation(
                country="US",
                occurred_at=datetime(2026, 3, 2, tzinfo=UTC),
                stage=provenite.Stage.SEPARATION,
                custody_model=provenite.CustodyModel.SEGREGATED,
                inputs={mined.batches[0]: "700"},
                outputs=[BatchOf("nd-oxide", "70", {"Nd": "0.8"}, lot="L-7")],
            )
        )
    return Firm(key, mined.digest, made.batches[0])


@pytest.fixture
def firm(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Firm:
    made = firm_of(ledger, tmp_path / "firm.pem")
    monkeypatch.setenv("PROVENITE_LEDGER", ledger.url)
    monkeypatch.setenv("PROVENITE_KEY", str(made.key))
    monkeypatch.chdir(tmp_path)
    return made


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [*map(str, words)])


def test_a_batch_that_passes_is_certified_and_anyone_can_verify_it(
    ledger: Ledger, firm: Firm, tmp_path: Path
) -> None:
    told = run("certify", firm.batch, "--policy", CLEAN, "--lot", "-o", "nd")
    assert told.exit_code == 0, told.output
    assert "Nd: 100.00 %" in told.stdout
    assert "L-7" in told.stdout
    code = told.stdout.split("code  ")[1].split()[0]
    assert {path.name for path in tmp_path.glob("nd.*")} == {
        f"nd.certificate.{kind}"
        for kind in ("jwt", "html", "pdf", "statement", "receipt", "did.json", "status.jwt")
    }
    jwt = (tmp_path / "nd.certificate.jwt").read_text()
    assert (tmp_path / "nd.certificate.pdf").read_bytes().startswith(b"%PDF")
    assert b"<html" in (tmp_path / "nd.certificate.html").read_bytes()
    url, _, digest = code.partition("#")
    assert digest == digest_of(jwt)
    for what in (code, url, "nd.certificate.jwt"):
        found = run("verify", what, "--batch", firm.batch)
        assert found.exit_code == 0, found.output
    # Neither the batch nor what it was made of is told.
    assert firm.batch.partition(".")[0] not in read_certificate(jwt).secured.signed.decode()
    offline = run(
        *("verify", "nd.certificate.jwt", "--offline", "--did", "nd.certificate.did.json"),
        *("--status", "nd.certificate.status.jwt"),
        *("--statement", "nd.certificate.statement", "--receipt", "nd.certificate.receipt"),
        *("--log-key", ledger.http.get("/v1/log").json()["key"], "--json"),
    )
    checks = json.loads(offline.stdout)["verdict"]["checks"]
    assert {each["subject"]: each["result"] for each in checks} == {
        "signature": "holds",
        "dates": "holds",
        "status": "holds",
        "log": "holds",
        "witnesses": "claimed",
    }
    assert offline.exit_code == 0


def test_a_pack_lets_its_figures_be_computed_anew(firm: Firm, tmp_path: Path) -> None:
    old = run("pack", firm.batch, "-o", "old.pack.zip")
    assert old.exit_code == 0, old.output
    told = run("certify", firm.batch, "--policy", CLEAN, "-o", "nd")
    assert told.exit_code == 0, told.output
    assert run("pack", firm.batch, "-o", "new.pack.zip").exit_code == 0
    found = run("verify", "nd.certificate.jwt", "--recompute", "new.pack.zip")
    assert found.exit_code == 0, found.output
    assert "Nd: 100.00 %; 100.00 %: same" in found.stdout
    assert "recomputed" in found.stdout
    offline = run("verify", "nd.certificate.jwt", "--recompute", "new.pack.zip", "--offline")
    # Only how it stands now no pack tells.
    assert offline.exit_code == 2
    assert (
        offline.stdout.count("\n  not checked ") == offline.stdout.count("not checked status") == 1
    )
    assert "The log's key was taken from the pack." in " ".join(offline.stdout.split())
    checks = json.loads(
        run("verify", "nd.certificate.jwt", "--recompute", "new.pack.zip", "--json").stdout
    )["verdict"]["checks"]
    assert [each["subject"] for each in checks][-4:] == ["batch", "policy", "recomputed", "now"]
    # One from before has all that it follows from; one that was altered proves nothing.
    assert run("verify", "nd.certificate.jwt", "--recompute", "old.pack.zip").exit_code == 0
    data = bytearray((tmp_path / "new.pack.zip").read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "bad.pack.zip").write_bytes(bytes(data))
    bad = run("verify", "nd.certificate.jwt", "--recompute", "bad.pack.zip")
    assert bad.exit_code == 2
    assert "The pack bad.pack.zip is damaged or false" in bad.stdout
    assert run("verify", "nd.certificate.jwt", "--recompute", "did.json").exit_code == 3


def test_what_does_not_pass_is_not_certified(firm: Firm) -> None:
    told = run("certify", firm.batch, "--policy", RECYCLED)
    assert told.exit_code == 1
    assert told.stdout == run("assess", firm.batch, "--policy", RECYCLED).stdout
    assert told.stdout.splitlines()[1] == "fail"
    assert "the batch does not pass. Nothing was recorded." in told.stderr
    assert run("certificates").stderr.startswith("No certificates.")


def test_what_does_not_pass_by_what_is_said_is_not_declared(ledger: Ledger, firm: Firm) -> None:
    before = ledger.http.get("/v1/ledger").json()["size"]
    words = (
        "certify",
        firm.batch,
        "--policy",
        "us.obbba.macr",
        "--product",
        "45x-battery-component",
    )
    told = run(*words, "--json")
    assert told.exit_code == 1
    said = json.loads(told.stdout)
    assert said["declaration"] is None
    assert said["assessment"]["outcome"] != "pass"
    assert "Nothing was recorded." in told.stderr
    assert ledger.http.get("/v1/ledger").json()["size"] == before


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("--as-of", "2999-01-01"), 2, "--as-of 2999-01-01 is still to come"),
        (("--as-of", "2026-03-01"), 2, "--as-of 2026-03-01: the batch has been there since"),
        (
            ("--as-of", "01.04.2026"),
            2,
            "'--as-of': 01.04.2026 is no day: write it as in 2026-12-31.",
        ),
        (("--as-of", "20260401"), 2, "20260401 is no day"),
        (("-o", "nowhere/nd"), 2, "there is no folder nowhere"),
        (("--declaration", "x"), 2, "--declaration x is no statement's digest"),
    ],
)
def test_what_cannot_be_certified_is_said_by_its_option(
    firm: Firm, words: tuple[str, ...], code: int, sentence: str
) -> None:
    told = run("certify", firm.batch, "--policy", CLEAN, *words)
    assert told.exit_code == code
    assert sentence in " ".join(told.stderr.split())
    assert run("certificates").stderr.startswith("No certificates.")


def test_what_is_not_there_or_another_has_is_said(ledger: Ledger, firm: Firm) -> None:
    none = run("certify", f"{firm.mined}.7", "--policy", CLEAN)
    assert none.exit_code == 1
    assert "`provenite batches` lists yours" in none.stderr
    unnamed = run("certify", f"{firm.mined}.0", "--policy", CLEAN, "--lot")
    assert unnamed.exit_code == 2
    assert "--lot: the batch was given no lot" in unnamed.stderr
    receiver = firm.key.with_name("receiver.pem")
    signer = Signer.generate()
    signer.save(receiver)
    with (
        Client(ledger.url, Signer.load(ledger.data / "registrar.pem")) as registrar,
        Client(ledger.url, signer) as other,
        Client(ledger.url, Signer.load(firm.key)) as mine,
    ):
        party = other.enrol(registrar.invite(name="B", country="US", roles=["refiner"]).code).party
        sent = mine.submit(
            provenite.transfer(
                inputs={firm.batch: "70"},
                to=party,
                from_country="US",
                to_country="US",
                mode=provenite.Mode.ROAD,
                departed_at=datetime(2026, 3, 3, tzinfo=UTC),
            )
        )
    on_its_way = ("certify", sent.batches[0], "--policy", CLEAN, "--key", receiver)
    told = run(*on_its_way)
    assert told.exit_code == 1
    assert "submit a receipt" in told.stderr
    assert "Declared" not in told.stderr


def test_the_list_says_what_was_asked_and_what_the_reader_may_see(
    ledger: Ledger, firm: Firm
) -> None:
    asked = f"{CLEAN}.share?share=0.5"
    assert run("certify", firm.batch, "--policy", asked).exit_code == 0
    assert run("certificates").stdout.startswith(
        f"valid      {asked} version 1\n  nd-oxide  lot L-7"
    )
    every = run("certificates", "--key", ledger.data / "registrar.pem").stdout
    assert firm.batch in every
    assert "L-7" not in every


def test_asking_again_gives_the_same_certificate(firm: Firm) -> None:
    one, two = (
        json.loads(run("certify", firm.batch, "--policy", CLEAN, "--json").stdout) for _ in range(2)
    )
    assert one["certificate"]["id"] == two["certificate"]["id"]
    assert (one["new"], two["new"]) == (True, False)
    again = run("certify", firm.batch, "--policy", CLEAN).stdout
    assert again.startswith("Already certified on ")
    assert again.splitlines()[0].endswith(": this is that certificate.")
    told = run("certificates")
    assert told.stdout.startswith(f"valid      {CLEAN} version 1\n  nd-oxide  lot L-7  as of ")
    assert told.stdout.count("batch") == 1
    assert max(map(len, told.stdout.splitlines())) <= 80
    listed = json.loads(run("certificates", "--json").stdout)
    assert listed["batch"] == firm.batch
    assert run("notices").stderr.startswith("No notices")


def test_what_is_declared_is_recorded_first(ledger: Ledger, firm: Firm, tmp_path: Path) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text(
        '{"product":"45x-battery-component","cost":{"total":"100","prohibited":"10"},"holdings":[]}'
    )
    told = run("certify", firm.batch, "--policy", "us.obbba.macr", "--facts", facts, "--json")
    assert told.exit_code == 0, told.output
    declared = told.stderr.split("Declared: ")[1].split()[0]
    with Client(ledger.url, Signer.load(firm.key)) as client:
        assert client.statement(declared).digest == declared
    assert json.loads(told.stdout)["declaration"] == declared
    listed = run("certificates").stdout
    assert f"\n  by declaration {declared}\n" in listed
    again = run("certify", firm.batch, "--policy", "us.obbba.macr", "--declaration", declared)
    assert again.stdout.startswith("Already certified on ")
    known = run("certify", firm.batch, "--policy", RECYCLED, "--declaration", declared)
    assert known.exit_code == 1
    assert known.stdout.splitlines()[1] == "fail"
    facts.write_text(json.dumps({"weights": {f"part-{each:030}": "0.001" for each in range(100)}}))
    long = run("certify", firm.batch, "--policy", CLEAN, "--facts", facts)
    assert long.exit_code == 2
    assert "give its digest with --declaration" in " ".join(long.stderr.split())
    both = run(
        "certify", firm.batch, "--policy", CLEAN, "--facts", facts, "--declaration", declared
    )
    assert both.exit_code == 2


@pytest.mark.parametrize(
    "words",
    [
        ("--policy", "us.dfars.252.225-7052", "--claim", "nonavailabilty"),
        ("--policy", RECYCLED, "--product", "ev-battery"),
    ],
)
def test_what_the_policy_does_not_know_is_not_declared(
    ledger: Ledger, firm: Firm, words: tuple[str, ...]
) -> None:
    with Client(ledger.url, Signer.load(firm.key)) as client:
        before = client.ledger().size
        told = run("certify", firm.batch, *words)
        assert (told.exit_code, told.stdout) == (2, "")
        assert client.ledger().size == before


def test_what_the_policy_does_not_look_at_is_not_declared(firm: Firm, tmp_path: Path) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text('{"cost": {"total": "100", "prohibited": "10"}}')
    told = run("certify", firm.batch, "--policy", CLEAN, "--facts", facts, "--json")
    assert told.exit_code == 0, told.output
    assert "Nothing is declared" in told.stderr
    assert json.loads(told.stdout)["declaration"] is None


def test_the_registrar_revokes_and_everyone_is_told(ledger: Ledger, firm: Firm) -> None:
    issued = json.loads(run("certify", firm.batch, "--policy", CLEAN, "--json").stdout)
    url = issued["certificate"]["url"]
    registrar = ("--key", ledger.data / "registrar.pem")
    words = ("revoke", url, "--reason", "The assay was forged.")
    refused = run(*words)
    assert refused.exit_code == 1, "the holder cannot"
    assert "Only the operator revokes" in refused.stderr and "provenite retract" in refused.stderr
    assert run(*words, *registrar).exit_code == 0
    found = run("verify", url)
    assert found.exit_code == 1
    assert "The issuer has revoked it." in found.stdout
    assert "The assay was forged." in " ".join(found.stdout.split())
    told = run("notices")
    assert told.stdout.startswith("revoked  ")
    assert "The assay was forged." in told.stdout
    again = run("revoke", url, "--reason", "Once more.", *registrar)
    assert again.exit_code == 1
    assert "already-revoked" in again.stderr
    assert f"{url} has been revoked for good." in " ".join(again.stderr.split())
    assert "--reason is empty" in run("revoke", url, "--reason", "", *registrar).stderr


def test_what_falls_with_its_facts_is_suspended_and_the_holder_is_told(firm: Firm) -> None:
    issued = json.loads(run("certify", firm.batch, "--policy", CLEAN, "--json").stdout)
    url = issued["certificate"]["url"]
    assert run("verify", url).exit_code == 0
    retracted = run("retract", firm.mined, "--reason", "incorrect_data", "--json")
    ends = time.monotonic() + 60
    while (found := run("verify", url)).exit_code == 0 and time.monotonic() < ends:
        time.sleep(0.2)
    assert found.exit_code == 1, found.output
    told = run("notices")
    assert told.stdout.startswith("suspended  ")
    assert f"because of statement {json.loads(retracted.stdout)['digest']}" in told.stdout


@pytest.mark.parametrize(
    "words", [["revoke", "x", "--reason", "y"], ["certify", "x", "--policy", CLEAN]]
)
def test_what_is_no_id_is_said(firm: Firm, words: list[str]) -> None:
    told = run(*words)
    assert told.exit_code == 2
    assert told.stderr.startswith("provenite: ")


async def test_both_clients_certify(ledger: Ledger, firm: Firm) -> None:
    day = datetime.now(UTC).date()
    signer = Signer.load(firm.key)
    with Client(ledger.url, signer) as client:
        found = client.certify(firm.batch, CLEAN, as_of=day)
        assert client.certificate(found.id).digest == found.digest
        assert found.new
        assert client.certificate_page(found.id).startswith(b"<!doctype html")
        with pytest.raises(NotFound):
            client.certificate_page("A" * 22, "pdf")
        assert [each.id for each in client.certificates()] == [found.id]
        assert list(client.notices()) == []
        with pytest.raises(Conflict) as refused:
            client.certify(firm.batch, RECYCLED)
        assert refused.value.problem.slug == "not-passed"
        with pytest.raises(NotFound):
            client.certificate("A" * 22)
    async with AsyncClient(ledger.url, signer) as other:
        assert (await other.certify(firm.batch, CLEAN, as_of=day)).id == found.id
        assert (await other.certificate_page(found.id, "pdf")).startswith(b"%PDF")
        saved = await other.save_certificate(found, firm.key.with_name("async"))
        assert saved[-1].read_text() == found.credential
        assert (await other.certificate(found.id)).digest == found.digest
        assert [each.id async for each in other.certificates()] == [found.id]
        assert [each async for each in other.notices()] == []
