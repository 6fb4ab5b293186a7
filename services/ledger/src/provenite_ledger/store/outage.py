"""The database going away, as asyncpg tells it."""

import asyncpg

_AWAY = (
    "08",  # connection
    "53",  # resources: disk, memory, connections
    "57",  # operator: shutting down, starting up, query cancelled
    "58",  # the server's own files and system
    "25006",  # read-only: what was the primary is a standby
)
"""SQLSTATE classes, and one state, that say something of the server rather than of what it was asked."""


def is_outage(error: BaseException) -> bool:
    """Whether a connection cannot be made, is lost, or does not answer in time: the same may succeed later."""
    if isinstance(error, asyncpg.PostgresError):
        return (error.sqlstate or "").startswith(_AWAY)
    if isinstance(error, asyncpg.InterfaceError):
        # asyncpg says with the same class that an argument does not fit its column.
        return not isinstance(error, ValueError)
    # A connection that ends within an operation leaves asyncpg's protocol in a state of its own.
    return isinstance(error, OSError | asyncpg.InternalClientError)
