"""`provenite monitor` against logs that an ordinary web server serves from a folder."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner, Result

from provenite.cli import main
from provenite.cli.monitoring import UNWITNESSED
from provenite_proto.log import Fork, LogProof, Note, NoteSigner, WitnessSigner
from provenite_proto.log.submission import origin_hash
from tests.sdk.serving_logs import publish, served
from tests.witness.growing import GrowingLog, entries

WITNESS = WitnessSigner("w.test/1", Ed25519PrivateKey.generate())
PROVENITE = str(Path(sys.executable).with_name("provenite"))
Monitor = Callable[..., Result]


@pytest.fixture
def log() -> GrowingLog:
    return GrowingLog(entries(600))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "public" / "log"


@pytest.fixture
def url(folder: Path) -> Iterator[str]:
    folder.mkdir(parents=True)
    with served(folder.parent) as address:
        yield address


@pytest.fixture
def look(url: str, log: GrowingLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Monitor:
    """Looks once at the log at the URL, in a folder of its own."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    def monitor(*words: str) -> Result:
        key = () if "--log-key" in words else ("--log-key", str(log.signer.key))
        return CliRunner().invoke(main, ["monitor", url, "--once", *key, *words])

    return monitor


def said(result: Result) -> str:
    """What was printed, on one line and without times."""
    text = " ".join(f"{result.stdout} {result.stderr}".split()).replace(UNWITNESSED, "").strip()
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ ", "", text)


def evidence() -> Fork:
    (file,) = Path().glob("*.fork-*.json")
    return Fork.parse(file.read_bytes())


def test_a_log_that_grows(look: Monitor, log: GrowingLog, folder: Path) -> None:
    for size, sentence in (
        (1, "1 statement, 1 new"),
        (255, "255 statements, 254 new"),
        (600, "600 statements, 345 new"),
        (600, "600 statements, nothing new"),
    ):
        publish(folder, log, size)
        result = look()
        assert (result.exit_code, said(result)) == (0, sentence)
    assert [path.name for path in Path().iterdir()] == ["provenite-monitor.json"]


def test_parts_of_tiles_that_have_been_filled_are_not_needed(
    look: Monitor, log: GrowingLog, folder: Path
) -> None:
    publish(folder, log, 500)
    assert look().exit_code == 0
    # An old checkpoint, of whose last tile only the whole is there.
    publish(folder, log, 600, checkpoint=log.signed(450), anew=False)
    shutil.rmtree(folder / "tile/0/001.p")
    result = look()
    assert result.exit_code == 1
    assert "It is of the same history." in said(result)


def test_a_fork_leaves_evidence(look: Monitor, log: GrowingLog, folder: Path) -> None:
    publish(folder, log, 300)
    look()
    before = Path("provenite-monitor.json").read_bytes()
    fork = log.forked(200, 250)
    publish(folder, fork, 450)
    result = look()
    assert result.exit_code == 1
    assert said(result).startswith("FORKED at 450 statements: The log has signed two histories")
    found = evidence()
    found.check()
    assert found.checkpoints == (log.signed(300).decode(), fork.signed().decode())
    (file,) = Path().glob("*.fork-*.json")
    assert file.name in said(result)
    # What was seen before stays what was seen, and the fork is not forgotten when the old history is shown again.
    remembered = json.loads(Path("provenite-monitor.json").read_bytes())["following"]
    assert remembered["evidence"] == file.name
    assert {**remembered, "evidence": ""} == json.loads(before)["following"]
    publish(folder, log, 310)
    result = look()
    assert result.exit_code == 1
    assert (
        f"310 statements, 10 new; but the log has FORKED before, the evidence is in {file.name}"
        in said(result)
    )
    assert look("--state", "another.json").exit_code == 0


def test_another_log_is_not_judged_by_what_was_seen_of_this_one(
    look: Monitor, log: GrowingLog, folder: Path
) -> None:
    publish(folder, log, 300)
    assert look().exit_code == 0
    before = Path("provenite-monitor.json").read_bytes()
    other = GrowingLog(entries(600), NoteSigner("other.test/log", Ed25519PrivateKey.generate()))
    publish(folder, other, 300)
    result = look()
    assert result.exit_code == 2
    assert "provenite-monitor.json follows the log log.test/log" in said(result)
    assert "serves other.test/log: name another --state" in said(result)
    assert Path("provenite-monitor.json").read_bytes() == before


def test_an_old_checkpoint(look: Monitor, log: GrowingLog, folder: Path) -> None:
    publish(folder, log, 300)
    look()
    publish(folder, log, 200)
    result = look()
    assert result.exit_code == 1
    assert said(result).startswith(
        "stale: The log serves a checkpoint of 200 statements, though one of 300 was seen"
    )
    publish(folder, log, 301)
    assert said(look()) == "301 statements, 1 new"


