"""The command against a real ledger."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner, Result

import provenite
from provenite import BatchOf, Client, Signer
from provenite.cli import main
from provenite_proto import paths
from provenite_proto.log import LogProof, parse_key
from provenite_proto.log.cose import InclusionReceipt
from tests.ledger.running import Ledger
from tests.sdk.logging_it import Log

Provenite = Callable[..., Result]


@pytest.fixture(scope="module")
def registrar(ledger: Ledger) -> Iterator[Client]:
    with Client(ledger.url, Signer.load(ledger.data / "registrar.pem")) as client:
        yield client


@pytest.fixture
def run(
    ledger: Ledger, registrar: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Provenite:
    """Runs the command as a miner who has joined, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PROVENITE_LEDGER", ledger.url)
    monkeypatch.setenv("PROVENITE_KEY", str(tmp_path / "firm.pem"))

    def provenite(*words: str, stdin: str | bytes | None = None) -> Result:
        return CliRunner().invoke(main, words, input=stdin)

    assert provenite("keygen", "firm.pem").exit_code == 0
    code = registrar.invite(name="Pit Ltd", country="US", roles=["miner", "refiner"]).code
    enrolled = provenite("enrol", code)
    assert enrolled.exit_code == 0
    assert re.search(r"^name +Pit Ltd$", enrolled.stdout, re.M)
    assert re.search(r"^roles +miner, refiner$", enrolled.stdout, re.M)
    return provenite


def extraction(mass: str, nd: str = "0.07", lot: str | None = None) -> str:
    record = provenite.extraction(
        country="US",
        occurred_at=datetime(2026, 3, 1, tzinfo=UTC),
        outputs=[BatchOf("bastnaesite-concentrate", mass, {"Nd": nd}, moisture="0.05", lot=lot)],
    )
    return msgspec.json.encode(record).decode()


def test_from_a_key_to_the_content(run: Provenite, tmp_path: Path) -> None:
    shown = run("whoami").stdout
    assert re.search(r"^name +Pit Ltd$", shown, re.M)
    assert re.search(r"^roles +miner, refiner$", shown, re.M)
    (tmp_path / "one.json").write_text(extraction("1000", lot="L1"))
    submitted = run("submit", "one.json")
    assert submitted.exit_code == 0, submitted.output
    assert submitted.stderr == "1 record: 1 recorded.\n"
    mined = submitted.stdout.split()[-1]
    record = provenite.transformation(
        country="US",
        occurred_at=datetime(2026, 3, 2, tzinfo=UTC),
        stage=provenite.Stage.SEPARATION,
        custody_model=provenite.CustodyModel.SEGREGATED,
        inputs={mined: "900"},
        outputs=[BatchOf("nd-oxide", "70", {"Nd": "0.8"})],
    )
    separated = run("submit", stdin=msgspec.json.encode(record))
    assert separated.exit_code == 0, separated.output
    oxide = separated.stdout.split()[-1]
    listed = run("batches").stdout
    assert "bastnaesite-concentrate  1000 kg, 100 kg left  held\n" in listed
    assert "\n  extraction US  2026-03-01  lot L1\n" in listed
    assert f"\n  {oxide}\n" in listed
    assert run("batches", "--material", "nd-metal").stderr == "No batches.\n"
    assert run("batches", "--site", "A" * 43).stderr == "No batches.\n"
    assert run("batches", "--exhausted", "--made").stdout == listed
    assert run("trace", oxide).stdout.splitlines() == [
        "separation US 2026-03-02  nd-oxide",
        "extraction US 2026-03-01  900 kg of bastnaesite-concentrate",
    ]
    content = run("content", oxide)
    assert "Nd: 56 kg" in content.stdout
    assert re.search(r"origin +US +56 +100.00 %", content.stdout)
    assert "metal_making" not in content.stdout
    assert "not shown: see --all." in content.stdout
    assert "no such step" in run("content", oxide, "--all").stdout
    for said in (shown, listed, content.stdout):
        assert "\x1b" not in said
        assert max(map(len, said.splitlines())) <= 80


def test_json_is_the_answer(run: Provenite, tmp_path: Path) -> None:
    submitted = run("submit", "--json", stdin=extraction("5") + "\n" + extraction("6", nd="2"))
    recorded, refused = map(json.loads, submitted.stdout.splitlines())
    assert (recorded["record"], recorded["status"]) == (1, 201)
    assert (refused["record"], refused["problem"]["status"]) == (2, 400)
    (batch,) = recorded["submitted"]["batches"]
    assert json.loads(run("batches", "--json").stdout)["id"] == batch
    assert json.loads(run("trace", batch, "--json").stdout)["batch"] == batch
    assert json.loads(run("content", batch, "--json").stdout)["batch"] == batch
    about = json.loads(run("whoami", "--json").stdout)
    assert about["party"]["roles"] == ["miner", "refiner"]
    made = json.loads(run("keygen", "second.pem", "--json", "--algorithm", "Ed25519").stdout)
    assert made["keyId"] == Signer.load(tmp_path / "second.pem").key_id
    unknown = run("batches", "--key", "second.pem", "--json")
    assert unknown.exit_code == 1
    assert json.loads(unknown.stderr)["type"] == "urn:provenite:problem:token-invalid"
    said = run("batches", "--key", "second.pem").stderr
    assert "This key is not enrolled here: `provenite enrol`, or another --key." in said


