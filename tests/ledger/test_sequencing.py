"""The sequencer beyond what one client sees over HTTP: who waits, what is published when, what is kept."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from provenite_ledger import sequencer as sequencing
from provenite_ledger.app import running
from provenite_ledger.postgres import EmbeddedPostgres
from provenite_ledger.sequencer import Sequencer
from provenite_ledger.settings import Settings
from provenite_ledger.store.loaded import Entry, Loaded
from provenite_ledger.store.locked import AnotherLedger, LockedStore
from provenite_ledger.unavailable import LedgerBusy, LedgerUnavailable
from provenite_proto.problem import Problem
from provenite_proto.record import Role
from provenite_proto.statement import SigningKey
from tests.ledger.inside import (
    ORIGIN,
    Firm,
    admitted,
    at_work,
    connected,
    found,
    log_of,
    ordering,
    published,
    recorded,
    sequencer_pid,
    sign,
    submit,
    taken_over,
)
from tests.ledger.running import LONG_AGO, extraction, newcomer, receipt, refining, transfer


async def founded(sequencer: Sequencer) -> Firm:
    """A miner on a new ledger."""
    _, miner = await found(sequencer, Role.MINER)
    return miner


class HeldUp(LockedStore):
    """The real store, which waits before it writes until it is let go."""

    def __init__(self, dsn: str) -> None:
        super().__init__(dsn)
        self.go = asyncio.Event()
        self.go.set()
        self.writing = asyncio.Event()

    async def write(self, entries: Sequence[Entry], loaded: Loaded) -> None:
        self.writing.set()
        await self.go.wait()
        await super().write(entries, loaded)


RAISING = """
create or replace function raising() returns trigger language plpgsql as
$$ begin raise exception 'injected' using errcode = '{state}'; end $$;
create trigger raising before insert on statement
for each row when (new.kind = '{kind}') execute function raising();
"""
"""Makes PostgreSQL refuse statements of a kind with an SQLSTATE."""


async def test_all_or_nothing_with_copies(dsn: str) -> None:
    async with at_work(dsn) as sequencer:
        miner = await founded(sequencer)
        (known, fresh), bad = miner.mined(count=2), sign(extraction(), SigningKey.generate())
        await recorded(sequencer, known)
        before = await log_of(dsn)
        answers = await submit(sequencer, fresh, known, fresh, bad, atomic=True)
        assert [isinstance(answer, Problem) and answer.slug for answer in answers] == [
            "not-submitted",
            False,
            "not-submitted",
            "key-unknown",
        ]
        assert await log_of(dsn) == before
        again = admitted(await submit(sequencer, fresh, known, fresh, atomic=True))
        assert [answer.fresh for answer in again] == [True, False, False]


async def test_a_second_ledger_changes_nothing(
    dsn: str, postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings = Settings(data=tmp_path_factory.mktemp("second"), database_url=dsn, origin=ORIGIN)
    async with at_work(dsn) as sequencer, connected(dsn) as connection:
        await founded(sequencer)
        await connection.execute("update ledger set catalogue = 'another'")
        await connection.execute("insert into content values (0, 1024, 'kept')")
        with pytest.raises(AnotherLedger, match="another ledger process"):
            async with running(settings):
                pass
        assert await connection.fetchval("select catalogue from ledger") == b"another"
        assert await connection.fetchval("select count(*) from content") == 1


async def test_the_registry_is_what_is_committed(dsn: str) -> None:
    async with HeldUp(dsn) as store, ordering(store) as sequencer:
        registrar, _ = await found(sequencer, Role.MINER)
        key = SigningKey.generate()
        party = registrar.sign(newcomer(key, Role.MINER))
        store.go.clear()
        store.writing.clear()
        joining = asyncio.create_task(submit(sequencer, party))
        await store.writing.wait()
        size = sequencer.size
        assert sequencer.key(key.public.key_id) is None
        assert sequencer.party(party.digest) is None
        store.go.set()
        (answer,) = admitted(await joining)
        assert sequencer.size == size + 1
        registered = sequencer.key(key.public.key_id)
        assert registered is not None
        assert registered.party == party.digest
        assert sequencer.party(party.digest) is not None
        assert sequencer.party_index(party.digest) == answer.submitted.index
        assert sequencer.party_at(answer.submitted.index) == party.digest


async def test_nothing_of_a_failed_group_stays(dsn: str) -> None:
    async with LockedStore(dsn) as store, ordering(store, patience=0) as sequencer:
        registrar, _ = await found(sequencer, Role.MINER)
        key = SigningKey.generate()
        party = registrar.sign(newcomer(key, Role.MINER))
        async with connected(dsn) as connection:
            await connection.execute(RAISING.format(state="08006", kind="party"))
            with pytest.raises(LedgerUnavailable):
                await submit(sequencer, party)
            assert sequencer.key(key.public.key_id) is None
            assert sequencer.party(party.digest) is None
            await connection.execute("drop trigger raising on statement")
        (answer,) = await recorded(sequencer, party)
        assert answer.submitted.index == 2


@pytest.mark.parametrize("state", ["23514", "22003", "XX000"])
async def test_only_the_submission_at_fault_fails(dsn: str, state: str) -> None:
    async with HeldUp(dsn) as store, ordering(store) as sequencer:
        registrar, miner = await found(sequencer, Role.MINER)
        async with connected(dsn) as connection:
            await connection.execute(RAISING.format(state=state, kind="party"))
        store.go.clear()
        mined = miner.mined(count=9)
        bad = registrar.sign(newcomer(SigningKey.generate(), Role.MINER))
        first = asyncio.create_task(submit(sequencer, mined[0]))
        await store.writing.wait()
        begun = asyncio.get_running_loop().time()
        group = [
            asyncio.create_task(submit(sequencer, one)) for one in (*mined[1:5], bad, *mined[5:])
        ]
        await asyncio.sleep(0)
        store.go.set()
        await first
        answers = await asyncio.gather(*group, return_exceptions=True)
        assert asyncio.get_running_loop().time() - begun < 5
        failed = answers.pop(4)
        assert isinstance(failed, asyncpg.PostgresError)
        assert failed.sqlstate == state
        assert all(isinstance(answer, list) and admitted(answer)[0].fresh for answer in answers)
        assert set(await log_of(dsn)) >= {statement.digest for statement in mined}
        assert sequencer.size == 11


async def test_a_defect_of_ours_fails_its_submission_alone(dsn: str) -> None:
    class Defective(LockedStore):
        at: str | None = None

        async def write(self, entries: Sequence[Entry], loaded: Loaded) -> None:
            if any(entry.statement.digest == self.at for entry in entries):
                raise ZeroDivisionError
            await super().write(entries, loaded)

    async with Defective(dsn) as store, ordering(store) as sequencer:
        miner = await founded(sequencer)
        mined = miner.mined(count=7)
        store.at = mined[3].digest
        answers = await asyncio.gather(
            *(submit(sequencer, one) for one in mined), return_exceptions=True
        )
        assert [isinstance(answer, ZeroDivisionError) for answer in answers] == [
            one is mined[3] for one in mined
        ]
        assert (await log_of(dsn))[2:] == [one.digest for one in mined if one is not mined[3]]
        store.at = None
        await recorded(sequencer, mined[3])


async def test_whoever_submits_to_an_ended_sequencer_is_told(dsn: str, tmp_path: Path) -> None:
    async with (
        HeldUp(dsn) as store,
        published(store, tmp_path) as publishing,
    ):
        sequencer = Sequencer(store, publishing, ORIGIN)
        with pytest.raises(LedgerUnavailable):
            await submit(sequencer)
        async with sequencer:
            miner = await founded(sequencer)
            in_hand, waiting = miner.mined(count=2)
            store.go.clear()
            store.writing.clear()
            first = asyncio.create_task(submit(sequencer, in_hand))
            await store.writing.wait()
            second = asyncio.create_task(submit(sequencer, waiting))
            await asyncio.sleep(0)
            asyncio.get_running_loop().call_later(0.05, store.go.set)
        assert admitted(await first)
        with pytest.raises(LedgerUnavailable):
            await second
        assert not sequencer.running
        with pytest.raises(LedgerUnavailable):
            await asyncio.wait_for(submit(sequencer, waiting), 1)
    assert (await log_of(dsn))[2:] == [in_hand.digest]


async def test_whoever_waits_when_the_sequencer_ends_is_told(
    dsn: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with HeldUp(dsn) as store, ordering(store) as sequencer:
        miner = await founded(sequencer)
        store.go.clear()
        store.writing.clear()
        first = asyncio.create_task(submit(sequencer, *miner.mined()))
        await store.writing.wait()
        second = asyncio.create_task(submit(sequencer, *miner.mined()))
        await asyncio.sleep(0)
        # What only a defect in the answering itself could do.
        monkeypatch.setattr(sequencer, "_publish", None)
        store.go.set()
        for waiting in (first, second):
            with pytest.raises(LedgerUnavailable):
                await asyncio.wait_for(waiting, 5)
        assert not sequencer.running
        assert "the sequencer has ended" in caplog.text


async def test_stopping_does_not_wait_for_ever(
    dsn: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sequencing, "STOP_SECONDS", 0.1)
    async with HeldUp(dsn) as store:
        async with ordering(store) as sequencer:
            miner = await founded(sequencer)
            store.go.clear()
            store.writing.clear()
            stuck = asyncio.create_task(submit(sequencer, *miner.mined()))
            await store.writing.wait()
        with pytest.raises(LedgerUnavailable):
            await stuck
        assert "whose outcome is unknown" in caplog.text
    assert len(await log_of(dsn)) == 2


async def test_a_full_queue_turns_away(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequencing, "MAX_QUEUED", 3)
    async with HeldUp(dsn) as store, ordering(store) as sequencer:
        miner = await founded(sequencer)
        store.go.clear()
        store.writing.clear()
        in_hand = asyncio.create_task(submit(sequencer, *miner.mined()))
        await store.writing.wait()
        waiting = [asyncio.create_task(submit(sequencer, *miner.mined())) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(LedgerBusy):
            await submit(sequencer, *miner.mined(count=2))
        fitting = asyncio.create_task(submit(sequencer, *miner.mined()))
        await asyncio.sleep(0)
        with pytest.raises(LedgerBusy):
            await submit(sequencer, *miner.mined())
        store.go.set()
        for answers in await asyncio.gather(in_hand, *waiting, fitting):
            assert admitted(answers)
        # Whoever was turned away finds room again.
        await recorded(sequencer, *miner.mined(count=3))
    assert len(await log_of(dsn)) == 2 + 4 + 3


async def test_who_goes_away_takes_nothing_back(dsn: str) -> None:
    async with HeldUp(dsn) as store, ordering(store) as sequencer:
        miner = await founded(sequencer)
        in_hand, waiting = miner.mined(count=2)
        store.go.clear()
        store.writing.clear()
        first = asyncio.create_task(submit(sequencer, in_hand))
        await store.writing.wait()
        second = asyncio.create_task(submit(sequencer, waiting))
        await asyncio.sleep(0)
        for task in (first, second):
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        store.go.set()
        again = await recorded(sequencer, in_hand, waiting)
        assert [answer.fresh for answer in again] == [False, False]


async def test_memory_is_bounded_by_what_is_held(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequencing, "MAX_HELD", 8)
    async with at_work(dsn) as sequencer:
        _, miner, refiner = await found(sequencer, Role.MINER, Role.REFINER)
        held = []
        for _ in range(6):
            (mined,) = await recorded(sequencer, miner.sign(extraction("10")))
            (batch,) = mined.submitted.batches
            (sent,) = await recorded(
                sequencer, miner.sign(transfer(batch, refiner.id, "5", departed_at=LONG_AGO))
            )
            (shipped,) = sent.submitted.batches
            await recorded(sequencer, refiner.sign(receipt(shipped)))
            held.append(shipped)
            assert sequencer.held <= 8
        # What was forgotten is loaded again: spent once, by its holder, and not twice.
        spent = [(batch, "5") for batch in held]
        await recorded(sequencer, refiner.sign(refining(spent, "9")))
        (answer,) = await submit(sequencer, refiner.sign(refining(spent[:1], "1")))
        assert isinstance(answer, Problem)
        assert answer.slug == "insufficient-mass"


async def test_a_clock_that_is_set_back(dsn: str, caplog: pytest.LogCaptureFixture) -> None:
    time = datetime.now(UTC)
    async with LockedStore(dsn) as store, ordering(store, clock=lambda: time) as sequencer:
        miner = await founded(sequencer)
        times = []
        for step in (0, 200, -100, -150, 3600, -3600, 0, 4000, 0):
            time += timedelta(seconds=step)
            (answer,) = await recorded(sequencer, *miner.mined())
            times.append(answer.submitted.recorded_at)
        assert times == sorted(times)
        assert times[5] == times[4]
        assert times[-1] == time
        assert sequencer.running
    warnings = [each for each in caplog.records if each.levelno == logging.WARNING]
    assert [each.name for each in warnings] == ["provenite_ledger.clock"]
    assert "3600 s behind the last recorded time" in warnings[0].message


async def test_a_time_counts_once_it_is_recorded(dsn: str) -> None:
    """A clock that jumped ahead and back again while nothing was recorded does no harm."""
    time = datetime.now(UTC)
    async with (
        LockedStore(dsn) as store,
        ordering(store, clock=lambda: time, patience=0) as sequencer,
    ):
        miner = await founded(sequencer)
        async with connected(dsn) as connection:
            await connection.execute(RAISING.format(state="53100", kind="extraction"))
            time += timedelta(days=365)
            with pytest.raises(LedgerUnavailable):
                await submit(sequencer, *miner.mined())
            await connection.execute("drop trigger raising on statement")
        time -= timedelta(days=365)
        (answer,) = await recorded(sequencer, *miner.mined())
        assert answer.submitted.recorded_at == time


async def test_another_ledger_that_takes_over(dsn: str) -> None:
    async with LockedStore(dsn) as store, ordering(store, patience=0) as sequencer:
        miner = await founded(sequencer)
        with pytest.raises(AnotherLedger):
            await LockedStore(dsn).connect()
        async with connected(dsn) as connection:
            await connection.execute("select pg_terminate_backend($1)", await sequencer_pid(dsn))
        async with taken_over(dsn) as second:
            with pytest.raises(LedgerUnavailable):
                await submit(sequencer, *miner.mined())
            await recorded(second, *miner.mined())
        # It is free again: what the other one wrote is found.
        (answer,) = await recorded(sequencer, *miner.mined())
        assert answer.submitted.index == 3
