"""What a witness leaves behind for others: cosignatures that they can verify, and evidence of forks."""

import json
import logging
from base64 import b64decode
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from provenite_proto.log import Unproven, WitnessSigner, open_checkpoint
from provenite_witness import logs
from provenite_witness.http import STATUSES
from provenite_witness.refusals import Refused
from provenite_witness.store import Store
from provenite_witness.witness import Witness
from tests.witness.growing import GrowingLog
from tests.witness.running import RunningWitness

SIGNER = WitnessSigner("w.test/1", Ed25519PrivateKey.generate())


def test_the_line_is_a_cosignature_as_c2sp_writes_it_out(
    witness: RunningWitness, log: GrowingLog
) -> None:
    line = witness.add(log.submission(0)).text
    dash, name, encoded = line.removesuffix("\n").split(" ")
    assert (dash, name) == ("\u2014", "w.test/1")
    blob = b64decode(encoded, validate=True)
    key_id, time, signature = blob[:4], int.from_bytes(blob[4:12], "big"), blob[12:]
    public = witness.key.raw
    assert key_id == sha256(b"w.test/1\n\x04" + public).digest()[:4]
    message = f"cosignature/v1\ntime {time}\n{log.checkpoint().text}".encode()
    Ed25519PublicKey.from_public_bytes(public).verify(signature, message)


@pytest.fixture
def in_process(tmp_path: Path, log: GrowingLog) -> Witness:
    return Witness(SIGNER, [log.signer.key], Store(tmp_path / "s"), lambda: 1_700_000_000)


def test_both_signed_checkpoints_of_a_fork_are_logged_once(
    in_process: Witness, log: GrowingLog, caplog: pytest.LogCaptureFixture
) -> None:
    in_process.add(log.submission(0).encode())
    fork = log.forked(6, 4)
    # Whichever size the fork is sent from.
    for old in (10, 6, 10):
        with pytest.raises((Refused, Unproven)):
            in_process.add(fork.submission(old).encode())
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    line = json.loads(logs.Lines().format(record))
    assert line["message"] == "the log has forked"
    shown = [
        open_checkpoint(line[each].encode(), log.signer.key) for each in ("held", "contradicting")
    ]
    assert shown == [log.checkpoint(), fork.checkpoint()]


def test_every_status_is_that_of_a_reason() -> None:
    assert set(STATUSES.values()) == {400, 403, 404, 409, 413, 422}
