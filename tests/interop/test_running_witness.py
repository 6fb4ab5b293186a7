"""A witness at work: Go's checksum database opens what it has cosigned, as answered and as served."""

from pathlib import Path

from tests.interop.verifying import ask_go, build_go
from tests.witness.growing import GrowingLog, entries
from tests.witness.running import run_witness


def test_go_opens_what_a_witness_has_cosigned(tmp_path: Path) -> None:
    go = build_go(tmp_path / "go")
    log = GrowingLog(entries(300))
    own = tmp_path / "witness"
    own.mkdir()
    notes = []
    with run_witness(own, log.signer.key) as witness:
        for old, size in ((0, 1), (1, 256), (256, 300)):
            answer = witness.add(log.submission(old, size))
            assert answer.status_code == 200
            notes += [log.signed(size) + answer.content, witness.newest(log.origin).content]
    keys = [str(log.signer.key), str(witness.key)]
    questions = [{"ask": "note", "keys": keys, "note": each.decode()} for each in notes]
    assert ask_go(go, questions) == [{"signers": [log.origin, witness.key.name]}] * 6
