"""Files of the log that are damaged or lost while the ledger runs or rests: nothing false is told of them, or signed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import asyncpg
import pytest

from provenite_ledger.publishing.published import Signed
from provenite_ledger.publishing.publisher import Publisher
from provenite_ledger.publishing.receipts import Receipts
from provenite_ledger.publishing.rereading import Rereading, full_tiles
from provenite_ledger.store import loading
from provenite_ledger.store.locked import LockedStore
from provenite_proto.log import Checkpoint, LogProof, NoteKey, Tile, Unproven, open_checkpoint
from provenite_proto.log.cose import ConsistencyReceipt
from provenite_proto.log.tiles import FULL
from provenite_proto.record import Role
from provenite_proto.statement import SigningKey
from tests.ledger.inside import connected, found, ordering, recorded

SIZE = 602
DAMAGE: dict[str, Callable[[Path], object]] = {
    "lost": Path.unlink,
    "cut off": lambda tile: tile.write_bytes(tile.read_bytes()[:-32]),
    "altered": lambda tile: tile.write_bytes(bytes(32) + tile.read_bytes()[32:]),
}


class Reopened(NamedTuple):
    """A ledger with two full tiles and a part of a third, whose process has read none of them."""

    receipts: Receipts
    publisher: Publisher
    signed: Checkpoint
    key: NoteKey

    async def proves(self, digest: str, index: int, at: int) -> None:
        """What it answers of a statement, and of growth, leads to what it has signed."""
        proof = LogProof.parse((await self.receipts.best(digest, index, at)).encode())
        assert proof.check(digest, self.key) == self.signed
        for old in (1, 300):
            receipt = ConsistencyReceipt.parse(await self.receipts.cose_consistency(old, SIZE))
            hashes = await self.receipts.consistency(old, SIZE, self.newest)
            assert receipt.hashes == hashes

    @property
    def newest(self) -> Signed:
        return Signed(self.signed.size, self.signed.root, b"")


@asynccontextmanager
async def reopened(dsn: str, folder: Path) -> AsyncIterator[Reopened]:
    async with (
        asyncpg.create_pool(dsn, min_size=1, max_size=2) as pool,
        LockedStore(dsn) as store,
        ordering(store, folder=folder) as sequencer,
    ):
        publisher = sequencer.publisher
        statements = partial(loading.entries, pool)
        receipts = Receipts(publisher, SigningKey.generate(), statements)
        key = publisher.published.key
        assert publisher.published.signed is not None
        yield Reopened(
            receipts, publisher, open_checkpoint(publisher.published.signed.note, key), key
        )


@pytest.fixture
async def log(dsn: str, tmp_path: Path) -> Path:
    """Its files."""
    async with LockedStore(dsn) as store, ordering(store, folder=tmp_path) as sequencer:
        _, miner = await found(sequencer, Role.MINER)
        for _ in range(6):
            await recorded(sequencer, *miner.mined(count=100))
    return tmp_path / "log"


async def statement(dsn: str, index: int) -> tuple[str, int, int]:
    async with connected(dsn) as connection:
        ((digest, at),) = await loading.entries(connection, index, index + 1)
    return digest, index, at


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize(
    ("name", "running"),
    [("tile/0/000", False), ("tile/0/000", True), ("tile/1/000.p/2", True)],
)
async def test_a_tile_is_made_anew(
    dsn: str, log: Path, damage: str, name: str, *, running: bool
) -> None:
    content = (log / name).read_bytes()
    if not running:
        DAMAGE[damage](log / name)
    async with reopened(dsn, log.parent) as ledger:
        if running:
            DAMAGE[damage](log / name)
        await ledger.proves(*await statement(dsn, 1))
    assert (log / name).read_bytes() == content


async def test_nothing_is_made_of_what_was_not_signed(dsn: str, log: Path) -> None:
    asked = await statement(dsn, 1)
    async with connected(dsn) as connection:
        await connection.execute(
            "update statement set recorded_at = recorded_at - interval '1 day' where index = 5"
        )
    content = (log / "tile/0/000").read_bytes()
    damaged = content[:160] + bytes(32) + content[192:]
    (log / "tile/0/000").write_bytes(damaged)
    async with reopened(dsn, log.parent) as ledger:
        with pytest.raises(Unproven, match="another root"):
            await ledger.receipts.best(*asked)
        for old, new in ((5, 12), (5, 300), (200, SIZE)):
            with pytest.raises(Unproven, match="another root"):
                await ledger.receipts.cose_consistency(old, new)
    assert (log / "tile/0/000").read_bytes() == damaged


@pytest.mark.parametrize("damage", DAMAGE)
async def test_what_nobody_reads_is_made_anew_after_a_start(
    dsn: str, log: Path, damage: str
) -> None:
    files = [log / "tile" / kind / name for kind in ("0", "entries") for name in ("000", "001")]
    content = [file.read_bytes() for file in files]
    for file in files:
        DAMAGE[damage](file)
    async with reopened(dsn, log.parent) as ledger:
        await Rereading(ledger.publisher, ledger.receipts, pause=0).run()
    assert [file.read_bytes() for file in files] == content


async def test_what_the_database_has_otherwise_is_told(
    dsn: str, log: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(dsn) as connection:
        await connection.execute(
            "update statement set recorded_at = recorded_at - interval '1 day' where index in (5, 300)"
        )
    files = [log / "tile/0/000", log / "tile/entries/001"]
    for file in files:
        DAMAGE["altered"](file)
    damaged = [file.read_bytes() for file in files]
    async with reopened(dsn, log.parent) as ledger:
        await Rereading(ledger.publisher, ledger.receipts, pause=0).run()
    for tile, slug in (("tile/0/000", "inclusion-false"), ("tile/0/001", "bundle-malformed")):
        assert f"{tile} or its entries are damaged and cannot be made anew: {slug}" in caplog.text
    assert [file.read_bytes() for file in files] == damaged


async def test_it_goes_on_when_the_files_are_back(
    dsn: str, log: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    content = (log / "tile/0/001").read_bytes()
    async with reopened(dsn, log.parent) as ledger:
        (log / "tile/0").rename(tmp_path / "away")
        # Nor can they be made anew.
        (log / "tile/0").touch()
        reading = asyncio.create_task(Rereading(ledger.publisher, ledger.receipts, pause=0).run())
        async with asyncio.timeout(30):
            while "tile/0/000 cannot be read" not in caplog.text:  # noqa: ASYNC110 # a line of the log has no event
                await asyncio.sleep(0.01)
        (log / "tile/0").unlink()
        (tmp_path / "away").rename(log / "tile/0")
        DAMAGE["altered"](log / "tile/0/001")
        async with asyncio.timeout(30):
            await reading
    assert (log / "tile/0/001").read_bytes() == content


async def test_a_ledger_that_stops_does_not_wait_for_it(dsn: str, log: Path) -> None:
    async with (
        reopened(dsn, log.parent) as ledger,
        Rereading(ledger.publisher, ledger.receipts, pause=3600),
    ):
        pass


@pytest.mark.parametrize(
    "size", [0, 1, FULL - 1, FULL, FULL + 1, FULL**2 - 1, FULL**2, 3 * FULL**2 + 5]
)
def test_each_full_tile_is_read_once_from_the_top(size: int) -> None:
    tiles = list(full_tiles(size))
    levels = [tile.level for tile in tiles]
    assert levels == sorted(levels, reverse=True)
    assert len(set(tiles)) == len(tiles) == size // FULL + size // FULL**2
    assert all(Tile(each.level, each.index, FULL).size <= size for each in tiles)
