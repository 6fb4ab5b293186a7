"""Content behind the sequencer: computed once a batch from what is upstream, and kept.

Content is a pure function of the log, so it may be computed at any time: `follower.py` does so while the
ledger is idle, and a question computes what is still missing upstream of its batch. Either way the work is
done in slices, so that statements are recorded meanwhile, however many inputs a statement has. What later
statements change of it is worked out by `revising.py`.
"""

import hashlib
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import asyncpg
import msgspec

from provenite_proto.content import (
    LENSES,
    Lens,
    Made,
    Range,
    Run,
    Shares,
    Standing,
    Taken,
    of_source,
    of_transformation,
    part_of,
)
from provenite_proto.ledger import Effect
from provenite_proto.record import Collection, Extraction, Transformation
from provenite_proto.statement import parse

from .store.facts import standings
from .store.named import load
from .store.packing import unpacked
from .store.rows import OUTPUTS, Row
from .store.shares import decode, decode_run, drawn, elements_of, encode, encode_run, ranges
from .turns import Turns
from .unavailable import LedgerUnavailable

_SQL = load("contents.sql")
CHUNK = 200
"""Statements whose content is computed and kept together, at the most."""
CHUNK_PARTS = 2048
"""Inputs and outputs of the statements of a chunk, at the most, unless one statement has more."""
_SMALL = 64
"""Inputs and outputs of a statement up to which all lenses are looked through at once (some 2 ms an element)."""

# By element; what an element has in it is decoded when its turn comes.
_decode_elements = msgspec.msgpack.Decoder(dict[str, msgspec.Raw]).decode
_decode_lenses = msgspec.msgpack.Decoder(dict[str, dict[str, int]]).decode


class Lensed(msgspec.Struct, frozen=True):
    """Lenses whose content is kept together, under a number: 0 for those of the protocol."""

    number: int
    lenses: tuple[Lens, ...]


SHIPPED = Lensed(0, tuple(LENSES.values()))
"""The lenses that ship with the protocol."""


class Computed(msgspec.Struct):
    """Content by batch and rolling averages by statement, encoded."""

    shares: dict[int, bytes] = {}
    runs: dict[int, bytes] = {}


@cache
def catalogue() -> bytes:
    """SHA-256 of the lenses that ship with the protocol."""
    return hashlib.sha256(msgspec.json.encode(list(LENSES.values()))).digest()


async def prepare(connection: asyncpg.Connection) -> None:
    """Drop content that was computed with other lenses."""
    async with connection.transaction():
        if await connection.fetchval(_SQL["take_catalogue"], catalogue()):
            await connection.execute(_SQL["drop_content"])


async def content(
    connection: asyncpg.Connection, batch: int, before: int, lensed: Lensed = SHIPPED
) -> tuple[dict[str, int], Shares]:
    """Element masses (milligrams) and content of a batch by its key; computes what is missing upstream.

    As the log's statements before `before` have it: those that revise content must have done so.
    `LookupError` when there is no such batch; `LedgerUnavailable` when what is computed cannot be kept, since a
    later statement is being worked in or another ledger has taken the database over with other lenses.
    """
    row = await connection.fetchrow(_SQL["batch"], batch)
    if row is None:
        raise LookupError(f"no batch has the key {batch}")
    missing = await connection.fetch(_SQL["missing"], lensed.number, row["root"])
    for chunk in chunks(missing):
        await keep(connection, await compute(connection, chunk, before, lensed), before, lensed)
    kept = await connection.fetchval(_SQL["kept"], lensed.number, row["root"])
    if kept is None:
        raise LedgerUnavailable
    return elements_of(row), part_of(decode(kept), ranges(row))


async def of_roots(
    connection: asyncpg.Connection, roots: Sequence[int], before: int, lensed: Lensed = SHIPPED
) -> AsyncIterator[tuple[int, Shares]]:
    """The content of batches that were made (their keys), one after the other, as `content` has each.

    Some hundred are in memory at a time.
    """
    for start in range(0, len(roots), CHUNK):
        chunk = roots[start : start + CHUNK]
        kept = dict(await connection.fetch(_SQL["shares"], lensed.number, chunk))
        for root in chunk:
            if root in kept:
                yield root, decode(kept[root])
            else:
                yield root, (await content(connection, root, before, lensed))[1]


def chunks(rows: Iterable[Row]) -> Iterator[list[int]]:
    """Statements (`index`) in the same order, so many together that their `parts` are work for one go."""
    chunk: list[int] = []
    parts = 0
    for row in rows:
        if chunk and (len(chunk) == CHUNK or parts + row["parts"] > CHUNK_PARTS):
            yield chunk
            chunk, parts = [], 0
        chunk.append(row["index"])
        parts += row["parts"]
    if chunk:
        yield chunk


