"""The benchmark runs: both servers admit everything, without gaps (it checks that itself), and it can judge."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.goals import GOALS, missed

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")


def test_a_figure_on_the_wrong_side_of_its_goal_is_missed() -> None:
    assert list(missed({name: goal.bound for name, goal in GOALS.items()})) == []
    worse = {
        name: goal.bound * (0.9 if goal.kind == "at least" else 1.1) for name, goal in GOALS.items()
    }
    assert [sentence.partition(": ")[0] for sentence in missed(worse)] == list(GOALS)
    assert "0.36, at most 0.33 is the goal" in "\n".join(missed(worse))


def test_the_readme_says_the_goals() -> None:
    (row,) = (line for line in README.splitlines() if line.startswith("| `make bench`"))
    assert [str(goal) for goal in GOALS.values() if str(goal) not in row] == []


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
    assert set(found["ratios"]) < GOALS.keys()
