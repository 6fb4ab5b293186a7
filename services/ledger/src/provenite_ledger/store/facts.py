"""Facts: what the log before an index says of statements that make matter."""

from collections.abc import Iterable, Sequence

import asyncpg
import msgspec

from provenite_proto.content import Standing
from provenite_proto.ledger import Accredited, Attested, Effect, Owned, Recorded, RegisteredKey
from provenite_proto.ledger.vouching import compromised_from, disowned
from provenite_proto.record import Jwk, SubjectKind
from provenite_proto.replay.facts import Facts, Making, standing
from provenite_proto.replay.reach import Reach
from provenite_proto.statement import PublicKey

from . import rows
from .named import load
from .reading import compromises
from .rows import Row

_SQL = load("facts.sql")


async def standings(
    connection: asyncpg.Connection,
    makers: Sequence[int],
    before: int,
    supposed: Sequence[Effect] = (),
) -> dict[int, Standing]:
    """How statements that make matter stand, by index, as the log's statements before `before` have it.

    And as they would if an admission had had the effects `supposed` then.
    """
    found = await connection.fetch(_SQL["makings"], makers)
    makings = {row["index"]: _making(row) for row in found}
    facts = await _facts(connection, list(makings), list(makings.values()), before, supposed)
    return {index: standing(making, facts) for index, making in makings.items()}


async def retracted(connection: asyncpg.Connection, index: int, size: int) -> tuple[Effect, ...]:
    """The statement at an index as it would be, were it retracted; as it is when it has been."""
    (row,) = await connection.fetch(_SQL["stands"], [index], size)
    recorded = _recorded(row)
    by = recorded.retracted_by or recorded.id
    return (msgspec.structs.replace(recorded, retracted_by=by),)


async def vouched(
    connection: asyncpg.Connection, party: str, before: int, at: int
) -> tuple[list[Accredited], list[Owned]]:
    """What a party is accredited for, and what it has said of who controls it; with when each was withdrawn.

    Without what was disowned at a time of the log, in seconds since 1970.
    """
    wanted = [rows.raw(party)]
    recognised = await connection.fetch(_SQL["accreditations"], wanted, before)
    controlled = await connection.fetch(_SQL["ownerships"], wanted, before)
    told = await compromises(connection, {row["key_id"] for row in (*recognised, *controlled)})

    def counts(row: Row) -> bool:
        since = compromised_from(told.get(row["key_id"], ()), at)
        return not disowned(int(row["recorded_at"].timestamp()), since)

    return (
        [_accredited(row, retracted=True) for row in recognised if counts(row)],
        [_owned(row, retracted=True) for row in controlled if counts(row)],
    )


async def evidence(connection: asyncpg.Connection, reach: Reach, before: int) -> Facts:
    """The entries of the register before `before` through which a late statement reaches further.

    Those signed with one of the reach's keys, and the attestations made under what is accredited by it.
    """
    signed = await connection.fetch(_SQL["signed"], [rows.raw(key) for key in reach.keys], before)
    by_kind: dict[str, list[int]] = {}
    for row in signed:
        by_kind.setdefault(row["kind"], []).append(row["index"])
    recognised = await connection.fetch(_SQL["accreditations_at"], by_kind.get("accreditation", []))
    owned = await connection.fetch(_SQL["ownerships_at"], by_kind.get("ownership", []))
    accreditations = tuple(_accredited(row, retracted=False) for row in recognised)
    under = reach.accredited | {(each.party, each.scheme) for each in accreditations}
    said = await connection.fetch(
        _SQL["attestations_through"],
        by_kind.get("attestation", []),
        [rows.raw(party) for party, _ in under],
        [scheme for _, scheme in under],
        before,
    )
    found = [row["index"] for row in (*recognised, *owned, *said)]
    stands = await connection.fetch(_SQL["stands"], found, before)
    return Facts(
        keys={},
        statements={rows.text(row["digest"]): _recorded(row) for row in stands},
        attestations=tuple(_attested(row, retracted=False) for row in said),
        accreditations=accreditations,
        ownerships=tuple(_owned(row, retracted=False) for row in owned),
    )


