"""The registry's entries as a reader may see them."""

from collections.abc import Iterable
from datetime import UTC, datetime

from provenite_proto.answers import AccreditationAnswer, KeyAnswer, PartyAnswer, SiteAnswer
from provenite_proto.ledger import Accredited, RegisteredKey
from provenite_proto.record import Party, Role, Site
from provenite_proto.statement import parse

from ..access import Concerned, Reader, sees
from ..store import rows
from ..store.packing import unpacked
from ..store.rows import Row


def party(
    row: Row,
    *,
    named: bool,
    accreditations: Iterable[Accredited] = (),
    controllers: tuple[str, ...] | None = None,
) -> PartyAnswer:
    """A party with its keys; with `named` its name."""
    record = parse(unpacked(row["compact"])).record
    identities = record.identities if named and isinstance(record, Party) else None
    return PartyAnswer(
        id=rows.text(row["digest"]),
        country=row["country"],
        roles=tuple(Role(role) for role in row["roles"]),
        keys=tuple(rows.text(key) for key in row["keys"]),
        name=identities.name if identities else None,
        accreditations=tuple(
            AccreditationAnswer(
                statement=each.id,
                scheme=each.scheme,
                valid_from=each.valid_from,
                valid_until=each.valid_until,
            )
            for each in accreditations
        ),
        controllers=controllers,
    )


def site(row: Row, owner: str, reader: Reader, opened: frozenset[str] = frozenset()) -> SiteAnswer:
    """A site of the party `owner`; its name and place for those who see its statement's sections."""
    record = parse(unpacked(row["compact"])).record
    if not isinstance(record, Site):
        raise TypeError(f"statement {row['index']} is no site")
    concerned = Concerned("site", row["party"], opened=opened)
    details = record.identities if sees(reader, concerned, "identities") else None
    quantities = record.quantities if sees(reader, concerned, "quantities") else None
    return SiteAnswer(
        id=rows.text(row["digest"]),
        party=owner,
        country=record.country,
        stages=record.stages,
        name=details.name if details else None,
        latitude=details.latitude if details else None,
        longitude=details.longitude if details else None,
        capacity=quantities.capacity if quantities else None,
    )


def key(registered: RegisteredKey) -> KeyAnswer:
    """A key: public like every key."""
    return KeyAnswer(
        key_id=registered.key.key_id,
        party=registered.party,
        key=registered.key.jwk,
        valid_from=_time(registered.valid_from),
        revoked_at=None if registered.revoked_at is None else _time(registered.revoked_at),
        compromised_from=None
        if registered.compromised_from is None
        else _time(registered.compromised_from),
    )


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
