"""Packs, seen from inside: as of which checkpoint, how many at a time, and when the reader leaves."""

import io
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, NamedTuple

import httpx
import pytest

from provenite_ledger.publishing import published as published_module
from provenite_ledger.publishing.published import Signed
from provenite_ledger.sequencer import Sequencer
from provenite_ledger.settings import Settings
from provenite_proto import paths
from provenite_proto.pack import Pack
from provenite_proto.record import Role
from tests.ledger.inside import Firm, ask, at_rest, at_work, found, recorded, served
from tests.ledger.running import extraction, refining
from tests.ledger.speaking import retracting


class Inside(NamedTuple):
    """A ledger in this process, with a firm that mines and refines, and another."""

    sequencer: Sequencer
    client: httpx.AsyncClient
    firm: Firm
    other: Firm

    async def makes(self, record: Any) -> str:
        (admitted,) = await recorded(self.sequencer, self.firm.sign(record))
        (batch,) = admitted.submitted.batches
        return batch

    async def pack(self, batch: str) -> Pack:
        response = await ask(self.client, self.firm, paths.pack(batch))
        assert response.status_code == 200, response.text
        return Pack(io.BytesIO(response.content))


@asynccontextmanager
async def inside(dsn: str, settings: Settings | None = None) -> AsyncIterator[Inside]:
    async with AsyncExitStack() as stack:
        sequencer = await stack.enter_async_context(at_work(dsn))
        follower = await stack.enter_async_context(at_rest(dsn, sequencer))
        client = await stack.enter_async_context(served(dsn, sequencer, follower, settings))
        _, firm, other = await found(sequencer, (Role.MINER, Role.REFINER), Role.TRADER)
        yield Inside(sequencer, client, firm, other)


def labels(pack: Pack) -> dict[str, str]:
    assert pack.content is not None
    return pack.content.elements["Cu"].lenses["origin"]


async def test_it_is_as_its_checkpoint_has_it(dsn: str) -> None:
    """The witnesses lag behind: what came since is in no pack, nor in what it says of the content."""
    async with inside(dsn) as ledger:
        ore = await ledger.makes(extraction("100"))
        made = await ledger.makes(refining([(ore, "50")], "14"))
        published = ledger.sequencer.publisher.published
        witnessed: Signed | None = published.signed
        assert witnessed is not None
        await published.take_witnessed(witnessed.note)
        await recorded(ledger.sequencer, ledger.firm.sign(retracting(ore)))
        pack = await ledger.pack(made)
        assert pack.checkpoint == witnessed.note
        assert (pack.head.size, len(list(pack.lines()))) == (witnessed.size, 4)
        assert labels(pack) == {"CL": "13.9986"}
        # What the witnesses have not seen yet has the checkpoint that the ledger has signed.
        further = await ledger.makes(extraction("1"))
        assert (await ledger.pack(further)).head.size == witnessed.size + 2
        assert published.signed is not None
        await published.take_witnessed(published.signed.note)
        pack = await ledger.pack(made)
        assert (pack.head.size, len(list(pack.lines()))) == (witnessed.size + 2, 5)
        assert labels(pack) == {"unknown": "13.9986"}


async def test_more_than_a_pack_may_hold_is_refused(dsn: str) -> None:
    async with inside(dsn, Settings(pack_statements=4)) as ledger:
        ore = await ledger.makes(extraction("100"))
        made = await ledger.makes(refining([(ore, "50")], "14"))
        assert len(list((await ledger.pack(made)).lines())) == 4
        again = await ledger.makes(refining([(made, "10")], "9"))
        response = await ask(ledger.client, ledger.firm, paths.pack(again))
        assert response.status_code == 422
        assert response.json()["type"].endswith(":too-far")
        assert response.json()["figures"] == {"limit": "4"}


async def test_a_batch_that_no_checkpoint_covers_has_none_yet(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published_module, "PATIENCE_SECONDS", 0.05)
    async with inside(dsn) as ledger:
        ore = await ledger.makes(extraction("100"))
        published = ledger.sequencer.publisher.published
        published.signed = Signed(1, bytes(32), b"")
        response = await ask(ledger.client, ledger.firm, paths.pack(ore))
        assert (response.status_code, response.json()["type"].rpartition(":")[2]) == (
            503,
            "ledger-unavailable",
        )
