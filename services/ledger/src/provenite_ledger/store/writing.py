"""Writing: one admitted group becomes durable in one transaction."""

from collections.abc import Sequence

import asyncpg
import msgspec

from provenite_proto.ledger import Batch, Shipment

from . import rows
from .loading import Entry, Loaded
from .named import load

_SQL = load("sequencing.sql")
_encode = msgspec.json.encode


async def write(connection: asyncpg.Connection, entries: Sequence[Entry], loaded: Loaded) -> None:
    """Write the group; when this returns it is committed."""
    async with connection.transaction():
        await _copy(connection, "statement", [_statement(entry, loaded) for entry in entries])
        await _registry(connection, entries, loaded)
        created = {batch.id for entry in entries for batch in entry.admission.created}
        latest: dict[str, Batch] = {}
        for entry in entries:
            for batch in (*entry.admission.created, *entry.admission.changed):
                latest[batch.id] = batch
        # A batch that was made and changed within the group is written once, as it is in the end.
        await _copy(connection, "batch", [_batch(latest[batch_id], loaded) for batch_id in created])
        changed = [batch for batch in latest.values() if batch.id not in created]
        if changed:
            await connection.execute(
                _SQL["update_batches"],
                [loaded.batch_key(batch.id) for batch in changed],
                [batch.remaining for batch in changed],
                [loaded.index[batch.holder] for batch in changed],
                [batch.status for batch in changed],
                [batch.available_at for batch in changed],
            )
        await _copy(
            connection,
            "draw",
            [
                (entry.index, position, loaded.batch_key(draw.batch), draw.mass, draw.before)
                for entry in entries
                for position, draw in enumerate(entry.admission.draws)
            ],
        )
        await _shipments(connection, entries, loaded)


async def _registry(
    connection: asyncpg.Connection, entries: Sequence[Entry], loaded: Loaded
) -> None:
    parties, keys, sites = [], [], []
    for entry in entries:
        admission = entry.admission
        if (party := admission.party) is not None:
            parties.append((entry.index, party.country, list(party.roles)))
        if (key := admission.key) is not None:
            keys.append(
                (
                    rows.raw(key.key.key_id),
                    loaded.index[key.party],
                    _encode(key.key.jwk).decode(),
                    key.valid_from,
                )
            )
        if (site := admission.site) is not None:
            sites.append((entry.index, loaded.index[site.party], site.country))
    await _copy(connection, "party", parties)
    await _copy(connection, "key", keys)
    await _copy(connection, "site", sites)


async def _shipments(
    connection: asyncpg.Connection, entries: Sequence[Entry], loaded: Loaded
) -> None:
    latest: dict[str, Shipment] = {}
    sent = set()
    for entry in entries:
        if (shipment := entry.admission.shipment) is not None:
            latest[shipment.id] = shipment
            if shipment.id == entry.statement.digest:
                sent.add(shipment.id)
    await _copy(
        connection,
        "shipment",
        [
            (
                loaded.index[shipment.id],
                loaded.index[shipment.sender],
                loaded.index[shipment.receiver],
                shipment.status,
                shipment.departed_at,
            )
            for shipment in latest.values()
            if shipment.id in sent
        ],
    )
    closed = [shipment for shipment in latest.values() if shipment.id not in sent]
    if closed:
        await connection.execute(
            _SQL["close_shipments"],
            [loaded.index[shipment.id] for shipment in closed],
            [shipment.status for shipment in closed],
        )


def _statement(entry: Entry, loaded: Loaded) -> tuple[object, ...]:
    statement, admission = entry.statement, entry.admission
    return (
        entry.index,
        rows.raw(statement.digest),
        statement.compact,
        statement.record.__struct_config__.tag,
        loaded.index[admission.issuer],
        entry.recorded_at,
        _encode(admission.findings).decode() if admission.findings else None,
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
        loaded.batch_key(batch.shares_of),
    )


async def _copy(
    connection: asyncpg.Connection, table: str, records: Sequence[tuple[object, ...]]
) -> None:
    if records:
        await connection.copy_records_to_table(table, records=records)
