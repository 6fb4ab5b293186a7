"""`provenite assess` and the clients' `assessment`, against a real ledger."""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner, Result

import provenite
from provenite import AsyncClient, BatchOf, Client, Cost, Facts, NotFound, Signer
from provenite.cli import main
from provenite_proto.policy import CATALOGUE, digest, policy_named, read_own
from tests.ledger.running import Ledger
from tests.proto.own_rule import own_rule

DAY = "2026-11-24"
Run = Callable[..., Result]


class Held(NamedTuple):
    """A batch of 56 kg Nd, 7 of which nobody knows whence, and the file of its holder's key."""

    batch: str
    statement: str
    key: Path


@pytest.fixture(scope="module")
def held(ledger: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Held:
    key = tmp_path_factory.mktemp("assess") / "firm.pem"
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
                outputs=[
                    BatchOf("bastnaesite-concentrate", "700", {"Nd": "0.07"}, moisture="0.05")
                ],
            )
        )
        made = firm.submit(
            provenite.transformation(
                country="US",
                occurred_at=datetime(2026, 3, 2, tzinfo=UTC),
                stage=provenite.Stage.SEPARATION,
                custody_model=provenite.CustodyModel.SEGREGATED,
                inputs={mined.batches[0]: "700"},
                outputs=[BatchOf("nd-oxide", "70", {"Nd": "0.8"})],
                untraced={"Nd": "7"},
            )
        )
    return Held(made.batches[0], made.digest, key)


