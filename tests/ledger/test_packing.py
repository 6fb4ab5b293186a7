"""Statements in the tables: their bytes give back the very same text."""

import json
from pathlib import Path

import pytest

from provenite_ledger.store.packing import opened, packed, unpacked

VECTORS = Path(__file__).parents[2] / "proto" / "vectors" / "statement" / "valid"


@pytest.mark.parametrize("path", sorted(VECTORS.glob("*.json")), ids=lambda path: path.stem)
def test_the_text_comes_back(path: Path) -> None:
    text = json.loads(path.read_bytes())["statement"]
    raw = packed(text)
    assert unpacked(raw) == text
    assert opened(raw) == text.partition("~")[0] + "~"
    assert len(raw) < 0.77 * len(text)


def test_what_is_cut_off_is_no_statement() -> None:
    text = json.loads(next(iter(VECTORS.glob("*.json"))).read_bytes())["statement"]
    with pytest.raises(ValueError, match="cut off"):
        unpacked(packed(text)[:-1])
