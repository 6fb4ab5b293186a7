"""Shipments, by the ids of the wire."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby

import asyncpg

from . import rows
from .named import load
from .rows import Row

_SQL = load("shipments.sql")


async def shipments(
    pool: asyncpg.Pool,
    party: int,
    *,
    sent: bool,
    addressed: bool,
    after: int,
    status: str | None,
    overdue: bool | None,
    now: datetime,
    limit: int,
) -> Sequence[Row]:
    """What a party has sent, or what is addressed to it, by the index of the transfer."""
    found: Sequence[Row] = await pool.fetch(
        _SQL["shipments"], party, sent, addressed, after, status, overdue, now, limit
    )
    return found


async def shipment(pool: asyncpg.Pool, transfer: str) -> Row | None:
    """The shipment of a transfer, if there is one."""
    found: Row | None = await pool.fetchrow(_SQL["shipment"], rows.raw(transfer))
    return found


async def brought(pool: asyncpg.Pool, transfers: Sequence[int]) -> Mapping[int, list[Row]]:
    """The batches that transfers (by index) brought, in order."""
    found = await pool.fetch(_SQL["shipped"], transfers)
    return {index: list(each) for index, each in groupby(found, lambda row: row["transfer"])}
