"""Every file of `proto/vectors/`, read and nothing else: another implementation can do the same."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from provenite_proto.problem import KINDS, Problem
from provenite_proto.record import Jwk
from provenite_proto.statement import PublicKey, Statement, parse

FOLDER = Path(__file__).parents[2] / "proto" / "vectors"


def files(folder: str) -> list[Any]:
    paths = sorted((FOLDER / folder).glob("*.json"))
    assert paths, f"no vectors in {folder}"
    return [pytest.param(path, id=path.stem) for path in paths]


def verified(case: dict[str, Any]) -> Statement:
    """The statement, read and its signature verified with the one key that is registered."""
    read = parse(case["statement"], complete=case["complete"])
    key = PublicKey(msgspec.convert(case["key"], Jwk))
    if read.key_id != key.key_id:
        raise Problem("key-unknown", "The vector registers one key.")
    read.verify(key)
    return read


@pytest.mark.parametrize("path", files("statement/valid"))
def test_a_valid_statement_is_read(path: Path) -> None:
    case = msgspec.json.decode(path.read_bytes())
    read = verified(case)
    sections = {name for name in read.record.sections if getattr(read.record, name) is not None}
    assert case["expected"] == {
        "digest": read.digest,
        "keyId": read.key_id,
        "issuedAt": read.issued_at,
        "audience": read.audience,
        "type": read.record.__struct_config__.tag,
        "sections": sorted(sections),
        "withheld": read.withheld,
    }
    assert parse(case["statement"].encode(), complete=case["complete"]) == read


@pytest.mark.parametrize("path", files("statement/invalid"))
def test_an_invalid_statement_is_refused(path: Path) -> None:
    case = msgspec.json.decode(path.read_bytes())
    with pytest.raises(Problem) as refused:
        verified(case)
    found = {"problem": refused.value.slug, "pointer": refused.value.pointer}
    assert found == case["expected"]
    assert refused.value.slug in KINDS
