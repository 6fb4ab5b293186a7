"""The ledger's own PostgreSQL, for when no DATABASE_URL is set.

::

    async with EmbeddedPostgres(data / "postgres") as server:
        pool = await asyncpg.create_pool(server.dsn)

or `await server.start()` and `await server.stop()`. The DSN stays the same across restarts of the
server. A server that dies is restarted a few times with growing pauses; `await server.wait()`
returns after `stop()` and raises `PostgresUnavailable` when restarting has not helped.

As root the server runs as uid 65534, so its folder must be one that this uid can reach: ask
`reachable_by(SERVER_UID, folder)` before choosing. As any other user it runs as that user.
"""

from provenite_ledger.postgres.account import SERVER_UID, reachable_by
from provenite_ledger.postgres.attaching import running_server
from provenite_ledger.postgres.binaries import PostgresUnavailable, find_binaries
from provenite_ledger.postgres.server import EmbeddedPostgres

__all__ = [
    "SERVER_UID",
    "EmbeddedPostgres",
    "PostgresUnavailable",
    "find_binaries",
    "reachable_by",
    "running_server",
]
