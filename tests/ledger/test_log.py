"""The log over HTTP: what is served of it, and that everything in it proves what it says."""

import httpx
import pytest

from provenite_proto import paths
from provenite_proto.log import (
    Checkpoint,
    LogProof,
    NoteKey,
    Tile,
    Tiles,
    check_consistency,
    decode_bundle,
    entry,
    inclusion,
    leaf_hash,
    log_name,
    open_checkpoint,
    parse_key,
    root,
)
from provenite_proto.log.cose import ConsistencyReceipt, InclusionReceipt
from provenite_proto.log.note import unbase64
from provenite_proto.record import Jwk
from provenite_proto.statement import PublicKey
from tests.ledger.running import Firm, Ledger, extraction

COSE = "application/scitt-receipt+cose"


@pytest.fixture(scope="module")
def miner(ledger: Ledger) -> Firm:
    return ledger.enrol("miner")


@pytest.fixture(scope="module")
def key(ledger: Ledger) -> NoteKey:
    return parse_key(ledger.http.get(paths.LOG_STATE).json()["key"])


@pytest.fixture(scope="module")
def receipt_key(ledger: Ledger) -> PublicKey:
    return PublicKey(Jwk(**ledger.http.get(paths.LOG_STATE).json()["receiptKey"]))


def newest(ledger: Ledger, key: NoteKey) -> Checkpoint:
    """The checkpoint that is public."""
    answer = ledger.http.get(paths.LOG_CHECKPOINT)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    return open_checkpoint(answer.content, key)


def tiles(ledger: Ledger, size: int) -> Tiles:
    """The tree of a size, as it is served."""

    def fetch(tile: Tile) -> bytes:
        answer = ledger.http.get(f"{paths.LOG}/{tile.path}")
        assert answer.status_code == 200, tile.path
        assert answer.headers["content-type"] == "application/octet-stream"
        assert "immutable" in answer.headers["cache-control"]
        return answer.content

    return Tiles(size, fetch)


def receipt(firm: Firm, digest: str, accept: str) -> httpx.Response:
    return firm.ledger.http.get(
        paths.statement_receipt(digest), headers={**firm.authorized(), "Accept": accept}
    )


def test_an_answer_proves_that_the_statement_is_in_the_log(
    ledger: Ledger, miner: Firm, key: NoteKey
) -> None:
    answer = miner.submit(extraction()).json()
    proof = LogProof.parse(answer["receipt"].encode())
    checkpoint = proof.check(answer["digest"], key)
    assert proof.index == answer["index"] < checkpoint.size
    assert key.name == log_name(ledger.origin) == checkpoint.origin
    served = newest(ledger, key)
    assert served.size >= checkpoint.size


def test_submitted_again_it_has_a_receipt_too(miner: Firm, key: NoteKey) -> None:
    statement = miner.sign(extraction())
    first = miner.ledger.send(statement).json()
    miner.submit(extraction())
    again = miner.ledger.send(statement)
    assert again.status_code == 200
    proof = LogProof.parse(again.json()["receipt"].encode())
    assert proof.check(first["digest"], key).size > first["index"] + 1


def test_many_have_receipts_when_they_are_asked_for(miner: Firm, key: NoteKey) -> None:
    lines = [miner.sign(extraction()) for _ in range(300)]
    plain = miner.ledger.send_lines(*lines[:2]).json()["lines"]
    assert not any("receipt" in line["submitted"] for line in plain)
    answer = miner.ledger.send_lines(*lines, "rubbish", receipts="true").json()["lines"]
    assert answer[-1]["status"] == 400
    for line in answer[:-1]:
        submitted = line["submitted"]
        proof = LogProof.parse(submitted["receipt"].encode())
        assert proof.index == submitted["index"]
        proof.check(submitted["digest"], key)


def test_the_tiles_are_those_of_the_checkpoint(ledger: Ledger, miner: Firm, key: NoteKey) -> None:
    """More than a tile; and a receipt of later proves what the tiles prove."""
    while newest(ledger, key).size < 600:
        ledger.send_lines(*(miner.sign(extraction()) for _ in range(100)))
    checkpoint = newest(ledger, key)
    tree = tiles(ledger, checkpoint.size)
    assert root(checkpoint.size, tree.read) == checkpoint.root
    answer = miner.submit(extraction()).json()
    later = newest(ledger, key)
    text = receipt(miner, answer["digest"], "text/plain").text
    proof = LogProof.parse(text.encode())
    assert proof.hashes == inclusion(proof.index, later.size, tiles(ledger, later.size).read)
    (bundle,) = (
        ledger.http.get(f"{paths.LOG}/tile/entries/{path}").content
        for path in [f"002.p/{later.size - 512}"]
    )
    recorded = decode_bundle(bundle, later.size - 512)
    assert recorded[-1] == entry(answer["digest"], proof.recorded_at)
    assert tree.read(0, 3) == leaf_hash(
        decode_bundle(ledger.http.get(f"{paths.LOG}/tile/entries/000").content, 256)[3]
    )