async def _facts(
    connection: asyncpg.Connection,
    indices: list[int],
    makings: list[Making],
    before: int,
    supposed: Sequence[Effect],
) -> Facts:
    subjects = {each.statement for each in makings} | {each.issuer for each in makings}
    subjects |= {each.site for each in makings if each.site is not None}
    issuers = [rows.raw(each) for each in {making.issuer for making in makings}]
    said = await connection.fetch(_SQL["attestations"], list(subjects), before)
    attesters = {row["attester_id"] for row in said}
    attesters |= {rows.raw(each.attester) for each in supposed if isinstance(each, Attested)}
    recognised = (
        await connection.fetch(_SQL["accreditations"], list(attesters), before) if attesters else []
    )
    owned = await connection.fetch(_SQL["ownerships"], issuers, before)
    indices += [row["index"] for row in (*said, *recognised, *owned)]
    stands = await connection.fetch(_SQL["stands"], indices, before)
    statements = {rows.text(row["digest"]): _recorded(row) for row in stands}
    retracted = {row["index"] for row in stands if row["retraction"] is not None}
    key_ids = {row["key_id"] for row in stands}
    key_ids |= {rows.raw(each.key_id) for each in supposed if isinstance(each, Recorded)}
    return Facts(
        keys={key.id: key for key in await _keys(connection, list(key_ids), before)},
        statements=statements,
        attestations=tuple(_attested(row, retracted=row["index"] in retracted) for row in said),
        accreditations=tuple(
            _accredited(row, retracted=row["index"] in retracted) for row in recognised
        ),
        ownerships=tuple(_owned(row, retracted=row["index"] in retracted) for row in owned),
    ).after(supposed)


async def _keys(
    connection: asyncpg.Connection, key_ids: Sequence[bytes], before: int
) -> Iterable[RegisteredKey]:
    return [
        RegisteredKey(
            key=PublicKey(msgspec.json.decode(row["jwk"], type=Jwk)),
            party=rows.text(row["party_id"]),
            valid_from=row["valid_from"],
            recorded_at=row["recorded_at"],
            signed_with=rows.text(row["signed_with"]),
            compromised_from=row["compromised"],
        )
        for row in await connection.fetch(_SQL["keys"], key_ids, before)
    ]


def _making(row: Row) -> Making:
    return Making(
        statement=rows.text(row["digest"]),
        issuer=rows.text(row["issuer"]),
        key_id=rows.text(row["key_id"]),
        recorded_at=int(row["recorded_at"].timestamp()),
        site=row["site"] and rows.text(row["site"]),
        occurred_at=row["occurred_at"],
        proxy=row["proxy"],
    )


def _recorded(row: Row) -> Recorded:
    return Recorded(
        id=rows.text(row["digest"]),
        index=row["index"],
        kind=row["kind"],
        issuer=rows.text(row["issuer"]),
        key_id=rows.text(row["key_id"]),
        recorded_at=int(row["recorded_at"].timestamp()),
        retracted_by=row["retraction"] and rows.text(row["retraction"]),
    )


def _attested(row: Row, *, retracted: bool) -> Attested:
    return Attested(
        id=rows.text(row["digest"]),
        attester=rows.text(row["attester_id"]),
        kind=SubjectKind(row["kind"]),
        subject=row["subject"],
        scheme=row["scheme"],
        conforms=row["conforms"],
        recorded_at=int(row["recorded_at"].timestamp()),
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
        countersigns=row["countersigns"],
        retracted_at=row["retracted_at"] if retracted else None,
    )


def _accredited(row: Row, *, retracted: bool) -> Accredited:
    return Accredited(
        id=rows.text(row["digest"]),
        index=row["index"],
        recorded_at=int(row["recorded_at"].timestamp()),
        party=rows.text(row["party_id"]),
        scheme=row["scheme"],
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
        retracted_at=row["retracted_at"] if retracted else None,
    )


def _owned(row: Row, *, retracted: bool) -> Owned:
    return Owned(
        id=rows.text(row["digest"]),
        index=row["index"],
        recorded_at=int(row["recorded_at"].timestamp()),
        party=rows.text(row["party_id"]),
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
        controllers=tuple(row["controllers"]),
        retracted_at=row["retracted_at"] if retracted else None,
    )