def test_a_doubt_says_what_to_do(run: Provenite) -> None:
    record = json.loads(extraction("1"))
    del record["quantities"]["outputs"][0]["moisture"]
    doubted = run("submit", stdin=json.dumps(record))
    assert doubted.exit_code == 0, doubted.output
    doubt, _, remedy = doubted.stdout.splitlines()[-3:]
    assert max(map(len, doubted.stdout.splitlines())) <= 80
    assert doubt.startswith("  doubt moisture-missing: ")
    assert remedy == "    Give the moisture of the wet matter; mass and assay are of its dry part."


def test_a_refusal_says_what_where_and_what_to_do(run: Provenite) -> None:
    refused = run("submit", stdin=extraction("1", nd="0.9"))
    assert refused.exit_code == 1
    assert "record 1: refused: impossible-assay (422)\n" in refused.stderr
    assert "\n  where    /record/quantities/outputs/0/composition" in refused.stderr
    assert "\n  figures  " in refused.stderr
    assert "\n  remedy   Correct the assay" in refused.stderr
    assert refused.stderr.endswith("1 record: 0 recorded, 1 refused.\n")
    malformed = run("submit", stdin=extraction("-1"))
    assert "where    /record/quantities/outputs/0/mass" in malformed.stderr


def test_a_receipt_is_printed_or_saved(run: Provenite, ledger: Ledger, tmp_path: Path) -> None:
    submitted = run("submit", stdin=extraction("100"))
    digest = submitted.stdout.split()[-1].partition(".")[0]
    key = ledger.http.get(paths.LOG_STATE).json()["key"]
    printed = run("receipt", digest, "--log-key", key)
    assert printed.exit_code == 0, printed.output
    proof = LogProof.parse(printed.stdout.encode())
    assert proof.check(digest, parse_key(key)).size > proof.index
    saved = run("receipt", f"{digest}.0", "-o", "it.tlog-proof")
    assert (saved.exit_code, saved.output) == (0, "")
    LogProof.parse((tmp_path / "it.tlog-proof").read_bytes()).check(digest, parse_key(key))
    assert json.loads(run("receipt", digest, "--json").stdout)["statement"] == digest
    assert run("receipt", digest, "--cose", "--json").exit_code == 2
    assert run("receipt", digest, "--cose", "-o", "it.cose").exit_code == 0
    assert InclusionReceipt.parse((tmp_path / "it.cose").read_bytes()).digest == digest


def test_a_receipt_that_there_is_not(run: Provenite, ledger: Ledger, tmp_path: Path) -> None:
    assert run("receipt", "A" * 42).exit_code == 2
    assert run("receipt", "A" * 43).exit_code == 1
    submitted = run("submit", stdin=extraction("100"))
    digest = submitted.stdout.split()[-1].partition(".")[0]
    other = Log(ledger.origin).signer.key
    refused = run("receipt", digest, "--log-key", str(other))
    assert refused.exit_code == 3
    assert "not proven to be in the log" in refused.stderr
    assert run("receipt", digest, "--log-key", "x").exit_code == 3
    assert run("receipt", digest, "-o", str(tmp_path)).exit_code == 2


def test_an_interrupted_run_goes_on_and_records_nothing_twice(
    run: Provenite, tmp_path: Path, registrar: Client
) -> None:
    (tmp_path / "many.jsonl").write_text("\n".join(extraction(str(n)) for n in range(1, 251)))
    whole = run("submit", "many.jsonl", "--results", "done.jsonl")
    assert whole.exit_code == 0, whole.output
    assert whole.stdout == ""
    size = registrar.ledger().size
    # As if it had been killed after the answers were recorded, but before they were written down.
    lines = (tmp_path / "done.jsonl").read_text().splitlines(keepends=True)
    kept = [line for line in lines if '"result"' not in line][:151]
    (tmp_path / "cut.jsonl").write_text("".join(kept))
    again = run("submit", "many.jsonl", "--results", "cut.jsonl")
    assert again.stderr == "250 records: 100 recorded, 150 recorded before.\n"
    assert registrar.ledger().size == size + 100
    written = (tmp_path / "cut.jsonl").read_bytes()
    third = run("submit", "many.jsonl", "--results", "cut.jsonl")
    assert (tmp_path / "cut.jsonl").read_bytes() == written
    assert third.stderr == "250 records: 0 recorded, 250 recorded before.\n"
    assert registrar.ledger().size == size + 100