async def keep(
    connection: asyncpg.Connection, computed: Computed, before: int, lensed: Lensed
) -> bool:
    """Keep what was computed as the log's statements before `before` have it.

    False, and nothing is kept, when a later statement is being worked in or has been, or when the database has
    meanwhile been prepared for other lenses: what is kept then is not this.
    """
    async with connection.transaction():
        if not await connection.fetchval(_SQL["let_keep"]):
            return False
        if await connection.fetchval(_SQL["overtaken"], before):
            return False
        for query, found in (("keep", computed.shares), ("keep_runs", computed.runs)):
            if found:
                await connection.execute(
                    _SQL[query], lensed.number, list(found), list(found.values()), catalogue()
                )
        kept: bool = await connection.fetchval(_SQL["may_be_kept"], lensed.number, catalogue())
        return kept


async def compute(
    connection: asyncpg.Connection,
    statements: Sequence[int],
    before: int,
    lensed: Lensed,
    supposed: Sequence[Effect] = (),
) -> Computed:
    """The content of what these statements made, in their order; their inputs' is kept or among them.

    As it would be if an admission had had the effects `supposed` too.
    """
    turns = Turns()
    stand = await standings(connection, statements, before, supposed)
    texts = await connection.fetch(_SQL["statements"], statements)
    made = _grouped(
        await connection.fetch(_SQL["made"], statements), lambda row: row["key"] // OUTPUTS
    )
    draws = _grouped(await connection.fetch(_SQL["draws"], statements), lambda row: row["consumer"])
    averaged = _grouped(
        await connection.fetch(_SQL["averaged"], statements), lambda row: row["consumer"]
    )
    roots = {row["root"] for rows in draws.values() for row in rows}
    members = {row["member"] for rows in averaged.values() for row in rows}
    shares: dict[int, bytes] = dict(
        await connection.fetch(_SQL["shares"], lensed.number, list(roots))
    )
    runs: dict[int, bytes] = dict(
        await connection.fetch(_SQL["runs"], lensed.number, list(members)) if members else ()
    )
    result = Computed({}, {})
    for row in texts:
        index, outputs = row["index"], made[row["index"]]
        earlier = [
            decode_run(runs[each["member"]]) for each in averaged[index] if each["member"] in runs
        ]
        found = await _of_statement(
            unpacked(row["compact"]),
            draws[index],
            outputs,
            stand[index],
            shares,
            earlier,
            lensed,
            turns,
        )
        # What has become void has none, also where one is kept still.
        runs.pop(index, None)
        if found.run is not None:
            runs[index] = result.runs[index] = encode_run(found.run)
        for output, content_of in zip(outputs, found.outputs, strict=True):
            shares[output["key"]] = result.shares[output["key"]] = encode(content_of)
            await turns.next()
    return result


async def _of_statement(
    compact: str,
    draws: Sequence[Row],
    outputs: Sequence[Row],
    standing: Standing,
    kept: Mapping[int, bytes],
    earlier: Sequence[Run],
    lensed: Lensed,
    turns: Turns,
) -> Made:
    await turns.next()
    record = parse(compact).record
    made = [elements_of(output) for output in outputs]
    await turns.next()
    match record:
        case Extraction() | Collection():
            return Made(of_source(record, made, lensed.lenses, standing))
        case Transformation():
            taken = [(drawn(row), _decode_elements(kept[row["root"]])) for row in draws]
            return await _of_transformation(
                record, taken, made, standing, earlier, lensed.lenses, turns
            )
    raise TypeError(f"a {record.__struct_config__.tag} makes no batch with content of its own")


async def _of_transformation(
    record: Transformation,
    taken: Sequence[tuple[dict[str, Range], Mapping[str, msgspec.Raw]]],
    made: Sequence[Mapping[str, int]],
    standing: Standing,
    earlier: Sequence[Run],
    lenses: tuple[Lens, ...],
    turns: Turns,
) -> Made:
    """`of_transformation` an element at a time, and of many inputs or outputs also a lens at a time.

    What a lens sees of an element does not depend on the other elements and lenses.
    """
    looks = [lenses] if len(taken) + len(made) <= _SMALL else [(lens,) for lens in lenses]
    outputs: tuple[Shares, ...] = tuple({element: {} for element in out} for out in made)
    run: Run | None = None
    elements = dict.fromkeys(element for out in made for element in out)
    if earlier:
        # What went in and did not come out has its place in the average.
        elements |= dict.fromkeys(element for spanned, _ in taken for element in spanned)
    for element in elements:
        ingredients = []
        for spanned, shares in taken:
            span = {element: spanned[element]} if element in spanned else {}
            seen = {element: _decode_lenses(shares[element])} if span else {}
            ingredients.append(Taken(seen, span))
            await turns.next()
        parts = [{element: out[element]} if element in out else {} for out in made]
        for look in looks:
            found = of_transformation(record, ingredients, parts, look, standing, earlier)
            for whole, part in zip(outputs, found.outputs, strict=True):
                _add(whole, part)
            if found.run is not None:
                run = found.run if run is None else run
                _add(run.pooled, found.run.pooled)
                _add(run.given, found.run.given)
            await turns.next()
    return Made(outputs, run)


def _add(whole: Shares, part: Shares) -> None:
    for element, by_lens in part.items():
        whole.setdefault(element, {}).update(by_lens)


def _grouped(rows: Iterable[Row], key: Any) -> defaultdict[int, list[Row]]:
    groups: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups
