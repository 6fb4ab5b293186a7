"""Files of the log that are damaged while the ledger runs or rests: nothing false is told of them, or signed."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from provenite_ledger.publishing.receipts import Receipts
from provenite_ledger.sequencer import Sequencer
from provenite_ledger.store.locked import LockedStore
from provenite_proto.log import Unproven
from provenite_proto.record import Role
from provenite_proto.statement import SigningKey
from tests.ledger.inside import found, ordering, recorded

SIZE = 602


@pytest.fixture
async def sequencer(dsn: str, tmp_path: Path) -> AsyncIterator[Sequencer]:
    """Of a ledger with two full tiles and a part of a third."""
    async with LockedStore(dsn) as store, ordering(store, folder=tmp_path) as ordered:
        _, miner = await found(ordered, Role.MINER)
        for _ in range(6):
            await recorded(ordered, *miner.mined(count=100))
        yield ordered


async def test_no_root_is_signed_that_is_not_of_what_is_signed(
    sequencer: Sequencer, tmp_path: Path
) -> None:
    tile = tmp_path / "log/tile/0/000"
    content = tile.read_bytes()
    tile.write_bytes(content[:320] + bytes(32) + content[352:])
    receipts = Receipts(sequencer.publisher, SigningKey.generate())
    for old, new in ((5, 12), (5, 300), (200, SIZE)):
        with pytest.raises(Unproven, match="another root"):
            await receipts.cose_consistency(old, new)
