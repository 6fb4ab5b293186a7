"""What software that is not ours says of the log's proofs.

Go's checksum database (Debian's `golang-golang-x-mod-dev`) opens notes, checks proofs and reads tiles; PyPI
`scitt-cose` and npm `@transmute/cose` verify COSE receipts.
"""

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import scitt_cose
from jwcrypto.jwk import JWK

from tests.needs import need_path, need_tool

HERE = Path(__file__).parent
GO_SOURCES = Path("/usr/share/gocode")
Question = dict[str, Any]
Answer = dict[str, Any]


def build_go(folder: Path) -> Path:
    """The Go program, built into a folder of the test's own."""
    go = need_tool("go", hint="Debian: golang-go")
    need_path(
        GO_SOURCES / "src/golang.org/x/mod/sumdb/tlog", hint="Debian: golang-golang-x-mod-dev"
    )
    # Without modules and with Debian's sources alone, so that nothing is downloaded.
    environment = os.environ | {
        "GO111MODULE": "off",
        "GOPATH": str(GO_SOURCES),
        "GOCACHE": str(folder / "cache"),
        "GOFLAGS": "",
    }
    subprocess.run(
        [go, "build", "-o", folder / "verify", "."],
        cwd=HERE / "golang",
        env=environment,
        check=True,
        timeout=300,
    )
    return folder / "verify"


def ask_go(program: Path, questions: Sequence[Question]) -> list[Answer]:
    """What `golang/main.go` answers to each."""
    return _asked([program], questions)


def ask_transmute(questions: Sequence[Question]) -> list[Answer]:
    """What npm `@transmute/cose` says of each receipt: its `root`, or the `error`."""
    node = need_tool("node", hint="Node.js 20 or later")
    need_path(HERE / "node_modules/@transmute/cose", hint="npm ci in tests/interop")
    return _asked([node, "receipts.mjs"], questions)


def ask_scitt(receipt: bytes, entry: bytes, key: Question) -> scitt_cose.ReceiptResult:
    """What PyPI `scitt-cose` says of a receipt of inclusion by the key with this JWK."""
    pem = JWK.from_json(json.dumps(key)).export_to_pem()
    return scitt_cose.verify_receipt(receipt, leaf_entry_hex=entry.hex(), log_public_key_pem=pem)


def _asked(command: Sequence[str | Path], questions: Sequence[Question]) -> list[Answer]:
    done = subprocess.run(
        command,
        input=json.dumps(questions),
        cwd=HERE,
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    )
    answers: list[Answer] = json.loads(done.stdout)
    assert len(answers) == len(questions)
    return answers
