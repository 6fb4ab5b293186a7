"""Verifying statements in several processes: each takes a member of a pack, or a page of a log, at a time.

A signature cannot be verified in threads side by side; what comes back is small, and taken in its order.
"""

import multiprocessing
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from types import TracebackType
from typing import Self

import msgspec

from provenite_proto.audit import Verified, Work, verify

_encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(Verified)


class Verifying:
    """Verifies in so many processes beside this one; in this one when it is one."""

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        """Nothing is started before there is something to verify."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def __call__(self, works: Iterable[Work]) -> Iterator[Verified]:
        """The results in the order of the works; few more are read ahead than are being verified."""
        if self._processes == 1:
            yield from map(verify, works)
            return
        # One more than there are processes, so that none waits for this one to read the next.
        ahead = self._processes + 1
        running: deque[Future[bytes]] = deque()
        for work in works:
            running.append(self._submitted(work))
            if len(running) > ahead:
                yield _decoder.decode(running.popleft().result())
        while running:
            yield _decoder.decode(running.popleft().result())

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # Not forked: this process may have threads, and the child would have their locks.
            self._pool = ProcessPoolExecutor(
                self._processes,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_leave_interrupts_to_parent,
            )
        return self._pool

    def _submitted(self, work: Work) -> Future[bytes]:
        pool = self._started()
        # It may start a process, which inherits what is blocked: Ctrl-C would end it before it has begun. Making
        # the pool has started multiprocessing's own helper, which unblocks the signal when it starts.
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return pool.submit(_verified, work)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


def _leave_interrupts_to_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _verified(work: Work) -> bytes:
    return _encode(verify(work))
