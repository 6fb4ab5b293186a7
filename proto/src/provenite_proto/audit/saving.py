"""An audit of a ledger as it stands, to go on later: its tables, and beside them the rest of what it remembers, as JSON.

Both are the auditor's own: whoever can change them can change what is found.
"""

from collections.abc import Callable
from typing import Final, Literal

import msgspec

from ..log import Edge
from ..tables import Tables
from .of_ledger import LedgerAudit
from .trust import Evidence, Trust
from .verdict import Doubt, Failure, Missing, Withheld

FORMAT: Final = "provenite-audit/1"


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
    found: _Found


def save(audit: LedgerAudit, log_key: str) -> bytes:
    """The audit, of the log with this key, as it stands, but for its tables, which are kept together with this."""
    auditing = audit.auditing
    tally = auditing.tally
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
            found=_Found(
                **{name: getattr(tally, name) for name in _Found.__struct_fields__},
            ),
        )
    )


def go_on(
    data: bytes, tables: Tables, evidence_for: Callable[[int], Evidence], trust: Trust
) -> LedgerAudit:
    """The audit that was saved, with its tables; `ValueError` when it is of another log.

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
    audit = LedgerAudit(evidence, trust, tables)
    audit.edge, audit.unbroken = edge, saved.unbroken
    auditing = audit.auditing
    tally, found = auditing.tally, saved.found
    tally.verified.update(found.verified)
    tally.counts.update(found.counts)
    tally.failures += found.failures
    tally.missing += found.missing
    tally.withheld += found.withheld
    tally.doubts += found.doubts
    auditing.admitting.all_shown = saved.all_shown
    auditing.last_index, auditing.last_time = saved.size - 1, saved.last_time
    return audit


_encode = msgspec.json.Encoder(order="deterministic").encode
_decoder = msgspec.json.Decoder(_Saved)