def test_ctrl_c_leaves_a_results_file_to_go_on_with(
    run: Provenite, tmp_path: Path, registrar: Client
) -> None:
    records = [extraction(str(number)) for number in range(1, 2001)]
    (tmp_path / "many.jsonl").write_text("\n".join(records))
    size = registrar.ledger().size
    words = ["submit", "many.jsonl", "--results", "done.jsonl", "--json"]
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", "from provenite.cli import main; main()", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ.copy(),
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "not submitted" in said
    assert "done.jsonl knows what was sent" in said
    run(*words)
    assert registrar.ledger().size == size + len(records)


def test_a_passphrase_is_asked_for_at_a_terminal(tmp_path: Path) -> None:
    ours, terminal = pty.openpty()
    code = "from provenite.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "keygen", "safe.pem", "--encrypt"],
        cwd=tmp_path,
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={name: os.environ[name] for name in ("PATH",)},
        start_new_session=True,
    ) as process:
        assert process.stderr is not None
        for prompt in (b"Passphrase", b"Repeat"):
            said = b""
            while not (prompt in said and said.endswith(b": ")):
                more = os.read(process.stderr.fileno(), 1024)
                assert more, said
                said += more
            os.write(ours, b"correct horse\n")
        process.communicate(timeout=30)
    os.close(ours)
    os.close(terminal)
    assert process.returncode == 0
    assert Signer.load(tmp_path / "safe.pem", "correct horse")


