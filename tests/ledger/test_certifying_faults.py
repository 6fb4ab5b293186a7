"""Faults around certificates, each injected twice: what was being written is lost, or it persists and nobody hears of it.

A certificate that falls is suspended once, whatever happens between the late statement, the note of what it may
change, and the statement that suspends; and none escapes because it was issued while its facts fell.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from provenite_ledger import issuer_keys, policies
from provenite_ledger.access import Reader
from provenite_ledger.assessing import Question, answered
from provenite_ledger.issuing import MAX_STANDING, Issued, Issuing
from provenite_ledger.reassessing import Reassessing
from provenite_ledger.registrar import Registrar
from provenite_ledger.revising import Revising
from provenite_ledger.sequencer import Sequencer
from provenite_ledger.store import certifying, reading
from provenite_ledger.store import issuer_keys as kept
from provenite_ledger.store.locked import LockedStore
from provenite_ledger.store.rows import text
from provenite_ledger.unavailable import LedgerUnavailable
from provenite_proto import paths
from provenite_proto.answers import Submitted
from provenite_proto.certificate.answers import CertificateRequest
from provenite_proto.policy.answers import AssessmentAnswer
from provenite_proto.problem import Problem
from provenite_proto.record import AnyRecord, RetractionReason, RevocationReason, Role
from provenite_proto.statement import SigningKey
from tests.ledger.certified import BY_FACTS, declaring
from tests.ledger.inside import ORIGIN, Firm, connected, found, ordering, recorded
from tests.ledger.running import Ledger, extraction, further_key, refining, run_ledger, start
from tests.ledger.speaking import owned, retracting, revoking, submitted
from tests.ledger.test_certificates import chain_of, comes_to
from tests.ledger.test_certificates_void import ANY_SHARE
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


@dataclass
class Inside:
    """A ledger's parts in this process, and a firm that has mined and refined."""

    pool: asyncpg.Pool
    sequencer: Sequencer
    registrar: Struck
    issuing: Issuing
    firm: Firm
    mined: str
    made: str
    assessing: Callable[[], Awaitable[object]] | None = None
    """What happens between a request and its assessment."""

    def reassessing(self, after: timedelta = timedelta()) -> Reassessing:
        """As a ledger that has just started would have it, or one that starts so much later."""
        return Reassessing(
            self.pool,
            self.sequencer,
            Revising(self.pool),
            self.registrar,
            asyncio.Event(),
            clock=lambda: datetime.now(UTC) + after,
        )

    async def certify(self, declaration: str | None = None, *, policy: str = STRICT) -> Issued:
        """Ask for a certificate, assessed as the log is by then."""
        row = await reading.batch(self.pool, self.made)
        party = self.sequencer.party(self.firm.id)
        assert row is not None and party is not None
        who = Reader(party.id, self.sequencer.party_index(party.id), party.roles)
        asked = CertificateRequest(batch=self.made, policy=policy, declaration=declaration)
        wanted = await self.issuing.wanted(who, party, asked, row)
        return await self.issuing.certify(wanted, self.assessed)

    async def assessed(self, asked: Question) -> AssessmentAnswer:
        """Of the batch, with all that is recorded."""
        if self.assessing is not None:
            await self.assessing()
        size = self.sequencer.size
        await Revising(self.pool).settle(size)
        row = await reading.batch(self.pool, self.made)
        assert row is not None
        async with self.pool.acquire() as connection:
            return await answered(connection, row, size, asked)

    async def declared(self) -> str:
        """A declaration of the firm's."""
        (said,) = await recorded(self.sequencer, self.firm.sign(declaring(self.made)))
        return said.submitted.digest

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

    async def causes(self) -> list[str]:
        """What the statements have retracted that were named as causes, certificate by certificate."""
        found = await self.pool.fetch(
            "select t.digest from certificate c join statement t on t.retracted_by = c.cause order by c.index"
        )
        return [text(row["digest"]) for row in found]

    async def standing(self) -> int:
        """How many certificates of what was made the firm has that stand."""
        row = await reading.batch(self.pool, self.made)
        assert row is not None
        party = self.sequencer.party_index(self.firm.id)
        return await certifying.number_standing(self.pool, party, row["key"], datetime.now(UTC))

    async def replaced_and_retired(self) -> None:
        """Another key signs from now on, and what the one before has signed counts no more."""
        signing = SigningKey.generate()
        async with self.pool.acquire() as connection:
            (before,) = await kept.every(connection)
            await issuer_keys.sign_with(self.pool, signing.public)
            assert await kept.retire(connection, before.id)
        self.issuing = Issuing(self.pool, self.registrar, signing, ORIGIN, "ledger.example")

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
        signing = SigningKey.generate()
        await issuer_keys.sign_with(pool, signing.public)
        issuing = Issuing(pool, registrar, signing, ORIGIN, "ledger.example")
        yield Inside(pool, sequencer, registrar, issuing, firm, batch, made.submitted.batches[0])


