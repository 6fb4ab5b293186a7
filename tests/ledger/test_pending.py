"""While a late statement is being worked into the content: no answer is stale, and a killed ledger goes on."""

import asyncio
import itertools
import signal
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from provenite_ledger.contents import SHIPPED, Lensed, compute, content, keep, prepare
from provenite_ledger.http import settling
from provenite_ledger.revising import Revising
from provenite_ledger.sequencer import Sequencer
from provenite_ledger.store import revisions
from provenite_ledger.store.named import load
from provenite_ledger.store.revisions import reaches
from provenite_ledger.unavailable import LedgerUnavailable
from provenite_proto import paths
from provenite_proto.content.own import read_own
from provenite_proto.record import Accreditation, Retraction, RetractionReason, Role, SubjectKind
from provenite_proto.statement import Statement
from tests.ledger import running
from tests.ledger.inside import Firm, ask, at_rest, at_work, connected, found, recorded, served
from tests.ledger.running import Ledger, day, extraction, run_ledger, start
from tests.ledger.speaking import attesting, retracting

OWN = """
title = "Whether it is from Chile"
[[start]]
country = ["CL"]
label = "chilean"
"""


@asynccontextmanager
async def held_up(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """Nobody can note what a late statement changes."""
    async with connected(dsn) as connection:
        await connection.execute("begin; lock table revision in exclusive mode")
        yield connection
        await connection.execute("rollback")


def retraction_of(firm: Firm, statement: str) -> Statement:
    return firm.sign(Retraction(statement=statement, reason=RetractionReason.FRAUD))


def labels(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["label"] for each in labels_of(answer.json())]


def labels_of(answer: dict[str, Any]) -> list[dict[str, str]]:
    (lens,) = answer["elements"][0]["lenses"]
    found: list[dict[str, str]] = lens["labels"]
    return found


async def test_what_a_late_statement_cannot_reach_is_answered_meanwhile(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "PATIENCE_SECONDS", 0.2)
    async with (
        at_work(dsn) as sequencer,
        at_rest(dsn, sequencer) as follower,
        served(dsn, sequencer, follower) as client,
    ):
        _, miner, other = await found(sequencer, Role.MINER, Role.MINER)
        (mined,) = await recorded(sequencer, *miner.mined())
        (apart,) = await recorded(sequencer, *other.mined())
        for firm, made in ((miner, mined), (other, apart)):
            (batch,) = made.submitted.batches
            assert labels(await ask(client, firm, paths.content(batch), lens="origin")) == ["CL"]
        await recorded(sequencer, retraction_of(miner, mined.submitted.digest))
        async with held_up(dsn):
            (batch,) = mined.submitted.batches
            assert (await ask(client, miner, paths.content(batch))).status_code == 503
            (batch,) = apart.submitted.batches
            answer = await ask(client, other, paths.content(batch), lens="origin")
            assert labels(answer) == ["CL"]
            assert answer.json()["size"] == sequencer.size


async def test_an_answer_is_put_off_while_it_takes_long(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "PATIENCE_SECONDS", 0.2)
    async with (
        at_work(dsn) as sequencer,
        at_rest(dsn, sequencer) as follower,
        served(dsn, sequencer, follower) as client,
    ):
        _, miner = await found(sequencer, Role.MINER)
        (mined,) = await recorded(sequencer, *miner.mined())
        (batch,) = mined.submitted.batches
        assert labels(await ask(client, miner, paths.content(batch), lens="origin")) == ["CL"]
        (late,) = await recorded(sequencer, retraction_of(miner, mined.submitted.digest))
        consequences = paths.consequences(late.submitted.digest)
        async with held_up(dsn):
            for path, query in ((paths.content, {}), (paths.contributions, CHILEAN)):
                answer = await ask(client, miner, path(batch), **query)
                assert answer.status_code == 503
                assert answer.json()["type"] == "urn:provenite:problem:content-pending"
                assert "figures" not in answer.json()
                assert answer.headers["retry-after"] == "1"
            working = (await ask(client, miner, consequences)).json()
            assert (working["settled"], working["revised"], working["total"]) == (False, 0, 1)
            assert "items" not in working
        async with asyncio.timeout(10):
            while (
                answer := await ask(client, miner, paths.content(batch), lens="origin")
            ).is_error:
                pass
        assert labels(answer) == ["unknown"]
        done = (await ask(client, miner, consequences)).json()
        assert (done["settled"], done["revised"], done["total"]) == (True, 1, 1)
        assert [each["batch"] for each in done["items"]] == [batch]


CHILEAN = {"element": "Cu", "lens": "origin", "label": "CL"}


async def test_an_answer_has_the_content_of_its_size(dsn: str) -> None:
    """Readers ask all the while that an attestation is made and withdrawn, again and again."""
    async with (
        at_work(dsn) as sequencer,
        at_rest(dsn, sequencer) as follower,
        served(dsn, sequencer, follower) as client,
        follower,
    ):
        registrar, miner, auditor = await found(sequencer, Role.MINER, Role.AUDITOR)
        recognised = Accreditation(party=auditor.id, scheme="rmap", valid_from=day(0))
        await recorded(sequencer, registrar.sign(recognised))
        (mined,) = await recorded(sequencer, *miner.mined())
        (batch,) = mined.submitted.batches
        told: list[tuple[int, str]] = []
        heard = asyncio.Event()

        async def reading() -> None:
            while True:
                answer = await ask(client, miner, paths.content(batch), lens="attested")
                (label,) = labels(answer)
                told.append((answer.json()["size"], label))
                heard.set()

        async def another_answer() -> None:
            heard.clear()
            await heard.wait()

        readers = [asyncio.create_task(reading()) for _ in range(3)]
        turns = {}
        for number in range(10):
            # Each differs from the others by its period.
            word = auditor.sign(attesting(mined.submitted.digest, valid_from=day(-number)))
            (made,) = await recorded(sequencer, word)
            turns[made.submitted.index] = "attested"
            await another_answer()
            withdrawn = retraction_of(auditor, made.submitted.digest)
            (gone,) = await recorded(sequencer, withdrawn)
            turns[gone.submitted.index] = "not_attested"
            await another_answer()
        for reader in readers:
            reader.cancel()
        await asyncio.wait(readers)
        assert not [each for each in readers if not each.cancelled()]
        answer = await ask(client, miner, paths.content(batch), lens="attested")
        assert labels(answer) == ["not_attested"]
    assert len({size for size, _ in told}) > 3
    for size, label in told:
        before = [index for index in turns if index < size]
        assert label == (turns[max(before)] if before else "not_attested")


async def test_an_answer_that_is_overtaken_is_begun_anew(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A late statement comes and is worked out just when an answer has found that there is none."""
    late: list[Statement] = []
    at_hand: list[Revising] = []

    class Noted(Revising):
        def __init__(self, pool: asyncpg.Pool) -> None:
            super().__init__(pool)
            at_hand.append(self)

    async def overtaken(pool: asyncpg.Pool, roots: Collection[int], size: int) -> bool:
        reached = await reaches(pool, roots, size)
        while late:
            await recorded(sequencer, late.pop())
            await at_hand[0].settle(sequencer.size)
        return reached

    monkeypatch.setattr(revisions, "reaches", overtaken)
    async with (
        at_work(dsn) as sequencer,
        at_rest(dsn, sequencer, Noted) as follower,
        served(dsn, sequencer, follower) as client,
    ):
        _, miner = await found(sequencer, Role.MINER)
        for path, query in ((paths.content, {"lens": "origin"}), (paths.contributions, CHILEAN)):
            (mined,) = await recorded(sequencer, *miner.mined())
            (batch,) = mined.submitted.batches
            late.append(retraction_of(miner, mined.submitted.digest))
            answer = (await ask(client, miner, path(batch), **query)).json()
            assert answer["size"] == sequencer.size == mined.submitted.index + 2
            if path is paths.content:
                assert [each["label"] for each in labels_of(answer)] == ["unknown"]
            else:
                assert answer["mass"] == "0"


async def settled(sequencer: Sequencer, revising: Revising, statement: Statement) -> None:
    await recorded(sequencer, statement)
    await revising.settle(sequencer.size)


async def test_what_was_computed_before_is_not_kept_afterwards(dsn: str) -> None:
    lens = read_own(OWN)
    async with at_work(dsn) as sequencer, connected(dsn) as connection:
        _, miner = await found(sequencer, Role.MINER)
        (mined,) = await recorded(sequencer, *miner.mined())
        index, before = mined.submitted.index, sequencer.size
        own = Lensed(1, (lens,))
        slow = [(await compute(connection, [index], before, each), each) for each in (SHIPPED, own)]
        async with asyncpg.create_pool(dsn, min_size=1, max_size=2) as pool:
            await settled(sequencer, Revising(pool), retraction_of(miner, mined.submitted.digest))
        for computed, lensed in slow:
            assert not await keep(connection, computed, before, lensed)
        assert await connection.fetchval("select count(*) from content where lens = 1") == 0
        for lensed, name in ((SHIPPED, "origin"), (own, lens.id)):
            _, shares = await content(connection, index * 1024, sequencer.size, lensed)
            assert shares["Cu"][name].keys() == {"unknown"}
        with pytest.raises(LedgerUnavailable):
            await connection.execute("delete from content where lens = 1")
            await content(connection, index * 1024, before, own)


@asynccontextmanager
async def kept_alone(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """Another ledger works a late statement in: nobody else keeps content until it has done so."""
    async with connected(dsn) as connection, connection.transaction():
        await connection.execute(load("contents.sql")["keep_alone"])
        yield connection


async def test_what_cannot_be_kept_now_is_kept_later(dsn: str) -> None:
    async with (
        at_work(dsn) as sequencer,
        connected(dsn) as connection,
        asyncpg.create_pool(dsn, min_size=1, max_size=2) as pool,
    ):
        _, miner = await found(sequencer, Role.MINER)
        (mined,) = await recorded(sequencer, *miner.mined())
        late = retraction_of(miner, mined.submitted.digest)
        revising = Revising(pool)
        async with kept_alone(dsn):
            working = asyncio.create_task(settled(sequencer, revising, late))
            await asyncio.sleep(0.3)
            assert not working.done()
        async with asyncio.timeout(10):
            await working
        _, shares = await content(connection, mined.submitted.index * 1024, sequencer.size)
        assert shares["Cu"]["origin"].keys() == {"unknown"}
        (ahead,) = await recorded(sequencer, *miner.mined())
        async with kept_alone(dsn):
            assert not await revising.kept.advance(sequencer.size)
            assert revising.kept.next <= ahead.submitted.index
        assert await revising.kept.advance(sequencer.size)
        assert revising.kept.next == sequencer.size


async def test_what_another_ledger_has_worked_out_is_not_worked_out_again(dsn: str) -> None:
    async with (
        at_work(dsn) as sequencer,
        connected(dsn) as watching,
        asyncpg.create_pool(dsn, min_size=1, max_size=2) as pool,
    ):
        _, miner = await found(sequencer, Role.MINER)
        (mined,) = await recorded(sequencer, *miner.mined())
        revising = Revising(pool)
        assert await revising.kept.advance(sequencer.size)
        before = await watching.fetch("select * from content")
        late = retraction_of(miner, mined.submitted.digest)
        async with kept_alone(dsn) as other:
            working = asyncio.create_task(settled(sequencer, revising, late))
            async with asyncio.timeout(10):
                while not await watching.fetchval(ALONE):  # noqa: ASYNC110 # nobody tells of it
                    await asyncio.sleep(0.01)
            await other.execute("update late set done = true")
        async with asyncio.timeout(10):
            await working
        assert await watching.fetch("select * from content") == before
        assert await watching.fetchval("select count(*) from revision") == 0


ALONE = """
select exists (select from pg_locks where locktype = 'advisory' and not granted)
"""


@pytest.mark.parametrize(
    ("apart", "totals"),
    [
        # What is recorded in the second of the accreditation counts, whatever the order.
        pytest.param(0, [0, 0, 4, 0, 0], id="within a second"),
        # What was said before the accreditation never counts: only saying it again changes something.
        pytest.param(1, [0, 0, 0, 1, 3], id="seconds apart"),
    ],
)
async def test_only_what_stands_otherwise_is_computed_anew(
    dsn: str, apart: int, totals: list[int]
) -> None:
    """Nobody holds up the content of others by saying something of them that changes nothing."""
    start = datetime.now(UTC)
    times = (start + timedelta(seconds=apart * number) for number in itertools.count())
    async with (
        at_work(dsn, clock=lambda: next(times)) as sequencer,
        connected(dsn) as connection,
        asyncpg.create_pool(dsn, min_size=1, max_size=2) as pool,
    ):
        registrar, miner, auditor = await found(sequencer, Role.MINER, Role.AUDITOR)
        (mined,) = await recorded(sequencer, *miner.mined())
        await recorded(sequencer, *miner.mined(count=3))
        revising = Revising(pool)
        recognised = Accreditation(party=auditor.id, scheme="rmap", valid_from=day(0))
        changed = []
        for statement in (
            auditor.sign(attesting(miner.id, SubjectKind.PARTY)),
            auditor.sign(attesting(mined.submitted.digest)),
            registrar.sign(recognised),
            auditor.sign(attesting(mined.submitted.digest, valid_from=day(-1))),
            auditor.sign(attesting(miner.id, SubjectKind.PARTY, valid_from=day(-1))),
        ):
            await settled(sequencer, revising, statement)
            changed.append(
                await connection.fetchval("select total from late order by index desc limit 1")
            )
        assert changed == totals


async def test_other_lenses_mean_working_late_statements_out_anew(dsn: str) -> None:
    async with at_work(dsn) as sequencer, connected(dsn) as connection:
        _, miner = await found(sequencer, Role.MINER)
        (mined,) = await recorded(sequencer, *miner.mined())
        late = retraction_of(miner, mined.submitted.digest)
        seen = []
        async with asyncpg.create_pool(dsn, min_size=1, max_size=2) as pool:
            await recorded(sequencer, late)
            for _ in range(2):
                await Revising(pool).settle(sequencer.size)
                seen.append(await connection.fetch("select * from revision"))
                await connection.execute("update ledger set catalogue = 'another'")
                await prepare(connection)
                assert await connection.fetchval("select count(*) from revision") == 0
        assert len(seen[0]) == 1
        assert seen[0] == seen[1]


WAITING = """
select exists (select from pg_locks where relation = 'revision'::regclass and not granted)
"""


@pytest.mark.slow
async def test_a_killed_ledger_goes_on_with_what_it_was_revising(dsn: str) -> None:
    with run_ledger(DATABASE_URL=dsn) as ledger:
        miner = ledger.enrol("miner")
        (mined,) = miner.record(extraction("1"))
        assert miner.get(paths.content(mined), lens="origin").status_code == 200
        async with held_up(dsn) as connection:
            late = miner.submit(retracting(mined)).json()["digest"]
            async with asyncio.timeout(10), connected(dsn) as watching:
                while not await watching.fetchval(WAITING):  # noqa: ASYNC110 # nobody tells of it
                    await asyncio.sleep(0.01)
            assert not miner.get(paths.consequences(late)).json()["settled"]
            ledger.process.send_signal(signal.SIGKILL)
            ledger.process.wait(10)
            assert not await connection.fetchval("select done from late")
        again = await asyncio.to_thread(restarted, ledger, dsn)
        try:
            firm = running.Firm(again, miner.key, miner.id)
            async with asyncio.timeout(10):
                while not (told := firm.get(paths.consequences(late)).json())["settled"]:  # noqa: ASYNC110 # as above
                    await asyncio.sleep(0.05)
            assert [each["batch"] for each in told["items"]] == [mined]
            assert labels(firm.get(paths.content(mined), lens="origin")) == ["unknown"]
        finally:
            again.http.close()
            again.process.terminate()
            again.process.communicate(timeout=30)


def restarted(ledger: Ledger, dsn: str) -> Ledger:
    process, url = start(ledger.data, DATABASE_URL=dsn)
    return Ledger(url, ledger.data, process)
