"""Recalling: earlier statements, and what is remembered of them, as a group of statements touches them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import asyncpg

from provenite_proto.ledger import (
    Attested,
    Averaged,
    Averaging,
    Certified,
    Declared,
    Draw,
    Granted,
    Owned,
    Place,
    Recorded,
    Reserved,
    SiteYear,
    Touched,
    UsedAssay,
)
from provenite_proto.ledger.averaging import MAX_RUNS
from provenite_proto.ledger.certified import reserved
from provenite_proto.ledger.proxy import supplier
from provenite_proto.ledger.touched import year_of
from provenite_proto.record import Receipt, SubjectKind, Validity
from provenite_proto.statement import parse

from . import rows
from .loaded import Loaded
from .named import load
from .packing import unpacked
from .rows import Row

_SQL = load("register.sql")


async def assays(
    connection: asyncpg.Connection, loaded: Loaded, group: Sequence[Touched]
) -> set[str]:
    """Bring into memory which statements have used the group's certificates; those statements' digests."""
    state = loaded.state
    wanted = {one for each in group for one in each.assays}
    missing = [rows.raw(each) for each in wanted if each not in state.assays]
    if missing:
        for row in await connection.fetch(_SQL["assays"], missing):
            loaded.bring(UsedAssay(rows.text(row["digest"]), rows.text(row["statement"])))
    return {state.assays[each].statement for each in wanted if each in state.assays}


async def statements(
    connection: asyncpg.Connection, loaded: Loaded, digests: Iterable[str]
) -> tuple[set[int], set[str]]:
    """Bring statements into memory with the attestation, ownership, grant, declaration or certificate that each is.

    The keys of the batches that they made or drew from, and the transfers that they are or closed.
    """
    found = await connection.fetch(_SQL["recorded"], [rows.raw(digest) for digest in digests])
    draws = defaultdict(list)
    for row in await connection.fetch(_SQL["draws"], [row["index"] for row in found]):
        draws[row["consumer"]].append(row)
    keys: set[int] = set()
    transfers: set[str] = set()
    kinds: dict[str, list[bytes]] = defaultdict(list)
    for row in found:
        recorded = _recorded(row, draws[row["index"]], loaded)
        loaded.index[recorded.id] = row["index"]
        loaded.bring(recorded)
        keys.update(row["batches"])
        keys.update(draw["batch"] for draw in draws[row["index"]])
        kinds[row["kind"]].append(row["digest"])
        if row["kind"] == "transfer":
            transfers.add(recorded.id)
        if recorded.transfer is not None:
            transfers.add(recorded.transfer)
    await _evidence(connection, loaded, kinds)
    await _site_years(
        connection,
        loaded,
        {row["site"]: rows.text(row["site_digest"]) for row in found if row["site"] is not None},
        {year_of(row["occurred_at"]) for row in found if row["site"] is not None},
    )
    return keys, transfers


async def remembered(
    connection: asyncpg.Connection, loaded: Loaded, group: Sequence[Touched]
) -> None:
    """Bring into memory what the group's sites have put out, and its places."""
    state = loaded.state
    sites = {one for each in group for one in each.sites if one in loaded.index}
    years = {year for each in group for year in each.years}
    if sites and years:
        by_index = {loaded.index[site]: site for site in sites}
        await _site_years(connection, loaded, by_index, years)
        await _averagings(connection, loaded, by_index)
    places = {one for each in group for one in each.places if one not in state.places}
    if places:
        for row in await connection.fetch(_SQL["places"], list(places)):
            site = rows.text(row["digest"])
            loaded.index[site] = row["site"]
            loaded.bring(Place(row["cell"], loaded.parties_by_index[row["party"]], site))
    await _reserved(
        connection,
        loaded,
        {one for each in group for one in each.reserved if one not in state.reserved},
    )


async def _reserved(connection: asyncpg.Connection, loaded: Loaded, names: set[str]) -> None:
    """Bring into memory which certificates have what they alone may have, by the ids of `Reserved`."""
    if not names:
        return
    wanted: dict[str, list[str]] = defaultdict(list)
    for name in names:
        what, _, value = name.partition("/")
        wanted[what].append(value)
    entries = [each.partition("/") for each in wanted["status"]]
    for row in await connection.fetch(
        _SQL["reserved"],
        [int(number) for number, _, _ in entries],
        [int(position) for _, _, position in entries],
        wanted["certificate"],
        [rows.raw(each) for each in wanted["credential"]],
    ):
        for name in reserved(row["list"], row["position"], row["id"], rows.text(row["credential"])):
            loaded.bring(Reserved(name, rows.text(row["digest"])))


async def _site_years(
    connection: asyncpg.Connection, loaded: Loaded, sites: dict[int, str], years: Iterable[int]
) -> None:
    """What sites (by the index of their statement) have put out in years."""
    if not sites:
        return
    for row in await connection.fetch(_SQL["site_years"], list(sites), list(years)):
        loaded.index[sites[row["site"]]] = row["site"]
        loaded.bring(SiteYear(sites[row["site"]], row["year"], int(row["mass"])))


