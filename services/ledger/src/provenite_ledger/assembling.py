"""A pack, put together from tables and tiles, piece by piece as it is sent."""

import asyncio
from collections.abc import AsyncIterator
from functools import lru_cache

import asyncpg

from provenite_proto.log import inclusion
from provenite_proto.pack import Content, Writer
from provenite_proto.statement import parse

from .access import Reader
from .answering.pack import Shown, shown
from .publishing.published import Signed
from .publishing.publisher import Publisher
from .selecting import Selection
from .store import packs, reading
from .store.packing import unpacked
from .store.rows import Row

_CHUNK = 25
"""Statements read at a time (some 6 MB at the most)."""
_HASHES = 4096
"""Hashes of the tree that are remembered while a pack is made."""


async def pieces(
    pool: asyncpg.Pool,
    publisher: Publisher,
    who: Reader,
    signed: Signed,
    selection: Selection,
    writer: Writer,
    content: Content | None,
) -> AsyncIterator[bytes]:
    """The file of a pack as `writer` makes it: the selected statements as the reader sees them, with their proofs.

    `signed` is the checkpoint that it begins with.
    """
    yield writer.begin()
    known = await reading.known_to(pool, who.index)
    published = publisher.size

    # Neighbours in the log share most of their proofs. A tree keeps all tiles that it has read: none is kept.
    @lru_cache(_HASHES)
    def read(level: int, index: int) -> bytes:
        return publisher.files.tree(published).read(level, index)

    indices = sorted(selection.statements)

    def written(texts: list[Row], draws: dict[int, list[Row]]) -> bytes:
        return b"".join(
            _written(writer, each)
            for each in (
                shown(
                    row,
                    parse(unpacked(row["compact"])),
                    who,
                    selection.statements[row["index"]],
                    known=known,
                    proof=inclusion(row["index"], signed.size, read),
                    draws=draws.get(row["index"], ()),
                    computable=selection.computable,
                    averaged=selection.averaged.get(row["index"]),
                )
                for row in texts
            )
        )

    for first in range(0, len(indices), _CHUNK):
        some = indices[first : first + _CHUNK]
        texts = await packs.texts(pool, some)
        draws = await packs.draws(pool, some)
        # Proofs are read from files, and what is full is deflated.
        yield await asyncio.to_thread(written, texts, draws)
    yield await asyncio.to_thread(writer.end, content)


def _written(writer: Writer, each: Shown) -> bytes:
    return writer.add(each.line, each.record, each.withheld)
