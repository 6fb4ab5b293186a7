"""What a statement would change if it were submitted now: it is admitted as any other, and recorded nowhere."""

import time

import asyncpg

from provenite_proto.ledger import Effect, admit, touched
from provenite_proto.statement import PublicKey, Statement

from .sequencer import Sequencer
from .store import loading


async def effects(
    connection: asyncpg.Connection,
    sequencer: Sequencer,
    statement: Statement,
    *,
    origin: str,
    verified: PublicKey,
) -> tuple[Effect, ...]:
    """The entries of the state that recording the statement would change, in their new form; none when it is in the log.

    `verified` is the key with which its signature has been verified. `Problem` as when it is submitted.
    """
    if await loading.known(connection, (statement.digest,)):
        return ()
    loaded = sequencer.frame()
    await loading.touched(connection, loaded, (touched(statement),))
    now = max(int(time.time()), int(sequencer.recorded_at.timestamp()))
    admission = admit(statement, loaded.state, audience=origin, now=now, verified=verified)
    return admission.effects
