"""Verifying the signatures of bulk requests beside the event loop: in processes, since threads do not help.

A signature is a quarter of what a statement costs the ledger, and the only part that needs nothing of its state.
"""

import asyncio
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache
from types import TracebackType
from typing import Self

from provenite_proto.record import Jwk
from provenite_proto.statement import PublicKey

from .turns import Turns

_log = logging.getLogger(__name__)

MIN_SIGNATURES = 16
"""Fewer are verified on the event loop: handing them over would take as long."""
CHUNK_SIGNATURES = 100
"""Signatures handed over together, at the most (some 6 ms)."""

Signed = tuple[PublicKey, bytes, bytes]
"""A key, a signature, and the bytes that it is to have signed."""


class Verifying:
    """Verifies signatures in so many processes, which start when they are first needed; with none, in turns here."""

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._pool: ProcessPoolExecutor | None = None

    async def verified(self, signed: Sequence[Signed]) -> list[bool]:
        """Whether each signature verifies, in order."""
        if self._processes and len(signed) >= MIN_SIGNATURES:
            try:
                return await self._beside(signed)
            except BrokenProcessPool:
                # It was killed, by whomever: the signatures are verified here, and the next request starts another.
                _log.warning("a verifying process has ended; another one is started")
                await self._stop()
        turns = Turns()
        found = []
        for key, signature, message in signed:
            found.append(key.verifies(signature, message))
            await turns.next()
        return found

    async def _beside(self, signed: Sequence[Signed]) -> list[bool]:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._processes,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_outlive_nobody,
            )
        loop = asyncio.get_running_loop()
        jobs = [(key.jwk, signature, message) for key, signature, message in signed]
        chunks = await asyncio.gather(
            *(
                loop.run_in_executor(self._pool, _verified, jobs[at : at + CHUNK_SIGNATURES])
                for at in range(0, len(jobs), CHUNK_SIGNATURES)
            )
        )
        return [each for chunk in chunks for each in chunk]

    async def _stop(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.to_thread(pool.shutdown, cancel_futures=True)

    async def __aenter__(self) -> Self:
        """Nothing is started yet."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the processes."""
        await self._stop()


def _outlive_nobody() -> None:
    """In the process: leave Ctrl-C to the ledger, and end when the ledger is gone, however it went."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


def _verified(jobs: Sequence[tuple[Jwk, bytes, bytes]]) -> list[bool]:
    return [_key(jwk).verifies(signature, message) for jwk, signature, message in jobs]


# A firm signs with few keys, and a key takes as long to read as a signature to verify.
@lru_cache(maxsize=4096)
def _key(jwk: Jwk) -> PublicKey:
    return PublicKey(jwk)
