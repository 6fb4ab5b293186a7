"""The tables as the one process that writes them has them: over a connection that holds the ledger's lock."""

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar

import asyncpg

from provenite_proto.answers import Submitted
from provenite_proto.ledger import Touched
from provenite_proto.log import Edge

from . import loading, writing
from .loaded import Entry, Loaded
from .named import load

_SQL = load("sequencing.sql")
_Result = TypeVar("_Result")

CONNECT_SECONDS = 10.0
"""How long making a connection may take."""
QUERY_SECONDS = 60.0
"""How long one query may take."""


class AnotherLedger(Exception):
    """The database is written by another ledger process."""


class LockedStore:
    """The database at a DSN, written by nobody else while this is connected.

    The lock goes with the connection: what is written over it was written under the lock. A lost connection
    is not made anew by itself, for somebody else may have written meanwhile. Owned by one event loop.
    """

    def __init__(self, dsn: str) -> None:
        """Not connected yet."""
        self._dsn = dsn
        self._connection: asyncpg.Connection | None = None
        self._lost = asyncio.Event()

    @property
    def connected(self) -> bool:
        """Whether there is a connection, as far as is known."""
        return self._connection is not None and not self._connection.is_closed()

    async def connect(self) -> None:
        """Connect and take the lock; `AnotherLedger` when another process has it."""
        connection = await asyncpg.connect(
            self._dsn, timeout=CONNECT_SECONDS, command_timeout=QUERY_SECONDS
        )
        try:
            if not await connection.fetchval(_SQL["take_ledger"]):
                raise AnotherLedger(
                    "another ledger process writes to this database: stop it first, or give this one its own"
                )
        except BaseException:
            connection.terminate()
            raise
        self._lost = lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        self._connection = connection

    def drop(self) -> None:
        """Give up the connection, whatever is under way on it; whether that persists is unknown."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    async def __aenter__(self) -> Self:
        """Connect and take the lock."""
        await self.connect()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let the lock go."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close(timeout=CONNECT_SECONDS)

    async def attended(self, work: Coroutine[Any, Any, _Result], seconds: float) -> _Result:
        """What `work`, which uses the connection, returns.

        Raises `ConnectionResetError` as soon as the connection is lost, which a COPY under way would not
        notice, and `TimeoutError` after so many seconds. The connection is dropped then.
        """
        working = asyncio.ensure_future(work)
        lost = asyncio.ensure_future(self._lost.wait())
        try:
            await asyncio.wait(
                (working, lost), timeout=seconds, return_when=asyncio.FIRST_COMPLETED
            )
            if working.done():
                return working.result()
            if lost.done():
                raise ConnectionResetError("the database connection was lost")
            raise TimeoutError("the database did not answer in time")
        finally:
            lost.cancel()
            if not working.done():
                self.drop()
                working.cancel()
                await asyncio.wait((working,), timeout=1)
            if working.done() and not working.cancelled():
                working.exception()  # seen: what is raised here is what counts

    async def registry(self) -> Loaded:
        """A frame with every party and key."""
        return await loading.registry(self._using())

    async def tree(self) -> Edge:
        """The tree over all statements; `TreeMismatch`."""
        return await loading.tree(self._using())

    async def entries(self, first: int, last: int) -> list[tuple[str, int]]:
        """Digest and recorded time (seconds since 1970) of the statements from `first` up to `last`."""
        return await loading.entries(self._using(), first, last)

    async def origin(self) -> str | None:
        """The origin that the ledger was made for; none without a ledger."""
        found: str | None = await self._using().fetchval(_SQL["origin"])
        return found

    async def log_key(self) -> str | None:
        """The key of the log, once a checkpoint was signed with it."""
        found: str | None = await self._using().fetchval(_SQL["log_key"])
        return found

    async def put_log_key(self, key: str) -> None:
        """Note the key with which the first checkpoint was signed."""
        await self._using().execute(_SQL["put_log_key"], key)

    async def last_recorded(self) -> datetime | None:
        """When the newest statement was recorded; none in an empty log."""
        found: datetime | None = await self._using().fetchval(_SQL["last_recorded"])
        return found

    async def known(self, digests: Iterable[str]) -> dict[str, Submitted]:
        """What was answered for those of the digests that are in the log."""
        return await loading.known(self._using(), digests)

    async def touched(self, loaded: Loaded, group: Iterable[Touched]) -> None:
        """Bring into `loaded` what the group touches and is not there yet."""
        await loading.touched(self._using(), loaded, group)

    async def write(self, entries: Sequence[Entry], loaded: Loaded) -> None:
        """Write the group in one transaction; when this returns it is committed."""
        await writing.write(self._using(), entries, loaded)

    def _using(self) -> asyncpg.Connection:
        if self._connection is None:
            raise ConnectionResetError("the database connection was lost")
        return self._connection
