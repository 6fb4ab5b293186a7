"""A ledger at work: what it serves is checked by software that is not ours, from its files and its receipts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from provenite_proto import paths
from provenite_proto.log import InclusionReceipt, LogProof, entry
from provenite_proto.log.note import base64, unbase64
from tests.interop.verifying import ask_go, ask_scitt, ask_transmute, build_go
from tests.ledger.running import Firm, Ledger, extraction, run_ledger
from tests.proto.rfc6962 import leaf

COSE = "application/scitt-receipt+cose"
STATEMENTS = 300


class Log:
    """A ledger with more statements than a tile holds, sent in batches of several sizes, and what is known of each."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.miner: Firm = ledger.enrol("miner")
        # A third entry: @transmute/cose verifies no growth from a complete tree.
        ledger.enrol("refiner")
        self.before: dict[str, Any] = ledger.http.get(paths.LOG_STATE).json()
        self.digests: list[str] = []
        for size in (1, 2, 100, 1, 196):
            sent = ledger.send_lines(*(self.miner.sign(extraction("1")) for _ in range(size)))
            assert sent.status_code == 200, sent.text
            self.digests += [each["submitted"]["digest"] for each in sent.json()["lines"]]
        self.state: dict[str, Any] = ledger.http.get(paths.LOG_STATE).json()

    def receipt(self, digest: str, accept: str) -> bytes:
        got = self.ledger.http.get(
            paths.statement_receipt(digest), headers=self.miner.authorized() | {"Accept": accept}
        )
        assert got.status_code == 200, got.text
        return got.content


@pytest.fixture(scope="module")
def log() -> Iterator[Log]:
    with run_ledger() as ledger:
        yield Log(ledger)


@pytest.fixture(scope="module")
def go(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_go(tmp_path_factory.mktemp("go"))


def test_go_finds_every_entry_in_the_files_and_that_they_only_grew(log: Log, go: Path) -> None:
    size = log.state["size"]
    assert size == log.before["size"] + STATEMENTS
    was = log.before["checkpoint"].split("\n")
    question = {
        "ask": "folder",
        "folder": str(log.ledger.data / "log"),
        "keys": [log.state["key"]],
        "indexes": list(range(size)),
        "old": int(was[1]),
        "oldRoot": was[2],
    }
    (answer,) = ask_go(go, [question])
    assert answer["size"] == size
    assert len(answer["proofs"]) == size


def test_go_proves_what_receipts_say(log: Log, go: Path) -> None:
    questions: list[dict[str, Any]] = []
    for digest in log.digests[::50]:
        proof = LogProof.parse(log.receipt(digest, "text/plain"))
        text = proof.checkpoint.decode()
        _, size, root, *_ = text.split("\n")
        questions += [
            {"ask": "note", "keys": [log.state["key"]], "note": text},
            {
                "ask": "inclusion",
                "proof": list(map(base64, proof.hashes)),
                "size": int(size),
                "root": root,
                "index": proof.index,
                "leaf": base64(leaf(entry(digest, proof.recorded_at))),
            },
        ]
    answers = ask_go(go, questions)
    assert not [answer for answer in answers if "error" in answer]


def test_cose_receipts_of_a_ledger_verify(log: Log) -> None:
    key, questions = log.state["receiptKey"], []
    for digest in log.digests[::50]:
        receipt = log.receipt(digest, COSE)
        recorded_at = InclusionReceipt.parse(receipt).recorded_at
        made = entry(digest, recorded_at)
        result = ask_scitt(receipt, made, key)
        assert result.ok, result.errors
        assert (result.issuer, result.subject, result.iat) == (
            log.state["name"],
            digest,
            recorded_at,
        )
        assert result.root == root_of(log.state["checkpoint"])
        questions.append(
            {"kind": "inclusion", "receipt": receipt.hex(), "entry": made.hex(), "key": key}
        )
    assert ask_transmute(questions) == len(questions) * [{"root": root_of(log.state["checkpoint"])}]


def test_a_cose_receipt_of_growth_verifies(log: Log) -> None:
    was, now = log.before["checkpoint"], log.state["checkpoint"]
    sizes = {"from": log.before["size"], "to": log.state["size"]}
    got = log.ledger.http.get(paths.LOG_CONSISTENCY, params=sizes, headers={"Accept": COSE})
    question = {
        "kind": "consistency",
        "receipt": got.content.hex(),
        "key": log.state["receiptKey"],
        "oldRoot": root_of(was),
        "newRoot": root_of(now),
    }
    assert ask_transmute([question]) == [{"root": root_of(now)}]
    assert "error" in ask_transmute([question | {"oldRoot": root_of(now)}])[0]


def root_of(checkpoint: str) -> str:
    """The root that a checkpoint names, in hexadecimal."""
    return unbase64(checkpoint.split("\n")[2]).hex()
