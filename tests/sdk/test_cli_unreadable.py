"""Files that a command that gives a verdict cannot read: a sentence and exit code 3, never a code of a verdict."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from provenite import Signer
from provenite.cli import main
from tests.proto.packing import LOG

UNABLE = 3
STATEMENT = "LPuih2u9FT-qOquGXLQ8OlMgmE1IcDGkCzvnnHhbQ7Q"
NOBODY = "http://127.0.0.1:9"
"""Nothing listens there."""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    Path("bytes").write_bytes(b"\xff\xfe\x00\x9f")
    Signer.generate().save("safe.pem", "correct horse")


@pytest.mark.parametrize("file", ["absent", "folder", "bytes", "bytes/within"])
@pytest.mark.parametrize(
    "words",
    [
        ("audit", "--ledger", NOBODY, "--key"),
        ("audit", "--ledger", NOBODY, "--key", "safe.pem", "--passphrase-file"),
        ("audit", "--ledger", NOBODY, "--log-key"),
        ("audit", "--ledger", NOBODY, "--policy"),
        ("audit",),
        ("monitor", NOBODY, "--once", "--log-key"),
        ("monitor", NOBODY, "--once", "--policy"),
        ("monitor", NOBODY, "--once", "--log-key", str(LOG.key), "--receipt"),
        ("receipt", STATEMENT, "--log-key", str(LOG.key), "--check"),
        ("receipt", STATEMENT, "--check", "bytes", "--log-key"),
        ("receipt", STATEMENT, "--check", "bytes", "--receipt-key"),
        ("receipt", STATEMENT, "--check", "bytes", "--policy"),
        ("receipt", "--check", "bytes"),
    ],
)
def test_what_cannot_be_read_is_named(words: tuple[str, ...], file: str) -> None:
    result = CliRunner().invoke(main, [*words, file])
    assert (result.exit_code, result.stdout) == (UNABLE, "")
    said = " ".join(result.stderr.split())
    assert said.startswith("provenite: ")
    assert file in said


def test_a_passphrase_that_is_not_given_is_no_verdict() -> None:
    ours, terminal = pty.openpty()
    code = "from provenite.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "audit", "--ledger", NOBODY, "--key", "safe.pem"],
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={name: value for name, value in os.environ.items() if name in ("PATH", "PYTHONPATH")},
        start_new_session=True,
    ) as process:
        assert process.stderr is not None
        said = b""
        while not said.endswith(b": "):
            more = os.read(process.stderr.fileno(), 1024)
            assert more, said
            said += more
        os.write(ours, b"\x04")
        _, said = process.communicate(timeout=30)
    os.close(ours)
    os.close(terminal)
    assert process.returncode == 130
    assert said.decode().split() == ["provenite:", "interrupted"]