@pytest.fixture
def run(ledger: Ledger, held: Held, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("PROVENITE_LEDGER", ledger.url)
    monkeypatch.setenv("PROVENITE_KEY", str(held.key))

    def assess(*words: str) -> Result:
        return CliRunner().invoke(main, ["assess", held.batch, "--as-of", DAY, *words])

    return assess


def test_people_are_told_the_outcome_the_figures_and_what_is_missing(run: Run, held: Held) -> None:
    told = run("--policy", "claim.non-covered-nation")
    assert told.exit_code == 0, told.output
    lines = told.stdout.splitlines()
    assert lines[:2] == [held.batch, "fail"]
    said = " ".join(told.stdout.split())
    assert "Nd: 87.50 % to 100.00 % fail" in said
    assert "no stage in a covered nation, at least 100.00 %" in said
    assert "then at least 100.00 % if it counts, at most 87.50 % if not" in said
    assert f"    {held.statement}" in lines
    assert max(map(len, lines)) <= 80


def test_programs_are_told_the_answer(run: Run, held: Held) -> None:
    told = json.loads(run("--policy", "claim.recycled?share=0", "--json").stdout)
    assert (told["batch"], told["outcome"], told["asOf"]) == (held.batch, "pass", DAY)
    assert told["figures"][0]["upperShare"] == "0.125"


def test_what_is_missing_is_named_and_computed_once_it_is_there(run: Run, tmp_path: Path) -> None:
    words = ("--policy", "us.obbba.macr", "--product", "45x-battery-component")
    told = run(*words)
    assert told.stdout.splitlines()[1] == "indeterminate"
    assert "missing: direct costs not of prohibited foreign entities" in told.stdout
    said = " ".join(told.stdout.split())
    assert "Give it in the file of --facts, as cost." in said
    assert "Give it in the file of --facts, as holdings." in said
    without = " ".join(run("--policy", "us.obbba.macr").stdout.split())
    assert "Give it with --product." in without
    facts = tmp_path / "facts.json"
    facts.write_text('{"cost": {"total": "80", "prohibited": "30"}, "holdings": []}')
    told = run(*words, "--facts", str(facts))
    assert told.stdout.splitlines()[1] == "pass"
    assert "cost: 62.50 %  pass" in told.stdout


OURS = own_rule(
    "pit.traced",
    """kind = "share"
name = "known"
lens = "origin"
other = "good"
at_least = "0.85"
""",
)


def test_a_file_of_ones_own_is_added_and_assessed_by(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(OURS)
    told = run("--policy", str(file))
    assert told.stdout.splitlines()[1] == "pass", told.output
    assert "own.pit.traced version 1" in told.stdout
    known_by = digest(read_own(OURS, "ours.toml"))
    for asked in ("own.pit.traced", known_by, str(file)):
        assert json.loads(run("--policy", asked, "--json").stdout)["digest"] == known_by
    stricter = OURS.replace('"0.85"', '"0.9"').replace('version = "1"', 'version = "2"')
    file.write_text(stricter)
    added = CliRunner().invoke(main, ["policy", "add", str(file), "--json"])
    assert json.loads(added.stdout)["digest"] == digest(read_own(stricter, "ours.toml"))
    assert run("--policy", "own.pit.traced").stdout.splitlines()[1] == "fail"
    assert run("--policy", known_by).stdout.splitlines()[1] == "pass"
    listed = CliRunner().invoke(main, ["policy", "list", "--own", "--json"])
    ours = [json.loads(line) for line in listed.stdout.splitlines()]
    assert [(each["version"], each.get("replaced")) for each in ours] == [("1", True), ("2", None)]
    explained = CliRunner().invoke(main, ["policy", "explain", known_by])
    assert "“known”, at least 85 %" in explained.stdout
    assert f"Digest {known_by}" in explained.stdout


def policy(*words: str) -> Result:
    return CliRunner().invoke(main, ["policy", *words])


def test_an_id_stands_for_the_version_that_was_added_last(run: Run, tmp_path: Path) -> None:
    first = OURS.replace("own.pit.traced", "own.pit.versions")
    file = tmp_path / "ours.toml"
    file.write_text(first)
    told = " ".join(run("--policy", str(file)).stderr.split())
    assert f"{file} was added to the ledger, for good: own.pit.versions stands for this" in told
    assert "was added" not in run("--policy", str(file)).stderr
    second = first.replace('version = "1"', 'version = "2"').replace('"0.85"', '"0.9"')
    file.write_text(second)
    added = policy("add", str(file))
    assert "stands for this version from now on, and no longer for 1." in added.stderr
    file.write_text(first)
    again = policy("add", str(file))
    assert again.exit_code == 0
    told = " ".join(again.stderr.split())
    assert told.startswith("Already added on 20")
    assert "nothing has changed: own.pit.versions stands for version 2." in told
    explained = json.loads(policy("explain", "own.pit.versions", "--json").stdout)
    assert explained["digest"] == digest(read_own(second, ""))
    listed = policy("list", "--own").stdout
    assert listed.index("own.pit.versions  version 1\n  added on 20") < listed.index(
        "own.pit.versions  version 2\n  added on 20"
    )
    assert "replaced by a later one" in listed
    assert "what the id stands for" in listed
    file.write_text(first.replace('"0.85"', '"0"'))
    for refused in (run("--policy", str(file)), policy("add", str(file))):
        assert refused.exit_code == 1
        assert "own.pit.versions version 1 says something else already" in " ".join(
            refused.stderr.split()
        )


def test_an_own_id_that_there_is_not_is_told_with_how_one_is_added(run: Run) -> None:
    for refused in (run("--policy", "own.no.such"), policy("explain", "own.no.such")):
        assert refused.exit_code in {1, 2}
        told = " ".join(refused.stderr.split())
        assert "`provenite policy add FILE` adds one, `provenite policy list --own` has" in told


def test_the_words_of_a_policy_of_ones_own_are_quoted(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(OURS)
    told = " ".join(run("--policy", str(file)).stdout.split())
    assert "It is by a rule that a firm wrote itself." in told
    assert "“known”, at least 85.00 %" in told
    listed = CliRunner().invoke(main, ["policy", "list", "--own"]).stdout
    assert re.search(r"own\.pit\.traced  version 1\n  added on .*\n  “Half of it recycled”", listed)


def test_without_a_policy_of_ones_own_it_is_said_how_one_is_added(ledger: Ledger, run: Run) -> None:
    registrar = str(ledger.data / "registrar.pem")
    listed = CliRunner().invoke(main, ["--key", registrar, "policy", "list", "--own"])
    assert (listed.exit_code, listed.stdout) == (0, "")
    assert "No policies of your own: `provenite policy add FILE` adds one." in listed.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ("--policy", "us.obbba.macr", "--product", "battery"),
            "us.obbba.macr has no product 'battery': it has 45x-critical-mineral, ",
        ),
        (
            ("--policy", "us.dfars.252.225-7052", "--claim", "cot"),
            "us.dfars.252.225-7052 has no exemption 'cot': it has cots, electronic-device, nonavailability",
        ),
        (
            ("--policy", "claim.recycled", "--product", "banana"),
            "claim.recycled asks for no product: leave 'banana' out",
        ),
        (
            ("--policy", "claim.recycled", "--claim", "foo"),
            "claim.recycled asks for no claims: leave 'foo' out",
        ),
    ],
)
def test_what_the_policy_does_not_know_is_used_wrongly(
    run: Run, words: tuple[str, ...], sentence: str
) -> None:
    told = run(*words)
    assert (told.exit_code, told.stdout) == (2, "")
    assert sentence in " ".join(told.stderr.split())


