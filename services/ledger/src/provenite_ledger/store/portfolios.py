"""Portfolios: which parts of which roots are added up for a party."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

import asyncpg
from msgspec import Struct

from provenite_proto.content import Range
from provenite_proto.portfolio import left, without
from provenite_proto.portfolio.answers import PortfolioFlow

from ..turns import Turns
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
    """The batches' rows as the log's first `size` statements have them; what is `gone` of them does not count.

    That is by the statement that made the batch, and its root.
    """

    size: int
    rows: Sequence[Row]
    elements: tuple[str, ...]
    gone: Mapping[tuple[int, int], Sequence[Spans]]

    def parts(self, row: Row) -> Sequence[Spans]:
        """The parts of the batch's root that count."""
        offsets = dict(zip(row["elements"], row["offsets"], strict=True))
        kept = left(elements_of(row), offsets, row["mass"], row["kept"])
        spans = {
            element: span
            for element, span in kept.items()
            if not self.elements or element in self.elements
        }
        gone = self.gone.get((row["key"] // OUTPUTS, row["root"]))
        return without(spans, gone) if gone else [spans]


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
    return Chosen(size, rows, wanted.elements, gone)


async def _gone(
    connection: asyncpg.Connection, wanted: Wanted, rows: Sequence[Row]
) -> Mapping[tuple[int, int], Sequence[Spans]]:
    """The parts that do not count: the party has used them itself, or was sent them back."""
    found: dict[tuple[int, int], list[Spans]] = {}
    turns = Turns()
    if wanted.flow == "shipped":
        transfers = list({row["key"] // OUTPUTS for row in rows})
        for row in await connection.fetch(_SQL["returned"], transfers):
            found.setdefault((row["transfer"], row["root"]), []).append(ranges(row))
            await turns.next()
    elif wanted.flow != "stock":
        made = [row["key"] for row in rows if row["key"] == row["root"]]
        proxy = wanted.flow == "received"
        for row in await connection.fetch(_SQL["used"], wanted.party, made, proxy):
            found.setdefault((row["root"] // OUTPUTS, row["root"]), []).append(drawn(row))
            await turns.next()
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
