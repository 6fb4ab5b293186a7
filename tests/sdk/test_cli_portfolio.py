"""`provenite portfolio` and the clients' `portfolio`, against a real ledger."""

import csv
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import provenite
from provenite import AsyncClient, BatchOf, Client, Signer
from provenite.cli import main
from tests.ledger.running import Ledger

DAY = "2026-11-24"
Run = Callable[..., Result]


@pytest.fixture(scope="module")
def key(ledger: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The key of a firm that holds 49 kg Nd mined in the US, 35 recycled in France, and 16 from nowhere."""
    file = tmp_path_factory.mktemp("portfolio") / "firm.pem"
    signer = Signer.generate()
    signer.save(file)
    roles = ["miner", "recycler", "refiner"]
    with (
        Client(ledger.url, Signer.load(ledger.data / "registrar.pem")) as registrar,
        Client(ledger.url, signer) as firm,
    ):
        firm.enrol(registrar.invite(name="Pit", country="US", roles=roles).code)
        mined = firm.submit(
            provenite.extraction(
                country="US",
                occurred_at=datetime(2026, 3, 1, tzinfo=UTC),
                outputs=[
                    BatchOf("bastnaesite-concentrate", "700", {"Nd": "0.07"}, moisture="0.05")
                ],
            )
        )
        scrap = firm.submit(
            provenite.collection(
                country="FR",
                occurred_at=datetime(2026, 3, 1, tzinfo=UTC),
                source=provenite.Source.POST_CONSUMER,
                stream="magnets",
                outputs=[BatchOf("ndfeb-magnet-scrap", "140", {"Nd": "0.25"})],
            )
        )
        firm.submit(
            provenite.transformation(
                country="US",
                occurred_at=datetime(2026, 3, 2, tzinfo=UTC),
                stage=provenite.Stage.SEPARATION,
                custody_model=provenite.CustodyModel.CONTROLLED_BLENDING,
                inputs={mined.batches[0]: "700", scrap.batches[0]: "140"},
                outputs=[BatchOf("nd-oxide", "125", {"Nd": "0.8"})],
                untraced={"Nd": "16"},
            )
        )
    return file


@pytest.fixture
def run(ledger: Ledger, key: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("PROVENITE_LEDGER", ledger.url)
    monkeypatch.setenv("PROVENITE_KEY", str(key))

    def portfolio(*words: str) -> Result:
        return CliRunner().invoke(main, ["portfolio", "--as-of", DAY, *words])

    return portfolio


def test_people_are_shown_countries_sources_and_concentration(run: Run) -> None:
    told = run()
    assert told.exit_code == 0, told.output
    lines = told.stdout.splitlines()
    assert lines[0].startswith("stock: 1 batch; as of ")
    said = " ".join(told.stdout.split())
    for sentence in (
        "Nd: 100 kg strategic: rare earths for permanent magnets",
        "primary 49.00 %, post-consumer 35.00 %, unknown 16.00 %",
        "primary matter avoided: 35 kg, 35.00 % to 51.00 %",
        "mining: 65 kg, 35 kg did not go through it",
        # 49 of 65; 49² / 65².
        "largest third country (US): 75.38 % to 100.00 %; above 65.00 %",
        "Herfindahl index: 0.5683 to 1.0000",
        "the squares of the countries' shares, added up. 1 is all from one country",
        "not for a firm's",
        "at these stages alone: mining, concentration, separation, refining, metal making, alloying and leaching.",
        f"Members of the EU as of {DAY}",
    ):
        assert sentence in said
    (mined,) = (line for line in lines if line.startswith("    US") and "75.38" in line)
    (unknown,) = (line for line in lines if line.startswith("    unknown") and "24.62" in line)
    assert (mined.count("#"), unknown.count("?")) == (23, 7)
    assert max(map(len, lines)) <= 80


def test_members_of_the_union_have_another_bar(run: Run, ledger: Ledger, tmp_path: Path) -> None:
    signer = Signer.generate()
    file = tmp_path / "digger.pem"
    signer.save(file)
    with (
        Client(ledger.url, Signer.load(ledger.data / "registrar.pem")) as registrar,
        Client(ledger.url, signer) as firm,
    ):
        firm.enrol(registrar.invite(name="Digger", country="SE", roles=["miner"]).code)
        firm.submit(
            provenite.extraction(
                country="SE",
                occurred_at=datetime(2026, 3, 1, tzinfo=UTC),
                outputs=[BatchOf("copper-concentrate", "100", {"Fe": "0.3"}, moisture="0.05")],
            )
        )
    told = run("--key", str(file)).stdout
    assert "=" * 30 in told
    assert "strategic:" not in told
    assert "third country (" not in told


def test_programs_are_told_the_answer(run: Run) -> None:
    told = json.loads(run("--json", "--element", "Nd").stdout)
    assert (told["flow"], told["batches"], told["asOf"]) == ("stock", 1, DAY)
    assert told["elements"][0]["stages"][0]["largest"]["lower"] == "0.753846154"


def test_a_flow_has_its_days(run: Run) -> None:
    made = json.loads(
        run("--flow", "made", "--from", "2026-03-01", "--to", "2026-03-31", "--json").stdout
    )
    assert (made["from"], made["to"], made["batches"]) == ("2026-03-01", "2026-03-31", 1)
    none = run("--flow", "shipped", "--from", "2026-03-01", "--to", "2026-03-31").stdout
    assert none.startswith("shipped from 2026-03-01 to 2026-03-31: 0 batches; as of ")
    assert len(none.splitlines()) == 1


def test_a_table_has_all_figures(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "nd.csv"
    assert run("--csv", str(file)).exit_code == 0
    rows = list(csv.DictReader(file.read_text("utf-8").splitlines()))
    mined = [row for row in rows if row["stage"] == "extraction"]
    assert [(row["country"], row["kg"], row["share"], row["at_most"]) for row in mined] == [
        ("US", "49", "0.753846154", ""),
        ("unknown", "16", "0.246153846", ""),
        ("largest third country", "", "0.753846154", "1"),
        ("herfindahl", "", "0.568284024", "1"),
    ]
    assert [row["kg"] for row in rows if row["stage"] == "source"] == ["49", "35", "0", "0", "16"]
    assert {row["strategic"] for row in rows} == {"yes"}


@pytest.mark.parametrize(
    "words",
    [
        ("--from", "2026-01-01", "--to", "2026-02-01"),
        ("--flow", "made"),
        ("--flow", "made", "--from", "2026-01-01"),
        ("--element", "nd"),
        ("--csv", "/no/such/folder/nd.csv"),
    ],
)
def test_what_cannot_be_asked_is_used_wrongly(run: Run, words: tuple[str, ...]) -> None:
    told = run(*words)
    assert (told.exit_code, told.stdout) == (2, "")
    assert told.stderr.startswith("provenite: ")


async def test_both_clients_answer_the_same(ledger: Ledger, key: Path) -> None:
    signer = Signer.load(key)
    since, until = date(2026, 3, 1), date(2026, 3, 31)
    with Client(ledger.url, signer) as client:
        found = client.portfolio(flow="made", since=since, until=until, elements=["Nd"])
    assert (found.first, found.last, found.elements[0].mass) == (since, until, "100")
    async with AsyncClient(ledger.url, signer) as client_too:
        again = await client_too.portfolio(flow="made", since=since, until=until, elements=["Nd"])
    assert again == found