def test_two_runs_at_once_record_nothing_twice(
    run: Provenite, tmp_path: Path, registrar: Client
) -> None:
    records = [extraction(str(number)) for number in range(1, 1001)]
    (tmp_path / "many.jsonl").write_text("\n".join(records))
    size = registrar.ledger().size
    words = ["submit", "many.jsonl", "--results", "done.jsonl"]
    command = [sys.executable, "-W", "error", "-c", "from provenite.cli import main; main()"]
    both = [
        subprocess.Popen([*command, *words], stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    said = {process.communicate(timeout=60)[1]: process.returncode for process in both}
    assert sorted(said.values()) == [0, 2]
    (refused,) = (text for text, code in said.items() if code == 2)
    assert "done.jsonl is in use by another `provenite submit`" in refused
    assert registrar.ledger().size == size + len(records)
    again = run(*words)
    assert again.stderr == "1000 records: 0 recorded, 1000 recorded before.\n"


def test_credit_is_not_shown_as_physical_content(run: Provenite) -> None:
    mined = run("submit", stdin=extraction("1000")).stdout.split()[-1]
    for model, said in (("mass_balance_credit", True), ("segregated", False)):
        record = provenite.transformation(
            country="US",
            occurred_at=datetime(2026, 3, 2, tzinfo=UTC),
            stage=provenite.Stage.SEPARATION,
            custody_model=provenite.CustodyModel(model),
            inputs={mined: "100"},
            outputs=[BatchOf("nd-oxide", "7", {"Nd": "0.8"})],
        )
        made = run("submit", stdin=msgspec.json.encode(record)).stdout.split()[-1]
        shown = run("content", made, "--lens", "origin")
        assert shown.exit_code == 0, shown.output
        assert ("not physically contained" in shown.stdout) == said


def test_an_element_that_is_not_in_the_batch_is_said(run: Provenite) -> None:
    batch = run("submit", stdin=extraction("1000")).stdout.split()[-1]
    absent = run("content", batch, "--element", "nd")
    assert (absent.exit_code, absent.stdout) == (2, "")
    assert absent.stderr == ("provenite: the batch has no nd (did you mean Nd?): it has Nd\n")
    assert "has no Cu: it has Nd\n" in run("content", batch, "--element", "Cu").stderr


def test_parties_and_sites_are_listed(run: Provenite) -> None:
    party = re.search(r"^party +(\S+)$", run("whoami").stdout, re.M)
    assert party
    assert f"Pit Ltd  US  miner, refiner\n  {party[1]}\n" in run("parties").stdout
    assert {
        json.loads(line)["country"] for line in run("parties", "--json").stdout.split("\n") if line
    }
    assert run("sites").stderr == "No sites.\n"
    pit = provenite.site(country="US", stages=[provenite.Stage.EXTRACTION], name="Pit 1")
    submitted = run("submit", stdin=msgspec.json.encode(pit))
    digest = submitted.stdout.split()[-1]
    assert run("sites").stdout == f"Pit 1  US  extraction\n  {digest}\n"
    assert json.loads(run("sites", "--json").stdout)["id"] == digest


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["batches", "--ledger", "http://127.0.0.1:9"], 3, "answers at http://127.0.0.1:9: is"),
        (["batches", "--ledger", "nonsense"], 2, "'nonsense' is not a ledger's URL"),
        (["batches", "--ledger", ""], 2, "is not a ledger's URL"),
        (["batches", "--key", "absent.pem"], 2, "absent.pem: No such file"),
        (["batches", "--passphrase-file", "absent"], 0, ""),
        (["keygen", "firm.pem"], 2, "never overwritten"),
        (["submit", "absent.json"], 2, "absent.json: No such file"),
        (["submit", "record.json", "--key", "absent.pem"], 2, "absent.pem: No such file"),
        (["submit", "record.json", "--ledger", "http://127.0.0.1:9"], 3, "127.0.0.1:9"),
        (["submit", "record.json", "--results", "record.json"], 2, "name another file"),
        (["content", f"{'A' * 43}.0"], 1, "not-found"),
        (
            ["content", "nothing"],
            2,
            "nothing is not a batch id: mistyped or cut off; `provenite batches` lists yours",
        ),
        (["trace", "A" * 43], 2, "is not a batch id"),
        (
            ["batches", "--ledger", "https://a.example/schema"],
            2,
            "own address is https://a.example",
        ),
        (["batches", "--ledger", "http://a.invalid"], 3, "no host of this name: http://a.invalid"),
        (["keygen", "other.pem", "--encrypt"], 2, "PROVENITE_KEY_PASSPHRASE or --passphrase-file"),
        (["submit", "firm.pem"], 2, "firm.pem: line 1: a private key."),
        (["enrol", "wrong-code"], 1, "invitation-invalid"),
        (["batches", "--lto", "x"], 2, "--lot"),
    ],
)
def test_exit_codes(
    run: Provenite, words: list[str], code: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    Path("record.json").write_text(extraction("1"))
    result = run(*words)
    assert said in " ".join(result.stderr.split())
    assert result.exit_code == code
    assert all(len(line) <= 80 or " " not in line for line in result.stderr.splitlines())


def test_an_encrypted_key_takes_its_passphrase_from_wherever(
    run: Provenite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROVENITE_KEY_PASSPHRASE", "correct horse")
    made = run("keygen", "safe.pem", "--encrypt")
    monkeypatch.delenv("PROVENITE_KEY_PASSPHRASE")
    assert made.exit_code == 0, made.output
    assert re.search(r"safe\.pem \(encrypted, ES256\)$", made.stdout, re.M)
    without = run("whoami", "--key", "safe.pem")
    assert without.exit_code == 2
    assert "safe.pem is encrypted" in without.stderr
    (tmp_path / "passphrase").write_text("correct horse\n")
    for given in ("wrong", None):
        if given:
            monkeypatch.setenv("PROVENITE_KEY_PASSPHRASE", given)
            assert run("whoami", "--key", "safe.pem").exit_code == 2
        else:
            monkeypatch.setenv("PROVENITE_KEY_PASSPHRASE", "correct horse")
            # The key is nobody's: it could be read.
            assert "token-invalid" in run("whoami", "--key", "safe.pem").stderr
    monkeypatch.delenv("PROVENITE_KEY_PASSPHRASE")
    words = ("whoami", "--key", "safe.pem", "--passphrase-file", "passphrase")
    assert "token-invalid" in run(*words).stderr


def test_which_ledger_is_signed_for(
    run: Provenite, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = run("--origin", "https://another.example", "whoami")
    assert "leave out --origin" in " ".join(refused.stderr.split())
    assert refused.exit_code == 1
    assert "token-invalid" in refused.stderr
    monkeypatch.setenv("PROVENITE_LEDGER", ledger.url.replace("127.0.0.1", "localhost"))
    assert run("whoami").exit_code == 0
    monkeypatch.setenv("PROVENITE_ORIGIN", ledger.origin)
    assert run("whoami").exit_code == 0


@pytest.mark.parametrize(
    "content",
    [
        b"lot,mass\nL1,1000\n",
        b"# Notes\n",
        b"\x7fELF\x02\xff",
        b"a.b.c~\n-----BEGIN PRIVATE KEY-----\n",
    ],
)
def test_a_wrong_file_is_not_sent(run: Provenite, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "wrong").write_bytes(content)
    # Nothing listens there: to try would say so.
    refused = run("submit", "wrong", "--ledger", "http://127.0.0.1:9", "--json")
    assert refused.exit_code == 2
    assert re.match(r"provenite: wrong: line \d: ", refused.stderr)
    assert "was sent" in " ".join(refused.stderr.split())
    assert refused.stderr.count("wrong") == 1