@PERSISTED
async def test_suspended_once_when_the_ledger_dies_as_it_says_so(
    dsn: str, *, persisted: bool
) -> None:
    async with LockedStore(dsn) as store, inside(dsn, store) as parts:
        await parts.certify()
        await parts.falls()
        parts.registrar.strikes, parts.registrar.persisted = 1, persisted
        with pytest.raises(ExceptionGroup) as failed:
            await parts.reassessing().settle()
        assert [type(each) for each in failed.value.exceptions] == [LedgerUnavailable]
        # What is noted stays until the certificate stands as it should.
        assert await parts.due() == 1
        assert await parts.statuses() == [("suspended", 1) if persisted else ("valid", 0)]
        for _ in range(2):
            await parts.reassessing().settle()
            assert await parts.statuses() == [("suspended", 1)]
            assert await parts.due() == 0


@PERSISTED
async def test_revoked_once_when_the_ledger_dies_as_it_says_so(
    dsn: str, *, persisted: bool
) -> None:
    """Of certificates by a key that is retired. They make room, and no late fact suspends them."""
    async with LockedStore(dsn) as store, inside(dsn, store) as parts:
        first = await parts.certify()
        second = await parts.certify(await parts.declared(), policy=BY_FACTS)
        await parts.replaced_and_retired()
        assert await parts.standing() == 2
        reassessing = parts.reassessing()
        parts.registrar.strikes, parts.registrar.persisted = 1, persisted
        with pytest.raises(ExceptionGroup) as failed:
            await reassessing.settle()
        assert [type(each) for each in failed.value.exceptions] == [LedgerUnavailable]
        for again in (reassessing, parts.reassessing()):
            await again.settle()
            assert await parts.statuses() == [("revoked", 2)] * 2
            assert await parts.standing() == 0
        third = await parts.certify()
        assert third.new and third.certificate not in (first.certificate, second.certificate)
        await parts.falls()
        await reassessing.settle()
        assert await parts.statuses() == [("revoked", 3)] * 2 + [("suspended", 3)]


async def test_what_is_over_is_not_revoked_with_its_key(dsn: str) -> None:
    async with LockedStore(dsn) as store, inside(dsn, store) as parts:
        await parts.certify()
        await parts.replaced_and_retired()
        await parts.reassessing(after=timedelta(days=366)).settle()
        assert await parts.statuses() == [("valid", 0)]


@PERSISTED
async def test_suspended_once_when_the_commit_is_lost(dsn: str, *, persisted: bool) -> None:
    async with AnswerLost(dsn) as store, inside(dsn, store) as parts:
        await parts.certify()
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
        await parts.certify()
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
            await parts.certify()
        again = await parts.certify()
        assert again.new != persisted
        assert await parts.certify() == Issued(again.certificate, new=False)
        assert await parts.statuses() == [("valid", 0)]


@PERSISTED
async def test_issued_once_when_the_commit_is_lost(dsn: str, *, persisted: bool) -> None:
    async with AnswerLost(dsn) as store, inside(dsn, store) as parts:
        async with fault(dsn, store, losing_the_connection(dsn), persisted=persisted):
            (mined,) = await recorded(parts.sequencer, parts.firm.sign(extraction("7")))
            assert mined.submitted.batches
        issued = await parts.certify()
        assert await parts.certify() == Issued(issued.certificate, new=False)
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
        await parts.certify()
        assert await parts.due() == 1
        await parts.reassessing().settle()
        assert await parts.statuses() == [("suspended", 1)]
        assert await parts.due() == 0


