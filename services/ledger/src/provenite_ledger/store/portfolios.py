"""Portfolios: which parts of which roots are added up for a party."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

import asyncpg
from msgspec import Struct

from provenite_proto.content import Range
from provenite_proto.portfolio import left, without
from provenite_proto.portfolio.answers import PortfolioFlow

from .named import load
from .rows import OUTPUTS, Row
from .shares import drawn, elements_of, ranges

_SQL = load("portfolios.sql")

Spans = dict[str, Range]
"""Of each element a range of the milligrams of a root."""


class Wanted(Struct, frozen=True):
    """What is to be added up for a party; a flow has a period, whose days both belong to it, in UTC."""

    party: int
    flow: PortfolioFlow
    period: tuple[date, date] | None
    elements: tuple[str, ...]
    material: str | None


class Chosen(Struct, frozen=True):
    """The batches' rows, and the parts of each that count, as the log's first `size` statements have them."""

    size: int
    rows: Sequence[Row]
    parts: Sequence[Sequence[Spans]]


async def chosen(pool: asyncpg.Pool, wanted: Wanted, limit: int) -> Chosen | None:
    """What is wanted; none when it is more than `limit` batches."""
    names = list(wanted.elements) or None
    asked: list[object] = [wanted.party, names, wanted.material, limit + 1]
    if wanted.period is not None:
        first, last = wanted.period
        asked += [_midnight(first), _midnight(last + timedelta(days=1))]
    async with (
        pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        size: int = await connection.fetchval(_SQL["size"])
        rows = await connection.fetch(_SQL[wanted.flow], *asked)
        if len(rows) > limit:
            return None
        gone = await _gone(connection, wanted, rows)
    return Chosen(
        size,
        rows,
        [_parts(row, gone.get((row["key"] // OUTPUTS, row["root"]), ()), wanted) for row in rows],
    )


Place = tuple[int, int]
"""Where a batch is: the statement that made it, and its root."""


async def _gone(
    connection: asyncpg.Connection, wanted: Wanted, rows: Sequence[Row]
) -> Mapping[Place, Sequence[Spans]]:
    """The parts that do not count: the party has used them itself, or was sent them back."""
    found: dict[Place, list[Spans]] = {}
    if wanted.flow == "shipped":
        transfers = list({row["key"] // OUTPUTS for row in rows})
        for row in await connection.fetch(_SQL["returned"], transfers):
            found.setdefault((row["transfer"], row["root"]), []).append(ranges(row))
    elif wanted.flow != "stock":
        made = [row["key"] for row in rows if row["key"] == row["root"]]
        proxy = wanted.flow == "received"
        for row in await connection.fetch(_SQL["used"], wanted.party, made, proxy):
            found.setdefault((row["root"] // OUTPUTS, row["root"]), []).append(drawn(row))
    return found


def _parts(row: Row, gone: Sequence[Spans], wanted: Wanted) -> Sequence[Spans]:
    offsets = dict(zip(row["elements"], row["offsets"], strict=True))
    spans = {
        element: span
        for element, span in left(elements_of(row), offsets, row["mass"], row["kept"]).items()
        if not wanted.elements or element in wanted.elements
    }
    return without(spans, gone) if gone else [spans]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
