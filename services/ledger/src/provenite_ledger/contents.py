"""Content behind the sequencer: computed once a batch from what is upstream, and kept.

Content is a pure function of the log, so it may be computed at any time: `follower.py` does so while the
ledger is idle, and a question computes what is still missing upstream of its batch. Either way the work is
done in slices, so that statements are recorded meanwhile, however many inputs a statement has.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

import asyncpg
import msgspec

from provenite_proto.content import (
    LENSES,
    Shares,
    Taken,
    of_source,
    of_transformation,
    scaled,
)
from provenite_proto.ledger import drawn
from provenite_proto.record import Collection, Extraction, Transformation
from provenite_proto.statement import parse

from .sequencer import LedgerUnavailable
from .store.named import load
from .store.rows import OUTPUTS, Row
from .turns import Turns

_SQL = load("contents.sql")
CHUNK = 200
"""Statements whose content is computed and kept together, at the most."""
CHUNK_PARTS = 2048
"""Inputs and outputs of the statements of a chunk, at the most, unless one statement has more."""
_SMALL = 64
"""Inputs and outputs of a statement up to which all lenses are looked through at once (some 2 ms an element)."""

_encode = msgspec.msgpack.Encoder().encode
# By element; what an element has in it is decoded when its turn comes.
_decode = msgspec.msgpack.Decoder(dict[str, msgspec.Raw]).decode
_decode_lenses = msgspec.msgpack.Decoder(dict[str, dict[str, int]]).decode
_decode_all = msgspec.msgpack.Decoder(Shares).decode


@cache
def catalogue() -> bytes:
    """SHA-256 of the lenses that ship with the protocol."""
    return hashlib.sha256(msgspec.json.encode(list(LENSES.values()))).digest()


async def prepare(connection: asyncpg.Connection) -> None:
    """Drop content that was computed with other lenses."""
    async with connection.transaction():
        if await connection.fetchval(_SQL["take_catalogue"], catalogue()):
            await connection.execute(_SQL["drop_content"])


async def content(connection: asyncpg.Connection, batch: int) -> tuple[dict[str, int], Shares]:
    """Element masses (milligrams) and content of a batch by its key; computes what is missing upstream.

    `LookupError` when there is no such batch, `LedgerUnavailable` when another ledger has taken the database
    over with other lenses.
    """
    row = await connection.fetchrow(_SQL["batch"], batch)
    if row is None:
        raise LookupError(f"no batch has the key {batch}")
    elements = _elements(row)
    missing = await connection.fetch(_SQL["missing"], row["shares_of"])
    for chunk in chunks(missing):
        await compute(connection, chunk)
    kept = await connection.fetchval(_SQL["kept"], row["shares_of"])
    if kept is None:
        raise LedgerUnavailable
    shares = _decode_all(kept)
    return elements, shares if row["shares_of"] == batch else scaled(elements, shares)


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


async def compute(connection: asyncpg.Connection, statements: Sequence[int]) -> None:
    """Compute and keep the content of what these statements made; their inputs' must be kept or among them.

    Nothing is kept when the database has meanwhile been prepared for other lenses.
    """
    turns = Turns()
    texts = await connection.fetch(_SQL["statements"], statements)
    made = defaultdict(list)
    for row in await connection.fetch(_SQL["made"], statements):
        made[row["key"] // OUTPUTS].append(row)
    draws = defaultdict(list)
    roots = set()
    for row in await connection.fetch(_SQL["draws"], statements):
        draws[row["consumer"]].append(row)
        roots.add(row["shares_of"])
    kept: dict[int, bytes] = {
        row["batch"]: row["shares"] for row in await connection.fetch(_SQL["shares"], list(roots))
    }
    fresh: dict[int, bytes] = {}
    for row in texts:
        outputs = made[row["index"]]
        result = await _of_statement(row["compact"], draws[row["index"]], outputs, kept, turns)
        for output, shares in zip(outputs, result, strict=True):
            kept[output["key"]] = fresh[output["key"]] = _encode(shares)
            await turns.next()
    await connection.execute(_SQL["keep"], list(fresh), list(fresh.values()), catalogue())


async def _of_statement(
    compact: str,
    draws: Sequence[Row],
    outputs: Sequence[Row],
    kept: Mapping[int, bytes],
    turns: Turns,
) -> Sequence[Shares]:
    await turns.next()
    record = parse(compact).record
    made = [_elements(output) for output in outputs]
    await turns.next()
    if isinstance(record, Transformation):
        return await _of_transformation(record, draws, made, kept, turns)
    if isinstance(record, Extraction | Collection):
        return of_source(record, made, LENSES.values())
    raise TypeError(f"a {record.__struct_config__.tag} makes no batch with content of its own")


async def _of_transformation(
    record: Transformation,
    draws: Sequence[Row],
    made: Sequence[Mapping[str, int]],
    kept: Mapping[int, bytes],
    turns: Turns,
) -> Sequence[Shares]:
    """`of_transformation` an element at a time, and of many inputs or outputs also a lens at a time.

    What a lens sees of an element does not depend on the other elements and lenses.
    """
    taken = []
    for row in draws:
        masses = drawn(_elements(row), row["mass"], row["before"], row["taken"])
        taken.append((masses, _decode(kept[row["shares_of"]])))
        await turns.next()
    every = tuple(LENSES.values())
    looks = [every] if len(draws) + len(made) <= _SMALL else [(lens,) for lens in every]
    result: list[Shares] = [{element: {} for element in out} for out in made]
    for element in dict.fromkeys(element for out in made for element in out):
        ingredients = []
        for masses, shares in taken:
            if mass := masses.get(element):
                lenses = _decode_lenses(shares[element])
                ingredients.append(Taken({element: mass}, {element: lenses}))
                await turns.next()
        parts = [{element: out[element]} if element in out else {} for out in made]
        for lenses_now in looks:
            seen = of_transformation(record, ingredients, parts, lenses_now)
            for shares_of_output, part in zip(result, seen, strict=True):
                for name, by_lens in part.items():
                    shares_of_output[name].update(by_lens)
            await turns.next()
    return result


def _elements(row: Row) -> dict[str, int]:
    return dict(zip(row["elements"], row["element_masses"], strict=True))
