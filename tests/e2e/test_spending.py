"""The same matter cannot be spent twice, however many try at the same time."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from itertools import cycle

import pytest

from provenite import (
    AsyncClient,
    BatchOf,
    Client,
    Mode,
    RefusedError,
    extraction,
    transfer,
)
from tests.e2e.conftest import Mortal

ATTEMPTS = 2_000
CLIENTS = 8
"""Each with its own hundred connections."""


@pytest.mark.slow
async def test_two_thousand_spend_the_same_hundred_kilograms(mortal: Mortal) -> None:
    signer, _ = mortal.enrol("Mine", "miner")
    _, receiver = mortal.enrol("Smelter", "refiner")
    now = datetime.now(UTC)
    with Client(mortal.url, signer) as client:
        mined = client.submit(
            extraction(
                country="US",
                occurred_at=now - timedelta(days=2),
                outputs=[BatchOf("copper-concentrate", mass="100", composition={"Cu": "0.3"})],
            )
        )
        batch = mined.batches[0]
        statements = [
            client.sign(
                transfer(
                    inputs={batch: "10"},
                    to=receiver,
                    from_country="US",
                    to_country="US",
                    departed_at=now - timedelta(days=1),
                    mode=Mode.ROAD,
                )
            )
            for _ in range(ATTEMPTS)
        ]
    start = asyncio.Event()

    async def attempt(client: AsyncClient, statement: str) -> str:
        await start.wait()
        try:
            await client.submit(statement)
        except RefusedError as refusal:
            assert refusal.figures == {"availableKg": "0", "askedKg": "10"}
            return refusal.slug
        return "admitted"

    async with AsyncExitStack() as stack:
        firms = [
            await stack.enter_async_context(AsyncClient(mortal.url, signer, timeout=120))
            for _ in range(CLIENTS)
        ]
        attempts = [
            asyncio.create_task(attempt(firm, each))
            for firm, each in zip(cycle(firms), statements, strict=False)
        ]
        start.set()
        outcomes = Counter(await asyncio.gather(*attempts))
        assert outcomes == {"admitted": 10, "insufficient-mass": ATTEMPTS - 10}
        assert (await firms[0].batch(batch)).remaining == "0"
        assert (await firms[0].ledger()).size == 3 + 1 + 10
