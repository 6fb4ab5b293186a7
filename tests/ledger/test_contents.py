"""Content behind the sequencer: computed once, in slices, by whoever comes first, for the lenses of one catalogue."""

import asyncio
import itertools
from collections.abc import Callable

import asyncpg
import pytest

from provenite_ledger import contents, keeping
from provenite_ledger import follower as following
from provenite_ledger.contents import SHIPPED, catalogue, chunks, compute, content, keep, prepare
from provenite_ledger.sequencer import Sequencer
from provenite_ledger.unavailable import LedgerUnavailable
from provenite_proto import paths
from provenite_proto.content import LENSES
from provenite_proto.record import (
    Extraction,
    InputQuantity,
    Output,
    OutputQuantity,
    Role,
    SourceQuantities,
    Stage,
    TransformationQuantities,
)
from tests.ledger.inside import Firm, at_rest, at_work, connected, found, recorded, served
from tests.ledger.running import extraction, refining

BOTH = (Role.MINER, Role.REFINER)
ELEMENTS = ("La", "Ce", "Pr", "Nd", "Sm", "Dy")


def concentrate(kg: str, share: str = "0.01") -> tuple[Output, OutputQuantity]:
    return (
        Output(material="mixed-rare-earth-concentrate", elements=ELEMENTS),
        OutputQuantity(mass=kg, composition=dict.fromkeys(ELEMENTS, share)),
    )


def mined(country: str, kg: str) -> Extraction:
    output, quantity = concentrate(kg)
    return extraction(
        country=country, outputs=(output,), quantities=SourceQuantities(outputs=(quantity,))
    )


async def blended(sequencer: Sequencer, firm: Firm, inputs: int) -> int:
    """Blend so many ores of four countries into two lots; the key of the second lot."""
    countries = itertools.cycle(["CL", "AU", "CN", "US"])
    ores = await recorded(
        sequencer, *(firm.sign(mined(next(countries), f"1.{n:03}")) for n in range(inputs))
    )
    taken = [(ore.submitted.batches[0], "0.7") for ore in ores]
    halves = [concentrate(f"{0.35 * inputs:.3f}") for _ in range(2)]
    blend = refining(
        taken,
        "1",
        stage=Stage.SEPARATION,
        outputs=tuple(output for output, _ in halves),
        quantities=TransformationQuantities(
            inputs=tuple(InputQuantity(mass=mass) for _, mass in taken),
            outputs=tuple(quantity for _, quantity in halves),
        ),
    )
    (made,) = await recorded(sequencer, firm.sign(blend))
    return made.submitted.index * 1024 + 1