def test_a_policy_of_ones_own_does_not_know_it_either(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    text = OURS.replace("own.pit.traced", "own.pit.exempting")
    file.write_text(f'{text}\n[[exemption]]\nid = "sample"\ntitle = "A sample"\n')
    added = CliRunner().invoke(main, ["policy", "add", str(file), "--json"])
    for asked in (str(file), "own.pit.exempting", json.loads(added.stdout)["digest"]):
        told = run("--policy", asked, "--claim", "simple")
        assert told.exit_code == 2, told.output
        assert "has no exemption 'simple': it has “sample”" in " ".join(told.stderr.split())
        assert run("--policy", asked, "--claim", "sample").stdout.splitlines()[1] == "pass"


def test_by_an_exemption_no_figure_decides_and_nothing_is_missing(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    text = OURS.replace("own.pit.traced", "own.pit.spared").replace('"0.85"', '"0.9"')
    file.write_text(f'{text}\n[[exemption]]\nid = "sample"\ntitle = "A sample"\n')
    assert "What is missing" in run("--policy", str(file)).stdout
    told = run("--policy", str(file), "--claim", "sample").stdout
    assert "by the exemption “sample”; the figures do not decide" in told
    assert "What is missing" not in told
    answer = json.loads(run("--policy", str(file), "--claim", "sample", "--json").stdout)
    assert (answer["outcome"], answer["figures"][0]["verdict"]) == ("pass", "fail")
    assert "gaps" not in answer


def test_a_copy_of_one_that_ships_is_that_one(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "copy.toml"
    file.write_text(f"# a copy\n{CATALOGUE['us.uflpa']}")
    told = json.loads(run("--policy", str(file), "--json").stdout)
    assert told["digest"] == digest(policy_named("us.uflpa"))
    file.write_text(CATALOGUE["us.uflpa"].replace('version = "', 'version = "9', 1))
    told_so = run("--policy", str(file))
    assert told_so.exit_code == 1
    assert "begins with 'own.'" in " ".join(told_so.stderr.split())


def test_a_file_that_is_none_is_refused_with_its_line(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(OURS.replace('lens = "origin"', 'lens = "colour"'))
    for told in (
        run("--policy", str(file)),
        CliRunner().invoke(main, ["policy", "add", str(file)]),
    ):
        assert (told.exit_code, told.stdout) == (1, "")
        assert "ours.toml, line 22: There is no lens 'colour'." in told.stderr
    assert run("--policy", "own.nobodys.policy").exit_code == 1


async def test_both_clients_register_list_and_read_policies(ledger: Ledger, held: Held) -> None:
    signer = Signer.load(held.key)
    policy = read_own(OURS, "ours.toml")
    with Client(ledger.url, signer) as client:
        registered = client.register_policy(OURS)
        listed = list(client.policies())
    with Client(ledger.url) as anybody:
        assert anybody.policy(registered.digest) == policy
    assert (registered.digest, registered.own) == (digest(policy), True)
    assert registered in listed
    assert [each.id for each in listed][: len(CATALOGUE)] == list(CATALOGUE)
    async with AsyncClient(ledger.url, signer) as client_too:
        assert await client_too.register_policy(OURS) == registered
        again = [each.digest async for each in client_too.policies()]
        assert sorted(again) == sorted(each.digest for each in listed)
        assert await client_too.policy(registered.digest) == policy
        with pytest.raises(NotFound):
            await client_too.policy("A" * 43)


@pytest.mark.parametrize(
    "words",
    [
        ("--policy", "us.nothing"),
        ("--policy", "own.pit.traced?share=1"),
        ("--policy", "no-such.toml"),
        ("--policy", "us.uflpa", "--facts", "no-such.json"),
        ("--policy", "us.uflpa", "--product", "An EV"),
    ],
)
def test_what_cannot_be_asked_is_used_wrongly(run: Run, words: tuple[str, ...]) -> None:
    told = run(*words)
    assert (told.exit_code, told.stdout) == (2, "")
    assert told.stderr.startswith("provenite: ")


def test_facts_that_are_none_are_named(run: Run, tmp_path: Path) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text('{"cost": {"total": "1", "prohibited": "2"}}')
    told = run("--policy", "us.uflpa", "--facts", str(facts))
    assert told.exit_code == 2
    assert "the parts of the cost are more than the whole" in " ".join(told.stderr.split())


async def test_both_clients_answer_the_same(ledger: Ledger, held: Held) -> None:
    facts = Facts(
        product="45x-battery-component", cost=Cost(total="80", prohibited="30"), holdings=()
    )
    day = date(2027, 3, 1)
    signer = Signer.load(held.key)
    with Client(ledger.url, signer) as client:
        found = client.assessment(held.batch, "us.obbba.macr", as_of=day, facts=facts)
        without = client.assessment(held.batch, "claim.non-covered-nation", gaps=False)
    assert (found.outcome, found.figures[0].lower_share) == ("fail", "0.625")
    assert (without.outcome, without.gaps) == ("fail", ())
    async with AsyncClient(ledger.url, signer) as client_too:
        again = await client_too.assessment(held.batch, "us.obbba.macr", as_of=day, facts=facts)
    assert again == found
