"""Where a log goes on when its ledger starts: database, files and guard agree, or the ledger does not start."""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provenite_ledger.postgres import EmbeddedPostgres
from provenite_ledger.publishing import opening
from provenite_ledger.publishing.publisher import Publisher
from provenite_ledger.publishing.storage import LogRefused
from provenite_ledger.settings import Settings
from provenite_ledger.starting import disk
from provenite_ledger.starting import publisher as opened_publisher
from provenite_ledger.store.locked import LockedStore
from provenite_proto.log import (
    Checkpoint,
    Note,
    NoteKey,
    Tiles,
    WitnessPolicy,
    WitnessSigner,
    note,
    open_checkpoint,
    parse_policy,
    root,
)
from provenite_proto.record import Role
from tests.ledger.inside import (
    ORIGIN,
    Firm,
    connected,
    found,
    new_database,
    ordering,
    published,
    recorded,
)


@asynccontextmanager
async def started(dsn: str, folder: Path, *, adopt: bool = False) -> AsyncIterator[Publisher]:
    """A ledger's log as it is started; the log's key is noted in the database, as the service does."""
    async with (
        LockedStore(dsn) as store,
        published(store, folder, adopt=adopt) as publisher,
    ):
        await store.put_log_key(str(publisher.published.key))
        yield publisher


async def run(dsn: str, folder: Path, count: int, firm: Firm | None = None) -> Firm:
    """A ledger that records so many statements, founded before if there is no firm yet; the firm that made them."""
    async with LockedStore(dsn) as store, ordering(store, folder=folder) as sequencer:
        if firm is None:
            _, firm = await found(sequencer, Role.MINER)
        for _ in range(0, count, 100):
            await recorded(sequencer, *firm.mined(count=min(count, 100)))
        await store.put_log_key(str(sequencer.publisher.published.key))
    return firm


async def copied(postgres: EmbeddedPostgres, dsn: str) -> str:
    """A backup of the database, as another database."""
    name = urlsplit(dsn).path.removeprefix("/")
    async with connected(postgres.dsn) as connection:
        await connection.execute(f"create database {name}_copy template {name}")
    return dsn.replace(f"/{name}?", f"/{name}_copy?")