def _recorded(row: Row, draws: Sequence[Row], loaded: Loaded) -> Recorded:
    digest = rows.text(row["digest"])
    record = parse(unpacked(row["compact"])).record if row["compact"] else None
    return Recorded(
        id=digest,
        index=row["index"],
        kind=row["kind"],
        issuer=loaded.parties_by_index[row["issuer"]],
        key_id=rows.text(row["key_id"]),
        recorded_at=int(row["recorded_at"].timestamp()),
        batches=tuple(f"{digest}.{key % rows.OUTPUTS}" for key in row["batches"]),
        draws=tuple(
            Draw(
                f"{rows.text(draw['digest'])}.{draw['batch'] % rows.OUTPUTS}",
                draw["mass"],
                draw["before"],
            )
            for draw in draws
        ),
        transfer=record.transfer if isinstance(record, Receipt) else None,
        supplier=supplier(record) if record is not None else None,
        site_year=row["site_digest"]
        and f"{rows.text(row['site_digest'])}/{year_of(row['occurred_at'])}",
        retracted_by=row["retracted_by"] and rows.text(row["retracted_by"]),
    )


async def _evidence(
    connection: asyncpg.Connection, loaded: Loaded, kinds: dict[str, list[bytes]]
) -> None:
    if wanted := kinds.get("attestation"):
        for row in await connection.fetch(_SQL["attestations"], wanted):
            loaded.bring(attested(row, loaded.parties_by_index[row["attester"]]))
    if wanted := kinds.get("ownership"):
        for row in await connection.fetch(_SQL["ownerships"], wanted):
            loaded.bring(owned(row, loaded.parties_by_index[row["party"]]))
    if wanted := kinds.get("grant"):
        for row in await connection.fetch(_SQL["sharings"], wanted):
            loaded.bring(_granted(row, loaded))
    if wanted := kinds.get("declaration"):
        for row in await connection.fetch(_SQL["declarations"], wanted):
            loaded.bring(_declared(row, loaded))
    if wanted := kinds.get("certificate"):
        for row in await connection.fetch(_SQL["certificates"], wanted):
            loaded.bring(_certified(row, loaded))


async def _averagings(
    connection: asyncpg.Connection, loaded: Loaded, by_index: dict[int, str]
) -> None:
    members: dict[int, list[Averaged]] = defaultdict(list)
    for row in await connection.fetch(_SQL["averagings"], list(by_index), MAX_RUNS):
        loaded.index[rows.text(row["digest"])] = row["statement"]
        members[row["site"]].append(Averaged(rows.text(row["digest"]), row["occurred_at"]))
    for site, averaged in members.items():
        loaded.bring(Averaging(by_index[site], tuple(averaged)))


def attested(row: Row, attester: str) -> Attested:
    """An attestation from its row, which has its statement's digest and time."""
    return Attested(
        id=rows.text(row["digest"]),
        attester=attester,
        kind=SubjectKind(row["kind"]),
        subject=row["subject"],
        scheme=row["scheme"],
        conforms=row["conforms"],
        recorded_at=int(row["recorded_at"].timestamp()),
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
        countersigns=row["countersigns"],
        retracted_at=row["retracted_at"],
    )


def owned(row: Row, party: str) -> Owned:
    """An ownership from its row, which has its statement's digest."""
    return Owned(
        id=rows.text(row["digest"]),
        index=row["index"],
        recorded_at=int(row["recorded_at"].timestamp()),
        party=party,
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
        controllers=tuple(row["controllers"]),
        retracted_at=row["retracted_at"],
    )


def _granted(row: Row, loaded: Loaded) -> Granted:
    return Granted(
        id=rows.text(row["digest"]),
        recorded_at=int(row["recorded_at"].timestamp()),
        issuer=loaded.parties_by_index[row["issuer"]],
        opened=tuple(row["opened"]),
        statements=tuple(rows.text(digest) for digest in row["listed"]),
        to=None if row["receiver"] is None else loaded.parties_by_index[row["receiver"]],
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
        retracted_at=row["retracted_at"],
    )


def _declared(row: Row, loaded: Loaded) -> Declared:
    return Declared(
        id=rows.text(row["digest"]),
        index=row["index"],
        party=loaded.parties_by_index[row["party"]],
        batch=_batch(row, loaded),
        retracted_at=row["retracted_at"],
    )


def _certified(row: Row, loaded: Loaded) -> Certified:
    return Certified(
        id=rows.text(row["digest"]),
        index=row["index"],
        certificate=row["id"],
        party=loaded.parties_by_index[row["party"]],
        batch=_batch(row, loaded),
        credential=rows.text(row["credential"]),
        policy=rows.text(row["policy"]),
        as_of=row["as_of"],
        size=row["size"],
        valid_until=row["valid_until"],
        declaration=_named(row["declared"], row["declaration"], loaded),
        list=row["list"],
        position=row["position"],
        status=Validity(row["status"]),
        changed=_named(row["changed_by"], row["changed"], loaded),
        cause=_named(row["caused_by"], row["cause"], loaded),
    )


def _batch(row: Row, loaded: Loaded) -> str:
    """The batch that a row names, whose statement is then known by its index."""
    maker = rows.text(row["maker"])
    loaded.index[maker] = row["batch"] // rows.OUTPUTS
    return f"{maker}.{row['batch'] % rows.OUTPUTS}"


def _named(digest: bytes | None, index: int, loaded: Loaded) -> str | None:
    if digest is None:
        return None
    name = rows.text(digest)
    loaded.index[name] = index
    return name