@pytest.mark.parametrize("revised", [False, True], ids=["noted later", "noted before"])
async def test_what_came_meanwhile_is_no_cause_unless_it_reaches_the_batch(
    dsn: str, *, revised: bool
) -> None:
    """While it is issued a fact falls between others that have nothing to do with it, the newest of them afterwards."""
    async with LockedStore(dsn) as store, inside(dsn, store) as parts:
        others = await recorded(parts.sequencer, *parts.firm.mined(count=3))
        apart = [
            parts.firm.sign(retracting(each.submitted.batches[0], RetractionReason.FRAUD))
            for each in others
        ]

        async def meanwhile() -> None:
            await recorded(parts.sequencer, apart[0])
            await parts.falls()
            await recorded(parts.sequencer, *apart[1:])
            if revised:
                await Revising(parts.pool).settle(parts.sequencer.size)

        parts.registrar.meanwhile = meanwhile
        await parts.certify()
        await parts.reassessing().settle()
        assert await parts.statuses() == [("suspended", 1)]
        assert await parts.causes() == [parts.mined.partition(".")[0]]


async def test_of_several_statements_the_one_that_turns_it_is_the_cause(dsn: str) -> None:
    """All of them reach the batch: an owner is told, what was mined is withdrawn, another owner is told."""
    async with LockedStore(dsn) as store, inside(dsn, store) as parts:
        await parts.certify()
        await recorded(parts.sequencer, parts.firm.sign(owned("CL")))
        await parts.falls()
        await recorded(parts.sequencer, parts.firm.sign(owned("US")))
        await Revising(parts.pool).settle(parts.sequencer.size)
        assert await parts.due() == 3
        await parts.reassessing().settle()
        assert await parts.causes() == [parts.mined.partition(".")[0]]


async def test_what_does_not_change_the_outcome_suspends_nothing(dsn: str) -> None:
    async with LockedStore(dsn) as store, inside(dsn, store) as parts:
        await parts.certify()
        (other,) = await recorded(parts.sequencer, parts.firm.sign(extraction("3")))
        record = retracting(other.submitted.batches[0], RetractionReason.FRAUD)
        await recorded(parts.sequencer, parts.firm.sign(record))
        await parts.reassessing().settle()
        assert await parts.statuses() == [("valid", 0)]
        assert await parts.due() == 0


async def test_issued_once_to_who_asks_twice_at_once(dsn: str) -> None:
    async with LockedStore(dsn) as store, inside(dsn, store) as parts:
        answers = await asyncio.gather(*(parts.certify() for _ in range(3)))
        assert sorted(each.new for each in answers) == [False, False, True]
        assert len({each.certificate for each in answers}) == 1
        assert await parts.statuses() == [("valid", 0)]


async def test_no_more_stand_of_a_batch_than_may(dsn: str) -> None:
    async with LockedStore(dsn) as store, inside(dsn, store) as parts:
        await recorded(parts.sequencer, *parts.firm.mined(count=MAX_STANDING - 2))
        first = await parts.certify()
        await parts.pool.execute(ALIKE, MAX_STANDING - 2)
        await parts.certify(await parts.declared(), policy=BY_FACTS)
        declaration = await parts.declared()
        with pytest.raises(Problem) as refused:
            await parts.certify(declaration, policy=BY_FACTS)
        assert refused.value.slug == "too-many"
        assert refused.value.figures["limit"] == str(MAX_STANDING)
        assert await parts.certify() == Issued(first.certificate, new=False)
        await parts.pool.execute("update certificate set status = 'revoked' where id = 'like 3'")
        assert (await parts.certify(declaration, policy=BY_FACTS)).new


