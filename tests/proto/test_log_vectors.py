"""Every file of `proto/vectors/log/`, read and nothing else: another implementation can do the same."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from provenite_proto.log import (
    Bundle,
    Checkpoint,
    ConsistencyReceipt,
    Edge,
    Fork,
    InclusionReceipt,
    LogProof,
    Submission,
    Unproven,
    check_consistency,
    check_inclusion,
    cosigned,
    decode_bundle,
    encode_bundle,
    entry,
    leaf_hash,
    log_name,
    new_bundles,
    new_tiles,
    note,
    open_checkpoint,
    parse_key,
    parse_path,
    parse_policy,
)
from provenite_proto.record import Jwk
from provenite_proto.statement import PublicKey
from tests.proto.rfc6962 import Reference, leaf

FOLDER = Path(__file__).parents[2] / "proto" / "vectors" / "log"
Case = dict[str, Any]


def raw(case: Case, *names: str) -> list[bytes]:
    return [bytes.fromhex(case[name]) for name in names]


def key(case: Case) -> Case:
    found = parse_key(case["key"])
    assert str(found) == case["key"]
    return {"name": found.name, "type": int(found.type), "keyId": found.key_id.hex()}


def signed(case: Case) -> Case:
    data = bytes.fromhex(case["noteHex"]) if "noteHex" in case else case["note"].encode()
    read = note.parse(data)
    assert read.encode() == data
    for each in case["keys"]:
        note.verify(read, parse_key(each))
    return {"text": read.text, "signers": [each.name for each in read.signatures]}


def checkpoint(case: Case) -> Case:
    found = open_checkpoint(case["note"].encode(), parse_key(case["key"]))
    return {"origin": found.origin, "size": found.size, "root": found.root.hex()}


def cosignature(case: Case) -> Case:
    return {"time": cosigned(note.parse(case["note"].encode()), parse_key(case["key"]))}


def policy(case: Case) -> Case:
    try:
        read = parse_policy(case["policy"])
    except Unproven as error:
        line = case["expected"].get("line")
        assert line is None or error.detail.startswith(f"Line {line}: ")
        return {"unproven": error.slug} | ({"line": line} if line else {})
    return {"cosigned": read.check(note.parse(case["note"].encode()))}


def proof(case: Case) -> Case:
    found = LogProof.parse(case["proof"].encode())
    tree = found.check(case["digest"], parse_key(case["key"]))
    return {
        "index": found.index,
        "recordedAt": found.recorded_at,
        "size": tree.size,
        "root": tree.root.hex(),
    }


def receipt_key(case: Case) -> PublicKey:
    return PublicKey(msgspec.convert(case["key"], Jwk))


def receipt(case: Case) -> Case:
    found = InclusionReceipt.parse(*raw(case, "receipt"))
    tree = found.check(case["digest"], case["log"], receipt_key(case))
    return {
        "recordedAt": found.recorded_at,
        "size": tree.size,
        "index": found.index,
        "root": tree.root.hex(),
    }


def consistency_receipt(case: Case) -> Case:
    found = ConsistencyReceipt.parse(*raw(case, "receipt"))
    (old_root,) = raw(case, "oldRoot")
    tree = found.check(Checkpoint(case["log"], case["old"], old_root), receipt_key(case))
    return {"new": tree.size, "newRoot": tree.root.hex()}


def of_entry(case: Case) -> Case:
    found = entry(case["digest"], case["recordedAt"])
    name = log_name(case["origin"])
    return {"name": name, "entry": found.hex(), "leaf": leaf_hash(found).hex()}


def root(case: Case) -> Case:
    leaves = [leaf_hash(bytes.fromhex(each)) for each in case["entries"]]
    found = Edge().grown(leaves).root()
    assert found == Reference([leaf(bytes.fromhex(each)) for each in case["entries"]]).root(
        len(leaves)
    )
    return {"root": found.hex()}


def inclusion(case: Case) -> Case:
    hashes = [bytes.fromhex(each) for each in case["proof"]]
    of, top = raw(case, "leaf", "root")
    check_inclusion(of, case["index"], case["size"], hashes, top)
    return {"proven": True}


def consistency(case: Case) -> Case:
    hashes = [bytes.fromhex(each) for each in case["proof"]]
    old, new = raw(case, "oldRoot", "newRoot")
    check_consistency(case["old"], old, case["new"], new, hashes)
    return {"proven": True}


def path(case: Case) -> Case:
    try:
        named = parse_path(case["path"])
    except ValueError:
        return {"valid": False}
    level = None if isinstance(named, Bundle) else named.level
    assert named.path == case["path"]
    return {"level": level, "index": named.index, "width": named.width}


def growth(case: Case) -> Case:
    sizes = case["old"], case["new"]
    return {
        "tiles": [each.path for each in new_tiles(*sizes)],
        "bundles": [each.path for each in new_bundles(*sizes)],
    }


def bundle(case: Case) -> Case:
    (data,) = raw(case, "bundle")
    entries = decode_bundle(data, case["width"])
    assert encode_bundle(entries) == data
    return {"entries": [each.hex() for each in entries]}


def submission(case: Case) -> Case:
    data = case["body"].encode()
    found = Submission.parse(data)
    assert found.encode() == data
    return {
        "old": found.old,
        "proof": [each.hex() for each in found.proof],
        "checkpoint": found.checkpoint.decode(),
    }


def fork(case: Case) -> Case:
    data = case["evidence"].encode()
    found = Fork.parse(data)
    assert found.encode() == data
    pair = found.check()
    return {"sizes": [each.size for each in pair], "roots": [each.root.hex() for each in pair]}


READERS: dict[str, Callable[[Case], Case]] = {
    "bundle": bundle,
    "checkpoint": checkpoint,
    "consistency": consistency,
    "consistency-receipt": consistency_receipt,
    "cosignature": cosignature,
    "entry": of_entry,
    "fork": fork,
    "growth": growth,
    "inclusion": inclusion,
    "key": key,
    "note": signed,
    "path": path,
    "policy": policy,
    "proof": proof,
    "receipt": receipt,
    "root": root,
    "submission": submission,
}


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(file, id=f"{file.parent.name}/{file.stem}")
        for file in sorted(FOLDER.glob("*/*.json"))
    ],
)
def test_what_is_proven_and_what_is_not(file: Path) -> None:
    case = msgspec.json.decode(file.read_bytes())
    try:
        found = READERS[file.parent.name](case)
    except Unproven as error:
        found = {"unproven": error.slug}
    assert found == case["expected"]


def test_every_folder_has_a_reader() -> None:
    assert {folder.name for folder in FOLDER.iterdir()} == READERS.keys()
