"""Content behind the sequencer: computed once a batch from what is upstream, and kept.

Content is a pure function of the log, so it may be computed at any time: `Follower` does so while the
ledger is idle, and a question computes what is still missing upstream of its batch.
"""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Sequence

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

from .sequencer import Sequencer
from .store.named import load
from .store.outage import is_outage
from .store.rows import OUTPUTS, Row

_SQL = load("contents.sql")
_CHUNK = 200
"""Statements whose content is computed at a time, so that the event loop stays responsive."""
_IDLE_SECONDS = 0.5
"""How long nothing must have been committed before the follower goes on."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Shares).decode


def catalogue() -> bytes:
    """SHA-256 of the lenses that ship with the protocol."""
    return hashlib.sha256(msgspec.json.encode(list(LENSES.values()))).digest()


async def prepare(connection: asyncpg.Connection) -> None:
    """Drop content that was computed with other lenses."""
    if await connection.fetchval(_SQL["take_catalogue"], catalogue()):
        await connection.execute(_SQL["drop_content"])


async def content(connection: asyncpg.Connection, batch: int) -> tuple[dict[str, int], Shares]:
    """Element masses (milligrams) and content of a batch by its key; computes what is missing upstream.

    `LookupError` when there is no such batch.
    """
    row = await connection.fetchrow(_SQL["batch"], batch)
    if row is None:
        raise LookupError(f"no batch has the key {batch}")
    elements = _elements(row)
    missing = [each["index"] for each in await connection.fetch(_SQL["missing"], row["shares_of"])]
    for start in range(0, len(missing), _CHUNK):
        await compute(connection, missing[start : start + _CHUNK])
    kept = await connection.fetchval(_SQL["shares"] + " limit 1", [row["shares_of"]], column=1)
    shares = _decode(kept)
    return elements, shares if row["shares_of"] == batch else scaled(elements, shares)


async def compute(connection: asyncpg.Connection, statements: Sequence[int]) -> None:
    """Compute and keep the content of what these statements made; their inputs' must be kept or among them."""
    texts = await connection.fetch(_SQL["statements"], statements)
    made = defaultdict(list)
    for row in await connection.fetch(_SQL["made"], statements):
        made[row["key"] // OUTPUTS].append(row)
    draws = defaultdict(list)
    roots = set()
    for row in await connection.fetch(_SQL["draws"], statements):
        draws[row["consumer"]].append(row)
        roots.add(row["shares_of"])
    shares = {
        row["batch"]: _decode(row["shares"])
        for row in await connection.fetch(_SQL["shares"], list(roots))
    }
    fresh: dict[int, bytes] = {}
    for row in texts:
        outputs = made[row["index"]]
        result = _of_statement(row["compact"], draws[row["index"]], outputs, shares)
        for output, content_of in zip(outputs, result, strict=True):
            shares[output["key"]] = content_of
            fresh[output["key"]] = _encode(content_of)
    await connection.execute(_SQL["keep"], list(fresh), list(fresh.values()))


class Follower:
    """Computes content in log order while nothing is being committed."""

    def __init__(self, pool: asyncpg.Pool, sequencer: Sequencer) -> None:
        """Follow the log that `sequencer` writes."""
        self._pool = pool
        self._sequencer = sequencer
        self._next = 0

    async def run(self) -> None:
        """Follow until cancelled."""
        self._sequencer.committed.set()
        while True:
            await self._sequencer.committed.wait()
            self._sequencer.committed.clear()
            await asyncio.sleep(_IDLE_SECONDS)
            more = True
            while more and not self._sequencer.committed.is_set():
                try:
                    more = await self._step()
                except Exception as error:
                    if not is_outage(error):
                        raise
                    # The database is away: whoever asks computes for himself, and the next commit wakes us.
                    more = False

    async def _step(self) -> bool:
        """Compute a chunk; whether there may be more."""
        async with self._pool.acquire() as connection:
            rows = await connection.fetch(_SQL["makers_after"], self._next, _CHUNK)
            if rows:
                await compute(connection, [row["index"] for row in rows])
                self._next = rows[-1]["index"] + 1
        return bool(rows)


def _of_statement(
    compact: str, draws: Sequence[Row], outputs: Sequence[Row], shares: dict[int, Shares]
) -> Sequence[Shares]:
    record = parse(compact).record
    made = [_elements(output) for output in outputs]
    if isinstance(record, Transformation):
        taken = [
            Taken(
                drawn(_elements(row), row["mass"], row["before"], row["taken"]),
                shares[row["shares_of"]],
            )
            for row in draws
        ]
        return of_transformation(record, taken, made, LENSES.values())
    if isinstance(record, Extraction | Collection):
        return of_source(record, made, LENSES.values())
    raise TypeError(f"a {record.__struct_config__.tag} makes no batch with content of its own")


def _elements(row: Row) -> dict[str, int]:
    return dict(zip(row["elements"], row["element_masses"], strict=True))
