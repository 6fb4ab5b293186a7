"""What a witness has cosigned it remembers: killed at any moment, and asked by many at once."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provenite_proto.log import Checkpoint, WitnessSigner, cosigned, note
from provenite_witness.refusals import AnotherSize
from provenite_witness.store import Store
from provenite_witness.witness import Witness
from tests.witness.growing import GrowingLog, entries
from tests.witness.running import RunningWitness, run_witness


def held(witness: RunningWitness, log: GrowingLog) -> int:
    """The size that the witness holds; 0 for none."""
    newest = witness.newest(log.origin)
    if newest.status_code == 404:
        return 0
    return Checkpoint.parse(note.parse(newest.content).text).size


def test_of_racing_forks_one_wins(witness: RunningWitness, log: GrowingLog) -> None:
    forks = [log.forked(5, each) for each in range(1, 9)]
    assert witness.add(log.submission(0, 5)).status_code == 200
    barrier = threading.Barrier(len(forks))

    def race(fork: GrowingLog) -> int:
        submission = fork.submission(5)
        barrier.wait()
        return witness.add(submission).status_code

    # Each is a tree that begins with that of the one before: another history is raced against all of them.
    forks[-1] = GrowingLog([*log.entries[:5], *entries(30, "other ")], log.signer)
    with ThreadPoolExecutor(len(forks)) as pool:
        statuses = list(pool.map(race, forks))
    assert sorted(statuses) == [200] + [409] * (len(forks) - 1)
    winner = forks[statuses.index(200)]
    assert held(witness, log) == len(winner.entries)
    assert witness.newest(log.origin).content.startswith(winner.checkpoint().text.encode())


def test_killed_at_any_moment_it_holds_what_it_has_answered(tmp_path: Path) -> None:
    log = GrowingLog(entries(120))
    with run_witness(tmp_path, log.signer.key) as witness:
        size = 0
        for life in range(6):
            answered = [size]
            enough = threading.Event()
            growing = threading.Thread(
                target=grow_until_cut_off, args=(witness, log, answered, enough, 3 + 2 * life)
            )
            growing.start()
            assert enough.wait(30)
            witness.kill()
            growing.join()
            witness.start()
            size = held(witness, log)
            assert size in (answered[-1], answered[-1] + 1)
            # Nothing that contradicts it is cosigned.
            fork = log.forked(size - 1, 2)
            assert witness.add(fork.submission(size, size)).status_code == 422
            assert witness.add(fork.submission(size - 1, size)).status_code == 409


def grow_until_cut_off(
    witness: RunningWitness,
    log: GrowingLog,
    answered: list[int],
    enough: threading.Event,
    many: int,
) -> None:
    """Have one size after the other cosigned; `answered` grows by those that were."""
    with contextlib.suppress(httpx.TransportError):
        for new in range(answered[0] + 1, len(log.entries)):
            assert witness.add(log.submission(new - 1, new)).status_code == 200
            answered.append(new)
            if len(answered) > many:
                enough.set()


class DyingStore(Store):
    """A store whose steps end as the next fault says: lost with the power, or kept although it fails."""

    fault: str | None = None

    def commit(self) -> None:
        if self.fault == "lost":
            raise OSError("the disk is full")
        super().commit()
        if self.fault == "persisted anyway":
            raise OSError("the disk failed")


@pytest.fixture
def store(tmp_path: Path) -> DyingStore:
    return DyingStore(tmp_path / "witness.sqlite")


class Clock:
    now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


SIGNER = WitnessSigner("w.test/1", Ed25519PrivateKey.generate())


@pytest.mark.parametrize(("fault", "size"), [("lost", 3), ("persisted anyway", 7)])
def test_a_fault_answers_nothing(store: DyingStore, fault: str, size: int) -> None:
    log = GrowingLog(entries(10))
    witness = Witness(SIGNER, [log.signer.key], store, Clock())
    witness.add(log.submission(0, 3).encode())
    store.fault = fault
    with pytest.raises(OSError, match="the disk"):
        witness.add(log.submission(3, 7).encode())
    store.fault = None
    with pytest.raises(AnotherSize) as told:
        witness.add(log.submission(1, 7).encode())
    assert told.value.size == size
    # Either way the log goes on from what the witness says that it holds.
    witness.add(log.submission(size).encode())
    store.close()


def test_a_clock_that_is_set_back_does_not_date_back(store: DyingStore) -> None:
    log = GrowingLog(entries(10))
    clock = Clock()
    witness = Witness(SIGNER, [log.signer.key], store, clock)

    def time_of(old: int, size: int) -> int:
        line = witness.add(log.submission(old, size).encode())
        return cosigned(note.parse(log.signed(size) + line.encode()), SIGNER.key)

    first = time_of(0, 3)
    clock.now -= 3600
    assert time_of(3, 7) == first
    clock.now += 3601.5
    assert time_of(7, 10) == first + 1
    store.close()


def test_a_second_process_on_the_same_file_waits_its_turn(tmp_path: Path) -> None:
    log = GrowingLog(entries(10))
    stores = [Store(tmp_path / "witness.sqlite") for _ in range(2)]
    one, two = (Witness(SIGNER, [log.signer.key], store, Clock()) for store in stores)
    one.add(log.submission(0, 3).encode())
    with pytest.raises(AnotherSize):
        two.add(log.forked(2, 5).submission(0).encode())
    two.add(log.submission(3, 7).encode())
    hashed = sha256(log.origin.encode()).hexdigest()
    assert one.newest(hashed) == two.newest(hashed)
    for store in stores:
        store.close()