def test_a_checkpoint_that_is_not_the_log_s(look: Monitor, log: GrowingLog, folder: Path) -> None:
    publish(folder, log, 300, checkpoint=GrowingLog(log.entries).signed(300))
    result = look()
    assert result.exit_code == 1
    assert said(result).startswith("false: No signature by log.test/log")
    assert not list(Path().iterdir())


def cosigned(log: GrowingLog, size: int, *signers: WitnessSigner) -> bytes:
    text = log.checkpoint(size).text
    lines = (each.cosign(text, 1_800_000_000) for each in signers)
    return Note(text, (log.signer.sign(text), *lines)).encode()


def test_the_quorum_of_witnesses(
    look: Monitor, log: GrowingLog, folder: Path, tmp_path: Path
) -> None:
    policy = tmp_path / "witnesses.txt"
    policy.write_text(f"log {log.signer.key}\nwitness first {WITNESS.key}\nquorum first\n")
    publish(folder, log, 300)
    for sentence in ("300 new", "nothing new"):
        result = look("--policy", str(policy))
        assert result.exit_code == 1
        assert f"300 statements, {sentence}; not enough witnesses: Cosigned by no" in said(result)
    publish(folder, log, 300, checkpoint=cosigned(log, 300, WITNESS))
    result = look("--policy", str(policy))
    assert (result.exit_code, said(result)) == (
        0,
        "300 statements, nothing new; cosigned by first",
    )


def witnessed_elsewhere(folder: Path, log: GrowingLog, size: int) -> None:
    """What a witness at the same address says that it was shown."""
    shown = folder.parent / origin_hash(log.origin)
    shown.mkdir(exist_ok=True)
    (shown / "checkpoint").write_bytes(cosigned(log, size, WITNESS))


def test_a_witness_that_was_shown_another_history(
    look: Monitor, log: GrowingLog, folder: Path, tmp_path: Path, url: str
) -> None:
    policy = tmp_path / "witnesses.txt"
    policy.write_text(f"witness first {WITNESS.key} {url}\nquorum none\n")
    publish(folder, log, 300)
    witnessed_elsewhere(folder, log, 250)
    for _ in range(2):
        assert look("--policy", str(policy)).exit_code == 0
    fork = log.forked(100, 200)
    witnessed_elsewhere(folder, fork, 300)
    result = look("--policy", str(policy))
    assert result.exit_code == 1
    assert "FORKED at 300 statements: the witness first was shown another history" in said(result)
    found = evidence()
    found.check()
    # Without a policy nobody is asked.
    assert look("--state", "another.json").exit_code == 0


def test_a_witness_that_was_shown_more(
    log: GrowingLog, folder: Path, tmp_path: Path, url: str
) -> None:
    policy = tmp_path / "witnesses.txt"
    policy.write_text(f"witness first {WITNESS.key} {url}\nquorum none\n")
    publish(folder, log, 300)
    # Its tiles are not served to this reader.
    witnessed_elsewhere(folder, log, 400)
    process = start(url, log, tmp_path / "state.json", "--policy", str(policy))
    assert process.stdout is not None
    assert process.stderr is not None
    assert "Z  300 statements, 300 new" in process.stdout.readline()
    reported = process.stderr.readline() + process.stderr.readline()
    assert "300 statements, nothing new; withheld" in " ".join(reported.split())
    publish(folder, log, 400)
    assert "Z  400 statements, 100 new" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 130


def test_who_holds_a_receipt_of_another_history(
    look: Monitor, log: GrowingLog, folder: Path
) -> None:
    publish(folder, log, 300)
    receipt, checkpoint = Path("mine.tlog-proof"), Path("checkpoint")
    # The proof itself is for whoever has the statement: here it is about its checkpoint.
    receipt.write_bytes(LogProof(3, 1_800_000_000, (), log.signed(200)).encode())
    checkpoint.write_bytes(log.signed(250))
    words: tuple[str, ...] = ("--receipt", str(receipt), "--receipt", str(checkpoint))
    assert look(*words).exit_code == 0
    receipt.write_bytes(LogProof(3, 1_800_000_000, (), log.forked(3, 100).signed(100)).encode())
    result = look(*words)
    assert result.exit_code == 1
    assert "whoever gave you mine.tlog-proof was shown another history than you" in said(result)
    smaller, larger = evidence().check()
    assert (smaller.size, larger.size) == (100, 300)
    checkpoint.write_bytes(GrowingLog(log.entries).signed(250))
    receipt.write_bytes(LogProof(3, 1, (), log.signed(200)).encode()[:-1])
    for name in (str(checkpoint), str(receipt), "absent"):
        assert look("--receipt", name).exit_code == 3


