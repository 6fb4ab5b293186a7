"""Room for answers about content: bounded, and no party takes it all."""

import asyncio
from contextlib import AsyncExitStack

import asyncpg
import pytest

from provenite_ledger import computing
from provenite_ledger.computing import Computing, Room
from provenite_proto.problem import Problem


async def test_one_party_leaves_room_for_others(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(computing, "PATIENCE_SECONDS", 0.2)
    async with asyncpg.create_pool(dsn, min_size=1, max_size=8) as pool, AsyncExitStack() as taken:
        room = Computing(pool, 8)
        for _ in range(2):
            await taken.enter_async_context(room.connection(1))
        with pytest.raises(Problem, match="ledger-busy"):
            await taken.enter_async_context(room.connection(1))
        for _ in range(2):
            await taken.enter_async_context(room.connection(2))
        # Half of the connections are left for all other reads.
        with pytest.raises(Problem, match="ledger-busy"):
            await taken.enter_async_context(room.connection(3))
        assert await pool.fetchval("select 1") == 1


async def test_whoever_waits_gets_the_room_that_is_left(dsn: str) -> None:
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2) as pool:
        room = Computing(pool, 2)

        async def one() -> int:
            async with room.connection(1) as connection:
                answer: int = await connection.fetchval("select 1")
                return answer

        assert await asyncio.gather(*(one() for _ in range(20))) == [1] * 20


async def test_a_place_is_wanted_by_who_has_not_his_half(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(computing, "PATIENCE_SECONDS", 0.05)
    room = Room(4)
    async with AsyncExitStack() as taken:
        for party in (1, 1, 2, 2):
            await taken.enter_async_context(room.taken(party))
        for party in (1, 3):
            assert not room.wanted
            with pytest.raises(Problem, match="ledger-busy"):
                await taken.enter_async_context(room.taken(party))
        assert room.wanted
        # He may come back.
        monkeypatch.setattr(computing, "WANTED_SECONDS", 0)
        assert not room.wanted
