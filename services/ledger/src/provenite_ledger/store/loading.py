"""Loading: the part of the ledger's state that a group of statements touches."""

from collections.abc import Iterable, Mapping
from itertools import groupby

import asyncpg
import msgspec

from provenite_proto.answers import Submitted, answered
from provenite_proto.ledger import (
    Accredited,
    Enrolled,
    PerfectRun,
    RegisteredKey,
    RegisteredSite,
    Shipment,
    Touched,
    TransferStatus,
)
from provenite_proto.log import Edge
from provenite_proto.problem import open_to_issuer
from provenite_proto.record import Jwk, Mode, Party, Role
from provenite_proto.statement import PublicKey, parse

from . import recalling, rows
from .loaded import Loaded
from .named import load
from .packing import unpacked, unpacked_findings

_SQL = load("sequencing.sql")
_REGISTER = load("register.sql")


class TreeMismatch(Exception):
    """The tree in the database is not of as many statements as there are."""


async def size(connection: asyncpg.Connection) -> int:
    """How many statements are committed; the sequencer may not have heard of the last of them yet."""
    found: int = await connection.fetchval(_SQL["size"])
    return found


async def tree(connection: asyncpg.Connection) -> Edge:
    """The tree over all statements; `TreeMismatch`."""
    count = await size(connection)
    row = await connection.fetchrow(_SQL["tree"])
    found = Edge() if row is None else Edge.decode(row["size"], row["edge"])
    if found.size != count:
        raise TreeMismatch(
            f"the database contradicts itself: it has {count} statements and a tree of {found.size}. "
            "`provenite-ledger replay --compare` says more; restore it as a whole"
        )
    return found


async def entries(connection: asyncpg.Connection, first: int, last: int) -> list[tuple[str, int]]:
    """Digest and recorded time (seconds since 1970) of the statements from `first` up to `last`."""
    return [
        (rows.text(row["digest"]), int(row["recorded_at"].timestamp()))
        for row in await connection.fetch(_SQL["entries"], first, last)
    ]


async def registry(connection: asyncpg.Connection) -> Loaded:
    """A frame with every party, key, accreditation and run of perfect balances."""
    loaded = Loaded(await tree(connection))
    for row in await connection.fetch(_SQL["parties"]):
        party = rows.text(row["digest"])
        loaded.state.put(
            Enrolled(
                party,
                row["country"],
                tuple(Role(role) for role in row["roles"]),
                _names(unpacked(row["compact"])),
            )
        )
        loaded.index[party] = row["index"]
        loaded.parties_by_index[row["index"]] = party
    for row in await connection.fetch(_SQL["keys"]):
        loaded.state.put(
            RegisteredKey(
                key=PublicKey(msgspec.json.decode(row["jwk"], type=Jwk)),
                party=loaded.parties_by_index[row["party"]],
                valid_from=row["valid_from"],
                recorded_at=row["recorded_at"],
                signed_with=rows.text(row["signed_with"]),
                revoked_at=row["revoked_at"],
                compromised_from=row["compromised_from"],
            )
        )
    for row in await connection.fetch(_REGISTER["accreditations"]):
        digest = rows.text(row["digest"])
        loaded.index[digest] = row["index"]
        loaded.state.put(
            Accredited(
                id=digest,
                index=row["index"],
                recorded_at=int(row["recorded_at"].timestamp()),
                party=loaded.parties_by_index[row["party"]],
                scheme=row["scheme"],
                valid_from=row["valid_from"],
                valid_until=row["valid_until"],
                retracted_at=row["retracted_at"],
            )
        )
    for row in await connection.fetch(_REGISTER["perfect_runs"]):
        party = loaded.parties_by_index[row["party"]]
        loaded.state.put(PerfectRun(party, row["count"], row["since"], row["until"]))
    return loaded


async def touched(connection: asyncpg.Connection, loaded: Loaded, group: Iterable[Touched]) -> None:
    """Bring into memory what the group touches and is not there yet."""
    state = loaded.state
    group = tuple(group)
    used = await recalling.assays(connection, loaded, group)
    named = {one for each in group for one in each.statements} | used
    statements = {one for one in named if one not in state.statements}
    await _statements(connection, loaded, statements)
    batches = {one for each in group for one in each.batches if one not in state.batches}
    if batches:
        names = [rows.split(batch) for batch in batches]
        found = await connection.fetch(
            _SQL["batches"], [rows.raw(digest) for digest, _ in names], [n for _, n in names]
        )
        _keep_batches(loaded, found)
        await _roots(connection, loaded, {one for each in group for one in each.batches})
    await _statements(connection, loaded, _makers(loaded, group))
    await _shipments(
        connection,
        loaded,
        {one for each in group for one in each.shipments if one not in state.shipments},
    )
    departures = {
        shipment.site
        for each in group
        for one in each.shipments
        if (shipment := state.shipments.get(one)) is not None and shipment.site is not None
    }
    sites = {one for each in group for one in each.sites} | departures
    await _sites(connection, loaded, {one for one in sites if one not in state.sites})
    await recalling.remembered(connection, loaded, group)


