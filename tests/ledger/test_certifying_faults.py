"""Faults around certificates, each injected twice: what was being written is lost, or it persists and nobody hears of it.

A certificate that falls is suspended once, whatever happens between the late statement, the note of what it may
change, and the statement that suspends; and none escapes because it was issued while its facts fell.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import asyncpg
import pytest

from provenite_ledger import policies
from provenite_ledger.assessing import assessed, question
from provenite_ledger.issuing import Issuing, Wanted
from provenite_ledger.reassessing import Reassessing
from provenite_ledger.registrar import Registrar
from provenite_ledger.revising import Revising
from provenite_ledger.sequencer import Sequencer
from provenite_ledger.store import reading
from provenite_ledger.store.locked import LockedStore
from provenite_ledger.unavailable import LedgerUnavailable
from provenite_proto import paths
from provenite_proto.answers import Submitted
from provenite_proto.policy import Facts, digest, policy_named
from provenite_proto.policy.answers import AssessmentAnswer, answer
from provenite_proto.record import AnyRecord, RetractionReason, Role
from provenite_proto.statement import SigningKey
from tests.ledger.inside import ORIGIN, Firm, connected, found, ordering, recorded
from tests.ledger.running import Ledger, extraction, refining, run_ledger, start
from tests.ledger.speaking import retracting, submitted
from tests.ledger.test_certificates import chain_of, comes_to
from tests.ledger.test_faults import AnswerLost, fault, losing_the_connection

PERSISTED = pytest.mark.parametrize("persisted", [False, True], ids=["lost", "persisted"])
STRICT = "claim.non-covered-nation"


class Struck(Registrar):
    """A registrar that is struck once, before or after what it says is recorded."""

    strikes: int = 0
    persisted = False
    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def says(self, record: AnyRecord) -> Submitted:
        if self.meanwhile is not None:
            work, self.meanwhile = self.meanwhile, None
            await work()
        if not self.strikes:
            return await super().says(record)
        self.strikes -= 1
        if self.persisted:
            await super().says(record)
        raise LedgerUnavailable


class Inside(NamedTuple):
    """A ledger's parts in this process, and a firm that has mined and refined."""

    pool: asyncpg.Pool
    sequencer: Sequencer
    registrar: Struck
    issuing: Issuing
    firm: Firm
    mined: str
    made: str

    def reassessing(self) -> Reassessing:
        """As a ledger that has just started would have it."""
        revising = Revising(self.pool)
        return Reassessing(self.pool, self.sequencer, revising, self.registrar, asyncio.Event())

    async def wanted(self) -> tuple[Wanted, AssessmentAnswer]:
        """A request for a certificate, and its assessment as the log is now."""
        policy = policy_named(STRICT)
        row = await reading.batch(self.pool, self.made)
        assert row is not None
        day = datetime.now(UTC).date()
        asked = await question(self.pool, policy, Facts(), day)
        size = self.sequencer.size
        async with self.pool.acquire() as connection:
            come = await assessed(connection, row, size, asked)
        wanted = Wanted(
            party=self.firm.id,
            party_index=self.sequencer.party_index(self.firm.id),
            holder="Firm",
            batch=self.made,
            batch_key=row["key"],
            material=row["material"],
            policy=policy,
            digest=digest(policy),
            as_of=day,
        )
        return wanted, answer(self.made, size, come, ())

    async def issue(self) -> str:
        return await self.issuing.issue(*await self.wanted())

    async def falls(self) -> None:
        """A fact upstream falls."""
        await recorded(
            self.sequencer, self.firm.sign(retracting(self.mined, RetractionReason.FRAUD))
        )

    async def statuses(self) -> list[tuple[str, int]]:
        """Of each certificate how it stands, and how many statements say how it does."""
        found = await self.pool.fetch(
            "select c.status, (select count(*) from statement s where s.kind = 'certificate_status') as said "
            "from certificate c order by c.index"
        )
        return [(row["status"], row["said"]) for row in found]

    async def due(self) -> int:
        count: int = await self.pool.fetchval("select count(*) from certificate_due where not done")
        return count


@asynccontextmanager
async def inside(dsn: str, store: LockedStore, *, patience: float = 30) -> AsyncIterator[Inside]:
    async with (
        ordering(store, patience=patience) as sequencer,
        asyncpg.create_pool(dsn, min_size=1, max_size=4) as pool,
    ):
        keeper, firm = await found(sequencer, (Role.MINER, Role.REFINER))
        async with pool.acquire() as connection:
            await policies.prepare(connection)
        (mined,) = await recorded(sequencer, firm.sign(extraction()))
        batch = mined.submitted.batches[0]
        (made,) = await recorded(sequencer, firm.sign(refining([(batch, "100")], "29.5", cu="1")))
        registrar = Struck(sequencer, keeper.key, ORIGIN)
        issuing = Issuing(pool, registrar, SigningKey.generate(), ORIGIN, "ledger.example")
        yield Inside(pool, sequencer, registrar, issuing, firm, batch, made.submitted.batches[0])


@PERSISTED
async def test_suspended_once_when_the_ledger_dies_as_it_says_so(
    dsn: str, *, persisted: bool
) -> None:
    async with LockedStore(dsn) as store, inside(dsn, store) as parts:
        await parts.issue()
        await parts.falls()
        parts.registrar.strikes, parts.registrar.persisted = 1, persisted
        with pytest.raises(LedgerUnavailable):
            await parts.reassessing().settle()
        # What is noted stays until the certificate stands as it should.
        assert await parts.due() == 1
        assert await parts.statuses() == [("suspended", 1) if persisted else ("valid", 0)]
        for _ in range(2):
            await parts.reassessing().settle()
            assert await parts.statuses() == [("suspended", 1)]
            assert await parts.due() == 0


