"""Admission of retractions: the issuer withdraws a statement, and what can be undone is.

A retraction never makes matter: what was made is withdrawn, and what was used comes back only while nothing
that was made of it has gone on. It comes back as batches of the retraction, so that every draw stands.
"""

from collections.abc import Iterable, Mapping

import msgspec

from ..problem import Finding, Problem
from ..record import Retraction, RetractionReason
from .batch import Batch, BatchStatus, Shipment, TransferStatus
from .certified import Declared
from .issuer import Issuer, said
from .register import Accredited, Attested, Granted, Owned
from .remembered import Recorded
from .state import Admission, Effect, State

MAKING = frozenset({"extraction", "collection", "transformation"})
WITHDRAWABLE = frozenset({"attestation", "grant", "accreditation", "ownership", "declaration"})
RETRACTABLE = MAKING | WITHDRAWABLE | {"transfer", "receipt"}
"""The kinds that can be retracted. A key is revoked; a party, a site and a retraction stand."""


def admit(record: Retraction, issuer: Issuer, state: State) -> Admission:
    """The statement is marked, what it made is withdrawn, and what it used is given back where that is possible."""
    target = _target(record, issuer, state)
    if record.replacement is not None:
        _check_replacement(record.replacement, target, state)
    created: tuple[Batch, ...] = ()
    findings: tuple[Finding, ...] = ()
    match target.kind:
        case "transfer":
            effects = _returned(target, state)
        case "receipt":
            effects = _reopened(target, state)
        case kind if kind in WITHDRAWABLE:
            effects = _withdrawn(target, issuer.recorded_at, state)
        case _:
            effects = (*_void(target.batches, state), *_not_put_out(target, state))
            findings = _used(target, state)
            if not findings:
                # A batch that has itself been withdrawn comes back as that: nothing revives it.
                created = tuple(
                    state.batches[draw.batch].part(issuer.batch_id(number), draw)
                    for number, draw in enumerate(target.draws)
                )
    marked = msgspec.structs.replace(target, retracted_by=issuer.digest)
    return Admission(
        digest=issuer.digest,
        issuer=issuer.party.id,
        findings=findings,
        created=created,
        effects=(*effects, marked),
    )


def _target(record: Retraction, issuer: Issuer, state: State) -> Recorded:
    pointer = "/record/statement"
    target = issuer.statement(record.statement, pointer, state)
    if target.kind not in RETRACTABLE:
        raise Problem(
            "retraction-not-allowed",
            f"A {target.kind} cannot be retracted.",
            pointer=pointer,
            figures={"type": target.kind},
        )
    if record.reason is RetractionReason.WITHDRAWN and target.kind not in WITHDRAWABLE:
        raise Problem(
            "retraction-not-allowed",
            f"A {target.kind} is retracted for incorrect data, for not having occurred, or for fraud.",
            pointer="/record/reason",
            figures={"type": target.kind},
        )
    if target.retracted_by is not None:
        raise Problem(
            "already-retracted",
            f"It has been retracted by {target.retracted_by}.",
            pointer=pointer,
            figures={"retractedBy": target.retracted_by},
        )
    return target


def _check_replacement(digest: str, target: Recorded, state: State) -> None:
    pointer = "/record/replacement"
    other = said(digest, pointer, state.statements)
    if (
        other.id == target.id
        or other.issuer != target.issuer
        or other.kind != target.kind
        or other.retracted_by is not None
    ):
        raise Problem(
            "replacement-mismatch",
            f"The replacement is another standing {target.kind} of the same issuer.",
            pointer=pointer,
            figures={"type": target.kind, "replacementType": other.kind},
        )


def _batches(ids: Iterable[str], state: State) -> tuple[Batch, ...]:
    return tuple(state.batches[each] for each in ids)


def _void(ids: Iterable[str], state: State) -> tuple[Effect, ...]:
    return tuple(
        msgspec.structs.replace(batch, status=BatchStatus.RETRACTED)
        for batch in _batches(ids, state)
    )


def _used(target: Recorded, state: State) -> tuple[Finding, ...]:
    used = [batch for batch in _batches(target.batches, state) if batch.remaining != batch.mass]
    if not used:
        return ()
    return (
        Finding(
            "retraction-of-used",
            f"What the {target.kind} made has been used or shipped: its inputs are not given back, and the "
            "origin of what was made of it is unknown from now on.",
            pointer="/record/statement",
            figures={"batches": str(len(used))},
        ),
    )


def _not_put_out(target: Recorded, state: State) -> tuple[Effect, ...]:
    """The year of the site without what was made: else a corrected statement would count twice."""
    if target.site_year is None:
        return ()
    year = state.site_years[target.site_year]
    mass = sum(batch.mass for batch in _batches(target.batches, state))
    return (msgspec.structs.replace(year, mass=year.mass - mass),)


def _withdrawn(target: Recorded, now: int, state: State) -> tuple[Effect, ...]:
    tables: tuple[Mapping[str, Accredited | Attested | Granted | Owned | Declared], ...] = (
        state.attestations,
        state.grants,
        state.accreditations,
        state.ownerships,
        state.declarations,
    )
    return tuple(
        msgspec.structs.replace(table[target.id], retracted_at=now)
        for table in tables
        if target.id in table
    )


def _returned(target: Recorded, state: State) -> tuple[Effect, ...]:
    """What is still on its way is the sender's again."""
    shipment = state.shipments[target.id]
    if shipment.status is not TransferStatus.IN_TRANSIT:
        raise _too_late(shipment)
    return (
        msgspec.structs.replace(shipment, status=TransferStatus.RETRACTED),
        *(
            msgspec.structs.replace(batch, holder=shipment.sender, status=BatchStatus.HELD)
            for batch in _batches(shipment.batches, state)
        ),
    )


def _reopened(target: Recorded, state: State) -> tuple[Effect, ...]:
    """The transfer is in transit again, as long as nothing of it has been used."""
    shipment = state.shipments[target.transfer or ""]
    taken: dict[str, int] = {}
    for draw in target.draws:
        taken[draw.batch] = taken.get(draw.batch, 0) + draw.mass
    shipped = _batches(shipment.batches, state)
    refused = _batches(target.batches, state)
    whole = all(
        batch.status is BatchStatus.HELD and batch.remaining == batch.mass - taken.get(batch.id, 0)
        for batch in (*shipped, *refused)
    )
    if not whole:
        raise _too_late(shipment)
    return (
        msgspec.structs.replace(shipment, status=TransferStatus.IN_TRANSIT, receipt=None),
        *(
            msgspec.structs.replace(
                batch,
                holder=shipment.receiver,
                status=BatchStatus.IN_TRANSIT,
                remaining=batch.mass,
                available_at=shipment.departed_at,
            )
            for batch in shipped
        ),
        *_void(target.batches, state),
    )


def _too_late(shipment: Shipment) -> Problem:
    return Problem(
        "retraction-too-late",
        f"The transfer is {shipment.status}, and what it brought has been received or used.",
        pointer="/record/statement",
        figures={"status": shipment.status},
    )