def test_a_receipt_that_cannot_be_compared(look: Monitor, log: GrowingLog, folder: Path) -> None:
    publish(folder, log, 300)
    assert look().exit_code == 0
    receipt = Path("mine.tlog-proof")
    receipt.write_bytes(LogProof(3, 1, (), log.forked(3, 100).signed(100)).encode())
    shutil.rmtree(folder / "tile")
    for words in (("--receipt", str(receipt)), ()):
        result = look(*words)
        assert result.exit_code == 1
        assert "incomparable: Whether the checkpoint of 100 statements that whoever gave" in said(
            result
        )
        assert "the log serves no tile/" in said(result)
    publish(folder, log, 300)
    assert look().exit_code == 1
    evidence().check()


def test_a_receipt_of_more_than_is_served(look: Monitor, log: GrowingLog, folder: Path) -> None:
    publish(folder, log, 300)
    receipt = Path("mine.tlog-proof")
    receipt.write_bytes(LogProof(3, 1, (), log.signed(350)).encode())
    words = ("--receipt", str(receipt), "--interval", "1")
    for _ in range(2):
        result = look(*words)
        assert result.exit_code == 1
        assert "nothing new; withheld: the log has shown more to others (350 to" in said(result)
    event = json.loads(look(*words, "--json").stdout)
    assert event["ahead"] == event["withheld"] == {"whoever gave you mine.tlog-proof": 350}
    # What was withheld is remembered.
    assert look().exit_code == 1
    publish(folder, log, 400)
    assert (look(*words).exit_code, look().exit_code) == (0, 0)


def test_evidence_is_checked_by_anybody(
    look: Monitor, log: GrowingLog, folder: Path, tmp_path: Path
) -> None:
    for history in (log, log.forked(200, 250)):
        publish(folder, history, 300)
        look()
    (file,) = Path().glob("*.fork-*.json")
    policy = tmp_path / "witnesses.txt"
    policy.write_text(f"log {log.signer.key}\nquorum none\n")

    def check(*words: str) -> Result:
        return CliRunner().invoke(main, ["monitor", "--evidence", *words])

    trust = "Compare it with the one that you trust"
    for words in ((), ("--log-key", str(log.signer.key)), ("--policy", str(policy))):
        result = check(str(file), *words)
        assert result.exit_code == 0
        assert "FORKED: the log log.test/log has signed two histories, of 300 and of 300" in said(
            result
        )
        assert (trust in said(result)) == (not words)
    shown = json.loads(check(str(file), "--json").stdout)
    assert (shown["verdict"], shown["key"]) == ("forked", str(log.signer.key))
    roots = [log.checkpoint(300).root.hex(), log.forked(200, 250).checkpoint(300).root.hex()]
    assert shown["trees"] == [{"size": 300, "root": root} for root in roots]

    other = GrowingLog().signer.key
    result = check(str(file), "--log-key", str(other))
    assert (result.exit_code, "of another log than the one you trust" in said(result)) == (1, True)
    altered = tmp_path / "altered.json"
    altered.write_bytes(file.read_bytes().replace(b"\\n300\\n", b"\\n301\\n", 1))
    result = check(str(altered))
    assert (result.exit_code, "shows no fork" in said(result)) == (1, True)
    shown = json.loads(check(str(altered), "--json").stdout)
    assert (shown["verdict"], shown["slug"]) == ("unproven", "signature-false")
    assert check("absent").exit_code == 3
    assert check(str(file), "http://log.test").exit_code == 2
    assert CliRunner().invoke(main, ["monitor"]).exit_code == 2


