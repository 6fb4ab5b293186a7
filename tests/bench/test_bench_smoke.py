"""The benchmark runs: both servers admit everything, without gaps (it checks that itself). No figure is judged."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_quick_run(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("run.py"), "--quick"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads((tmp_path / "build/bench/bench.json").read_bytes())
    assert set(found["ratios"]) == {
        "single POST, rate",
        "100 a POST, rate",
        "p99 at 1,000/s to peer's at 500/s",
    }
