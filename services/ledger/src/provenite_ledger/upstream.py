"""All that is upstream of a batch, as one pass back over its content reads it."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable

import asyncpg
import msgspec

from provenite_proto.content import Shares, Standing, Step
from provenite_proto.problem import Problem
from provenite_proto.record import Collection, Extraction, Transformation
from provenite_proto.statement import parse

from .contents import Lensed
from .store import rows
from .store.facts import standings
from .store.named import load
from .store.packing import unpacked
from .store.rows import OUTPUTS, Row
from .store.shares import decode, drawn, elements_of

_SQL = load("contents.sql")
_CHUNK = 100
"""Statements read (some 10 ms) before others get their turn on the event loop."""


class Upstream(msgspec.Struct):
    """The statements upstream of the batch `root` and what they made, by digest and batch id (`content.Reader`)."""

    root: str
    steps: dict[str, Step] = {}
    standings: dict[str, Standing] = {}
    contents: dict[str, Shares] = {}
    keys: dict[str, int] = {}

    def step(self, statement: str) -> Step:
        """A statement that made batches."""
        return self.steps[statement]

    def standing(self, statement: str) -> Standing:
        """Its standing."""
        return self.standings[statement]

    def shares(self, root: str) -> Shares:
        """The content of a batch that was made."""
        return self.contents[root]


async def upstream(
    connection: asyncpg.Connection, root: int, before: int, lensed: Lensed, limit: int
) -> Upstream:
    """What is upstream of a batch that was made (its key), its content being kept.

    As the log's statements before `before` have it. `Problem` `too-far` beyond `limit` statements.
    """
    makers = [row["index"] for row in await connection.fetch(_SQL["upstream"], [root], limit + 1)]
    if len(makers) > limit:
        raise Problem(
            "too-far",
            f"More than {limit} statements are upstream of the batch.",
            figures={"limit": str(limit)},
        )
    result = Upstream("")
    for start in range(0, len(makers), _CHUNK):
        await asyncio.sleep(0)
        await _read(connection, makers[start : start + _CHUNK], before, lensed, result)
    (result.root,) = (name for name, key in result.keys.items() if key == root)
    return result


async def _read(
    connection: asyncpg.Connection,
    makers: list[int],
    before: int,
    lensed: Lensed,
    result: Upstream,
) -> None:
    made = _grouped(await connection.fetch(_SQL["made_named"], lensed.number, makers), "maker")
    draws = _grouped(await connection.fetch(_SQL["draws"], makers), "consumer")
    averaged = _grouped(await connection.fetch(_SQL["averaged_named"], makers), "consumer")
    standing = await standings(connection, makers, before)
    for row in await connection.fetch(_SQL["statements"], makers):
        statement = parse(unpacked(row["compact"]))
        record = statement.record
        if not isinstance(record, Extraction | Collection | Transformation):
            raise TypeError(f"statement {row['index']} makes no batch with content of its own")
        outputs = made[row["index"]]
        names = tuple(f"{statement.digest}.{each['key'] % OUTPUTS}" for each in outputs)
        result.steps[statement.digest] = Step(
            statement=statement.digest,
            index=row["index"],
            record=record,
            batches=names,
            outputs=tuple(elements_of(each) for each in outputs),
            drawn=tuple((_root(each), drawn(each)) for each in draws[row["index"]]),
            averaged=tuple(rows.text(each["digest"]) for each in averaged[row["index"]]),
        )
        result.standings[statement.digest] = standing[row["index"]]
        for name, each in zip(names, outputs, strict=True):
            result.contents[name] = decode(each["shares"])
            result.keys[name] = each["key"]


def _root(row: Row) -> str:
    return f"{rows.text(row['root_digest'])}.{row['root'] % OUTPUTS}"


def _grouped(found: Iterable[Row], by: str) -> defaultdict[int, list[Row]]:
    groups: defaultdict[int, list[Row]] = defaultdict(list)
    for row in found:
        groups[row[by]].append(row)
    return groups
