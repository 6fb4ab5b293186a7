"""Loading: the part of the ledger's state that a group of statements touches."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby

import asyncpg
import msgspec

from provenite_proto.answers import Submitted
from provenite_proto.ledger import (
    Admission,
    Enrolled,
    RegisteredKey,
    RegisteredSite,
    Shipment,
    State,
    Touched,
    TransferStatus,
)
from provenite_proto.problem import Finding
from provenite_proto.record import Jwk, Role
from provenite_proto.statement import PublicKey, Statement

from . import rows
from .named import load

_SQL = load("sequencing.sql")
_findings = msgspec.json.Decoder(tuple[Finding, ...])


class Entry(msgspec.Struct, frozen=True):
    """An admitted statement and its place in the log."""

    index: int
    recorded_at: datetime
    statement: Statement
    admission: Admission


class Loaded:
    """The state in memory with the statement index of each id in it, as the tables name things.

    Parties and keys are all here; batches, shipments and sites as they are touched.
    """

    def __init__(self, size: int) -> None:
        """The frame of a ledger with `size` statements."""
        self.state = State(size)
        self.index: dict[str, int] = {}
        self.parties_by_index: dict[int, str] = {}

    def batch_key(self, batch_id: str) -> int:
        """The key under which a batch is stored."""
        digest, output = rows.split(batch_id)
        return self.index[digest] * rows.OUTPUTS + output

    def apply(self, entry: Entry) -> None:
        """Make the changes of an admitted statement."""
        self.index[entry.statement.digest] = entry.index
        if entry.admission.party is not None:
            self.parties_by_index[entry.index] = entry.admission.party.id
        self.state.apply(entry.admission)

    def withdraw(self, entries: Iterable[Entry]) -> None:
        """Take back the changes since `state.begin()`, which are those of `entries`."""
        self.state.rollback()
        for entry in entries:
            del self.index[entry.statement.digest]
            self.parties_by_index.pop(entry.index, None)

    @property
    def held(self) -> int:
        """How many entries `forget` would drop."""
        state = self.state
        on_demand = len(self.index) - len(self.parties_by_index)
        return len(state.batches) + len(state.shipments) + len(state.sites) + on_demand

    def forget(self) -> None:
        """Drop what is loaded on demand, to bound memory."""
        keep = self.parties_by_index.values()
        self.state.batches.clear()
        self.state.shipments.clear()
        self.state.sites.clear()
        self.index = {digest: self.index[digest] for digest in keep}


async def registry(connection: asyncpg.Connection) -> Loaded:
    """A frame with every party and key."""
    loaded = Loaded(await connection.fetchval(_SQL["size"]))
    for row in await connection.fetch(_SQL["parties"]):
        party = rows.text(row["digest"])
        loaded.state.parties[party] = Enrolled(
            party, row["country"], tuple(Role(role) for role in row["roles"])
        )
        loaded.index[party] = row["index"]
        loaded.parties_by_index[row["index"]] = party
    for row in await connection.fetch(_SQL["keys"]):
        key = PublicKey(msgspec.json.decode(row["jwk"], type=Jwk))
        loaded.state.keys[key.key_id] = RegisteredKey(
            key, loaded.parties_by_index[row["party"]], row["valid_from"]
        )
    return loaded


async def touched(connection: asyncpg.Connection, loaded: Loaded, group: Iterable[Touched]) -> None:
    """Bring into memory what the group touches and is not there yet."""
    state = loaded.state
    group = tuple(group)
    batches = {one for each in group for one in each.batches if one not in state.batches}
    shipments = {
        each.shipment
        for each in group
        if each.shipment is not None and each.shipment not in state.shipments
    }
    sites = {each.site for each in group if each.site is not None and each.site not in state.sites}
    if batches:
        names = [rows.split(batch) for batch in batches]
        found = await connection.fetch(
            _SQL["batches"], [rows.raw(digest) for digest, _ in names], [n for _, n in names]
        )
        _keep_batches(loaded, found)
    if shipments:
        await _load_shipments(connection, loaded, shipments)
    if sites:
        for row in await connection.fetch(_SQL["sites"], [rows.raw(site) for site in sites]):
            site = rows.text(row["digest"])
            party = loaded.parties_by_index[row["party"]]
            state.sites[site] = RegisteredSite(site, party, row["country"])
            loaded.index[site] = row["index"]


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
            findings=_findings.decode(row["findings"]) if row["findings"] else (),
        )
    return result


async def _load_shipments(
    connection: asyncpg.Connection, loaded: Loaded, wanted: Iterable[str]
) -> None:
    found = await connection.fetch(_SQL["shipments"], [rows.raw(digest) for digest in wanted])
    brought = await connection.fetch(_SQL["shipped_batches"], [row["index"] for row in found])
    by_shipment: Mapping[bytes, list[asyncpg.Record]] = {
        digest: list(each) for digest, each in groupby(brought, key=lambda row: row["digest"])
    }
    _keep_batches(loaded, brought)
    for row in found:
        digest = rows.text(row["digest"])
        loaded.index[digest] = row["index"]
        loaded.state.shipments[digest] = Shipment(
            id=digest,
            sender=loaded.parties_by_index[row["sender"]],
            receiver=loaded.parties_by_index[row["receiver"]],
            batches=tuple(
                f"{digest}.{batch['key'] % rows.OUTPUTS}" for batch in by_shipment[row["digest"]]
            ),
            departed_at=row["departed_at"],
            status=TransferStatus(row["status"]),
        )


def _keep_batches(loaded: Loaded, found: Iterable[rows.Row]) -> None:
    for row in found:
        batch = rows.batch(row, loaded.parties_by_index[row["holder"]])
        # What is in memory is newer than what is stored while a group is being admitted.
        if batch.id not in loaded.state.batches:
            loaded.state.batches[batch.id] = batch
        loaded.index[rows.text(row["digest"])] = row["key"] // rows.OUTPUTS
        loaded.index[rows.text(row["root"])] = row["shares_of"] // rows.OUTPUTS
