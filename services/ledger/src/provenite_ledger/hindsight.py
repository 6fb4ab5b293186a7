"""Assessments as of any size of the log, and as if one more statement were in it: computed anew, and kept nowhere.

Content at a size is a function of the log's first statements alone, so that nothing is waited for, and nobody is
held up: what is read does not change any more.
"""

from collections.abc import Iterable, Sequence
from datetime import date

import asyncpg
import msgspec

from provenite_proto.content import LENSES, Lens, Shares, part_of
from provenite_proto.ledger import Effect
from provenite_proto.policy import Assessment, Facts, Part, Policy, assess, lenses_needed

from .contents import CHUNK, Lensed, compute
from .store.facts import standings
from .store.named import load
from .store.rows import Row
from .store.shares import decode, ranges

_SQL = load("contents.sql")
_UNKEPT = -1
"""The number under which no content is kept."""


class View(msgspec.Struct, frozen=True):
    """The log's statements before the index `before`, and as if one more had been admitted with the effects `supposed`."""

    before: int
    supposed: tuple[Effect, ...] = ()


async def makers(connection: asyncpg.Connection, batch: Row, limit: int) -> list[int] | None:
    """The statements that made a batch (its row) and all that went into it; nothing when there are more than `limit`."""
    found = await connection.fetch(_SQL["upstream"], [batch["root"]], limit + 1)
    return sorted(row["index"] for row in found) if len(found) <= limit else None


async def differ(
    connection: asyncpg.Connection, statements: Sequence[int], one: View, other: View
) -> bool:
    """Whether any of the statements stands otherwise in one view than in the other."""
    for first in range(0, len(statements), CHUNK):
        some = statements[first : first + CHUNK]
        before = await standings(connection, some, one.before, one.supposed)
        after = await standings(connection, some, other.before, other.supposed)
        if before != after:
            return True
    return False


async def content(
    connection: asyncpg.Connection,
    batch: Row,
    statements: Sequence[int],
    lenses: Iterable[Lens],
    view: View,
) -> Shares:
    """The content of a batch, `statements` being its makers, through lenses."""
    lensed = Lensed(_UNKEPT, tuple(lenses))
    found = await compute(connection, statements, view.before, lensed, view.supposed)
    return part_of(decode(found.shares[batch["root"]]), ranges(batch))


def assessed(batch: Row, shares: Shares, policy: Policy, facts: Facts, day: date) -> Assessment:
    """What a policy says of a batch with this content."""
    return assess(policy, [Part(batch["material"], batch["mass"], shares)], facts, day)


def needed(policies: Iterable[Policy], facts: Facts, day: date) -> tuple[Lens, ...]:
    """The lenses through which several policies look, each once; where no row applies, one that tells the elements."""
    found = {lens.id: lens for policy in policies for lens in lenses_needed(policy, facts, day)}
    return tuple(found.values()) or (LENSES["custody"],)
