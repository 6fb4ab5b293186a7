"""The state's entries as the tables hold them, read as the ledger reads them, beside the replay's."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import asyncpg

from provenite_proto.ledger import Certified, State, Touched
from provenite_proto.ledger.due import due_at
from provenite_proto.replay import tables_of

from ..store import loading
from ..store.loaded import Loaded
from .differing import Differs, same, same_entry
from .log import CHUNK, SQL

_WHOLE = ("parties", "keys", "accreditations", "perfect_runs")
"""The tables that are read at once."""


async def compare(
    connection: asyncpg.Connection, state: State, digests: Sequence[str], counted: Mapping[str, int]
) -> None:
    """Raise `Differs` for the first entry that is another one; `digests` are the log's, in order.

    `counted` are the rows that there must be of what is compared elsewhere.
    """
    try:
        loaded = await loading.registry(connection)
    except (KeyError, ValueError) as error:
        raise Differs("the register", "the tables", "can be read", repr(error)) from error
    for name in _WHOLE:
        expected, found = tables_of(state)[name], tables_of(loaded.state)[name]
        for key in (*expected, *(key for key in found if key not in expected)):
            same_entry(name, key, expected.get(key), found.get(key))
    for first in range(0, len(digests), CHUNK):
        chunk = digests[first : first + CHUNK]
        await _touched(connection, loaded, state, _of(chunk, state), f"statements from {first} on")
        await _due(connection, state, chunk, first)
    for name, group in _remembered(state):
        await _touched(connection, loaded, state, group, name)
    rows = await connection.fetchrow(SQL["count"])
    sizes = {name: len(table) for name, table in tables_of(state).items()}
    draws = sum(len(each.draws) for each in state.statements.values())
    entries = len(state.certificates)
    signers = sum(len(_signers(each, state)) for each in state.certificates.values())
    expected_counts = {
        **sizes,
        "draws": draws,
        "entries": entries,
        "signers": signers,
        **counted,
    }
    for name, count in rows.items():
        same("the number of rows", name, expected_counts[name], count)


def _signers(certified: Certified, state: State) -> set[str]:
    """The keys that signed what a certificate rests on."""
    root = state.batches[certified.batch].root
    on = {certified.batch.partition(".")[0], root.partition(".")[0], certified.declaration}
    return {state.statements[each].key_id for each in on if each is not None}


def _of(digests: Sequence[str], state: State) -> Touched:
    return Touched(
        statements=tuple(digests),
        batches=tuple(
            batch for each in digests for batch in _made(each, state) if batch in state.batches
        ),
        shipments=tuple(each for each in digests if each in state.shipments),
        sites=tuple(each for each in digests if each in state.sites),
        years=tuple({each.year for each in state.site_years.values()}),
        reserved=tuple(name.id for each in _certified(digests, state) for name in each.reserved()),
    )


def _certified(digests: Sequence[str], state: State) -> tuple[Certified, ...]:
    return tuple(state.certificates[each] for each in digests if each in state.certificates)


def _made(digest: str, state: State) -> tuple[str, ...]:
    shipment = state.shipments.get(digest)
    return state.statements[digest].batches if shipment is None else shipment.batches


def _remembered(state: State) -> Iterator[tuple[str, Touched]]:
    assays, places = iter(state.assays), iter(state.places)
    while chunk := tuple(islice(assays, CHUNK)):
        yield "assays", Touched(assays=chunk)
    while chunk := tuple(islice(places, CHUNK)):
        yield "places", Touched(places=chunk)


async def _touched(
    connection: asyncpg.Connection, loaded: Loaded, state: State, group: Touched, where: str
) -> None:
    loaded.forget()
    try:
        await loading.touched(connection, loaded, (group,))
    except (KeyError, ValueError) as error:
        raise Differs("rows", where, "refer to what is there", repr(error)) from error
    found, expected = tables_of(loaded.state), tables_of(state)
    wanted: dict[str, Sequence[str]] = {
        "statements": group.statements,
        "batches": group.batches,
        "shipments": group.shipments,
        "sites": group.sites,
        "assays": group.assays,
        "places": group.places,
        "attestations": _those(group.statements, state.attestations),
        "ownerships": _those(group.statements, state.ownerships),
        "grants": _those(group.statements, state.grants),
        "declarations": _those(group.statements, state.declarations),
        "certificates": _those(group.statements, state.certificates),
        "reserved": group.reserved,
        "averagings": _those(group.sites, state.averagings),
        "site_years": tuple(
            name for name, year in state.site_years.items() if year.site in set(group.sites)
        ),
    }
    for name, keys in wanted.items():
        for key in dict.fromkeys((*keys, *found[name])):
            same_entry(name, key, expected[name].get(key), found[name].get(key))


def _those(keys: Sequence[str], table: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(key for key in keys if key in table)


async def _due(
    connection: asyncpg.Connection, state: State, digests: Sequence[str], first: int
) -> None:
    for row in await connection.fetch(SQL["due"], first, first + len(digests) - 1):
        shipment = state.shipments[digests[row["index"] - first]]
        due = due_at(shipment.mode, shipment.departed_at, shipment.expected_at)
        same("due_at", f"shipments {shipment.id}", due, row["due_at"])
