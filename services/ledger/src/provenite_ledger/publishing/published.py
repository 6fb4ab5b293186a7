"""What the log says of itself: the newest checkpoint that it has signed, and the newest that witnesses have cosigned."""

import asyncio
import contextlib
import logging
import threading
from typing import Self

import msgspec

from provenite_proto.log import (
    NoteKey,
    Unproven,
    consistency,
    new_bundles,
    new_tiles,
    open_checkpoint,
    root,
)
from provenite_proto.log.tiles import FULL

from ..unavailable import LedgerUnavailable
from .storage import CHECKPOINT, Storage
from .tiles import TileFiles

_log = logging.getLogger(__name__)

PATIENCE_SECONDS = 5.0
"""How long an answer waits for a checkpoint that covers what it is about."""
WITNESSED_SECONDS = 3.0
"""How long it waits, before that, for witnesses to cosign one that does."""


class Signed(msgspec.Struct, frozen=True):
    """A checkpoint of the first `size` statements, with its root; `note` is the signed note as it is served."""

    size: int
    root: bytes
    note: bytes

    @classmethod
    def parse(cls, note: bytes, key: NoteKey) -> Self:
        """Read a checkpoint of the log with this key; what `open_checkpoint` raises."""
        checkpoint = open_checkpoint(note, key)
        return cls(checkpoint.size, checkpoint.root, note)


class Published:
    """The newest checkpoints. Owned by one event loop.

    `signed` is the newest that is signed and guarded: receipts are for it. `witnessed` is the newest that was
    taken by `take_witnessed`, or that the log's files had when the ledger started.
    """

    def __init__(
        self,
        key: NoteKey,
        storage: Storage,
        files: TileFiles,
        *,
        witnessed: Signed | None = None,
        awaits_witnesses: bool = False,
    ) -> None:
        """Of the log with this key; `files` has the tree of a size that is published.

        With `awaits_witnesses` only checkpoints that were taken by `take_witnessed` are public, and `witnessed`,
        which was before.
        """
        self.key = key
        self.awaits_witnesses = awaits_witnesses
        self.signed: Signed | None = None
        self.witnessed = witnessed
        self._storage = storage
        self._files = files
        self._changed = asyncio.Event()
        self._taking = asyncio.Lock()
        self._showing = threading.Lock()
        self._shown = 0

    @property
    def public(self) -> bytes | None:
        """What is served at `/log/checkpoint`."""
        public = self.witnessed if self.awaits_witnesses else self.signed
        return public.note if public else None

    def take_signed(self, signed: Signed) -> None:
        """The log has signed and guarded a checkpoint."""
        self.signed = signed
        self._tell()

    async def newer(self, than: int) -> Signed:
        """The newest signed checkpoint, once there is one of more than so many statements."""
        while self.signed is None or self.signed.size <= than:
            await self._changed.wait()
        return self.signed

    async def covering(self, index: int) -> Signed:
        """The newest signed checkpoint, which covers the statement `index`; `LedgerUnavailable` when none does in time."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self.newer(index)
        except TimeoutError as error:
            raise LedgerUnavailable from error

    async def best_covering(self, index: int, *, wait: bool) -> Signed:
        """The newest witnessed checkpoint if it covers the statement `index`, for which it may wait; otherwise as `covering`."""
        if wait:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WITNESSED_SECONDS):
                    while self.witnessed is None or self.witnessed.size <= index:
                        await self._changed.wait()
        if self.witnessed is not None and self.witnessed.size > index:
            return self.witnessed
        return await self.covering(index)

    async def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        """The proof that the log's first `new` statements begin with its first `old` ones.

        `ValueError` unless 0 <= old <= new <= the size of `signed`; `Unproven` or `OSError` when the log's files
        cannot be read.
        """
        size = self.signed.size if self.signed else 0
        if not 0 <= old <= new <= size:
            raise ValueError(f"from {old} to {new} of a log of {size}")
        return await asyncio.to_thread(consistency, old, new, self._files.tree(size).read)

    async def show(self, public: Signed) -> None:
        """Put a checkpoint, and before it what is not full of its tree, among the files, unless a later one is; `OSError`."""
        await asyncio.to_thread(self._show, public)

    async def take_witnessed(self, note: bytes) -> None:
        """Keep a checkpoint with its cosignatures, and serve it; an older one than before is let be.

        Whether its cosignatures are enough is the caller's to judge. `Unproven` when it is not one of this log.
        """
        taken = Signed.parse(note, self.key)
        async with self._taking:
            if self.witnessed is not None and taken.size < self.witnessed.size:
                return
            if self.signed is None or taken.size > self.signed.size:
                raise Unproven(
                    "consistency-false", "The log has signed no checkpoint of this size."
                )
            tiles = self._files.tree(self.signed.size)
            if await asyncio.to_thread(root, taken.size, tiles.read) != taken.root:
                raise Unproven("consistency-false", "The checkpoint is of another tree.")
            if self.awaits_witnesses:
                await self.show(taken)
            self.witnessed = taken
            self._tell()

    def _tell(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def _show(self, public: Signed) -> None:
        # Whoever waited for an earlier one may have been cancelled: that does not end its thread.
        with self._showing:
            if public.size >= self._shown:
                self._storage.write(self._files.parts(public.size))
                self._storage.write([(CHECKPOINT, public.note)])
                old, self._shown = self._shown, public.size
                self._remove_parts(old or max(0, public.size - FULL), public.size)

    def _remove_parts(self, old: int, new: int) -> None:
        """Remove the parts of tiles that are full now: the public checkpoint needs them no longer."""
        full = [each.path for each in new_tiles(old, new) if each.width == FULL]
        full += [each.path for each in new_bundles(old, new) if each.width == FULL]
        try:
            for path in full:
                self._storage.remove_below(f"{path}.p")
        except OSError as error:
            _log.warning("parts of tiles that are full cannot be removed: %s", error)
