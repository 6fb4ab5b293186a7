"""A pack, put together from tables and tiles, piece by piece as it is sent."""

import asyncio
from collections.abc import AsyncIterator, Collection
from functools import lru_cache

import asyncpg
import msgspec

from provenite_proto.log import Read, Unproven, entry, leaf_hash
from provenite_proto.pack import NOTHING, Content, Issued, Writer, limits
from provenite_proto.statement import Statement, parse

from . import issuer_keys
from .access import Reader, listed
from .answering.pack import Shown, shown
from .publishing.proving import inclusion_in
from .publishing.published import Signed
from .publishing.publisher import Publisher
from .publishing.receipts import Receipts
from .selecting import Selection
from .status_lists import StatusLists
from .store import packs, policies, reading, rows
from .store.packing import unpacked
from .store.rows import Row

_CHUNK = 25
"""Statements read at a time (some 6 MB at the most)."""
_HASHES = 4096
"""Hashes of the tree that are remembered while a pack is made."""
_Proofs = list[tuple[bytes, ...]]


async def pieces(
    pool: asyncpg.Pool,
    publisher: Publisher,
    receipts: Receipts,
    who: Reader,
    signed: Signed,
    selection: Selection,
    writer: Writer,
    content: Content | None,
    issued: Issued,
) -> AsyncIterator[bytes]:
    """The file of a pack as `writer` makes it: the selected statements as the reader sees them, with their proofs.

    `signed` is the checkpoint that it begins with. Raises `OSError` or `Unproven` when the log's files cannot be read.
    """
    yield writer.begin()
    known = await reading.known_to(pool, who.index)
    published = publisher.size

    # Neighbours in the log share most of their proofs. A tree keeps all tiles that it has read: none is kept.
    @lru_cache(_HASHES)
    def read(level: int, index: int) -> bytes:
        return publisher.files.tree(published).read(level, index)

    indices = sorted(selection.statements)

    def written(texts: list[_Text], proofs: _Proofs, draws: dict[int, list[Row]]) -> bytes:
        return b"".join(
            _written(writer, each)
            for each in (
                shown(
                    text.row,
                    text.parsed,
                    who,
                    selection.statements[text.index],
                    known=known,
                    proof=proof,
                    draws=draws.get(text.index, ()),
                    computable=selection.computable,
                    averaged=selection.averaged.get(text.index),
                )
                for text, proof in zip(texts, proofs, strict=True)
            )
        )

    for first in range(0, len(indices), _CHUNK):
        some = indices[first : first + _CHUNK]
        texts = await asyncio.to_thread(_texts, await packs.texts(pool, some))
        draws = await packs.draws(pool, some)
        try:
            proofs = await asyncio.to_thread(_proofs, texts, signed, read)
        except (Unproven, FileNotFoundError):
            read.cache_clear()
            proofs = await receipts.mended(lambda fresh: _proofs(texts, signed, fresh))  # noqa: B023 # awaited here
        # What is full is deflated.
        yield await asyncio.to_thread(written, texts, proofs, draws)
    yield await asyncio.to_thread(writer.end, content, issued)


class Listed(msgspec.Struct, frozen=True):
    """Status lists by number, and a statement behind which nothing that they say is recorded."""

    texts: dict[int, str]
    newest: int


async def told(pool: asyncpg.Pool, status_lists: StatusLists, who: Reader, batch: Row) -> Listed:
    """The status lists of the reader's certificates of a batch: a pack that covers `newest` has all that they say."""
    party, limit = listed(who), limits.CERTIFICATES
    numbers = await packs.told_of(pool, batch["key"], party, limit)
    found = {number: await status_lists.text(number) for number in numbers}
    # Asked again: what was recorded before the lists were signed is among it.
    newest = await packs.told_of(pool, batch["key"], party, limit)
    return Listed(
        {number: each for number, each in found.items() if each is not None},
        max(newest.values(), default=0),
    )


async def issued(
    pool: asyncpg.Pool,
    status_lists: StatusLists,
    lists: Listed,
    origin: str,
    certificates: Collection[Row],
) -> Issued:
    """The texts of certificates, with their policies, the issuer's document, and those of the status lists."""
    if not certificates:
        return NOTHING
    definitions = {
        rows.text(key): await policies.defined(pool, key)
        for key in dict.fromkeys(row["policy"] for row in certificates)
    }
    texts = {
        # Whoever is shown another party's certificates is given the lists as they are now.
        number: lists.texts.get(number) or await status_lists.text(number)
        for number in dict.fromkeys(row["list"] for row in certificates)
    }
    document = await issuer_keys.document(pool, origin)
    return Issued(
        certificates={row["id"]: row["jwt"] for row in certificates},
        policies={digest: each for digest, each in definitions.items() if each is not None},
        did=msgspec.json.encode(document),
        status_lists={number: each for number, each in texts.items() if each is not None},
    )


class _Text(msgspec.Struct, frozen=True):
    """A statement as the database has it, and read."""

    row: Row
    parsed: Statement

    @property
    def index(self) -> int:
        """Its place in the log."""
        index: int = self.row["index"]
        return index


def _texts(found: list[Row]) -> list[_Text]:
    return [_Text(row, parse(unpacked(row["compact"]))) for row in found]


def _proofs(texts: list[_Text], signed: Signed, read: Read) -> _Proofs:
    """Of each statement the proof that it is in what is signed; each is checked before it is sent."""
    return [
        inclusion_in(
            leaf_hash(entry(each.parsed.digest, each.row["recorded_at"])), each.index, signed, read
        )
        for each in texts
    ]


def _written(writer: Writer, each: Shown) -> bytes:
    return writer.add(each.line, each.record, each.withheld)