async def test_content_does_not_depend_on_how_it_is_sliced(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_work(dsn) as sequencer, connected(dsn) as connection:
        _, firm = await found(sequencer, BOTH)
        lot = await blended(sequencer, firm, 70)
        found_each_time = []
        for small, parts in ((64, 2048), (1024, 2048), (0, 1)):
            monkeypatch.setattr(contents, "_SMALL", small)
            monkeypatch.setattr(contents, "CHUNK_PARTS", parts)
            await connection.execute("truncate content, run")
            found_each_time.append(await content(connection, lot, sequencer.size))
            assert await connection.fetchval("select count(*) from content") == 72
    elements, shares = found_each_time[0]
    assert found_each_time == [(elements, shares)] * 3
    assert list(shares) == list(elements) == list(ELEMENTS)
    for element, mass in elements.items():
        assert list(shares[element]) == list(LENSES)
        assert {sum(labels.values()) for labels in shares[element].values()} == {mass}
        assert shares[element]["origin"].keys() == {"CL", "AU", "CN", "US"}
        assert shares[element]["stage/separation"] == {"US": mass}


def test_a_chunk_is_bounded_by_number_and_by_work() -> None:
    def sizes(*parts: int) -> list[int]:
        rows = [{"index": index, "parts": each} for index, each in enumerate(parts)]
        found = list(chunks(rows))
        assert [index for chunk in found for index in chunk] == list(range(len(parts)))
        return [len(chunk) for chunk in found]

    assert sizes() == []
    assert sizes(*[1] * 450) == [200, 200, 50]
    assert sizes(*[1000] * 5) == [2, 2, 1]
    assert sizes(3000, 1, 3000, 1, 1) == [1, 1, 1, 2]


async def test_others_get_their_turn_within_one_statement(dsn: str) -> None:
    pieces = 0

    async def others() -> None:
        nonlocal pieces
        loop = asyncio.get_running_loop()
        while True:
            begun = loop.time()
            await asyncio.sleep(0)
            pieces += loop.time() - begun > 0.001

    async with at_work(dsn) as sequencer, connected(dsn) as connection:
        _, firm = await found(sequencer, BOTH)
        lot = await blended(sequencer, firm, 300)
        ores = await compute(connection, range(2, 302), sequencer.size, SHIPPED)
        assert await keep(connection, ores, sequencer.size, SHIPPED)
        counting = asyncio.create_task(others())
        await compute(connection, [lot // 1024], sequencer.size, SHIPPED)
        counting.cancel()
    # Some 100 ms of work: in one piece, but for its queries, or in slices of a few milliseconds.
    assert pieces > 12


async def test_content_is_kept_for_the_lenses_of_the_catalogue_only(dsn: str) -> None:
    async with at_work(dsn) as sequencer, connected(dsn) as connection:
        _, firm = await found(sequencer, Role.MINER)
        await recorded(sequencer, firm.sign(extraction()))
        elements, _ = await content(connection, 2 * 1024, sequencer.size)
        # Another ledger, with other lenses, has taken the database over.
        await connection.execute("update ledger set catalogue = 'another'; truncate content, run")
        with pytest.raises(LedgerUnavailable):
            await content(connection, 2 * 1024, sequencer.size)
        assert await connection.fetchval("select count(*) from content") == 0
        again = await compute(connection, [2], sequencer.size, SHIPPED)
        assert not await keep(connection, again, sequencer.size, SHIPPED)
        await connection.execute("insert into content values (0, 2048, 'of other lenses')")
        await prepare(connection)
        assert await connection.fetchval("select catalogue from ledger") == catalogue()
        assert (await content(connection, 2 * 1024, sequencer.size))[0] == elements
        await prepare(connection)
        assert await connection.fetchval("select count(*) from content") == 1


async def test_a_failed_preparation_changes_nothing(dsn: str) -> None:
    async with connected(dsn) as connection, connected(dsn) as other:
        await connection.execute("update ledger set catalogue = 'another'")
        await other.execute("begin; select * from content")
        await connection.execute("set lock_timeout = '100ms'")
        with pytest.raises(asyncpg.LockNotAvailableError):
            await prepare(connection)
        assert await connection.fetchval("select catalogue from ledger") == b"another"


async def test_the_follower_passes_over_what_is_kept(dsn: str, swift: None) -> None:
    async with at_work(dsn) as sequencer, connected(dsn) as connection:
        _, firm = await found(sequencer, BOTH)
        lot = await blended(sequencer, firm, 5)
        await recorded(sequencer, firm.sign(extraction()))
        async with at_rest(dsn, sequencer) as follower, follower:
            await kept(connection, 8)
        # What is computed anew cannot be: only what is missing is.
        await connection.execute("update statement set compact = 'unreadable' where index <> 5")
        await connection.execute("delete from content where batch = 5 * 1024")
        async with at_rest(dsn, sequencer) as follower, follower:
            await kept(connection, 8)
            await recorded(sequencer, firm.sign(extraction()))
            await kept(connection, 9)
            assert follower.running
        assert lot // 1024 == 7


async def test_the_follower_says_that_it_fails_and_goes_on(
    dsn: str, swift: None, caplog: pytest.LogCaptureFixture
) -> None:
    async with at_work(dsn) as sequencer, connected(dsn) as connection:
        _, firm = await found(sequencer, Role.MINER)
        await recorded(sequencer, *firm.mined(count=3))
        text = await connection.fetchval("select compact from statement where index = 3")
        await connection.execute("update statement set compact = 'unreadable' where index = 3")
        async with (
            at_rest(dsn, sequencer) as follower,
            follower,
            served(dsn, sequencer, follower) as client,
        ):
            await until(lambda: not follower.running)
            ready = await client.get(paths.READY)
            assert (ready.status_code, ready.json()) == (200, {"status": "content-delayed"})
            assert "content from statement 2 on cannot be computed" in caplog.text
            await recorded(sequencer, *firm.mined())
            await connection.execute("update statement set compact = $1 where index = 3", text)
            await kept(connection, 4)
            await until(lambda: follower.running)
            assert (await client.get(paths.READY)).json() == {"status": "ok"}
        assert not follower.running


@pytest.fixture
def swift(monkeypatch: pytest.MonkeyPatch) -> None:
    """A follower that neither idles nor pauses for long, and searches few statements at a time."""
    monkeypatch.setattr(following, "IDLE_SECONDS", 0.01)
    monkeypatch.setattr(following, "MIN_PAUSE_SECONDS", 0.02)
    monkeypatch.setattr(following, "MAX_PAUSE_SECONDS", 0.1)
    monkeypatch.setattr(keeping, "WINDOW", 2)


async def kept(connection: asyncpg.Connection, batches: int) -> None:
    """Return when the content of so many batches is kept."""
    count = "select count(*) from content"
    async with asyncio.timeout(10):
        while await connection.fetchval(count) < batches:  # noqa: ASYNC110 # nobody tells of it
            await asyncio.sleep(0.01)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 # nobody tells of it
            await asyncio.sleep(0.01)