def start(url: str, log: GrowingLog, state: Path, *words: str) -> subprocess.Popen[str]:
    """A monitor that goes on."""
    return subprocess.Popen(
        [
            *(PROVENITE, "monitor", url, "--interval", "1", *words),
            *("--log-key", str(log.signer.key), "--state", str(state)),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )


def test_json(look: Monitor, log: GrowingLog, folder: Path, tmp_path: Path) -> None:
    policy = tmp_path / "witnesses.txt"
    policy.write_text(f"witness first {WITNESS.key}\nquorum first\n")
    publish(folder, log, 300, checkpoint=cosigned(log, 300, WITNESS))
    event = json.loads(look("--policy", str(policy), "--json").stdout)
    assert event.pop("at").endswith("Z")
    assert event == {
        "verdict": "grown",
        "log": "log.test/log",
        "size": 300,
        "new": 300,
        "cosigned": {"first": 1_800_000_000},
    }
    publish(folder, log.forked(10, 400), 400)
    event = json.loads(look("--policy", str(policy), "--json").stdout)
    assert event["verdict"] == "forked"
    Fork.parse(Path(event["evidence"]).read_bytes()).check()


def test_what_is_wrong_with_the_words(
    look: Monitor, log: GrowingLog, folder: Path, tmp_path: Path, url: str
) -> None:
    publish(folder, log, 300)
    assert look().exit_code == 0
    other = str(GrowingLog().signer.key)
    policy = tmp_path / "witnesses.txt"
    policy.write_text(f"log {other}\nquorum none\n")
    broken = tmp_path / "broken.json"
    broken.write_text("{}")
    for words, sentence in (
        (("--log-key", "nonsense"), "neither a key nor a file"),
        (("--log-key", "a+b"), "Not a verifier key"),
        (("--log-key", str(broken)), "Not a verifier key"),
        (("--log-key", str(WITNESS.key)), "the key of a witness"),
        (("--log-key", other), "of another log"),
        (("--policy", str(policy)), "the policy does not name the log"),
        (("--policy", "absent"), "absent: No such file"),
        (("--policy", str(broken)), "broken.json: Line 1"),
        (("--state", str(broken)), "is not a state file of `provenite monitor`"),
        (("--state", "absent/state.json"), "absent/state.json: No such file"),
    ):
        result = look(*words)
        assert result.exit_code == 3, words
        assert sentence in said(result)
    assert look("--interval", "0").exit_code == 2
    assert CliRunner().invoke(main, ["monitor", "nonsense"]).exit_code == 2


@pytest.mark.parametrize("changed", ["size", "checkpoint", "key"])
def test_a_state_file_that_was_changed(
    look: Monitor, log: GrowingLog, folder: Path, changed: str
) -> None:
    publish(folder, log, 300)
    look()
    path = Path("provenite-monitor.json")
    state = json.loads(path.read_text())
    seen = state["following"]["seen"][0]
    if changed == "key":
        state["following"]["key"] = str(GrowingLog().signer.key)
    else:
        seen[changed] = 301 if changed == "size" else seen[changed].replace("300", "301")
    path.write_text(json.dumps(state))
    assert look().exit_code == 3


def test_a_log_that_cannot_be_reached(
    look: Monitor, log: GrowingLog, folder: Path, url: str
) -> None:
    result = look()
    assert (result.exit_code, "no log has published a checkpoint" in said(result)) == (3, True)
    publish(folder, log, 300)
    for tile in folder.glob("tile/0/001.p/*"):
        tile.unlink()
    result = look()
    assert (result.exit_code, "serves no tile/0/001.p/44" in said(result)) == (3, True)
    (folder / "checkpoint").write_bytes(b"x" * 65_537)
    result = look()
    assert (result.exit_code, "more than 65536 bytes" in said(result)) == (3, True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
    words = ["monitor", nobody, "--once"]
    result = CliRunner().invoke(main, [*words, "--log-key", str(log.signer.key)])
    assert (result.exit_code, "nothing answers at" in said(result)) == (3, True)
    result = CliRunner().invoke(main, words)
    assert (result.exit_code, "give it with --log-key" in said(result)) == (3, True)


def test_it_goes_on_until_it_is_interrupted_or_finds_a_fork(
    log: GrowingLog, folder: Path, url: str, tmp_path: Path
) -> None:
    publish(folder, log, 100)
    state = tmp_path / "state.json"

    process = start(url, log, state)
    assert process.stdout is not None
    assert process.stdout.readline().endswith("Z  100 statements, 100 new\n")
    (folder / "checkpoint").unlink()
    assert process.stderr is not None
    warned = process.stderr.readline() + process.stderr.readline()
    assert " ".join(warned.split()) == UNWITNESSED
    assert "not reached: no log has published" in process.stderr.readline()
    publish(folder, log, 300)
    assert process.stdout.readline().endswith("Z  300 statements, 200 new\n")
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert f"What was seen is in {state}." in " ".join(errors.split())
    process = start(url, log, state)
    publish(folder, log.forked(200, 300), 500)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "FORKED at 500" in errors
    assert list(tmp_path.glob("state.fork-*.json"))


def test_without_a_policy_it_is_said_that_nobody_has_to_have_seen_the_log(
    look: Monitor, log: GrowingLog, folder: Path, tmp_path: Path
) -> None:
    policy = tmp_path / "witnesses.txt"
    policy.write_text("quorum none\n")
    publish(folder, log, 300)
    for words, times in (((), 1), (("--json",), 1), (("--policy", str(policy)), 0)):
        result = look(*words)
        assert result.exit_code == 0
        assert " ".join(result.stderr.split()).count(UNWITNESSED) == times
        assert "--policy" not in result.stdout
