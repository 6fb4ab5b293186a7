"""The README is true: its example runs as written, its commands and links exist."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    """What `make run` runs, in a folder of its own and on a free port."""
    folder = tmp_path_factory.mktemp("readme")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            sys.executable,
            "-u",
            ROOT / "sdk/python/examples/demo.py",
            "--serve",
            "--port",
            str(port),
        ],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "Ctrl-C stops it" in line:
            break
    yield folder, port
    # Ctrl-C ends it in order.
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 0


def test_the_example_runs_as_written(demo: tuple[Path, int]) -> None:
    folder, port = demo
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert example.count("127.0.0.1:8080") == 1
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", example.replace(":8080", f":{port}")],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "59.2 kg of Nd from US" in ran.stdout
    (promised,) = re.findall(r"print\(refusal\.detail\)  # (.+)", example)
    assert promised in ran.stdout


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_links_lead_somewhere() -> None:
    for link in re.findall(r"\]\(([^)#]+)\)", README):
        if not link.startswith("http"):
            assert (ROOT / link).exists(), link
