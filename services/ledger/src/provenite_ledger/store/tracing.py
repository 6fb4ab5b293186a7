"""The graph of draws, walked level by level, so that each statement has its least depth and a walk can be cut."""

import asyncpg

from .graph import Direction, Edge, Walk
from .named import load
from .rows import OUTPUTS, Row

_SQL = load("reads.sql")

MAX_EDGES = 100_000
"""Edges of a walk, at the most."""


async def walk(
    connection: asyncpg.Connection, batch: int, direction: Direction, *, depth: int, limit: int
) -> Walk:
    """Everything up- or downstream of a batch (its key), at most `depth` steps away and `limit` statements.

    The maker of the batch has depth 0.
    """
    found = Walk({batch // OUTPUTS: 0})
    fetch, follow = (
        (_fetch_upstream, _upstream)
        if direction == "upstream"
        else (_fetch_downstream, _downstream)
    )
    drawn: set[tuple[int, int]] = set()
    # Ranges of batch keys, first and last, to go on from.
    frontier = [(batch, batch)]
    passed = set(frontier)
    level = 0
    while frontier and not found.truncated:
        level += 1
        room = MAX_EDGES - len(found.edges)
        rows = await fetch(connection, frontier, room + len(drawn) + 1)
        fresh = [row for row in rows if (row["consumer"], row["position"]) not in drawn]
        found.truncated = len(fresh) > room or (level > depth and bool(fresh))
        if level > depth:
            break
        frontier = []
        for row in fresh[:room]:
            drawn.add((row["consumer"], row["position"]))
            reached, onward = follow(row)
            if reached not in found.depths:
                if len(found.depths) >= limit:
                    found.truncated = True
                    continue
                found.depths[reached] = level
            found.edges.append(Edge(row["batch"], row["consumer"], row["mass"]))
            if onward not in passed:
                passed.add(onward)
                frontier.append(onward)
    return found


async def _fetch_upstream(
    connection: asyncpg.Connection, frontier: list[tuple[int, int]], limit: int
) -> list[Row]:
    rows: list[Row] = await connection.fetch(
        _SQL["trace_upstream"], [first for first, _ in frontier], limit
    )
    return rows


async def _fetch_downstream(
    connection: asyncpg.Connection, frontier: list[tuple[int, int]], limit: int
) -> list[Row]:
    rows: list[Row] = await connection.fetch(
        _SQL["trace_downstream"],
        [first for first, _ in frontier],
        [last for _, last in frontier],
        limit,
    )
    return rows


def _upstream(row: Row) -> tuple[int, tuple[int, int]]:
    """The statement that made the input, and the input."""
    return row["batch"] // OUTPUTS, (row["batch"], row["batch"])


def _downstream(row: Row) -> tuple[int, tuple[int, int]]:
    """The statement that used the batch, and what it made of it: a transfer's output is its input shipped."""
    first = row["consumer"] * OUTPUTS
    if row["shipped"]:
        return row["consumer"], (first + row["position"],) * 2
    return row["consumer"], (first, first + OUTPUTS - 1)
