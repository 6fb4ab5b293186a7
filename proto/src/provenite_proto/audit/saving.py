"""An audit of a ledger as it stands, to go on later: all that it remembers, as JSON.

It is the auditor's own file: whoever can change it can change what is found.
"""

from collections.abc import Callable
from typing import Any, Final, Literal

import msgspec

from ..ledger import (
    Accredited,
    Attested,
    Averaging,
    Batch,
    Enrolled,
    Granted,
    Owned,
    PerfectRun,
    Place,
    Recorded,
    RegisteredKey,
    RegisteredSite,
    Shipment,
    SiteYear,
    UsedAssay,
)
from ..log import Edge
from ..record import Jwk
from ..replay import tables_of
from ..statement import PublicKey
from .auditing import Auditing
from .frame import Vague
from .of_ledger import LedgerAudit
from .trust import Evidence, Trust
from .verdict import Doubt, Failure, Missing, Tally, Withheld
from .verifying import Keyring

FORMAT: Final = "provenite-audit/1"
_SETS = ("loose", "hidden", "blurred", "nameless", "unadmitted")
_MAPS = ("vague", "assumed", "received", "withdrew")


class _Tables(msgspec.Struct, frozen=True):
    keys: dict[str, RegisteredKey]
    parties: dict[str, Enrolled]
    sites: dict[str, RegisteredSite]
    batches: dict[str, Batch]
    shipments: dict[str, Shipment]
    accreditations: dict[str, Accredited]
    attestations: dict[str, Attested]
    ownerships: dict[str, Owned]
    grants: dict[str, Granted]
    statements: dict[str, Recorded]
    site_years: dict[str, SiteYear]
    perfect_runs: dict[str, PerfectRun]
    assays: dict[str, UsedAssay]
    places: dict[str, Place]
    averagings: dict[str, Averaging]


class _Unknown(msgspec.Struct, frozen=True):
    vague: dict[str, Vague]
    assumed: dict[str, str]
    received: dict[str, str]
    withdrew: dict[str, str]
    loose: set[str]
    hidden: set[str]
    blurred: set[str]
    nameless: set[str]
    unadmitted: set[str]


class _Found(msgspec.Struct, frozen=True):
    verified: dict[str, int]
    counts: dict[str, int]
    failures: list[Failure]
    missing: list[Missing]
    withheld: list[Withheld]
    doubts: list[Doubt]


class _Saved(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: Literal["provenite-audit/1"]
    ledger: str
    log_key: str
    size: int
    peaks: bytes
    last_time: int
    all_shown: bool
    unbroken: bool
    keyring: dict[str, Jwk]
    found: _Found
    unknown: _Unknown
    tables: _Tables


def save(audit: LedgerAudit, log_key: str) -> bytes:
    """The audit, of the log with this key, as it stands."""
    auditing = audit.auditing
    frame, tally = auditing.admitting.frame, auditing.tally
    return _encode(
        _Saved(
            format=FORMAT,
            ledger=auditing.ledger,
            log_key=log_key,
            size=audit.edge.size,
            peaks=audit.edge.encode(),
            last_time=auditing.last_time,
            all_shown=auditing.admitting.all_shown,
            unbroken=audit.unbroken,
            keyring=audit.keyring.keys,
            found=_Found(
                **{name: getattr(tally, name) for name in _Found.__struct_fields__},
            ),
            unknown=_Unknown(**{name: getattr(frame, name) for name in (*_MAPS, *_SETS)}),
            tables=_Tables(**tables_of(frame.state)),
        )
    )


def go_on(data: bytes, evidence_for: Callable[[int], Evidence], trust: Trust) -> LedgerAudit:
    """The audit that was saved; `ValueError` when it is of another log.

    `evidence_for` says against which checkpoint it goes on, given how many statements it has come to.
    """
    try:
        saved = _decoder.decode(data)
        edge = Edge.decode(saved.size, saved.peaks)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"not an audit that was saved: {error}") from error
    evidence = evidence_for(saved.size)
    if (saved.ledger, saved.log_key) != (evidence.ledger, evidence.log_key):
        raise ValueError(f"an audit of another log: that of {saved.ledger}, {saved.log_key}")
    auditing = Auditing(saved.ledger, Tally(), whole=True)
    tally, found = auditing.tally, saved.found
    tally.verified.update(found.verified)
    tally.counts.update(found.counts)
    tally.failures += found.failures
    tally.missing += found.missing
    tally.withheld += found.withheld
    tally.doubts += found.doubts
    frame = auditing.admitting.frame
    for name in (*_MAPS, *_SETS):
        setattr(frame, name, getattr(saved.unknown, name))
    for name in _Tables.__struct_fields__:
        for entry in getattr(saved.tables, name).values():
            frame.state.put(entry)
    auditing.admitting.all_shown = saved.all_shown
    auditing.last_index, auditing.last_time = saved.size - 1, saved.last_time
    audit = LedgerAudit(evidence, trust, auditing, edge, Keyring(saved.keyring))
    audit.unbroken = saved.unbroken
    return audit


def _plain(value: object) -> object:
    if isinstance(value, PublicKey):
        return value.jwk
    raise NotImplementedError(f"a {type(value).__name__} is not part of an audit")


def _read(kind: type, value: Any) -> object:
    if kind is PublicKey:
        return PublicKey(msgspec.convert(value, Jwk))
    raise NotImplementedError(f"a {kind.__name__} is not part of an audit")


_encode = msgspec.json.Encoder(enc_hook=_plain, order="deterministic").encode
_decoder = msgspec.json.Decoder(_Saved, dec_hook=_read)
