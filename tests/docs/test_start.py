"""Ctrl-C from the first moment on: a command says so in a line, though it has not imported itself yet."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.witness.running import environment

ROOT = Path(__file__).parents[2]
PRESSED = "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(60)\n"
"""A library that takes so long that somebody presses Ctrl-C."""


@pytest.mark.parametrize(
    ("distribution", "command", "library"),
    [
        ("sdk/python", "provenite", "httpx"),
        ("sdk/python", "provenite", "typer"),
        ("services/ledger", "provenite-ledger", "asyncpg"),
        ("services/witness", "provenite-witness", "litestar"),
    ],
)
def test_ctrl_c_while_the_command_is_importing(
    distribution: str, command: str, library: str, tmp_path: Path
) -> None:
    (tmp_path / f"{library}.py").write_text(PRESSED)
    scripts = tomllib.loads((ROOT / distribution / "pyproject.toml").read_text())["project"]
    module, _, function = scripts["scripts"][command].partition(":")
    variables = environment()
    path = ":".join(filter(None, (str(tmp_path), variables.get("PYTHONPATH"))))
    # As the script that is installed does it.
    program = f"import sys\nfrom {module} import {function}\nsys.exit({function}())"
    done = subprocess.run(
        [sys.executable, "-c", program, "--version"],
        env={**variables, "PYTHONPATH": path},
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", f"{command}: interrupted\n")