def test_a_part_of_a_tile_is_there_when_the_whole_is(ledger: Ledger, miner: Firm) -> None:
    while ledger.http.get(paths.LOG_STATE).json()["size"] < 260:
        ledger.send_lines(*(miner.sign(extraction()) for _ in range(100)))
    for kind, width in (("0", 32), ("entries", 34)):
        whole = ledger.http.get(f"{paths.LOG}/tile/{kind}/000").content
        part = ledger.http.get(f"{paths.LOG}/tile/{kind}/000.p/7").content
        assert part == whole[: 7 * width]


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/999",
        "tile/0/x000/000",
        "tile/64/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/entries/999",
        "tile/0/../checkpoint",
        "tile/",
        "nothing",
        "tile//0/000.p/1",
        "tile/0//000.p/1",
        "tile/0/000.p/1/",
    ],
)
def test_what_is_no_tile(ledger: Ledger, path: str) -> None:
    answer = ledger.http.get(f"{paths.LOG}/{path}")
    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:provenite:problem:not-found"


def test_the_log_has_only_grown(
    ledger: Ledger, miner: Firm, key: NoteKey, receipt_key: PublicKey
) -> None:
    old = newest(ledger, key)
    for _ in range(3):
        miner.submit(extraction())
    new = newest(ledger, key)
    query = {"from": old.size, "to": new.size}
    answer = ledger.http.get(paths.LOG_CONSISTENCY, params=query).json()
    assert (answer["old"], answer["new"]) == (old.size, new.size)
    hashes = [unbase64(each) for each in answer["hashes"]]
    check_consistency(old.size, old.root, new.size, new.root, hashes)
    cose = ledger.http.get(paths.LOG_CONSISTENCY, params=query, headers={"Accept": COSE})
    assert cose.headers["content-type"] == COSE
    assert ConsistencyReceipt.parse(cose.content).check(old, receipt_key) == new


@pytest.mark.parametrize(
    "query", [{"from": 2, "to": 1}, {"from": 0, "to": 10**9}, {"from": -1}, {}, {"from": 2**64}]
)
def test_no_such_sizes(ledger: Ledger, query: dict[str, int]) -> None:
    answer = ledger.http.get(paths.LOG_CONSISTENCY, params=query)
    assert answer.status_code == 400
    assert answer.json()["type"] == "urn:provenite:problem:bad-request"


def test_the_same_as_a_cose_receipt(
    ledger: Ledger, miner: Firm, key: NoteKey, receipt_key: PublicKey
) -> None:
    digest = miner.submit(extraction()).json()["digest"]
    answer = receipt(miner, digest, COSE)
    assert answer.headers["content-type"] == COSE
    found = InclusionReceipt.parse(answer.content)
    assert found.check(digest, key.name, receipt_key) == newest(ledger, key)


@pytest.mark.parametrize(
    ("accept", "given"),
    [
        ("*/*", "text/plain; charset=utf-8"),
        ("text/*", "text/plain; charset=utf-8"),
        (f"{COSE}, text/plain;q=0.5", COSE),
        (f"{COSE};q=0.5, text/plain", "text/plain; charset=utf-8"),
    ],
)
def test_the_form_that_is_accepted(miner: Firm, accept: str, given: str) -> None:
    digest = miner.submit(extraction()).json()["digest"]
    assert receipt(miner, digest, accept).headers["content-type"] == given


def test_a_form_that_there_is_not(miner: Firm) -> None:
    digest = miner.submit(extraction()).json()["digest"]
    answer = receipt(miner, digest, "application/pdf")
    assert answer.status_code == 406
    assert answer.json()["type"] == "urn:provenite:problem:not-acceptable"


def test_a_receipt_needs_a_token_and_a_statement(ledger: Ledger, miner: Firm) -> None:
    digest = miner.submit(extraction()).json()["digest"]
    assert ledger.http.get(paths.statement_receipt(digest)).status_code == 401
    assert receipt(miner, "A" * 43, "*/*").status_code == 404
