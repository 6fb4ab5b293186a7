"""How much of the log, and how many packs, are answered at a time."""

from contextlib import AsyncExitStack

import msgspec
import pytest

from provenite_ledger import computing
from provenite_ledger.app import PACKS_AT_ONCE
from provenite_ledger.computing import Room
from provenite_ledger.http import logged
from provenite_proto import paths
from provenite_proto.answers import MAX_LOGGED, LogStatements
from provenite_proto.problem import Problem
from provenite_proto.record import Role
from tests.ledger.inside import ask, at_rest, at_work, found, recorded, served


async def test_the_log_comes_in_answers_of_bounded_length(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_work(dsn) as sequencer, at_rest(dsn, sequencer) as follower:
        registrar, miner = await found(sequencer, Role.MINER)
        await recorded(sequencer, *miner.mined(count=MAX_LOGGED))
        async with served(dsn, sequencer, follower) as client:

            async def page(first: int, **query: int) -> list[int]:
                answer = await ask(
                    client, registrar, paths.LOG_STATEMENTS, **{"from": first}, **query
                )
                assert answer.status_code == 200, answer.text
                read = msgspec.json.decode(answer.content, type=LogStatements)
                return [each.index for each in read.statements]

            assert await page(0) == list(range(MAX_LOGGED))
            assert await page(MAX_LOGGED) == [MAX_LOGGED, MAX_LOGGED + 1]
            too_many = await ask(client, registrar, paths.LOG_STATEMENTS, limit=MAX_LOGGED + 1)
            assert too_many.status_code == 400
            # However large statements are, there is one.
            monkeypatch.setattr(logged, "_BYTES", 1)
            assert await page(7, limit=3) == [7]


async def test_so_many_packs_are_sent_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of them to one party."""
    monkeypatch.setattr(computing, "PATIENCE_SECONDS", 0.01)
    places = Room(PACKS_AT_ONCE)
    async with AsyncExitStack() as taken:
        for party in (1, 1, 2, 2):  # as many as PACKS_AT_ONCE
            await taken.enter_async_context(places.taken(party))
        for party in (1, 3):
            with pytest.raises(Problem, match="ledger-busy"):
                await taken.enter_async_context(places.taken(party))
