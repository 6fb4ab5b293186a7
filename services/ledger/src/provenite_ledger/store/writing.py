"""Writing: one admitted group becomes durable in one transaction."""

from collections.abc import Sequence

import asyncpg
import msgspec

from provenite_proto.ledger import Batch, Enrolled, Recorded, RegisteredKey, RegisteredSite
from provenite_proto.record import Collection, Extraction, Transformation
from provenite_proto.replay.reach import reach

from . import rows
from .certifying import note_issued
from .filing import file
from .loaded import Entry, Loaded
from .named import load
from .packing import packed, packed_findings

_SQL = load("sequencing.sql")
_REGISTER = load("register.sql")
_encode = msgspec.json.encode


async def write(connection: asyncpg.Connection, entries: Sequence[Entry], loaded: Loaded) -> None:
    """Write the group, and the tree with it; when this returns it is committed."""
    effects = [effect for entry in entries for effect in entry.admission.effects]
    async with connection.transaction():
        await _copy(connection, "statement", [_statement(entry, loaded) for entry in entries])
        await connection.execute(_SQL["put_tree"], loaded.edge.size, loaded.edge.encode())
        await _copy(
            connection,
            "party",
            [
                (loaded.index[each.id], each.country, list(each.roles))
                for each in effects
                if isinstance(each, Enrolled)
            ],
        )
        await _copy(
            connection,
            "site",
            [_site(each, loaded) for each in effects if isinstance(each, RegisteredSite)],
        )
        await _copy(
            connection, "making", [row for entry in entries for row in _making(entry, loaded)]
        )
        await _batches(connection, entries, loaded)
        await _copy(
            connection,
            "draw",
            [
                (entry.index, position, loaded.batch_key(draw.batch), draw.mass, draw.before)
                for entry in entries
                for position, draw in enumerate(entry.admission.draws)
            ],
        )
        await _copy(
            connection,
            "averaged",
            [
                (entry.index, loaded.index[member])
                for entry in entries
                for member in entry.admission.averaged
            ],
        )
        await file(connection, effects, loaded)
        await _retracted(connection, effects, loaded)
        await _late(connection, entries)
        await note_issued(connection, entries)


async def _batches(
    connection: asyncpg.Connection, entries: Sequence[Entry], loaded: Loaded
) -> None:
    created = {batch.id for entry in entries for batch in entry.admission.created}
    newest: dict[str, Batch] = {}
    for entry in entries:
        for batch in (*entry.admission.created, *entry.admission.effects):
            if isinstance(batch, Batch):
                newest[batch.id] = batch
    await _copy(
        connection,
        "batch",
        [_batch(batch, loaded) for batch in newest.values() if batch.id in created],
    )
    changed = [batch for batch in newest.values() if batch.id not in created]
    if changed:
        await connection.execute(
            _SQL["update_batches"],
            [loaded.batch_key(batch.id) for batch in changed],
            [batch.remaining for batch in changed],
            [loaded.index[batch.holder] for batch in changed],
            [batch.status for batch in changed],
            [batch.available_at for batch in changed],
        )


async def _retracted(
    connection: asyncpg.Connection, effects: Sequence[object], loaded: Loaded
) -> None:
    marked = [
        (loaded.index[each.id], loaded.index[each.retracted_by])
        for each in effects
        if isinstance(each, Recorded) and each.retracted_by is not None
    ]
    if marked:
        await connection.execute(
            _REGISTER["mark_retracted"], [one for one, _ in marked], [by for _, by in marked]
        )


async def _late(connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
    """What may change the content of earlier statements, and the keys that it disowns."""
    disowned = [
        (entry.index, each)
        for entry in entries
        for each in entry.admission.effects
        if isinstance(each, RegisteredKey) and each.compromised_from is not None
    ]
    if disowned:
        await connection.execute(
            _REGISTER["put_key_compromise"],
            [index for index, _ in disowned],
            [rows.raw(key.id) for _, key in disowned],
            [key.compromised_from for _, key in disowned],
        )
    late = [(entry.index, reach(entry.admission.effects)) for entry in entries]
    late = [(index, reached) for index, reached in late if reached]
    if late:
        await connection.execute(
            _REGISTER["put_late"],
            [index for index, _ in late],
            [_encode(reached).decode() for _, reached in late],
        )


def _statement(entry: Entry, loaded: Loaded) -> tuple[object, ...]:
    statement, admission = entry.statement, entry.admission
    return (
        entry.index,
        rows.raw(statement.digest),
        packed(statement.compact),
        statement.record.__struct_config__.tag,
        loaded.index[admission.issuer],
        admission.counterparty and loaded.index[admission.counterparty],
        rows.raw(statement.key_id),
        entry.recorded_at,
        packed_findings(admission.findings),
        None,
    )


def _making(entry: Entry, loaded: Loaded) -> list[tuple[object, ...]]:
    match entry.statement.record:
        case Extraction() | Collection() | Transformation() as record:
            site = record.identities.site if record.identities else None
            return [(entry.index, site and loaded.index[site], record.occurred_at, record.proxy)]
    return []


def _site(site: RegisteredSite, loaded: Loaded) -> tuple[object, ...]:
    return (
        loaded.index[site.id],
        loaded.index[site.party],
        site.country,
        site.latitude,
        site.longitude,
        site.capacity,
    )


def _batch(batch: Batch, loaded: Loaded) -> tuple[object, ...]:
    return (
        loaded.batch_key(batch.id),
        batch.material,
        loaded.index[batch.holder],
        batch.status,
        batch.mass,
        batch.remaining,
        list(batch.elements),
        list(batch.elements.values()),
        batch.uncertainty,
        batch.available_at,
        loaded.batch_key(batch.root),
        [batch.offsets[element] for element in batch.elements],
    )


async def _copy(
    connection: asyncpg.Connection, table: str, records: Sequence[tuple[object, ...]]
) -> None:
    if records:
        await connection.copy_records_to_table(table, records=records)
