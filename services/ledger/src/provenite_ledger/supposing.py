"""What a statement would change if it were submitted now: it is admitted as any other, and recorded nowhere."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from provenite_proto.ledger import Effect, admit, touched
from provenite_proto.statement import PublicKey, Statement

from .sequencer import Sequencer
from .store import loading
from .store.loaded import Loaded
from .unavailable import LedgerUnavailable

PATIENCE_SECONDS = 5.0
"""How long it waits for the sequencer to hear of what is committed."""
PAUSE_SECONDS = 0.001
"""How long it waits before it looks again."""


@asynccontextmanager
async def frame(connection: asyncpg.Connection, sequencer: Sequencer) -> AsyncIterator[Loaded]:
    """The sequencer's frame; inside, the connection reads the tables as they were at that size.

    The tables name parties by index, and keep no earlier holder or status: read as they are by then, they would
    tell of parties that the frame does not have. `LedgerUnavailable` when the sequencer does not hear in time of
    what is committed.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE_SECONDS
    while True:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            size = await loading.size(connection)
            # The sequencer has not heard of a commit yet, or is further than the snapshot: a matter of milliseconds.
            if size == sequencer.size:
                yield sequencer.frame()
                return
        if loop.time() >= deadline:
            raise LedgerUnavailable
        await asyncio.sleep(PAUSE_SECONDS)


async def effects(
    connection: asyncpg.Connection,
    loaded: Loaded,
    statement: Statement,
    *,
    origin: str,
    verified: PublicKey,
    not_before: int,
) -> tuple[Effect, ...]:
    """The entries of the state that recording the statement would change, in their new form; none when it is in the log.

    `loaded` is a `frame`, over whose connection more is brought into it. `verified` is the key with which its
    signature has been verified, `not_before` the newest recorded time in seconds since 1970. `Problem` as when it
    is submitted.
    """
    if await loading.known(connection, (statement.digest,)):
        return ()
    await loading.touched(connection, loaded, (touched(statement),))
    now = max(int(time.time()), not_before)
    admission = admit(statement, loaded.state, audience=origin, now=now, verified=verified)
    return admission.effects
