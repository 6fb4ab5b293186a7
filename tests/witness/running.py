"""Real witnesses for tests: the command in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import httpx

from provenite_proto.log import NoteKey, Submission, parse_key


class RunningWitness:
    """A witness by its URL and key, with its folder, where it can be started again."""

    def __init__(self, folder: Path, logs: tuple[NoteKey, ...], name: str = "w.test/1") -> None:
        self.folder = folder
        self.logs = logs
        self.key_file = folder / "witness.pem"
        made = run("keygen", str(self.key_file), "--name", name)
        assert made.returncode == 0, made.stderr
        self.key = parse_key(made.stdout.strip())
        self.url = ""
        self.http = httpx.Client(timeout=30)
        self._port = 0
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start, the second time on the same port."""
        words = [
            *("serve", "--key", str(self.key_file), "--data", str(self.folder / "data")),
            *("--port", str(self._port)),
            *(word for key in self.logs for word in ("--log", str(key))),
        ]
        self._process = subprocess.Popen(
            command(*words), env=environment(), stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"the witness did not start: status {self._process.wait(30)}"
        self.url = line.split()[-1]
        assert self._process.stdout.readline().strip() == str(self.key)
        self._port = int(self.url.rpartition(":")[2])

    def kill(self) -> None:
        """As a power cut would, but for the disk's cache."""
        assert self._process is not None
        self._process.kill()
        self._process.communicate()

    def stop(self) -> None:
        """As an operator does."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.communicate(timeout=30)
            assert self._process.returncode == 0

    def add(self, submission: Submission | bytes) -> httpx.Response:
        body = submission if isinstance(submission, bytes) else submission.encode()
        return self.http.post(f"{self.url}/add-checkpoint", content=body)

    def newest(self, origin: str) -> httpx.Response:
        hashed = sha256(origin.encode()).hexdigest()
        return self.http.get(f"{self.url}/{hashed}/checkpoint")


@contextmanager
def run_witness(folder: Path, *logs: NoteKey, name: str = "w.test/1") -> Iterator[RunningWitness]:
    """A witness for these logs, in an empty folder."""
    witness = RunningWitness(folder, logs, name)
    witness.start()
    try:
        yield witness
    finally:
        witness.stop()
        witness.http.close()


def run(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        command(*words),
        env={**environment(), **variables},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


def command(*words: str) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "provenite_witness", *words]


def environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if key in ("PATH", "PYTHONPATH")}
