"""`provenite policy impact`, `provenite consequences` and the clients' cascades, against a real ledger."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from typer.testing import CliRunner, Result

import provenite
from provenite import AsyncClient, BatchOf, Client, Signer
from provenite.cli import cascading, main
from provenite_proto.certificate import Cascade
from provenite_proto.ledger.resting import SUPPOSED, VOID
from provenite_proto.policy import CATALOGUE, digest, policy_named
from tests.ledger.certified import certifying
from tests.ledger.running import Ledger

SHARES = "claim.non-covered-nation.share"
SHARE = f"{SHARES}?stage=refining&share=0.5"


class Held(NamedTuple):
    """A certified batch of copper, the mine's statement, the certificate's id, and the file of the holder's key."""

    batch: str
    mined: str
    certificate: str
    key: Path


@pytest.fixture(scope="module")
def held(ledger: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Held:
    key = tmp_path_factory.mktemp("cascade") / "firm.pem"
    signer = Signer.generate()
    signer.save(key)
    at = datetime(2026, 3, 1, tzinfo=UTC)
    with (
        Client(ledger.url, Signer.load(ledger.data / "registrar.pem")) as registrar,
        Client(ledger.url, signer) as firm,
    ):
        code = registrar.invite(name="Pit", country="US", roles=["miner", "refiner"]).code
        party = firm.enrol(code).party
        ore = BatchOf("copper-concentrate", "100", {"Cu": "0.3"}, moisture="0.08")
        mined = firm.submit(provenite.extraction(country="CL", occurred_at=at, outputs=[ore]))
        made = firm.submit(
            provenite.transformation(
                country="US",
                occurred_at=at.replace(day=2),
                stage=provenite.Stage.REFINING,
                custody_model=provenite.CustodyModel.SEGREGATED,
                inputs={mined.batches[0]: "100"},
                outputs=[BatchOf("copper-cathode", "29", {"Cu": "0.9999"})],
            )
        )
        for asked in (SHARE, "us.uflpa"):
            firm.assessment(made.batches[0], asked)
            record = certifying(ledger, party, made.batches[0], policy=digest(policy_named(asked)))
            registrar.submit(record)
        assert record.identities is not None
    return Held(made.batches[0], mined.digest, record.identities.certificate, key)


@pytest.fixture(autouse=True)
def connected(ledger: Ledger, held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVENITE_LEDGER", ledger.url)
    monkeypatch.setenv("PROVENITE_KEY", str(held.key))


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def assessed(outcome: str, share: str, exemption: str | None = None) -> dict[str, Any]:
    figure = {"test": "refined elsewhere", "of": "Cu", "lower": share, "upper": share}
    figures = [figure | {"verdict": outcome, "atLeast": "0.5"}]
    return {"digest": "d", "outcome": outcome, "exemption": exemption, "figures": figures}


def test_those_that_fall_come_first(capsys: pytest.CaptureFixture[str]) -> None:
    whole, half, nothing = ("pass", "1"), ("pass", "0.5"), ("fail", "0")
    told: list[tuple[Any, Any, str | None]] = [
        (assessed(*whole), assessed(*half), None),
        (assessed(*nothing), assessed(*whole), None),
        (assessed(*nothing), assessed("fail", "0.1", "small"), None),
        (None, None, "Nobody knows."),
        (assessed(*whole), None, SUPPOSED[VOID]),
        (assessed(*whole), assessed(*nothing), None),
        (assessed(*whole), assessed(*half), None),
    ]
    changed = [
        {
            "certificate": f"certificate {number}",
            "statement": "s",
            "batch": "b",
            "policy": "own.rule",
            "version": "1",
            "asOf": "2026-11-24",
            "status": "valid",
            "before": before,
            "after": after,
            "reason": reason,
            "short": number == 6,
        }
        for number, (before, after, reason) in enumerate(told)
    ]
    page = msgspec.convert({"size": 9, "checked": 10, "items": changed}, Cascade)
    cascading.show([page], "Nothing.", supposed=True)
    lines = capsys.readouterr().out.splitlines()
    assert " ".join(lines[: lines.index("")]) == (
        "10 certificates looked at: 2 would fall; 1 would still pass, but by less than it says, and be "
        "suspended; 1 cannot be told; 1 would still not pass, with other figures or thresholds; 1 would still "
        "pass, with other figures or thresholds; 1 would pass again; 3 would say the same."
    )
    order = [line[-1] for line in lines if line.startswith("certificate ")]
    assert order == ["4", "5", "6", "3", "2", "0", "1"]
    assert "  exemption: none → small" in lines
    assert max(map(len, lines)) <= 80
    cascading.show([page], "Nothing.", supposed=False)
    assert capsys.readouterr().out.startswith(
        "10 certificates looked at: 2 fell; 1 still passed, but by less than it says,"
    )


def test_people_are_told_what_a_version_would_change(held: Held, tmp_path: Path) -> None:
    file = tmp_path / "stricter.toml"
    stricter = CATALOGUE[SHARES].replace('"@covered-nation"', '"@covered-nation", "US"')
    file.write_text(stricter)
    told = run("policy", "impact", str(file))
    assert told.exit_code == 0, told.output
    lines = told.stdout.splitlines()
    assert lines[:3] == ["1 certificate looked at: 1 would fall.", "", "Would fall:"]
    assert f"  {held.batch}" in lines
    assert "  pass → fail" in lines
    said = " ".join(told.stdout.split())
    assert f"{SHARES} version 1 as of" in said
    assert "Cu: 100.00 % → 0.00 % refining outside of covered nations" in said
    assert max(map(len, lines)) <= 80
    programs = [
        json.loads(line)
        for line in run("policy", "impact", str(file), "--json").stdout.splitlines()
    ]
    assert [each["after"]["outcome"] for page in programs for each in page["items"]] == ["fail"]


def test_what_passes_still_is_told_apart(held: Held, tmp_path: Path) -> None:
    """The same certificates by a version whose figure is another, and whose threshold is nothing."""
    file = tmp_path / "laxer.toml"
    laxer = CATALOGUE[SHARES].replace('"@covered-nation"', '"@covered-nation", "US"')
    file.write_text(laxer.replace('at_least = "$share"', 'at_least = "0"'))
    told = run("policy", "impact", str(file))
    assert told.exit_code == 0, told.output
    begins, _, heading, *rest = told.stdout.splitlines()
    assert (
        begins == "1 certificate looked at: 1 would still pass, with other figures or thresholds."
    )
    assert heading == "Would still pass, with other figures or thresholds:"
    assert "  pass → pass" in rest


def test_what_would_change_nothing_says_so(held: Held) -> None:
    told = run("policy", "impact", SHARES)
    assert (told.exit_code, told.stdout) == (0, "")
    assert "It would change no certificate that you see. (1 certificate looked at)" in " ".join(
        told.stderr.split()
    )
    assert run("policy", "impact", "us.nothing").exit_code == 2
    assert run("policy", "impact", "own.nobodys").exit_code == 1
    assert run("policy", "impact", "no-such.toml").exit_code == 2


def test_what_a_retraction_would_change_is_told_beforehand(held: Held) -> None:
    told = run("consequences", held.mined, "--if-retracted")
    assert told.exit_code == 0, told.output
    lines = told.stdout.splitlines()
    assert lines[0] == "2 certificates looked at: 1 would fall; 1 would say the same."
    assert lines[2:4] == ["Would fall:", held.certificate]
    assert "  pass → review" in lines
    assert "Cu: 100.00 % → 0.00 % to 100.00 % no step in Xinjiang" in " ".join(told.stdout.split())
    said = json.loads(run("consequences", held.mined, "--if-retracted", "--json").stdout)
    assert [each["certificate"] for each in said["items"]] == [held.certificate]
    # Nothing has happened.
    assert "no certificate" in run("consequences", held.mined).stderr


def test_what_a_statement_would_change_is_told_before_it_is_submitted(
    ledger: Ledger, held: Held, tmp_path: Path
) -> None:
    retracting = {"type": "retraction", "statement": held.mined, "reason": "incorrect_data"}
    file = tmp_path / "retraction.json"
    file.write_text(json.dumps(retracting))
    told = run("consequences", "--if", str(file))
    assert told.exit_code == 0, told.output
    assert told.stdout == run("consequences", held.mined, "--if-retracted").stdout
    with Client(ledger.url, Signer.load(held.key)) as client:
        file.write_text(client.sign(provenite.read_record(json.dumps(retracting).encode())))
    assert run("consequences", "--if", str(file)).stdout == told.stdout
    said = json.loads(run("consequences", "--if", str(file), "--json").stdout)
    assert [each["certificate"] for each in said["items"]] == [held.certificate]
    for record, slug in (
        (retracting | {"reason": "withdrawn"}, "retraction-not-allowed"),
        (retracting | {"reasons": "none"}, "malformed-record"),
    ):
        file.write_text(json.dumps(record))
        refused = run("consequences", "--if", str(file))
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert slug in refused.stderr
    file.write_text(json.dumps([retracting, retracting]))
    assert run("consequences", "--if", str(file)).exit_code == 2


def test_what_is_no_statement_is_said(held: Held) -> None:
    for words in (("foo",), (held.batch,), (), (held.mined, "--if", "record.json")):
        told = run("consequences", *words)
        assert (told.exit_code, told.stdout) == (2, "")
        assert "[A-Za-z" not in told.stderr
    assert "foo is not a statement's id: mistyped or cut off" in run("consequences", "foo").stderr


async def test_both_clients_answer_the_same(ledger: Ledger, held: Held) -> None:
    signer = Signer.load(held.key)
    asked = f"{SHARES}?stage=separation&share=0.5"
    with Client(ledger.url, signer) as client:
        impact = client.impact(policy=asked)
        foretold = client.certificate_consequences(held.mined, if_retracted=True)
        late = client.certificate_consequences(held.mined)
        statement = client.sign(
            provenite.retraction(held.mined, reason=provenite.RetractionReason.INCORRECT_DATA)
        )
        supposed = client.supposed_consequences(statement)
    assert supposed.items == foretold.items
    assert [each.after and each.after.outcome for each in impact.items] == ["fail"]
    assert [each.certificate for each in foretold.items] == [held.certificate]
    assert (late.items, late.settled, late.checked) == ((), True, 0)
    async with AsyncClient(ledger.url, signer) as client_too:
        assert await client_too.impact(policy=asked) == impact
        again = await client_too.certificate_consequences(held.mined, if_retracted=True)
        assert again.items == foretold.items
        assert await client_too.supposed_consequences(statement) == supposed
        with pytest.raises(provenite.RefusedError, match="policy-malformed"):
            await client_too.impact(file="id = 1")
