"""The database going away, as asyncpg tells it."""

import asyncpg

LOST: tuple[type[Exception], ...] = (
    OSError,
    asyncpg.InterfaceError,
    # A connection that ends within an operation leaves asyncpg's protocol in a state of its own.
    asyncpg.InternalClientError,
)
"""What is raised when a connection cannot be made, is lost, or does not answer in time."""
