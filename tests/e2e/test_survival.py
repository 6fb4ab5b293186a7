"""What is acknowledged stays: the ledger or its PostgreSQL is killed in the middle of a load."""

import asyncio
import os
import signal
from datetime import UTC, datetime, timedelta

import httpx
import msgspec
import pytest

from provenite import (
    AsyncClient,
    BatchOf,
    Client,
    Retry,
    Signer,
    TransportError,
    Unavailable,
    extraction,
)
from provenite._public_log import PublicLog
from provenite_proto import paths
from provenite_proto.answers import Submitted
from provenite_proto.log import LogProof, Tiles, open_checkpoint, parse_key, root
from tests.e2e.conftest import Mortal

LOAD = 5_000
SMALLER_LOAD = 1_500
AT_ONCE = 50


async def submit_all(
    url: str, statements: list[str], retry: Retry, disturb: asyncio.Event, after: int
) -> dict[str, Submitted]:
    """Submit concurrently, one a request; what was acknowledged, by statement. Sets `disturb` on the way."""
    acknowledged: dict[str, Submitted] = {}
    waiting = iter(statements)

    async def work(client: AsyncClient) -> None:
        for statement in waiting:
            try:
                acknowledged[statement] = await client.submit(statement)
            except (TransportError, Unavailable):
                return
            if len(acknowledged) >= after:
                disturb.set()

    async with AsyncClient(url, retry=retry) as client:
        await asyncio.gather(*(work(client) for _ in range(AT_ONCE)))
    return acknowledged


def sign_load(ledger: Mortal, signer: Signer, count: int) -> list[str]:
    with Client(ledger.url, signer) as client:
        yesterday = datetime.now(UTC) - timedelta(days=1)
        return [
            client.sign(
                extraction(
                    country="US",
                    occurred_at=yesterday,
                    outputs=[BatchOf("copper-concentrate", mass="1", composition={"Cu": "0.3"})],
                )
            )
            for _ in range(count)
        ]


async def check_nothing_lost(
    ledger: Mortal, statements: list[str], acknowledged: dict[str, Submitted]
) -> None:
    """Submitting all again gives the acknowledged ones their old answer, and every index exactly once."""
    async with AsyncClient(ledger.url) as client:
        lines = [line async for line in client.submit_many(statements)]
        size = (await client.ledger()).size
    answers = {}
    for statement, line in zip(statements, lines, strict=True):
        assert line.submitted is not None, line.problem
        answers[statement] = line.submitted
        if statement in acknowledged:
            assert line.status == 200
            assert line.submitted == msgspec.structs.replace(acknowledged[statement], receipt=None)
    # The registrar's and the firm's party statements come first.
    assert size == len(statements) + 2
    assert sorted(answer.index for answer in answers.values()) == list(range(2, size))
    # Its client has an event loop of its own.
    await asyncio.to_thread(check_receipts, ledger, acknowledged)


def check_receipts(ledger: Mortal, acknowledged: dict[str, Submitted]) -> None:
    """The log that goes on begins with every tree for which a receipt was given."""
    with (
        httpx.Client(base_url=ledger.url) as http,
        PublicLog(f"{ledger.url}{paths.LOG}") as log,
    ):
        key = parse_key(http.get(paths.LOG_STATE).json()["key"])
        newest = open_checkpoint(log.checkpoint(), key)
        tiles = Tiles(newest.size, log.tile)
        assert root(newest.size, tiles.read) == newest.root
        for answer in acknowledged.values():
            assert answer.receipt is not None
            proof = LogProof.parse(answer.receipt.encode())
            assert proof.index == answer.index
            proven = proof.check(answer.digest, key)
            assert root(proven.size, tiles.read) == proven.root


@pytest.mark.slow
async def test_ledger_killed_in_the_middle_of_a_load(mortal: Mortal) -> None:
    signer, _ = mortal.enrol("Mine", "miner")
    statements = sign_load(mortal, signer, LOAD)
    middle = asyncio.Event()
    loading = asyncio.create_task(
        submit_all(mortal.url, statements, Retry(attempts=1), middle, LOAD // 2)
    )
    await middle.wait()
    mortal.kill()
    acknowledged = await loading
    assert LOAD // 2 <= len(acknowledged) < LOAD
    mortal.start()
    await check_nothing_lost(mortal, statements, acknowledged)


@pytest.mark.slow
async def test_postgres_killed_in_the_middle_of_a_load(mortal: Mortal) -> None:
    signer, _ = mortal.enrol("Mine", "miner")
    statements = sign_load(mortal, signer, SMALLER_LOAD)
    middle = asyncio.Event()
    loading = asyncio.create_task(
        submit_all(mortal.url, statements, Retry(attempts=8), middle, SMALLER_LOAD // 2)
    )
    await middle.wait()
    os.kill(postgres_pid(mortal), signal.SIGKILL)
    acknowledged = await loading
    # The ledger starts its PostgreSQL again, so that a patient client has everything acknowledged.
    assert len(acknowledged) == SMALLER_LOAD
    await check_nothing_lost(mortal, statements, acknowledged)


def postgres_pid(ledger: Mortal) -> int:
    (file,) = ledger.data.rglob("postmaster.pid")
    return int(file.read_text().split("\n", 1)[0])
