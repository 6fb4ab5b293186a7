"""Statements in the tables: their bytes give back the very same text."""

import json
import zlib
from pathlib import Path

import pytest

from provenite_ledger.store.packing import (
    opened,
    packed,
    packed_findings,
    unpacked,
    unpacked_findings,
)
from provenite_proto.problem import Finding

VECTORS = Path(__file__).parents[2] / "proto" / "vectors" / "statement" / "valid"


@pytest.mark.parametrize("path", sorted(VECTORS.glob("*.json")), ids=lambda path: path.stem)
def test_the_text_comes_back(path: Path) -> None:
    text = json.loads(path.read_bytes())["statement"]
    raw = packed(text)
    assert unpacked(raw) == text
    assert opened(raw) == text.partition("~")[0] + "~"
    assert len(raw) < 0.62 * len(text)


def test_what_is_cut_off_is_no_statement() -> None:
    text = json.loads(next(iter(VECTORS.glob("*.json"))).read_bytes())["statement"]
    with pytest.raises(ValueError, match="cut off"):
        unpacked(packed(text)[:-1])


@pytest.mark.parametrize("defect", [b"", b"{}", b"\x00", packed("e30.e30.AA~") + b"\x00"])
def test_other_bytes_are_neither_statement_nor_findings(defect: bytes) -> None:
    with pytest.raises(ValueError, match=r"inflated|cut off"):
        unpacked(defect)
    with pytest.raises(ValueError, match=r"inflated|cut off"):
        unpacked_findings(defect)


def test_what_inflates_without_end_is_not_read() -> None:
    stream = zlib.compressobj(9, zlib.DEFLATED, -12)
    bomb = stream.compress(bytes(17 * 2**20)) + stream.flush()
    with pytest.raises(ValueError, match="cut off"):
        unpacked(bomb)


def test_findings_come_back() -> None:
    findings = (
        Finding("moisture-missing", "nickel-matte is traded wet.", "/record/x", {"a": "1"}),
        Finding("balance-excess", "Nd: 1 kg more.", figures={}),
    )
    raw = packed_findings(findings)
    assert unpacked_findings(raw) == findings
    assert packed_findings(()) is None
    assert unpacked_findings(None) == ()
