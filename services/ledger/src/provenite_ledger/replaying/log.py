"""The log as the tables have it, statement by statement, with what is noted beside each."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable

import asyncpg
import msgspec

from ..store.named import load
from ..store.rows import Row

SQL = load("replaying.sql")
CHUNK = 200
"""Statements read at a time (some 50 MB at the most)."""


class Noted(msgspec.Struct, frozen=True):
    """A statement's row, and the rows beside it."""

    row: Row
    making: Row | None
    averaged: tuple[bytes, ...]
    compromises: tuple[Row, ...]
    late: Row | None


async def log(connection: asyncpg.Connection) -> AsyncIterator[list[Noted]]:
    """The statements in chunks, through a cursor of the server's: needs a transaction."""
    cursor = await connection.cursor(SQL["log"])
    while rows := await cursor.fetch(CHUNK):
        span = rows[0]["index"], rows[-1]["index"]
        makings = _by(await connection.fetch(SQL["makings"], *span), "index")
        averaged = _by(await connection.fetch(SQL["averaged"], *span), "consumer")
        compromises = _by(await connection.fetch(SQL["compromises"], *span), "statement")
        late = _by(await connection.fetch(SQL["late"], *span), "index")
        yield [
            Noted(
                row,
                next(iter(makings[row["index"]]), None),
                tuple(each["digest"] for each in averaged[row["index"]]),
                tuple(compromises[row["index"]]),
                next(iter(late[row["index"]]), None),
            )
            for row in rows
        ]


def _by(rows: Iterable[Row], column: str) -> defaultdict[int, list[Row]]:
    found: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found
