"""A generator that is not ours makes a client of the OpenAPI document; the compiler takes it, and it works."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ledger.running import Ledger, extraction, run_ledger
from tests.needs import need_path, need_tool

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def ledger() -> Iterator[Ledger]:
    with run_ledger() as running:
        yield running


@pytest.mark.slow
def test_a_generated_client(ledger: Ledger, tmp_path: Path) -> None:
    node = need_tool("node", hint="Node.js 20 or later")
    programs = HERE / "node_modules/.bin"
    generator, compiler = (
        need_path(programs / name, hint="npm ci in tests/interop") for name in ("openapi-ts", "tsc")
    )
    document = tmp_path / "openapi.json"
    document.write_text(ledger.http.get("/schema/openapi.json").text)
    source, compiled = tmp_path / "source", tmp_path / "compiled"
    run(tmp_path, generator, "--input", document, "--output", source, "--silent")
    (source / "first_use.ts").write_text((HERE / "first_use.ts").read_text())
    run(
        tmp_path,
        compiler,
        *("--strict", "--skipLibCheck", "--target", "es2022", "--lib", "es2022,dom,dom.iterable"),
        *("--module", "commonjs", "--moduleResolution", "node10", "--outDir", compiled),
        source / "first_use.ts",
    )

    miner = ledger.enrol("miner")
    statement = miner.sign(extraction("12.5"))
    tokens = [miner.token() for _ in range(4)]
    answer = json.loads(
        run(tmp_path, node, compiled / "first_use.js", ledger.url, statement, *tokens)
    )
    assert answer["mass"] == "12.5"
    assert answer["listed"] == [answer["id"]]
    assert answer["statement"] == statement
    assert answer["refusal"] == "urn:provenite:problem:not-found"


def run(folder: Path, program: Path, *words: str | Path) -> str:
    """What the program prints; a failure shows it."""
    done = subprocess.run(
        [program, *words], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
