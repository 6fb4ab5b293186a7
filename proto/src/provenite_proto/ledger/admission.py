"""Admission: a statement and the state that it touches give an `Admission`, or the `Problem` that refuses it.

Pure: the same statement against the same state at the same time always gives the same answer, so that an
auditor who replays a log in order comes to what the ledger recorded.
"""

from datetime import UTC, datetime

import msgspec

from ..problem import Problem
from ..record import (
    Accreditation,
    AnyRecord,
    Attestation,
    Certificate,
    CertificateStatus,
    Collection,
    Declaration,
    Extraction,
    Grant,
    Key,
    Ownership,
    Party,
    Receipt,
    Retraction,
    Revocation,
    Role,
    Site,
    Transfer,
    Transformation,
)
from ..statement import PublicKey, Statement
from . import (
    attestation,
    certifying,
    custody,
    entry,
    receipt,
    registry,
    retraction,
    sharing,
    standing,
    transformation,
)
from .concerning import counterparty
from .issuer import Issuer
from .proxy import supplier
from .register import Enrolled
from .remembered import SiteYear
from .roles import may_sign
from .state import Admission, State

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
    if statement.withheld:
        # What a section says may raise a doubt, which leaving it out must not turn into an assurance.
        raise Problem(
            "disclosure-missing",
            f"{statement.withheld} sections are withheld.",
            pointer="/record/_sd",
            figures={"withheld": str(statement.withheld)},
        )
    if statement.audience != audience:
        raise Problem(
            "audience-mismatch",
            f"Signed for {statement.audience!r}; this ledger is {audience!r}.",
            pointer="/aud",
            figures={"signedFor": statement.audience, "ledger": audience},
        )
    if statement.issued_at > now + CLOCK_TOLERANCE:
        raise Problem(
            "issued-ahead",
            f"iat is {statement.issued_at - now} seconds ahead; at most {CLOCK_TOLERANCE} are allowed.",
            pointer="/iat",
            figures={"aheadSeconds": str(statement.issued_at - now), "limit": str(CLOCK_TOLERANCE)},
        )
    issuer = _issuer(statement, state, verified, now)
    record = statement.record
    allowed = may_sign(record)
    if not allowed.intersection(issuer.party.roles):
        kind = str(record.__struct_config__.tag)
        raise Problem(
            "role-not-allowed",
            f"{'An' if kind[0] in 'aeiou' else 'A'} {kind} needs the role "
            f"{' or '.join(sorted(allowed))}; the party's are {', '.join(issuer.party.roles)}.",
            pointer="/record/type",
        )
    admission = _admitted(record, issuer, state)
    recorded = issuer.recorded(
        index=state.size,
        batches=tuple(batch.id for batch in admission.created),
        draws=admission.draws,
        transfer=record.transfer if isinstance(record, Receipt) else None,
        supplier=supplier(record),
        site_year=_site_year(record, admission),
    )
    return msgspec.structs.replace(
        admission,
        effects=(*admission.effects, recorded),
        counterparty=counterparty(statement.digest, record, state),
    )


def _site_year(record: AnyRecord, admission: Admission) -> str | None:
    """Where the output of a record counts; a retraction changes the count of another's."""
    if isinstance(record, Retraction):
        return None
    return next((each.id for each in admission.effects if isinstance(each, SiteYear)), None)


def _admitted(record: AnyRecord, issuer: Issuer, state: State) -> Admission:
    match record:
        case Extraction() | Collection():
            return entry.admit(record, issuer, state)
        case Transformation():
            return transformation.admit(record, issuer, state)
        case Transfer():
            return custody.admit(record, issuer, state)
        case Receipt():
            return receipt.admit(record, issuer, state)
        case Attestation():
            return attestation.admit(record, issuer, state)
        case Retraction():
            return retraction.admit(record, issuer, state)
        case Grant():
            return sharing.admit(record, issuer, state)
        case Declaration():
            return certifying.admit_declaration(record, issuer, state)
        case Certificate():
            return certifying.admit_certificate(record, issuer, state)
        case CertificateStatus():
            return certifying.admit_status(record, issuer, state)
        case _:
            return _registered(record, issuer, state)


def _registered(
    record: Party | Key | Revocation | Site | Accreditation | Ownership,
    issuer: Issuer,
    state: State,
) -> Admission:
    match record:
        case Party():
            return registry.admit_party(record, issuer, state)
        case Key():
            return registry.admit_key(record, issuer, state)
        case Revocation():
            return registry.admit_revocation(record, issuer, state)
        case Site():
            return registry.admit_site(record, issuer, state)
        case Accreditation():
            return standing.admit_accreditation(record, issuer, state)
        case Ownership():
            return standing.admit_ownership(record, issuer, state)


def _issuer(statement: Statement, state: State, verified: PublicKey | None, now: int) -> Issuer:
    """Who signed, the signature verified and the key valid when the statement was issued."""
    if state.size == 0:
        return _founder(statement, verified, now)
    registered = state.keys.get(statement.key_id)
    if registered is None:
        raise Problem(
            "key-unknown",
            f"No key {statement.key_id} is registered.",
            figures={"key": statement.key_id},
        )
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
    if registered.revoked_at is not None:
        raise Problem(
            "key-revoked",
            f"Key {statement.key_id} has been revoked.",
            figures={"revokedAt": str(registered.revoked_at)},
        )
    return _speaking(statement, state.parties[registered.party], now)


def _founder(statement: Statement, verified: PublicKey | None, now: int) -> Issuer:
    """The first statement of a ledger names the registrar and is signed with the key that it names."""
    record = statement.record
    if not isinstance(record, Party) or Role.REGISTRAR not in record.roles:
        raise Problem("key-unknown", "A ledger begins with its registrar's party statement.")
    key = PublicKey(record.key)
    if statement.key_id != key.key_id:
        raise Problem("key-unknown", "The registrar's statement is signed with the key it names.")
    if verified is None or verified.key_id != key.key_id:
        statement.verify(key)
    return _speaking(statement, Enrolled(statement.digest, record.country, record.roles), now)


def _speaking(statement: Statement, party: Enrolled, now: int) -> Issuer:
    return Issuer(
        digest=statement.digest,
        kind=str(statement.record.__struct_config__.tag),
        key_id=statement.key_id,
        issued_at=statement.issued_at,
        recorded_at=now,
        party=party,
        latest_event=_latest_event(statement.issued_at),
    )


def _latest_event(issued_at: int) -> datetime:
    # The last representable second needs no tolerance above it.
    return datetime.fromtimestamp(min(issued_at + CLOCK_TOLERANCE, 253_402_300_799), UTC)
