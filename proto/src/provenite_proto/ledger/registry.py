"""Admission of the registry's records: parties, keys and sites."""

from ..problem import Problem
from ..record import Jwk, Key, Party, Role, Site
from ..statement import PublicKey
from .issuer import Issuer, known_country
from .state import Admission, Enrolled, RegisteredKey, RegisteredSite, State


def admit_party(record: Party, issuer: Issuer, state: State) -> Admission:
    """The party is enrolled with its first key, valid from the statement's `iat` on."""
    known_country(record.country, "/record/country")
    if Role.REGISTRAR in record.roles and state.size > 0:
        raise Problem(
            "role-not-allowed",
            "A ledger has one registrar, its first party.",
            pointer="/record/roles",
        )
    return Admission(
        digest=issuer.digest,
        issuer=issuer.party.id,
        party=Enrolled(issuer.digest, record.country, record.roles),
        key=_fresh_key(record.key, issuer.digest, issuer, state),
    )


def admit_key(record: Key, issuer: Issuer, state: State) -> Admission:
    """A further key of the party, registered by the party itself or by the registrar."""
    if record.party not in state.parties:
        raise Problem(
            "party-unknown", f"No party {record.party} is enrolled.", pointer="/record/party"
        )
    if record.party != issuer.party.id and Role.REGISTRAR not in issuer.party.roles:
        raise Problem("party-not-own", "The key is for another party.", pointer="/record/party")
    return Admission(
        digest=issuer.digest,
        issuer=issuer.party.id,
        key=_fresh_key(record.key, record.party, issuer, state),
    )


def admit_site(record: Site, issuer: Issuer) -> Admission:
    """A site of the issuer's own."""
    known_country(record.country, "/record/country")
    return Admission(
        digest=issuer.digest,
        issuer=issuer.party.id,
        site=RegisteredSite(issuer.digest, issuer.party.id, record.country),
    )


def _fresh_key(jwk: Jwk, party: str, issuer: Issuer, state: State) -> RegisteredKey:
    key = PublicKey(jwk)
    if key.key_id in state.keys:
        raise Problem(
            "key-taken", f"Key {key.key_id} is registered already.", pointer="/record/key"
        )
    return RegisteredKey(key, party, issuer.issued_at)