def files(folder: Path) -> dict[str, bytes]:
    """The log's files and the guard, by their paths."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for part in ("log", "guard")
        for path in (folder / part).rglob("*")
        if path.is_file() and path.name != "lock" and not path.name.startswith(".")
    }


def public(folder: Path, key: NoteKey) -> Checkpoint:
    """The checkpoint among the files, whose tiles are read from them."""
    checkpoint = open_checkpoint((folder / "log/checkpoint").read_bytes(), key)
    tiles = Tiles(checkpoint.size, lambda tile: (folder / "log" / tile.path).read_bytes())
    assert root(checkpoint.size, tiles.read) == checkpoint.root
    return checkpoint


async def test_it_goes_on_where_it_was(dsn: str, tmp_path: Path) -> None:
    firm = await run(dsn, tmp_path, 5)
    before = files(tmp_path)
    async with started(dsn, tmp_path) as publisher:
        assert publisher.size == 7
        assert files(tmp_path) == before
    await run(dsn, tmp_path, 3, firm)
    async with started(dsn, tmp_path) as publisher:
        assert public(tmp_path, publisher.published.key).size == publisher.size == 10


DAMAGE: dict[str, Callable[[Path], None]] = {
    "the folder is gone": lambda folder: shutil.rmtree(folder / "log"),
    "a tile is gone": lambda folder: (folder / "log/tile/0/001.p/46").unlink(),
    "a tile is another": lambda folder: _write(folder / "log/tile/0/001.p/46", bytes(46 * 32)),
    "a tile is cut off": lambda folder: _write(folder / "log/tile/1/000.p/1", bytes(31)),
    "the checkpoint is gone": lambda folder: (folder / "log/checkpoint").unlink(),
    "the checkpoint is torn": lambda folder: _write(folder / "log/checkpoint", b"ledger.exam"),
}


def _write(path: Path, content: bytes) -> None:
    assert path.exists()
    path.write_bytes(content)


@pytest.mark.parametrize("damage", DAMAGE)
async def test_files_that_are_lost_are_made_anew(
    dsn: str, tmp_path: Path, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "CHUNK", 70)
    await run(dsn, tmp_path, 300)
    before = files(tmp_path)
    DAMAGE[damage](tmp_path)
    async with started(dsn, tmp_path) as publisher:
        assert public(tmp_path, publisher.published.key).size == 302
    after = files(tmp_path)
    # Parts of what is full by now may be there or not: the whole has them.
    kept = {path for path in after if "/000.p/" not in path or path.startswith("log/tile/1/")}
    assert {path: after[path] for path in kept & before.keys()} == {
        path: before[path] for path in kept & before.keys()
    }
    assert {"log/tile/0/000", "log/tile/entries/000", "log/tile/0/001.p/46"} <= kept


async def test_a_database_without_a_log_begins_one(dsn: str, tmp_path: Path) -> None:
    """One that was filled before the ledger had a data folder: nothing has been signed yet."""
    firm = await run(dsn, tmp_path / "away", 2)
    async with connected(dsn) as connection:
        await connection.execute("update ledger set log_key = null")
    async with started(dsn, tmp_path / "new") as publisher:
        assert publisher.size == 4
    await run(dsn, tmp_path / "new", 1, firm)


@pytest.fixture(autouse=True)
def folders(tmp_path: Path) -> None:
    for name in ("away", "new"):
        (tmp_path / name).mkdir()


def witnessed_by(signer: WitnessSigner) -> WitnessPolicy:
    """The policy that asks for this witness, at whose address nobody is."""
    return parse_policy(f"witness w {signer.key} http://127.0.0.1:1\nquorum w\n")


async def test_what_was_witnessed_is_public_again(dsn: str, tmp_path: Path) -> None:
    """At once, though no witness answers; but not under a policy that asks for others."""
    await run(dsn, tmp_path, 2)
    public = tmp_path / "log/checkpoint"
    signed = note.parse(public.read_bytes())
    witness, other = (
        WitnessSigner(name, Ed25519PrivateKey.generate()) for name in ("w.test/1", "w.test/2")
    )
    line = witness.cosign(signed.text, 1_700_000_000)
    cosigned = Note(signed.text, (*signed.signatures, line)).encode()
    for content, policy, served in (
        (cosigned, witnessed_by(witness), cosigned),
        (cosigned, witnessed_by(other), None),
        (signed.encode(), witnessed_by(witness), None),
        (b"torn", witnessed_by(witness), None),
    ):
        public.write_bytes(content)
        settings = Settings(data=tmp_path, witness_policy=policy)
        async with (
            LockedStore(dsn) as store,
            await opened_publisher(settings, disk(settings), store, ORIGIN) as publisher,
        ):
            published = publisher.published
            assert published.public == served
            assert (published.witnessed and published.witnessed.note) == served
            assert published.signed is not None
            assert published.signed.size == publisher.size == 4
            # Only witnesses replace it.
            assert public.read_bytes() == content


async def refused(dsn: str, folder: Path, said: str, *, adopt: bool = False) -> None:
    """The log does not start, and nothing is changed."""
    before = files(folder)
    with pytest.raises(LogRefused, match=said):
        async with started(dsn, folder, adopt=adopt):
            pass
    assert files(folder) == before


async def test_an_old_backup_is_refused(
    dsn: str, tmp_path: Path, postgres: EmbeddedPostgres
) -> None:
    firm = await run(dsn, tmp_path, 2)
    backup = await copied(postgres, dsn)
    await run(dsn, tmp_path, 1, firm)
    await refused(backup, tmp_path, "it has 4 statements, and a checkpoint of 5 was signed")
    await refused(backup, tmp_path, "Restore it as it was last")


async def test_a_backup_that_has_gone_another_way_is_refused(
    dsn: str, tmp_path: Path, postgres: EmbeddedPostgres
) -> None:
    firm = await run(dsn, tmp_path, 2)
    backup = await copied(postgres, dsn)
    await run(dsn, tmp_path, 2, firm)
    shutil.copytree(tmp_path, tmp_path / "copy")
    for name in ("log", "guard"):
        shutil.rmtree(tmp_path / "copy" / name)
    async with connected(backup) as connection:
        await connection.execute("update ledger set log_key = null")
    await run(backup, tmp_path / "copy", 3, firm)
    await refused(backup, tmp_path, "a checkpoint of 6 statements was signed that is not that")
    # Nor with the files of the other, which contradict the guard.
    shutil.rmtree(tmp_path / "log")
    shutil.copytree(tmp_path / "copy/log", tmp_path / "log")
    await refused(backup, tmp_path, "contradicts the log")
    await refused(dsn, tmp_path, "behind the log")


async def test_an_empty_database_is_refused(
    dsn: str, tmp_path: Path, postgres: EmbeddedPostgres
) -> None:
    await run(dsn, tmp_path, 2)
    await refused(await new_database(postgres), tmp_path, "it has 0 statements")


async def test_a_lost_guard_is_not_passed_over(
    dsn: str, tmp_path: Path, postgres: EmbeddedPostgres
) -> None:
    firm = await run(dsn, tmp_path, 2)
    backup = await copied(postgres, dsn)
    await run(dsn, tmp_path, 1, firm)
    shutil.rmtree(tmp_path / "guard")
    await refused(dsn, tmp_path, "run `provenite-ledger adopt`")
    # What is public still tells that the backup is old.
    await refused(backup, tmp_path, "behind the log", adopt=True)
    async with started(dsn, tmp_path, adopt=True) as publisher:
        assert publisher.size == 5
    async with started(dsn, tmp_path) as publisher:
        assert publisher.size == 5
    await refused(backup, tmp_path, "behind the log")


async def test_guard_and_files_lost_together_are_not_passed_over(dsn: str, tmp_path: Path) -> None:
    await run(dsn, tmp_path, 2)
    shutil.rmtree(tmp_path / "guard")
    shutil.rmtree(tmp_path / "log")
    await refused(dsn, tmp_path, "the guard is missing")


@pytest.mark.parametrize("place", ["guard/checkpoint", "log/checkpoint"])
async def test_a_checkpoint_of_another_log_is_refused(
    dsn: str, tmp_path: Path, postgres: EmbeddedPostgres, place: str
) -> None:
    await run(dsn, tmp_path, 2)
    await run(await new_database(postgres), tmp_path / "away", 2)
    shutil.copy(tmp_path / "away" / place, tmp_path / place)
    await refused(dsn, tmp_path, r"no checkpoint that this ledger's log\.pem has signed")


async def test_a_torn_guard_is_refused(dsn: str, tmp_path: Path) -> None:
    await run(dsn, tmp_path, 2)
    (tmp_path / "guard/checkpoint").write_bytes(b"")
    await refused(dsn, tmp_path, "the guard holds no checkpoint")


async def test_another_key_is_refused(dsn: str, tmp_path: Path) -> None:
    await run(dsn, tmp_path, 2)
    (tmp_path / "log.pem").unlink()
    await refused(dsn, tmp_path, r"log\.pem is not the key of this ledger's log")


async def test_a_database_that_contradicts_itself_is_refused(dsn: str, tmp_path: Path) -> None:
    await run(dsn, tmp_path, 2)
    shutil.rmtree(tmp_path / "log")
    async with connected(dsn) as connection:
        await connection.execute("update tree set edge = decode(repeat('00', 32), 'hex')")
    await refused(dsn, tmp_path, "replay --compare")


async def test_a_changed_statement_is_found_when_the_files_are_made_anew(
    dsn: str, tmp_path: Path
) -> None:
    await run(dsn, tmp_path, 2)
    shutil.rmtree(tmp_path / "log")
    async with connected(dsn) as connection:
        await connection.execute(
            "update statement set recorded_at = recorded_at - interval '1 day' where index = 0"
        )
    await refused(dsn, tmp_path, "contradicts the log")
