"""Where a log goes on when its ledger starts: what database, files and guard say, brought together.

The database must extend whatever has been signed. When it does, files that are missing or damaged are made
anew from it. When it does not, or it cannot be told, the ledger does not start.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from provenite_proto.log import (
    Checkpoint,
    Edge,
    NoteKey,
    Unproven,
    open_checkpoint,
    root,
)
from provenite_proto.log.tiles import FULL

from .frontier import Frontier
from .growth import Growth
from .storage import CHECKPOINT, Disk, LogRefused
from .tiles import TileFiles

_log = logging.getLogger(__name__)

CHUNK = 16 * FULL
"""Statements taken from the database at a time."""

Statements = Callable[[int, int], Awaitable[Sequence[tuple[str, int]]]]
"""From a first index up to a last one, which is not included: digest and recorded time of the statements there."""


class Opened(msgspec.Struct, frozen=True):
    """A log whose files are as the database has it, but for what follows the public checkpoint.

    `guard` is what the guard holds, and `restored` the checkpoint that the files had.
    """

    frontier: Frontier
    guard: bytes | None
    restored: bytes | None


async def opened(
    disk: Disk,
    key: NoteKey,
    edge: Edge,
    statements: Statements,
    *,
    begun: bool,
    adopt: bool = False,
) -> Opened:
    """The log of this key, as far as the database has it, which says `edge` of it; its files are written.

    `begun` says that checkpoints have been signed before. With `adopt` that their guard is gone is accepted.
    Raises `LogRefused`, and `OSError` when the files cannot be read or written.
    """
    guard = await asyncio.to_thread(disk.guard.read)
    restored = await asyncio.to_thread(disk.storage.read, CHECKPOINT)
    guarded = None if guard is None else _ours(guard, key, "the guard")
    public = None if restored is None else _public(restored, key)
    if guarded is None and (begun or public is not None) and not adopt:
        raise LogRefused(
            "the guard is missing, though this ledger has signed checkpoints: without it a database that was "
            "restored from an old backup would sign a second history. Put back the newest copy of the guard; if "
            "there is none and no statement of this database is missing, run `provenite-ledger adopt`"
        )
    opening = _Opening(disk, edge, statements, [each for each in (public, guarded) if each])
    opening.check_size()
    frontier = await opening.from_files() or await opening.from_database()
    return Opened(frontier, guard, restored)


class _Opening:
    def __init__(
        self, disk: Disk, edge: Edge, statements: Statements, signed: list[Checkpoint]
    ) -> None:
        self._disk = disk
        self._edge = edge
        self._statements = statements
        self._signed = sorted(signed, key=lambda each: each.size)

    def check_size(self) -> None:
        """The database has no less than what was signed."""
        if self._signed and self._signed[-1].size > self._edge.size:
            raise _behind(self._signed[-1], self._edge.size)

    async def from_files(self) -> Frontier | None:
        """Go on from the files that last; none when they are missing or are not those of what was signed."""
        if not self._signed:
            return None if self._edge.size else Frontier()
        whole = self._signed[-1].size // FULL * FULL
        try:
            for write in (False, True):
                frontier = await asyncio.to_thread(self._load, whole)
                await self._extend(frontier, write=write)
                if frontier.edge() != self._edge:
                    raise LogRefused("they do not lead to the tree that the database has")
        except (OSError, Unproven, ValueError, LogRefused) as error:
            # Which of the two is wrong is found out from the database alone.
            _log.warning("the log's files are written anew from the database: %s", error)
            return None
        return frontier

    def _load(self, size: int) -> Frontier:
        tiles = TileFiles(self._disk.storage).tree(size)
        for each in self._signed:
            if each.size <= size and root(each.size, tiles.read) != each.root:
                raise ValueError(f"the tiles are not those of the checkpoint of {each.size}")
        return Frontier.load(size, tiles)

    async def from_database(self) -> Frontier:
        """Write all files anew; `LogRefused` unless the database extends what was signed, and is at one with itself."""
        frontier = Frontier()
        await self._extend(frontier, write=False)
        if frontier.edge() != self._edge:
            raise LogRefused(
                "the database contradicts itself: its statements are not those that its tree was made of. "
                "`provenite-ledger replay --compare` says more; restore the database"
            )
        frontier = Frontier()
        await self._extend(frontier, write=True)
        return frontier

    async def _extend(self, frontier: Frontier, *, write: bool) -> None:
        """Take what the database has beyond the frontier, and write its files.

        Once without writing them: files are what the signed checkpoints need, until it is known that the
        database extends those.
        """
        signed = {each.size: each for each in self._signed}
        while frontier.size < self._edge.size:
            first = frontier.size
            last = min([first + CHUNK, self._edge.size, *(size for size in signed if size > first)])
            growth = Growth.of(Edge(), await self._statements(first, last))
            if len(growth.leaves) != last - first:
                raise LogRefused(f"the database lacks statements between {first} and {last}")
            frontier.grow(growth.entries, growth.leaves)
            if last in signed and frontier.edge().root() != signed[last].root:
                raise _contradicted(signed[last])
            if write:
                await asyncio.to_thread(self._disk.storage.write, frontier.lasting(first))
            frontier.forget(last)


def _ours(note: bytes, key: NoteKey, where: str) -> Checkpoint:
    try:
        return open_checkpoint(note, key)
    except Unproven as error:
        raise LogRefused(
            f"{where} holds no checkpoint that this ledger's log.pem has signed ({error.detail}): put the files "
            "together that belong together, or give this ledger a folder of its own"
        ) from error


def _public(note: bytes, key: NoteKey) -> Checkpoint | None:
    """The checkpoint among the files; none when it is damaged."""
    try:
        return open_checkpoint(note, key)
    except Unproven as error:
        if error.slug in ("note-malformed", "checkpoint-malformed"):
            _log.warning("the checkpoint among the log's files cannot be read: %s", error)
            return None
        return _ours(note, key, "the log's folder")


def check_witnessed(opened: Opened, disk: Disk, witnessed: Checkpoint) -> None:
    """Check that a log that was opened extends a checkpoint that the log signed and somebody else has kept.

    May block. Raises `LogRefused`, and `OSError` when the files cannot be read.
    """
    size = opened.frontier.size
    if witnessed.size > size:
        raise _behind(witnessed, size)
    files = TileFiles(disk.storage, opened.frontier.part())
    if root(witnessed.size, files.tree(size).read) != witnessed.root:
        raise _contradicted(witnessed)


def _behind(signed: Checkpoint, size: int) -> LogRefused:
    return LogRefused(
        f"the database is behind the log: it has {size} statements, and a checkpoint of "
        f"{signed.size} was signed. It was restored from an old backup, or it is another one. "
        "Restore it as it was last, from the archived WAL or a replica: a statement that was "
        "acknowledged cannot be taken back, and nothing is signed that leaves one out"
    )


def _contradicted(signed: Checkpoint) -> LogRefused:
    return LogRefused(
        f"the database contradicts the log: a checkpoint of {signed.size} statements was signed that is not that "
        "of this database's first ones. It is another database, or it was restored and has gone another way. "
        "Restore the one that belongs to this data folder: nothing is signed that contradicts what was signed"
    )
