"""Admission: a statement and the state that it touches give an `Admission`, or the `Problem` that refuses it.

Pure: the same statement against the same state at the same time always gives the same answer, so that an
auditor who replays a log in order comes to what the ledger recorded.
"""

from datetime import UTC, datetime

from ..problem import Problem
from ..record import (
    Collection,
    Extraction,
    Key,
    Party,
    Receipt,
    Role,
    Site,
    Transfer,
    Transformation,
)
from ..statement import PublicKey, Statement
from . import custody, entry, registry, transformation
from .issuer import Issuer
from .roles import MAY_SIGN
from .state import Admission, Enrolled, State

CLOCK_TOLERANCE = 300
"""Seconds by which clocks may differ: `iat` ahead of the ledger, an event ahead of `iat`."""


def admit(
    statement: Statement,
    state: State,
    *,
    audience: str,
    now: int,
    verified: PublicKey | None = None,
) -> Admission:
    """Check a statement against the state; raise `Problem` when it cannot be admitted. `state` is not changed.

    `audience` is the ledger's origin and `now` the seconds since 1970 at which it recorded the statement.
    `verified` is the key with which the caller has verified the signature; when it is absent, or not the
    statement's, the signature is verified here.
    """
    if statement.audience != audience:
        raise Problem(
            "audience-mismatch",
            f"Signed for {statement.audience!r}; this ledger is {audience!r}.",
            pointer="/aud",
        )
    if statement.issued_at > now + CLOCK_TOLERANCE:
        raise Problem(
            "issued-ahead",
            f"iat is {statement.issued_at - now} seconds ahead; at most {CLOCK_TOLERANCE} are allowed.",
            pointer="/iat",
            figures={"aheadSeconds": str(statement.issued_at - now), "limit": str(CLOCK_TOLERANCE)},
        )
    issuer = _issuer(statement, state, verified)
    record = statement.record
    if not MAY_SIGN[type(record)].intersection(issuer.party.roles):
        kind = str(record.__struct_config__.tag)
        raise Problem(
            "role-not-allowed",
            f"{'An' if kind[0] in 'aeiou' else 'A'} {kind} needs the role "
            f"{' or '.join(sorted(MAY_SIGN[type(record)]))}; the party's are {', '.join(issuer.party.roles)}.",
            pointer="/record/type",
        )
    match record:
        case Extraction() | Collection():
            return entry.admit(record, issuer, state)
        case Transformation():
            return transformation.admit(record, issuer, state)
        case Transfer():
            return custody.admit_transfer(record, issuer, state)
        case Receipt():
            return custody.admit_receipt(record, issuer, state)
        case Party():
            return registry.admit_party(record, issuer, state)
        case Key():
            return registry.admit_key(record, issuer, state)
        case Site():
            return registry.admit_site(record, issuer)


def _issuer(statement: Statement, state: State, verified: PublicKey | None) -> Issuer:
    """Who signed, the signature verified and the key valid when the statement was issued."""
    if state.size == 0:
        return _founder(statement)
    registered = state.keys.get(statement.key_id)
    if registered is None:
        raise Problem("key-unknown", f"No key {statement.key_id} is registered.")
    if verified is None or verified.key_id != statement.key_id:
        statement.verify(registered.key)
    if statement.issued_at < registered.valid_from - CLOCK_TOLERANCE:
        raise Problem(
            "key-not-yet-valid",
            f"Issued {registered.valid_from - statement.issued_at} seconds before the key was registered.",
            pointer="/iat",
            figures={
                "iat": str(statement.issued_at),
                "validFrom": str(registered.valid_from),
                "toleranceSeconds": str(CLOCK_TOLERANCE),
            },
        )
    return Issuer(
        statement.digest,
        statement.issued_at,
        state.parties[registered.party],
        _latest_event(statement.issued_at),
    )


def _founder(statement: Statement) -> Issuer:
    """The first statement of a ledger names the registrar and is signed with the key that it names."""
    record = statement.record
    if not isinstance(record, Party) or Role.REGISTRAR not in record.roles:
        raise Problem("key-unknown", "A ledger begins with its registrar's party statement.")
    key = PublicKey(record.key)
    if statement.key_id != key.key_id:
        raise Problem("key-unknown", "The registrar's statement is signed with the key it names.")
    statement.verify(key)
    return Issuer(
        statement.digest,
        statement.issued_at,
        Enrolled(statement.digest, record.country, record.roles),
        _latest_event(statement.issued_at),
    )


def _latest_event(issued_at: int) -> datetime:
    # The last representable second needs no tolerance above it.
    return datetime.fromtimestamp(min(issued_at + CLOCK_TOLERANCE, 253_402_300_799), UTC)
