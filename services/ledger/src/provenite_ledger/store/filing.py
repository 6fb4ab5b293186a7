"""Filing: the register and what is remembered, written as an admitted group leaves them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import asyncpg
import msgspec

from provenite_proto.ledger import (
    Accredited,
    Attested,
    Averaging,
    Certified,
    Declared,
    Effect,
    Granted,
    Owned,
    PerfectRun,
    Place,
    RegisteredKey,
    Shipment,
    SiteYear,
    UsedAssay,
)
from provenite_proto.ledger.due import due_at

from . import rows
from .loaded import Loaded
from .named import load

_SQL = load("register.sql")
_encode = msgspec.json.encode
_Cells = dict[str, Any]


async def file(connection: asyncpg.Connection, effects: Sequence[Effect], loaded: Loaded) -> None:
    """Write the newest form of each entry, in an order in which what is referred to is there."""
    newest: dict[type, dict[str, Any]] = {}
    for effect in effects:
        newest.setdefault(type(effect), {})[effect.id] = effect
    if keys := newest.get(RegisteredKey):
        await _keys(connection, list(keys.values()), loaded)
    for kind, (query, cells) in _FILED.items():
        if entries := newest.get(kind):
            filled = [cells(entry, loaded) for entry in entries.values()]
            await connection.execute(_SQL[query], _encode(filled).decode())
    if assays := newest.get(UsedAssay):
        await connection.execute(
            _SQL["put_assay"],
            [rows.raw(each.id) for each in assays.values()],
            [loaded.index[each.statement] for each in assays.values()],
        )
    if averagings := newest.get(Averaging):
        await _averagings(connection, list(averagings.values()), loaded)


async def _keys(
    connection: asyncpg.Connection, keys: Sequence[RegisteredKey], loaded: Loaded
) -> None:
    await connection.execute(
        _SQL["put_key"],
        [rows.raw(key.id) for key in keys],
        [loaded.index[key.party] for key in keys],
        [_encode(key.key.jwk).decode() for key in keys],
        [key.valid_from for key in keys],
        [key.recorded_at for key in keys],
        [rows.raw(key.signed_with) for key in keys],
        [key.revoked_at for key in keys],
        [key.compromised_from for key in keys],
    )


async def _averagings(
    connection: asyncpg.Connection, averagings: Sequence[Averaging], loaded: Loaded
) -> None:
    # The last member is the new one; the others are there.
    members = [(each.id, member) for each in averagings for member in each.members]
    await connection.execute(
        _SQL["put_averaging"],
        [loaded.index[site] for site, _ in members],
        [loaded.index[member.statement] for _, member in members],
        [member.occurred_at for _, member in members],
    )


def _period(entry: Accredited | Attested | Owned | Granted) -> _Cells:
    return {
        "valid_from": _time(entry.valid_from),
        "valid_until": _time(entry.valid_until),
        "retracted_at": entry.retracted_at,
    }


def _time(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()


def _accreditation(entry: Accredited, loaded: Loaded) -> _Cells:
    party = loaded.index[entry.party]
    return {"index": entry.index, "party": party, "scheme": entry.scheme, **_period(entry)}


def _attestation(entry: Attested, loaded: Loaded) -> _Cells:
    return {
        "index": loaded.index[entry.id],
        "attester": loaded.index[entry.attester],
        "kind": entry.kind,
        "subject": entry.subject,
        "scheme": entry.scheme,
        "conforms": entry.conforms,
        "countersigns": entry.countersigns,
        **_period(entry),
    }


def _ownership(entry: Owned, loaded: Loaded) -> _Cells:
    party = loaded.index[entry.party]
    controllers = entry.controllers
    return {"index": entry.index, "party": party, "controllers": controllers, **_period(entry)}


def _sharing(entry: Granted, loaded: Loaded) -> _Cells:
    return {
        "index": loaded.index[entry.id],
        "issuer": loaded.index[entry.issuer],
        "opened": entry.opened,
        "receiver": None if entry.to is None else loaded.index[entry.to],
        "statements": [loaded.index[each] for each in entry.statements] or None,
        **_period(entry),
    }


def _declaration(entry: Declared, loaded: Loaded) -> _Cells:
    return {
        "index": entry.index,
        "party": loaded.index[entry.party],
        "batch": loaded.batch_key(entry.batch),
        "retracted_at": entry.retracted_at,
    }


def _certificate(entry: Certified, loaded: Loaded) -> _Cells:
    return {
        "index": entry.index,
        "id": entry.certificate,
        "party": loaded.index[entry.party],
        "batch": loaded.batch_key(entry.batch),
        "credential": _bytea(entry.credential),
        "policy": _bytea(entry.policy),
        "as_of": entry.as_of,
        "size": entry.size,
        "valid_until": _time(entry.valid_until),
        "declaration": entry.declaration and loaded.index[entry.declaration],
        "list": entry.list,
        "position": entry.position,
        "status": entry.status,
        "changed": entry.changed and loaded.index[entry.changed],
        "cause": entry.cause and loaded.index[entry.cause],
    }


def _bytea(digest: str) -> str:
    """As PostgreSQL reads bytes in JSON."""
    return rf"\x{rows.raw(digest).hex()}"


def _site_year(entry: SiteYear, loaded: Loaded) -> _Cells:
    # As text: JSON is written here with integers of 64 bits, and a year's sum may be greater.
    return {"site": loaded.index[entry.site], "year": entry.year, "mass": str(entry.mass)}


def _perfect_run(entry: PerfectRun, loaded: Loaded) -> _Cells:
    party = loaded.index[entry.party]
    times = {"since": _time(entry.since), "until": _time(entry.until)}
    return {"party": party, "count": entry.count, **times}


def _place(entry: Place, loaded: Loaded) -> _Cells:
    site = loaded.index[entry.site]
    return {"cell": entry.id, "party": loaded.index[entry.party], "site": site}


def _shipment(entry: Shipment, loaded: Loaded) -> _Cells:
    return {
        "index": loaded.index[entry.id],
        "sender": loaded.index[entry.sender],
        "receiver": loaded.index[entry.receiver],
        "status": entry.status,
        "departed_at": _time(entry.departed_at),
        "mode": entry.mode,
        "expected_at": _time(entry.expected_at),
        "due_at": _time(due_at(entry.mode, entry.departed_at, entry.expected_at)),
        "site": entry.site and loaded.index[entry.site],
        "receipt": entry.receipt and loaded.index[entry.receipt],
    }


_FILED: Mapping[type, tuple[str, Callable[[Any, Loaded], _Cells]]] = {
    Shipment: ("put_shipment", _shipment),
    Accredited: ("put_accreditation", _accreditation),
    Attested: ("put_attestation", _attestation),
    Owned: ("put_ownership", _ownership),
    Granted: ("put_sharing", _sharing),
    Declared: ("put_declaration", _declaration),
    Certified: ("put_certificate", _certificate),
    SiteYear: ("put_site_year", _site_year),
    PerfectRun: ("put_perfect_run", _perfect_run),
    Place: ("put_place", _place),
}
"""Entries that are written as JSON, each with its query and the cells of its row."""
