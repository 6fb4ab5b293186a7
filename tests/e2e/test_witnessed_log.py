"""A ledger whose log is witnessed, and what its operator can try: who finds it, with which command."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import msgspec
import pytest

from provenite_ledger import keys
from provenite_proto.answers import LogAnswer
from provenite_proto.log import (
    Checkpoint,
    Fork,
    NoteKey,
    NoteSigner,
    decode_bundle,
    new_bundles,
    note,
)
from tests.ledger.running import Ledger, extraction, start
from tests.sdk.serving_logs import publish, served
from tests.witness.growing import GrowingLog, entries
from tests.witness.running import RunningWitness, run_witness

ORIGIN = "http://ledger.test"
NAME = "ledger.test/log"


class Operator:
    """Runs a ledger in a folder, and may do with its folder what it likes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.data.mkdir(mode=0o711)
        self.signer = NoteSigner(NAME, keys.log(self.data))
        self.policy = folder / "witnesses.txt"

    @contextmanager
    def ledger(self, *, witnessed: bool = True) -> Iterator[Ledger]:
        """The ledger at work."""
        settings = {"PROVENITE_ORIGIN": ORIGIN}
        if witnessed:
            settings["PROVENITE_WITNESS_POLICY"] = str(self.policy)
        process, url = start(self.data, stderr=None, **settings)
        try:
            ledger = Ledger(url, self.data, process)
            with closing(ledger.http):
                yield ledger
        finally:
            process.terminate()
            process.communicate(timeout=30)

    def refused(self) -> str:
        """What the ledger says when it does not start."""
        tried = subprocess.run(
            [sys.executable, "-W", "error", "-m", "provenite_ledger", "serve"],
            env={
                **{name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ},
                "PROVENITE_PORT": "0",
                "PROVENITE_DATA": str(self.data),
                "PROVENITE_ORIGIN": ORIGIN,
                "PROVENITE_WITNESS_POLICY": str(self.policy),
            },
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert tried.returncode == 4, tried.stderr
        return tried.stderr.splitlines()[-1]

    def log(self) -> GrowingLog:
        """The log as the ledger has published it, with the operator's key."""
        public = self.data / "log"
        size = int((public / "checkpoint").read_text().split("\n")[1])
        found = [
            entry
            for bundle in new_bundles(0, size)
            for entry in decode_bundle((public / bundle.path).read_bytes(), bundle.width)
        ]
        return GrowingLog(found, self.signer)

    def back_up(self) -> Path:
        """A copy of the whole folder, of a ledger that does not run."""
        backup = self.folder / "backup"
        subprocess.run(["cp", "-a", str(self.data), str(backup)], check=True)
        return backup

    def restore(self, backup: Path) -> None:
        shutil.rmtree(self.data)
        backup.rename(self.data)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder that a PostgreSQL of another user can reach."""
    made = Path(tempfile.mkdtemp(prefix="provenite-test-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def operator(folder: Path, request: pytest.FixtureRequest) -> Operator:
    own = folder / request.node.name
    own.mkdir(mode=0o711)
    return Operator(own)


@contextmanager
def witnessed(operator: Operator) -> Iterator[list[RunningWitness]]:
    """Two witnesses at work and a dead one; the policy asks for two of the three."""
    with ExitStack() as stack:
        running = []
        for number in range(3):
            own = operator.folder / f"w{number}"
            own.mkdir()
            running.append(
                stack.enter_context(run_witness(own, operator.signer.key, name=f"w{number}.test"))
            )
        lines = [f"witness w{number} {each.key} {each.url}" for number, each in enumerate(running)]
        lines += ["group two 2 w0 w1 w2", "quorum two", ""]
        operator.policy.write_text("\n".join([f"log {operator.signer.key}", *lines]))
        running[2].kill()
        yield running[:2]


class Auditor:
    """Somebody with a monitor of his own."""

    def __init__(self, folder: Path, key: NoteKey, policy: Path | None) -> None:
        self.folder = folder
        self.folder.mkdir()
        self.key = key
        self.policy = policy

    def look(self, url: str) -> subprocess.CompletedProcess[str]:
        policy = () if self.policy is None else ("--policy", str(self.policy))
        program = str(Path(sys.executable).with_name("provenite"))
        return subprocess.run(
            [program, "monitor", url, "--once", "--log-key", str(self.key), *policy],
            cwd=self.folder,
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def evidence(self) -> tuple[Checkpoint, Checkpoint]:
        (file,) = self.folder.glob("*.fork-*.json")
        return Fork.parse(file.read_bytes()).check()


def about(ledger: Ledger) -> LogAnswer:
    return msgspec.json.decode(ledger.http.get("/v1/log").content, type=LogAnswer)


def witnessed_size(ledger: Ledger) -> int:
    found = about(ledger).witnessed
    return 0 if found is None else Checkpoint.parse(note.parse(found.encode()).text).size


def until(ledger: Ledger, condition: Callable[[], bool]) -> None:
    late = time.monotonic() + 60
    while not condition():
        assert ledger.process.poll() is None
        assert time.monotonic() < late
        time.sleep(0.05)


def until_witnessed(ledger: Ledger, size: int) -> None:
    until(ledger, lambda: witnessed_size(ledger) >= size)


def failures(ledger: Ledger) -> set[str | None]:
    return {each.failure for each in about(ledger).witnesses}


def test_a_log_is_witnessed_though_a_witness_is_dead(operator: Operator, tmp_path: Path) -> None:
    with witnessed(operator) as witnesses, operator.ledger() as ledger:
        firm = ledger.enrol("miner")
        for _ in range(5):
            firm.record(extraction())
        size = about(ledger).size
        until_witnessed(ledger, size)
        state = {each.name: each for each in about(ledger).witnesses}
        assert [state[each].size for each in ("w0", "w1")] == [size, size]
        assert state["w2"].failure == "unreached"
        assert ledger.http.get("/ready").json() == {"status": "ok"}
        served = note.parse(ledger.http.get("/log/checkpoint").content)
        assert [each.name for each in served.signatures] == [NAME, "w0.test", "w1.test"]
        assert witnesses[0].newest(NAME).content.startswith(served.text.encode())
        auditor = Auditor(tmp_path / "auditor", operator.signer.key, operator.policy)
        looked = auditor.look(ledger.url)
        assert looked.returncode == 0, looked.stderr
        assert re.search(
            rf"{size} statements, {size} new; cosigned by w0, w1$", looked.stdout, re.M
        )
        was_public = ledger.http.get("/log/checkpoint").text
    # Started again while nobody cosigns, it serves what was witnessed, and goes on from there.
    with ExitStack() as stack, operator.ledger() as ledger:
        public = ledger.http.get("/log/checkpoint")
        assert (public.status_code, public.text) == (200, was_public)
        assert about(ledger).witnessed == was_public
        for each in witnesses:
            stack.enter_context(at_work(each))
        firm = ledger.enrol("miner")
        until_witnessed(ledger, about(ledger).size)
        assert auditor.look(ledger.url).returncode == 0


def test_an_auditor_is_told_what_is_not_witnessed_yet(operator: Operator, tmp_path: Path) -> None:
    with witnessed(operator) as witnesses, operator.ledger() as ledger:
        ledger.enrol("miner")
        size = about(ledger).size
        until_witnessed(ledger, size)

        def audit() -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [
                    *(sys.executable, "-c", "from provenite.cli import main; main()"),
                    *("--origin", ORIGIN, "audit", "--ledger", ledger.url, "--json"),
                    *("--key", str(operator.data / "registrar.pem")),
                ],
                cwd=tmp_path,
                check=False,
                capture_output=True,
                text=True,
                timeout=60,
            )

        assert audit().stderr == ""
        witnesses[0].kill()
        ledger.enrol("miner")
        done = audit()
        assert msgspec.json.decode(done.stdout)["size"] == size
        behind = about(ledger).size - size
        assert f"The ledger has signed {behind} further statement" in " ".join(done.stderr.split())
        witnesses[0].start()
        until_witnessed(ledger, size + behind)
        done = audit()
        assert (msgspec.json.decode(done.stdout)["size"], done.stderr) == (size + behind, "")


@contextmanager
def at_work(witness: RunningWitness) -> Iterator[None]:
    """The witness, started again on its port."""
    witness.start()
    yield
    witness.stop()


def test_an_operator_who_forks_the_log_for_one_reader(operator: Operator, tmp_path: Path) -> None:
    public = tmp_path / "public"
    with witnessed(operator), operator.ledger() as ledger:
        firm = ledger.enrol("miner")
        until_witnessed(ledger, about(ledger).size)
        key = operator.signer.key
        follows = Auditor(tmp_path / "follows", key, operator.policy)
        assert follows.look(ledger.url).returncode == 0
        honest = operator.log()
        for _ in range(3):
            firm.record(extraction())
        size = about(ledger).size
        until_witnessed(ledger, size)
        # The reader gets a log in which the last statements are others.
        fork = GrowingLog([*honest.entries[:-1], *entries(4, "forged ")], operator.signer)
        publish(public / "log", fork, len(fork.entries))
        with served(public) as url:
            found = follows.look(url)
            assert found.returncode == 1
            assert "FORKED" in found.stderr
            before, shown = follows.evidence()
            assert (before, shown) == (honest.checkpoint(), fork.checkpoint())
            # Who has not seen the log before learns it from a witness,
            newcomer = Auditor(tmp_path / "newcomer", key, operator.policy)
            found = newcomer.look(url)
            assert found.returncode == 1
            assert "was shown another history than you" in " ".join(found.stderr.split())
            newcomer.evidence()
            # or, when he cannot ask any, sees that none has cosigned it.
            keys_alone = tmp_path / "keys-alone.txt"
            keys_alone.write_text(re.sub(r" http\S+", "", operator.policy.read_text()))
            cut_off = Auditor(tmp_path / "cut-off", key, keys_alone)
            found = cut_off.look(url)
            assert found.returncode == 1
            assert "not enough witnesses" in " ".join(found.stderr.split())
            # And without a policy, at the latest when he sees what others see.
            trusting = Auditor(tmp_path / "trusting", key, None)
            assert trusting.look(url).returncode == 0
            assert trusting.look(ledger.url).returncode == 1
            trusting.evidence()


def test_an_operator_who_serves_an_old_checkpoint(operator: Operator, tmp_path: Path) -> None:
    public = tmp_path / "public"
    with operator.ledger(witnessed=False) as ledger:
        firm = ledger.enrol("miner")
        old = operator.log()
        publish(public / "log", old, len(old.entries))
        firm.record(extraction())
        auditor = Auditor(tmp_path / "auditor", operator.signer.key, None)
        assert auditor.look(ledger.url).returncode == 0
        with served(public) as url:
            found = auditor.look(url)
            assert found.returncode == 1
            assert "stale" in found.stderr
        assert auditor.look(ledger.url).returncode == 0


def test_an_operator_who_restores_everything_and_signs_anew(
    operator: Operator, tmp_path: Path
) -> None:
    auditor = Auditor(tmp_path / "auditor", operator.signer.key, None)
    with witnessed(operator) as witnesses:
        with operator.ledger() as ledger:
            firm = ledger.enrol("miner")
            until_witnessed(ledger, about(ledger).size)
        backup = operator.back_up()
        with operator.ledger() as ledger:
            firm.ledger = ledger
            for _ in range(2):
                firm.record(extraction())
            seen = about(ledger).size
            until_witnessed(ledger, seen)
            assert auditor.look(ledger.url).returncode == 0
        held = [each.newest(NAME).content for each in witnesses]
        # Database, files and guard: nothing on this machine knows what was signed since, but witnesses do.
        operator.restore(backup)
        assert "the database is behind the log" in operator.refused()
        for each in witnesses:
            each.stop()
        with operator.ledger() as ledger:
            for each in witnesses:
                each.start()
            firm.ledger = ledger
            until(ledger, lambda: failures(ledger) == {"ahead", "unreached"})
            for _ in range(4):
                firm.record(extraction(kg="7"))
            until(ledger, lambda: failures(ledger) == {"forked", "unreached"})
            assert about(ledger).size > seen
            # The public checkpoint is still that of the backup.
            found = auditor.look(ledger.url)
            assert found.returncode == 1
            assert "stale" in found.stderr
        assert [each.newest(NAME).content for each in witnesses] == held
        assert "the database contradicts the log" in operator.refused()
    # Without witnesses it goes on, for all who have no memory.
    with operator.ledger(witnessed=False) as ledger:
        found = auditor.look(ledger.url)
        assert found.returncode == 1
        assert "FORKED" in found.stderr
        before, after = auditor.evidence()
        assert before.size == seen < after.size
