"""The core of `provenite monitor`: what a log has served, and what that means."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from provenite._monitor import KEPT, Following, Look, Shown, Verdict, compare, look
from provenite_proto.log import (
    Fork,
    Note,
    NoteSigner,
    Tile,
    WitnessSigner,
    parse_policy,
)
from tests.witness.growing import GrowingLog, entries

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
WITNESSES = [WitnessSigner(f"w.test/{n}", Ed25519PrivateKey.generate()) for n in range(3)]
POLICY = parse_policy(
    "".join(f"witness w{n} {each.key}\n" for n, each in enumerate(WITNESSES))
    + "group two 2 w0 w1 w2\nquorum two\n"
)


class Monitor:
    """A monitor that remembers."""

    def __init__(self, log: GrowingLog) -> None:
        self.key = log.signer.key
        self.following: Following | None = None
        self.now = NOW

    def look(self, log: GrowingLog, size: int, served: bytes | None = None) -> Look:
        """Look at a log that serves its tree of this size."""
        self.now += timedelta(minutes=1)
        fetch: Callable[[Tile], bytes] = log.fetch
        served = log.signed(size) if served is None else served
        found = look(self.following, self.key, None, served, fetch, self.now)
        self.following = found.following
        return found

    def compare(self, log: GrowingLog, size: int, *others: tuple[str, bytes]) -> Look:
        """Look at a log that serves its tree of this size, while others were shown other checkpoints."""
        found = self.look(log, size)
        shown = [Shown(to, checkpoint.decode()) for to, checkpoint in others]
        found = compare(found, self.key, shown, log.fetch, self.now)
        self.following = found.following
        return found


@pytest.fixture
def log() -> GrowingLog:
    return GrowingLog(entries(600))


@pytest.fixture
def monitor(log: GrowingLog) -> Monitor:
    return Monitor(log)


def test_a_log_that_grows(log: GrowingLog, monitor: Monitor) -> None:
    last = 0
    for size in (1, 2, 200, 256, 300, 513, 600):
        found = monitor.look(log, size)
        assert (found.verdict, found.size, found.new) == (Verdict.GROWN, size, size - last)
        assert found.sound
        last = size
    assert monitor.look(log, 600).verdict is Verdict.UNCHANGED
    assert monitor.following is not None
    assert [each.size for each in monitor.following.seen] == [1, 2, 200, 256, 300, 513, 600]
    assert monitor.following.seen[0].at == NOW + timedelta(minutes=1)


def test_what_is_remembered_is_bounded(log: GrowingLog, monitor: Monitor) -> None:
    monitor.look(log, 1)
    assert monitor.following is not None
    seen = monitor.following.seen * (KEPT + 5)
    monitor.following = Following(monitor.following.key, monitor.following.newest, seen)
    monitor.look(log, 2)
    assert len(monitor.following.seen) == KEPT
    assert monitor.following.seen[-1].size == 2


def proven(found: Look) -> Fork:
    assert found.verdict is Verdict.FORKED
    assert found.fork is not None
    smaller, larger = found.fork.check()
    assert smaller.size <= larger.size
    return found.fork


@given(
    st.integers(1, 40).flatmap(
        lambda old: st.tuples(st.just(old), st.integers(0, old - 1), st.integers(1, 60))
    )
)
def test_another_history_is_found_and_proven(case: tuple[int, int, int]) -> None:
    seen, at, new = case
    log = GrowingLog(entries(seen))
    monitor = Monitor(log)
    monitor.look(log, seen)
    # It differs from what was seen from `at` on.
    fork = log.forked(at, max(new, seen - at))
    before = monitor.following
    found = monitor.look(fork, len(fork.entries))
    evidence = proven(found)
    assert evidence.checkpoints == (log.signed(seen).decode(), fork.signed().decode())
    assert monitor.following == before


def test_a_fork_that_is_smaller_by_history_or_by_tiles(log: GrowingLog, monitor: Monitor) -> None:
    fork = log.forked(250, 100)
    monitor.look(log, 300)
    monitor.look(log, 400)
    # Of a size that was seen.
    proven(monitor.look(fork, 300))

    class Both(GrowingLog):
        """Shows the forked checkpoint while its folder still has the tiles of the tree that was seen."""

        def fetch(self, tile: Tile) -> bytes:
            return log.fetch(tile)

        def signed(self, size: int | None = None) -> bytes:
            return fork.signed(size)

    evidence = proven(monitor.look(Both(log.entries, log.signer), 320))
    assert evidence.proof
    assert evidence.checkpoints == (fork.signed(320).decode(), log.signed(400).decode())


def test_an_old_checkpoint_is_stale(log: GrowingLog, monitor: Monitor) -> None:
    for size in (100, 300, 500):
        monitor.look(log, size)
    before = monitor.following
    for size, said in ((300, "seen 2026-11-24 12:02 UTC"), (400, "of the same history")):
        found = monitor.look(log, size)
        assert found.verdict is Verdict.STALE
        assert not found.sound
        assert f"{size} statements, though one of 500 was seen" in found.detail
        assert said in found.detail
    assert monitor.following == before
    assert monitor.look(log, 501).new == 1


def test_a_log_rolled_back_beyond_its_tiles_is_stale(log: GrowingLog, monitor: Monitor) -> None:
    monitor.look(log, 500)
    rolled_back = log.forked(300, 10)
    found = monitor.look(Lacking(rolled_back), 310)
    assert found.verdict is Verdict.STALE
    assert "no longer serves the tiles" in found.detail
    # As soon as it has grown beyond what was seen, the fork is proven.
    proven(monitor.look(log.forked(300, 250), 550))


class Lacking(GrowingLog):
    """Serves only the tiles that it has."""

    def __init__(self, log: GrowingLog) -> None:
        super().__init__(log.entries, log.signer)

    def fetch(self, tile: Tile) -> bytes:
        if tile.index * 256 + tile.width > len(self.entries) >> (8 * tile.level):
            raise LookupError(tile.path)
        return super().fetch(tile)


def test_tiles_that_are_not_of_the_tree(log: GrowingLog, monitor: Monitor) -> None:
    other = GrowingLog(entries(600, "other "), log.signer)
    for _ in range(2):
        # At first sight, and when it grows.
        found = monitor.look(other, 300, served=log.signed(300))
        assert found.verdict is Verdict.FALSE
        assert "tiles are not those of the tree of 300" in found.detail
        monitor.look(log, 200)
    with pytest.raises(LookupError):
        monitor.look(Lacking(log.forked(100, 0)), 300, served=log.signed(300))


def test_what_the_log_has_not_signed(log: GrowingLog, monitor: Monitor) -> None:
    monitor.look(log, 200)
    stranger = GrowingLog(log.entries, NoteSigner(log.origin, Ed25519PrivateKey.generate()))
    elsewhere = GrowingLog(log.entries, NoteSigner("b.test/log", Ed25519PrivateKey.generate()))
    text = log.checkpoint(300).text
    tampered = Note(text, (log.signer.sign(log.checkpoint(301).text),)).encode()
    before = monitor.following
    for served in (stranger.signed(300), elsewhere.signed(300), tampered, b"<html>", b""):
        assert monitor.look(log, 300, served=served).verdict is Verdict.FALSE
    assert monitor.following == before


@pytest.mark.parametrize(("cosigners", "met"), [((), False), ((0,), False), ((0, 2), True)])
def test_the_quorum_of_witnesses(log: GrowingLog, cosigners: tuple[int, ...], met: bool) -> None:
    checkpoint = log.checkpoint(300)
    lines = [WITNESSES[each].cosign(checkpoint.text, 1_700_000_000 + each) for each in cosigners]
    served = Note(checkpoint.text, (log.signer.sign(checkpoint.text), *lines)).encode()
    found = look(None, log.signer.key, POLICY, served, log.fetch, NOW)
    assert found.verdict is Verdict.GROWN
    assert found.sound == met
    assert found.cosigned == ({"w0": 1_700_000_000, "w2": 1_700_000_002} if met else None)
    assert (found.lacking is None) == met
    # It is remembered either way: the log has signed it.
    assert found.following is not None
    assert found.following.newest == served.decode()
    later = look(found.following, log.signer.key, POLICY, served, log.fetch, NOW)
    assert (later.verdict, later.sound) == (Verdict.UNCHANGED, met)


def test_others_were_shown_the_same_history(log: GrowingLog, monitor: Monitor) -> None:
    monitor.look(log, 200)
    for size in (1, 199, 200, 256, 300):
        found = monitor.compare(log, 300, ("a witness", log.signed(size)))
        assert found.sound
        assert not found.ahead
    assert monitor.following is not None
    assert not monitor.following.pending


@given(
    st.integers(1, 40).flatmap(
        lambda served: st.integers(0, served - 1).flatmap(
            lambda at: st.tuples(st.just(served), st.just(at), st.integers(at + 1, served))
        )
    )
)
def test_another_was_shown_another_history(case: tuple[int, int, int]) -> None:
    served, at, size = case
    log = GrowingLog(entries(served))
    fork = log.forked(at, size - at)
    monitor = Monitor(log)
    found = monitor.compare(log, served, ("you", log.signed(1)), ("others", fork.signed()))
    assert found.detail.startswith("others was shown another history than you.")
    assert [each.size for each in proven(found).check()] == [size, served]


class Withholding(GrowingLog):
    """Serves checkpoints, and no tile once it has been asked for its first tree."""

    open = True

    def fetch(self, tile: Tile) -> bytes:
        if not self.open:
            raise LookupError(f"the log serves no {tile.path}")
        return super().fetch(tile)


def test_what_cannot_be_compared_is_not_sound(log: GrowingLog, monitor: Monitor) -> None:
    withholding = Withholding(log.entries, log.signer)
    fork = log.forked(50, 300)
    receipt = ("whoever gave you a receipt", fork.signed(100))
    monitor.look(withholding, 300)
    withholding.open = False
    found = monitor.compare(withholding, 300, receipt)
    assert (found.verdict, found.sound) == (Verdict.INCOMPARABLE, False)
    assert "of 100 statements that whoever gave you a receipt was shown" in found.detail
    assert "the log serves no tile/" in found.detail
    # It stays so until the log's tiles tell, even when nobody brings the receipt again.
    assert monitor.compare(withholding, 300).verdict is Verdict.INCOMPARABLE
    assert (
        monitor.compare(withholding, 300, ("you", log.signed(300))).verdict is Verdict.INCOMPARABLE
    )
    # Tiles of another tree tell as little.
    other = GrowingLog(entries(600, "other "), log.signer)
    monitor.look(log, 300)
    found = compare(monitor.look(log, 300), monitor.key, (), other.fetch, NOW)
    assert found.verdict is Verdict.INCOMPARABLE
    withholding.open = True
    proven(monitor.compare(withholding, 300))


def test_an_old_checkpoint_stays_stale_whatever_cannot_be_compared(
    log: GrowingLog, monitor: Monitor
) -> None:
    monitor.look(log, 300)
    monitor.look(log, 400)
    rolled_back = Lacking(GrowingLog(log.entries[:300], log.signer))
    found = monitor.compare(rolled_back, 300, ("a witness", log.signed(350)))
    assert found.verdict is Verdict.STALE


def test_what_others_were_shown_for_long_is_withheld(log: GrowingLog, monitor: Monitor) -> None:
    log = Lacking(GrowingLog(log.entries[:300], log.signer))
    more = GrowingLog(entries(600), log.signer)
    witness = ("a witness", more.signed(350))
    found = monitor.compare(log, 300, witness)
    # A log may be a moment behind those who cosign its checkpoints.
    assert (found.sound, found.ahead, found.withheld) == (True, {"a witness": 350}, {})
    # Who has gone since was shown it all the same.
    for others in ((witness,), (), (("a witness", more.signed(500)),)):
        found = monitor.compare(log, 300, *others)
        assert (found.sound, found.withheld) == (False, {"a witness": 350})
    found = monitor.compare(more, 350, ("a witness", more.signed(500)))
    assert (found.sound, found.ahead, found.withheld) == (True, {"a witness": 500}, {})
    assert monitor.compare(more, 550).sound
    assert monitor.following is not None
    assert not monitor.following.pending


def test_what_the_log_grows_into_is_another_history_than_was_shown(
    log: GrowingLog, monitor: Monitor
) -> None:
    served = Lacking(GrowingLog(log.entries[:300], log.signer))
    fork = log.forked(300, 100)
    assert monitor.compare(served, 300, ("a witness", fork.signed(350))).sound
    # The witness has gone, and what it was shown is remembered.
    proven(monitor.compare(log, 400))


def test_what_is_no_checkpoint_of_the_log_counts_for_nothing(
    log: GrowingLog, monitor: Monitor
) -> None:
    stranger = GrowingLog(
        log.forked(0, 300).entries, NoteSigner(log.origin, Ed25519PrivateKey.generate())
    )
    for answer in (b"", b"<html>", stranger.signed(200), log.signed(400)[:-1]):
        found = monitor.compare(log, 300, ("a witness", answer))
        assert found.sound
        assert not found.ahead
