"""Certificates as the tables keep them: what was signed, how each stands, and which are to be assessed anew."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

import asyncpg
import msgspec

from provenite_proto.certificate import digest_of
from provenite_proto.ledger import Effect, Recorded, RegisteredKey
from provenite_proto.ledger.resting import Said
from provenite_proto.ledger.resting import against as against_what_is_said
from provenite_proto.record import Certificate, Declaration, Facts
from provenite_proto.replay.reach import Reach
from provenite_proto.statement import parse

from . import rows
from .loaded import Entry
from .named import load
from .packing import unpacked
from .rows import Row

_SQL = load("certifying.sql")
ALL = 2**63 - 1
"""Before this index is the whole log."""


class Declared(msgspec.Struct, frozen=True):
    """A declaration: its digest and index, and who has declared what of which batch."""

    digest: str
    index: int
    party: int
    batch: int
    facts: Facts


async def declared(pool: asyncpg.Pool, digest: str) -> Declared | None:
    """A declaration, if there is one."""
    row = await pool.fetchrow(_SQL["declared"], rows.raw(digest))
    if row is None:
        return None
    record = parse(unpacked(row["compact"])).record
    if not isinstance(record, Declaration) or record.costs is None:
        raise TypeError(f"statement {row['index']} is no declaration")
    return Declared(
        digest=digest,
        index=row["index"],
        party=row["party"],
        batch=row["batch"],
        facts=record.costs,
    )


async def said(
    connection: asyncpg.Pool | asyncpg.Connection,
    indices: Collection[int],
    before: int = ALL,
    supposed: Sequence[Effect] = (),
) -> dict[int, Said]:
    """Whether statements stand, by index, as the log before an index has it, after the effects that are `supposed` too."""
    retracted = {each.id for each in supposed if isinstance(each, Recorded) and each.retracted_by}
    keys = {each.id: each for each in supposed if isinstance(each, RegisteredKey)}
    return {
        row["index"]: Said(
            withdrawn=row["withdrawn"] or rows.text(row["digest"]) in retracted,
            recorded_at=int(row["recorded_at"].timestamp()),
            compromised_from=key.compromised_from
            if (key := keys.get(rows.text(row["key_id"])))
            else row["compromised_from"],
        )
        for row in await connection.fetch(_SQL["said"], list(indices), before)
    }


def resting(batch: Row, declaration: int | None) -> tuple[int, int, int | None]:
    """The statements on which a certificate rests: what brought its batch, what made what is in it, what was declared."""
    return batch["key"] // rows.OUTPUTS, batch["root"] // rows.OUTPUTS, declaration


async def against(
    connection: asyncpg.Pool | asyncpg.Connection,
    batch: Row,
    declaration: int | None,
    before: int = ALL,
) -> str | None:
    """What stands against a certificate of the batch, whatever its figures are, as the log before an index has it."""
    on = resting(batch, declaration)
    found = await said(connection, {each for each in on if each is not None}, before)
    return against_what_is_said(*(None if each is None else found[each] for each in on))


async def same(
    pool: asyncpg.Pool,
    party: int,
    batch: int,
    policy: str,
    *,
    as_of: date,
    declaration: int | None,
    after: datetime,
) -> Sequence[Row]:
    """Id and text of a party's certificates that say the same, are valid and hold on after a moment, newest first."""
    found: Sequence[Row] = await pool.fetch(
        _SQL["same"], party, batch, rows.raw(policy), as_of, declaration, after
    )
    return found


async def number_standing(pool: asyncpg.Pool, party: int, batch: int, now: datetime) -> int:
    """How many certificates of a batch a party has that are neither revoked nor over."""
    found: int = await pool.fetchval(_SQL["number_standing"], party, batch, now)
    return found


async def list_with_room(pool: asyncpg.Pool, entries: int) -> int:
    """The first status list of which fewer entries than so many are taken."""
    found: int = await pool.fetchval(_SQL["list_with_room"], entries)
    return found


async def is_taken(pool: asyncpg.Pool, number: int, position: int) -> bool:
    """Whether an entry of a status list is a certificate's."""
    found: bool = await pool.fetchval(_SQL["is_taken"], number, position)
    return found


async def keep(pool: asyncpg.Pool, jwt: str, key: str) -> str:
    """Keep what a key (its id) has signed; the digest of that."""
    digest = digest_of(jwt)
    await pool.execute(_SQL["put_credential"], rows.raw(digest), jwt, rows.raw(key))
    return digest


async def certificate(pool: asyncpg.Pool, certificate_id: str) -> Row | None:
    """A certificate by its id, if one was issued here."""
    found: Row | None = await pool.fetchrow(_SQL["certificate"], certificate_id)
    return found


async def certificates(
    pool: asyncpg.Pool, party: int | None, *, after: int, limit: int
) -> Sequence[Row]:
    """Certificates by index: a party's, or all."""
    found: Sequence[Row] = await pool.fetch(_SQL["certificates"], after, party, limit)
    return found


async def notices(
    pool: asyncpg.Pool, party: int | None, *, after: int, limit: int
) -> Sequence[Row]:
    """Statements by index that say how a party's certificates stand, or all of them."""
    found: Sequence[Row] = await pool.fetch(_SQL["notices"], after, party, limit)
    return found


async def noticed(pool: asyncpg.Pool, digests: Collection[str]) -> dict[str, Row]:
    """Certificates by the digest of their statement."""
    found = await pool.fetch(_SQL["noticed"], [rows.raw(each) for each in digests])
    return {rows.text(row["digest"]): row for row in found}


async def suspended(pool: asyncpg.Pool, number: int) -> frozenset[int] | None:
    """The entries of a status list that are set; none when no certificate is in it."""
    async with pool.acquire() as connection:
        if not await connection.fetchval(_SQL["has_list"], number):
            return None
        found = await connection.fetch(_SQL["suspended"], number)
    return frozenset(row["position"] for row in found)


async def due(pool: asyncpg.Pool, *, after: int, limit: int) -> Sequence[Row]:
    """Certificates after an index that are to be assessed anew, and the newest statement because of which."""
    found: Sequence[Row] = await pool.fetch(_SQL["due"], after, limit)
    return found


async def causes(pool: asyncpg.Pool, certificate: int, root: int, before: int) -> Sequence[Row]:
    """The late statements before an index that a certificate (its index) was not assessed with, in the order of the log.

    `reaches` says of each whether it was found to reach what the certificate rests on; `root` is the batch of whose
    content its own is a part.
    """
    found: Sequence[Row] = await pool.fetch(_SQL["causes"], certificate, root, before)
    return found


async def done(pool: asyncpg.Pool, certificate: int, late: int) -> None:
    """A certificate (by index) has been assessed with what is up to the late statement, and stands accordingly."""
    await pool.execute(_SQL["done"], certificate, late)


async def note_reached(
    connection: asyncpg.Connection, late: int, made: Collection[int], reach: Reach
) -> None:
    """Note the certificates that a late statement may change; `made` are the statements computed anew because of it."""
    await connection.execute(
        _SQL["note_reached"],
        late,
        list(made),
        [rows.raw(each) for each in reach.statements],
        [rows.raw(each) for each in reach.keys],
    )


async def note_issued(connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
    """Of the certificates among what is recorded: count their entries of status lists, note who signed what they rest on, and those that a late statement may have overtaken."""
    issued = [each.index for each in entries if isinstance(each.statement.record, Certificate)]
    if issued:
        await connection.execute(_SQL["take_entries"], issued)
        await connection.execute(_SQL["note_signers"], issued)
        await connection.execute(_SQL["note_overtaken"], issued)