async def _statements(
    connection: asyncpg.Connection, loaded: Loaded, digests: Iterable[str]
) -> None:
    """Bring statements into memory with the batches and transfers that they are about."""
    digests = set(digests)
    if digests:
        keys, closed = await recalling.statements(connection, loaded, digests)
        await batches_by_key(connection, loaded, keys)
        await _shipments(connection, loaded, closed)


def _makers(loaded: Loaded, group: Iterable[Touched]) -> set[str]:
    """The statements that made what is in the batches that the group certifies, as far as they are not there yet."""
    state = loaded.state
    certified = {one for each in group for one in each.certified}
    # A batch that another statement of the group brings is a part of one that is in memory.
    known: Iterable[str] = certified if certified <= state.batches.keys() else state.batches
    makers = {state.batches[one].root.partition(".")[0] for one in known}
    return {one for one in makers if one not in state.statements}


async def batches_by_key(
    connection: asyncpg.Connection, loaded: Loaded, keys: Iterable[int]
) -> None:
    """Bring batches into memory by the keys under which they are stored."""
    keys = list(keys)
    if keys:
        _keep_batches(loaded, await connection.fetch(_REGISTER["batches"], keys))


async def _roots(connection: asyncpg.Connection, loaded: Loaded, batches: Iterable[str]) -> None:
    """Bring into memory the batches of which others are parts."""
    state = loaded.state
    roots = {state.batches[batch].root for batch in batches if batch in state.batches}
    missing = [rows.split(root) for root in roots if root not in state.batches]
    await batches_by_key(
        connection, loaded, [loaded.index[digest] * rows.OUTPUTS + n for digest, n in missing]
    )


async def known(connection: asyncpg.Connection, digests: Iterable[str]) -> dict[str, Submitted]:
    """What was answered for those of the digests that are in the log."""
    found = await connection.fetch(_SQL["known"], [rows.raw(digest) for digest in digests])
    result = {}
    for row in found:
        digest = rows.text(row["digest"])
        result[digest] = Submitted(
            digest=digest,
            index=row["index"],
            recorded_at=row["recorded_at"],
            batches=tuple(f"{digest}.{output}" for output in range(row["outputs"])),
            findings=answered(open_to_issuer(unpacked_findings(row["findings"]))),
        )
    return result


async def _sites(connection: asyncpg.Connection, loaded: Loaded, wanted: Iterable[str]) -> None:
    names = [rows.raw(site) for site in wanted]
    if not names:
        return
    for row in await connection.fetch(_SQL["sites"], names):
        site = rows.text(row["digest"])
        loaded.index[site] = row["index"]
        loaded.bring(
            RegisteredSite(
                id=site,
                party=loaded.parties_by_index[row["party"]],
                country=row["country"],
                latitude=row["latitude"],
                longitude=row["longitude"],
                capacity=row["capacity"],
            )
        )


async def _shipments(connection: asyncpg.Connection, loaded: Loaded, wanted: Iterable[str]) -> None:
    names = [rows.raw(digest) for digest in wanted]
    if not names:
        return
    found = await connection.fetch(_SQL["shipments"], names)
    brought = await connection.fetch(_SQL["shipped_batches"], [row["index"] for row in found])
    by_shipment: Mapping[bytes, list[asyncpg.Record]] = {
        digest: list(each) for digest, each in groupby(brought, key=lambda row: row["digest"])
    }
    _keep_batches(loaded, brought)
    for row in found:
        digest = rows.text(row["digest"])
        loaded.index[digest] = row["index"]
        if row["site_digest"] is not None:
            loaded.index[rows.text(row["site_digest"])] = row["site"]
        if row["receipt_digest"] is not None:
            loaded.index[rows.text(row["receipt_digest"])] = row["receipt"]
        loaded.bring(
            Shipment(
                id=digest,
                sender=loaded.parties_by_index[row["sender"]],
                receiver=loaded.parties_by_index[row["receiver"]],
                batches=tuple(
                    f"{digest}.{batch['key'] % rows.OUTPUTS}"
                    for batch in by_shipment[row["digest"]]
                ),
                departed_at=row["departed_at"],
                status=TransferStatus(row["status"]),
                mode=Mode(row["mode"]),
                expected_at=row["expected_at"],
                site=row["site_digest"] and rows.text(row["site_digest"]),
                receipt=row["receipt_digest"] and rows.text(row["receipt_digest"]),
            )
        )


def _keep_batches(loaded: Loaded, found: Iterable[rows.Row]) -> None:
    for row in found:
        loaded.index[rows.text(row["digest"])] = row["key"] // rows.OUTPUTS
        loaded.index[rows.text(row["root_digest"])] = row["root"] // rows.OUTPUTS
        loaded.bring(rows.batch(row, loaded.parties_by_index[row["holder"]]))


def _names(compact: str) -> tuple[str, ...]:
    record = parse(compact).record
    if isinstance(record, Party) and record.identities is not None:
        return (record.identities.name, *record.identities.identifiers)
    return ()
