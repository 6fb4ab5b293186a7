"""C2SP tlog-witness over HTTP: every status, and what is cosigned."""

import time
from collections.abc import Iterator

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provenite_proto.log import (
    EMPTY,
    Checkpoint,
    Note,
    NoteSigner,
    Submission,
    WitnessSigner,
    cosigned,
    note,
)
from provenite_proto.log.submission import MAX_BYTES, MAX_PROOF
from provenite_proto.log.tree import MAX_SIZE
from tests.witness.growing import GrowingLog, entries
from tests.witness.running import RunningWitness


def cosigns(witness: RunningWitness, submission: Submission) -> Note:
    """The checkpoint as its log has it once the witness has cosigned it."""
    response = witness.add(submission)
    assert response.status_code == 200, response.text
    whole = note.parse(submission.checkpoint + response.content)
    assert cosigned(whole, witness.key) > 0
    return whole


def test_a_log_that_grows_is_cosigned(witness: RunningWitness, log: GrowingLog) -> None:
    before = int(time.time())
    old = 0
    for size in (1, 2, 3, 7, 8, 10):
        whole = cosigns(witness, log.submission(old, size))
        assert before <= cosigned(whole, witness.key) <= time.time()
        newest = witness.newest(log.origin)
        assert newest.content == whole.encode()
        assert newest.headers["content-type"].startswith("text/plain")
        old = size


def test_the_same_checkpoint_again_is_cosigned_again(
    witness: RunningWitness, log: GrowingLog
) -> None:
    first = cosigns(witness, log.submission(0))
    again = cosigns(witness, log.submission(10))
    assert cosigned(first, witness.key) <= cosigned(again, witness.key)


def test_a_log_may_begin_with_nothing(witness: RunningWitness, log: GrowingLog) -> None:
    cosigns(witness, log.submission(0, 0))
    cosigns(witness, log.submission(0, 0))
    cosigns(witness, log.submission(0, 10))


def test_only_the_log_s_signature_and_its_own_are_served(
    witness: RunningWitness, log: GrowingLog
) -> None:
    text = log.checkpoint().text
    stranger = NoteSigner("stranger.test", Ed25519PrivateKey.generate()).sign(text)
    other = WitnessSigner("w.test/2", Ed25519PrivateKey.generate()).cosign(text, 1)
    signed = Note(text, (stranger, log.signer.sign(text), other)).encode()
    assert witness.add(Submission(0, (), signed)).status_code == 200
    served = note.parse(witness.newest(log.origin).content)
    assert [each.name for each in served.signatures] == [log.origin, witness.key.name]


def test_400_what_is_malformed(witness: RunningWitness, log: GrowingLog) -> None:
    whole = log.submission(0).encode()
    too_long = Submission(5, (EMPTY,) * (MAX_PROOF + 1), log.signed()).encode()
    for body in (b"", b"\xff", whole[1:], whole[:-1], whole.replace(b"old 0", b"old 00"), too_long):
        response = witness.add(body)
        assert response.status_code == 400, body
        assert response.headers["content-type"].startswith("text/plain")


def test_400_an_old_size_beyond_the_checkpoint_s(witness: RunningWitness, log: GrowingLog) -> None:
    cosigns(witness, log.submission(0))
    for old in (11, MAX_SIZE):
        assert witness.add(Submission(old, (), log.signed())).status_code == 400


def test_403_no_signature_by_the_log(witness: RunningWitness, log: GrowingLog) -> None:
    stranger = NoteSigner(log.origin, Ed25519PrivateKey.generate())
    assert witness.add(Submission(0, (), log.checkpoint().signed(stranger))).status_code == 403


def test_403_a_signature_by_the_log_that_does_not_verify(
    witness: RunningWitness, log: GrowingLog
) -> None:
    text, other = log.checkpoint().text, log.checkpoint(9).text
    for signatures in (
        (log.signer.sign(other),),
        (log.signer.sign(text), log.signer.sign(other)),
    ):
        assert witness.add(Submission(0, (), Note(text, signatures).encode())).status_code == 403
    assert witness.newest(log.origin).status_code == 404


def test_404_an_unknown_log(witness: RunningWitness, log: GrowingLog) -> None:
    stranger = GrowingLog(entries(3), NoteSigner("stranger.test/log", Ed25519PrivateKey.generate()))
    assert witness.add(stranger.submission(0)).status_code == 404
    assert witness.newest(stranger.origin).status_code == 404
    assert witness.newest(log.origin).status_code == 404


@pytest.mark.parametrize("path", ["/x/checkpoint", f"/{'0' * 64}/checkpoint", "/add-checkpoint/x"])
def test_404_any_other_address(witness: RunningWitness, path: str) -> None:
    assert httpx.get(witness.url + path).status_code == 404


def test_405_another_method(witness: RunningWitness) -> None:
    response = httpx.get(f"{witness.url}/add-checkpoint")
    assert (response.status_code, set(response.headers["allow"].split(", "))) == (
        405,
        {"OPTIONS", "POST"},
    )


def test_409_says_which_size_is_held(witness: RunningWitness, log: GrowingLog) -> None:
    for held, sizes in ((0, (1, 9)), (7, (0, 1, 6, 8, 9))):
        if held:
            cosigns(witness, log.submission(0, held))
        for old in sizes:
            response = witness.add(log.submission(old))
            assert response.status_code == 409
            assert response.content == b"%d\n" % held
            assert response.headers["content-type"] == "text/x.tlog.size"


def test_413_a_body_that_no_submission_has(witness: RunningWitness) -> None:
    assert witness.add(b"x" * MAX_BYTES).status_code == 400
    assert witness.add(b"x" * (MAX_BYTES + 1)).status_code == 413


def test_a_body_without_end_is_not_read_on(witness: RunningWitness) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while True:
            sent += 10_000
            yield b"x" * 10_000

    with pytest.raises(httpx.HTTPError):
        httpx.post(
            f"{witness.url}/add-checkpoint", content=endless(), timeout=30
        ).raise_for_status()
    assert sent < 100_000_000


def test_422_a_tree_that_does_not_extend_the_one_held(
    witness: RunningWitness, log: GrowingLog
) -> None:
    cosigns(witness, log.submission(0, 7))
    good = log.submission(7)
    fork = log.forked(6, 4)
    for bad in (
        Submission(7, (), good.checkpoint),
        Submission(7, good.proof[:-1], good.checkpoint),
        Submission(7, (*good.proof, EMPTY), good.checkpoint),
        Submission(7, good.proof[::-1], good.checkpoint),
        fork.submission(7),
        # Of the size that is held: another root, or a proof where there is nothing to prove.
        fork.submission(7, 7),
        Submission(7, good.proof, log.signed(7)),
    ):
        assert witness.add(bad).status_code == 422
    assert b"\n7\n" in witness.newest(log.origin).content
    cosigns(witness, good)


def test_422_a_proof_from_nothing_is_empty(witness: RunningWitness, log: GrowingLog) -> None:
    assert witness.add(Submission(0, (EMPTY,), log.signed())).status_code == 422
    nothing = Checkpoint(log.origin, 0, bytes(32)).signed(log.signer)
    assert witness.add(Submission(0, (), nothing)).status_code == 422


def test_the_largest_tree(witness: RunningWitness, log: GrowingLog) -> None:
    largest = Checkpoint(log.origin, MAX_SIZE, bytes(32)).signed(log.signer)
    cosigns(witness, Submission(0, (), largest))
    assert witness.add(Submission(0, (), largest)).content == b"%d\n" % MAX_SIZE


def test_health(witness: RunningWitness) -> None:
    response = httpx.get(f"{witness.url}/health")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