ALIKE = """
insert into certificate
select s.index, 'like ' || s.index, c.party, c.batch, s.digest, c.policy, c.as_of, c.size, c.valid_until, null, 7, s.index,
       'valid'
from certificate c, statement s where s.kind in ('extraction', 'transformation') order by s.index limit $1
"""
"""Certificates of the same batch, in the place of what was mined."""


@pytest.mark.parametrize("revised", [False, True], ids=["recorded", "noted"])
async def test_not_valid_to_who_asks_again_once_a_fact_has_fallen(
    dsn: str, *, revised: bool
) -> None:
    """Its certificate is valid until it is assessed anew, but nobody is answered with it any more."""
    async with LockedStore(dsn) as store, inside(dsn, store) as parts:
        await parts.certify()
        await parts.falls()
        if revised:
            await Revising(parts.pool).settle(parts.sequencer.size)
        with pytest.raises(Problem) as refused:
            await parts.certify()
        assert refused.value.slug == "not-passed"
        assert await parts.statuses() == [("valid", 0)]


@pytest.mark.parametrize("compromised", [False, True], ids=["retracted", "disowned"])
async def test_a_declaration_that_falls_while_it_is_assessed(
    dsn: str, *, compromised: bool
) -> None:
    """It stood when it was looked up, and what it fell by is among what the batch was assessed with."""
    async with LockedStore(dsn) as store, inside(dsn, store) as parts:
        stolen = SigningKey.generate()
        await recorded(parts.sequencer, parts.firm.sign(further_key(parts.firm.id, stolen)))
        thief = Firm(stolen, parts.firm.id)
        (said,) = await recorded(parts.sequencer, thief.sign(declaring(parts.made)))
        declaration = said.submitted.digest
        falls = (
            revoking(
                stolen.key_id,
                RevocationReason.KEY_COMPROMISE,
                compromised_at=datetime.now(UTC) - timedelta(days=1),
            )
            if compromised
            else retracting(declaration, RetractionReason.WITHDRAWN)
        )

        async def meanwhile() -> None:
            await recorded(parts.sequencer, parts.firm.sign(falls))

        parts.assessing = meanwhile
        with pytest.raises(Problem) as refused:
            await parts.certify(declaration, policy=BY_FACTS)
        assert refused.value.slug == "already-retracted"
        assert await parts.statuses() == []


async def test_a_batch_that_falls_while_it_is_assessed(dsn: str) -> None:
    """Its statement is disowned after it was asked for, and by a rule that whatever there is would pass."""
    async with LockedStore(dsn) as store, inside(dsn, store) as parts:
        stolen = SigningKey.generate()
        await recorded(parts.sequencer, parts.firm.sign(further_key(parts.firm.id, stolen)))
        (made,) = await recorded(parts.sequencer, Firm(stolen, parts.firm.id).sign(extraction("9")))
        parts.made = made.submitted.batches[0]
        falls = revoking(
            stolen.key_id,
            RevocationReason.KEY_COMPROMISE,
            compromised_at=datetime.now(UTC) - timedelta(days=1),
        )

        async def meanwhile() -> None:
            await recorded(parts.sequencer, parts.firm.sign(falls))

        parts.assessing = meanwhile
        with pytest.raises(Problem) as refused:
            await parts.certify(policy=ANY_SHARE)
        assert refused.value.slug == "batch-retracted"
        assert await parts.statuses() == []


async def test_what_has_ended_is_not_assessed_any_more(dsn: str) -> None:
    async with LockedStore(dsn) as store, inside(dsn, store) as parts:
        await parts.certify()
        await parts.falls()
        await parts.reassessing(after=timedelta(days=10_000)).settle()
        assert await parts.statuses() == [("valid", 0)]
        assert await parts.due() == 0


async def test_each_that_cannot_be_assessed_is_named(
    dsn: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with LockedStore(dsn) as store, inside(dsn, store) as parts:
        issued = await parts.certify()
        other = await parts.certify(policy="us.uflpa")
        await parts.falls()
        parts.registrar.strikes = 2
        with pytest.raises(ExceptionGroup) as failed:
            await parts.reassessing().settle()
        assert len(failed.value.exceptions) == 2
        for each in (issued, other):
            assert each.certificate in caplog.text


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
