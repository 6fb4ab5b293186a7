"""Admission of the register's records: parties, keys and their revocation, sites."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta

import msgspec

from ..matter.quantity import milligrams
from ..problem import Finding, Problem
from ..record import Jwk, Key, Party, Revocation, RevocationReason, Role, Site
from ..statement import PublicKey, base64url, possession
from .issuer import Issuer, known_country
from .place import cell, coordinates
from .register import Enrolled, RegisteredKey, RegisteredSite
from .remembered import Place
from .state import Admission, Effect, State

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def admit_party(record: Party, issuer: Issuer, state: State) -> Admission:
    """The party is enrolled with its first key, valid from the statement's `iat` on."""
    known_country(record.country, "/record/country")
    if Role.REGISTRAR in record.roles and state.size > 0:
        raise Problem(
            "role-not-allowed",
            "A ledger has one registrar, its first party.",
            pointer="/record/roles",
        )
    identities = record.identities
    return Admission(
        digest=issuer.digest,
        issuer=issuer.party.id,
        effects=(
            Enrolled(
                issuer.digest,
                record.country,
                record.roles,
                (identities.name, *identities.identifiers) if identities else (),
            ),
            _fresh_key(record.key, issuer.digest, issuer, state),
        ),
    )


def admit_key(record: Key, issuer: Issuer, state: State) -> Admission:
    """A further key of the party, registered by the party itself or by the registrar."""
    if record.party not in state.parties:
        raise Problem(
            "party-unknown",
            f"No party {record.party} is enrolled.",
            pointer="/record/party",
            figures={"party": record.party},
        )
    if record.party != issuer.party.id and Role.REGISTRAR not in issuer.party.roles:
        raise Problem(
            "party-not-own",
            "The key is for another party.",
            pointer="/record/party",
            figures={"party": record.party},
        )
    fresh = _fresh_key(record.key, record.party, issuer, state)
    if not fresh.key.verifies(
        base64url.decode(record.proof), possession(record.party, fresh.key.key_id)
    ):
        raise Problem(
            "possession-unproven",
            "The new key has not signed the proof for this party.",
            pointer="/record/proof",
            figures={"key": fresh.key.key_id, "party": record.party},
        )
    return Admission(digest=issuer.digest, issuer=issuer.party.id, effects=(fresh,))


def admit_revocation(record: Revocation, issuer: Issuer, state: State) -> Admission:
    """The key signs no more; with it go, when it was compromised, the keys that it has registered since."""
    registered = state.keys.get(record.key)
    if registered is None:
        raise Problem(
            "key-unknown",
            f"No key {record.key} is registered.",
            pointer="/record/key",
            figures={"key": record.key},
        )
    if registered.party != issuer.party.id and Role.REGISTRAR not in issuer.party.roles:
        raise Problem(
            "party-not-own",
            "The key is another party's.",
            pointer="/record/key",
            figures={"key": record.key},
        )
    if (record.compromised_at is not None) != (record.reason is RevocationReason.KEY_COMPROMISE):
        raise Problem(
            "compromise-undated",
            "compromisedAt is given with the reason key_compromise, and with no other.",
            pointer="/record/compromisedAt",
        )
    since = None
    if record.compromised_at is not None:
        issuer.event_at(record.compromised_at, "/record/compromisedAt")
        since = (record.compromised_at - _EPOCH) // timedelta(seconds=1)
    if registered.revoked_at is not None and not _reaches_further(registered, since):
        raise Problem(
            "key-revoked",
            f"Key {record.key} has been revoked.",
            pointer="/record/key",
            figures={"revokedAt": str(registered.revoked_at)},
        )
    revoked = _revoked(registered, since, issuer.recorded_at, state)
    _check_registrar(revoked, state)
    return Admission(digest=issuer.digest, issuer=issuer.party.id, effects=tuple(revoked.values()))


def admit_site(record: Site, issuer: Issuer, state: State) -> Admission:
    """A site of the issuer's own; doubted when another party has one at the same place."""
    known_country(record.country, "/record/country")
    at, place = coordinates(record), cell(record)
    effects: list[Effect] = [
        RegisteredSite(
            id=issuer.digest,
            party=issuer.party.id,
            country=record.country,
            latitude=at[0] if at else None,
            longitude=at[1] if at else None,
            capacity=milligrams(record.quantities.capacity) if record.quantities else None,
        )
    ]
    findings: tuple[Finding, ...] = ()
    if place is not None:
        first = state.places.get(place)
        if first is None:
            effects.append(Place(place, issuer.party.id, issuer.digest))
        elif first.party != issuer.party.id:
            findings = (
                Finding(
                    "site-shared",
                    "Another party has registered a site in the same cell of 0.001° by 0.001°.",
                    pointer="/record/identities/latitude",
                    figures={"site": first.site},
                ),
            )
    return Admission(
        digest=issuer.digest,
        issuer=issuer.party.id,
        findings=findings,
        effects=tuple(effects),
    )


def _fresh_key(jwk: Jwk, party: str, issuer: Issuer, state: State) -> RegisteredKey:
    key = PublicKey(jwk)
    if key.key_id in state.keys:
        raise Problem(
            "key-taken",
            f"Key {key.key_id} is registered already.",
            pointer="/record/key",
            figures={"key": key.key_id},
        )
    signing = state.keys.get(issuer.key_id)
    return RegisteredKey(
        key=key,
        party=party,
        # A chain of keys, each registered within the tolerance before the last, would go back without end.
        valid_from=max(issuer.issued_at, signing.valid_from if signing else 0),
        recorded_at=issuer.recorded_at,
        signed_with=issuer.key_id,
    )


def _reaches_further(registered: RegisteredKey, since: int | None) -> bool:
    """Whether a further revocation disowns more: a compromise can be found out, or dated earlier, later on."""
    return since is not None and (
        registered.compromised_from is None or since < registered.compromised_from
    )


def _revoked(
    registered: RegisteredKey, since: int | None, now: int, state: State
) -> dict[str, RegisteredKey]:
    """The key and, after a compromise, all that it has registered since, and what those have registered."""
    revoked: dict[str, RegisteredKey] = {}
    # Once for all: a chain of keys may be as long as the register.
    registered_with: dict[str, list[RegisteredKey]] = defaultdict(list)
    for each in state.keys.values():
        registered_with[each.signed_with].append(each)
    pending = [(registered, since)]
    while pending:
        key, compromised = pending.pop()
        revoked[key.id] = msgspec.structs.replace(
            key,
            revoked_at=now if key.revoked_at is None else key.revoked_at,
            compromised_from=compromised if compromised is not None else key.compromised_from,
        )
        if compromised is not None:
            pending += [
                (other, other.recorded_at)
                for other in registered_with[key.id]
                if other.recorded_at >= compromised
                and other.id not in revoked
                and other.id != key.id
            ]
    return revoked


def _check_registrar(revoked: dict[str, RegisteredKey], state: State) -> None:
    """Nobody could be enrolled, nor a key restored, by a registrar that has no key."""
    keys = {
        each.id: each
        for each in state.keys.values()
        if Role.REGISTRAR in state.parties[each.party].roles
    }
    if keys and not any(
        key.revoked_at is None and name not in revoked for name, key in keys.items()
    ):
        raise Problem(
            "registrar-keyless",
            "The registrar would be left without a key: those that a compromised one has registered go with it.",
            pointer="/record/key",
            figures={"revoked": str(len(revoked)), "left": "0"},
        )
