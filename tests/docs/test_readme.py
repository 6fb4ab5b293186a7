"""The README is true: its example runs as written, its commands and links exist."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.needs import need_path

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


def blocks(section: str) -> list[str]:
    """The shell commands of a section, block by block."""
    (text,) = re.findall(rf"^## {section}\n(.*?)^## ", README, re.DOTALL | re.MULTILINE)
    return re.findall(r"```sh\n(.*?)```", text, re.DOTALL)


def asked(demo: tuple[Path, int], wanted: list[str]) -> list[str]:
    """What the blocks print, each as it is written but for the port; BATCH is the first that is listed, CERTIFICATE too."""
    folder, port = demo
    (folder / ".venv").unlink(missing_ok=True)
    (folder / ".venv").symlink_to(Path(sys.executable).parent.parent)

    def run(commands: str) -> str:
        shell = ["bash", "-euc", commands.replace(":8080", f":{port}")]
        return subprocess.run(shell, cwd=folder, capture_output=True, text=True, check=True).stdout

    export, batches, *_ = wanted[0].splitlines()
    listed = run(f"{export}\n{batches}")
    batch = next(word for word in listed.split() if re.fullmatch(r"[\w-]{43}\.0", word))
    told: list[str] = []
    for block in wanted:
        addresses = re.findall(r"http\S+/certificates/[\w-]{22}(?=\n)", "".join(told))
        certificate = addresses[0] if addresses else ""
        told.append(run(block.replace("BATCH", batch).replace("CERTIFICATE", certificate)))
    return told


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


def test_the_commands_run_as_written(demo: tuple[Path, int]) -> None:
    told = "".join(asked(demo, blocks("The command line")[:1]))
    for promised in ("extraction CN", "source ", "Narva Magnets  EE  manufacturer"):
        assert promised in told


def test_a_rule_of_ones_own_is_used_as_written(demo: tuple[Path, int]) -> None:
    folder, _ = demo
    section = blocks("The command line")
    (block,) = [each for each in section if "policy add" in each]
    (example,) = re.findall(r"^cp (\S+)", block, re.MULTILINE)
    (folder / example).parent.mkdir(parents=True, exist_ok=True)
    (folder / example).write_bytes((ROOT / example).read_bytes())
    export, batches, *_ = section[0].splitlines()
    (told,) = asked(demo, ["\n".join((export, batches, block))])
    assert "own.acme.recycled version 1 as of" in told
    assert told.count("\nfail\n") == 2


def test_a_firm_a_customer_and_an_auditor_use_certificates_as_written(
    demo: tuple[Path, int],
) -> None:
    # What is verified without the ledger is of a demo that has ended.
    alone = [each for each in blocks("Certificates") if "--offline" not in each]
    firm, customer, auditor, operator = asked(demo, alone)
    folder, _ = demo
    assert "GL-0002" in firm
    for kind in ("jwt", "html", "pdf"):
        assert (folder / f"magnets.certificate.{kind}").exists()
    assert customer.startswith("VALID\n")
    assert auditor.count("VALID\n") == 1
    # The pack alone, and then with what a rule says of its batch.
    assert auditor.count("VERIFIED\n") == 2
    assert auditor.count("Assessed anew\n") == 1
    assert re.search(r"^revoked +http", operator, re.MULTILINE)


def test_what_is_submitted_again_without_results_is_recorded_again(
    demo: tuple[Path, int],
) -> None:
    folder, port = demo
    record, *_ = re.findall(r"```json\n(.*?)```", README, re.DOTALL)
    (folder / "march.jsonl").write_text(record.replace("\n", ""))

    provenite = str(Path(sys.executable).with_name("provenite"))
    connection = ("--ledger", f"http://127.0.0.1:{port}", "--key", "build/run/keys/mine.pem")

    def submit(*words: str) -> str:
        command = [provenite, "submit", "march.jsonl", *words, *connection]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
        return done.stderr

    assert [submit(), submit()] == ["1 record: 1 recorded.\n"] * 2
    assert submit("--results", "march.results.jsonl") == "1 record: 1 recorded.\n"
    again = submit("--results", "march.results.jsonl")
    assert again == "1 record: 0 recorded, 1 recorded before.\n"


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_git_ignores_what_the_readme_s_commands_leave_here() -> None:
    need_path(ROOT / ".git", hint="a git clone")
    files = r"[\w.]+\.(?:pem|results\.jsonl|certificate\.jwt|pack\.zip)"
    made = set(re.findall(rf"{files}|provenite-data", README))
    assert made >= {"firm.pem", "march.results.jsonl", "magnets.certificate.jwt", "provenite-data"}
    for name in made:
        command = [
            "git",
            "check-ignore",
            "--quiet",
            f"{name}/registrar.pem" if "-" in name else name,
        ]
        assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0, name


def test_links_lead_somewhere() -> None:
    for link in re.findall(r"\]\(([^)#]+)\)", README):
        if not link.startswith("http"):
            assert (ROOT / link).exists(), link