@PERSISTED
async def test_suspended_once_when_the_commit_is_lost(dsn: str, *, persisted: bool) -> None:
    async with AnswerLost(dsn) as store, inside(dsn, store) as parts:
        await parts.issue()
        await parts.falls()
        if persisted:
            store.strikes.append(losing_the_connection(dsn))
        else:
            async with connected(dsn) as connection:
                await connection.execute(
                    "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'"
                )
        await parts.reassessing().settle()
        assert await parts.statuses() == [("suspended", 1)]
        assert await parts.due() == 0


@PERSISTED
async def test_the_note_goes_with_what_is_revised(dsn: str, *, persisted: bool) -> None:
    """A transaction that revises and is lost leaves neither; the next one leaves both."""
    async with LockedStore(dsn) as store, inside(dsn, store) as parts:
        await parts.issue()
        await parts.falls()
        async with connected(dsn) as connection:
            await connection.execute(LOST_ON_FINISHING)
            with pytest.raises(asyncpg.PostgresError):
                await Revising(parts.pool).settle(parts.sequencer.size)
            assert await parts.due() == 0
            await connection.execute("drop trigger lost on late")
        if persisted:
            # Revised, and nobody comes to assess anew: the note is there for whoever starts next.
            await Revising(parts.pool).settle(parts.sequencer.size)
            assert await parts.due() == 1
        await parts.reassessing().settle()
        assert await parts.statuses() == [("suspended", 1)]


LOST_ON_FINISHING = """
create function lost() returns trigger language plpgsql as
$$ begin raise exception 'injected'; end $$;
create trigger lost before update on late for each row when (new.done) execute function lost();
"""


@PERSISTED
async def test_issued_once_when_the_answer_is_lost(dsn: str, *, persisted: bool) -> None:
    """Whoever asks again is answered with what was recorded after all, or with the first that is."""
    async with LockedStore(dsn) as store, inside(dsn, store) as parts:
        parts.registrar.strikes, parts.registrar.persisted = 1, persisted
        with pytest.raises(LedgerUnavailable):
            await parts.issue()
        wanted, come = await parts.wanted()
        name = await parts.issuing.issued(wanted, come)
        assert (name is not None) == persisted
        if name is None:
            name = await parts.issuing.issue(wanted, come)
        assert await parts.issuing.issued(wanted, come) == name
        assert await parts.statuses() == [("valid", 0)]


@PERSISTED
async def test_issued_once_when_the_commit_is_lost(dsn: str, *, persisted: bool) -> None:
    async with AnswerLost(dsn) as store, inside(dsn, store) as parts:
        wanted, come = await parts.wanted()
        async with fault(dsn, store, losing_the_connection(dsn), persisted=persisted):
            (mined,) = await recorded(parts.sequencer, parts.firm.sign(extraction("7")))
            assert mined.submitted.batches
        name = await parts.issuing.issue(wanted, come)
        assert await parts.issuing.issued(wanted, come) == name
        assert await parts.statuses() == [("valid", 0)]


@pytest.mark.parametrize("revised", [False, True], ids=["noted later", "noted before"])
async def test_a_fact_that_falls_while_a_certificate_is_issued(dsn: str, *, revised: bool) -> None:
    """It is assessed, the fact falls and is perhaps worked out already, then the certificate is recorded."""
    async with LockedStore(dsn) as store, inside(dsn, store) as parts:

        async def meanwhile() -> None:
            await parts.falls()
            if revised:
                await Revising(parts.pool).settle(parts.sequencer.size)

        parts.registrar.meanwhile = meanwhile
        await parts.issue()
        assert await parts.due() == 1
        await parts.reassessing().settle()
        assert await parts.statuses() == [("suspended", 1)]
        assert await parts.due() == 0


async def test_what_does_not_change_the_outcome_suspends_nothing(dsn: str) -> None:
    async with LockedStore(dsn) as store, inside(dsn, store) as parts:
        await parts.issue()
        (other,) = await recorded(parts.sequencer, parts.firm.sign(extraction("3")))
        record = retracting(other.submitted.batches[0], RetractionReason.FRAUD)
        await recorded(parts.sequencer, parts.firm.sign(record))
        await parts.reassessing().settle()
        assert await parts.statuses() == [("valid", 0)]
        assert await parts.due() == 0


def test_a_ledger_that_is_killed_suspends_when_it_starts_again() -> None:
    with run_ledger() as ledger:
        chain = chain_of(ledger)
        certificate = chain.certified()["id"]
        submitted(chain.mine, retracting(chain.mined, RetractionReason.FRAUD))
        # The follower waits until nothing has come for half a second: it has not begun.
        ledger.process.send_signal(signal.SIGKILL)
        ledger.process.communicate(timeout=30)
        again = restarted(ledger.data)
        try:
            found = comes_to(again, certificate, "suspended")
            assert "Cu" in found["reason"]
            (entry,) = again.registrar.get(paths.NOTICES).json()["items"]
            assert entry["certificate"] == certificate
        finally:
            again.http.close()
            again.process.terminate()
            again.process.communicate(timeout=30)


def restarted(data: Path) -> Ledger:
    process, url = start(data)
    return Ledger(url, data, process)
