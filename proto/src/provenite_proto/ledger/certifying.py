"""Admission of declarations, certificates and how these stand."""

from datetime import UTC, datetime, time

import msgspec

from ..problem import Problem
from ..record import Certificate, CertificateIdentities, CertificateStatus, Declaration, Validity
from .batch import Batch, BatchStatus
from .certified import Certified, Declared
from .issuer import Issuer, needed, said
from .resting import UNDECLARED, against_batch
from .state import Admission, State

_IDENTITIES = "/record/identities"


def admit_declaration(record: Declaration, issuer: Issuer, state: State) -> Admission:
    """Kept beside the batch; what it means is computed when a certificate is asked for."""
    needed(record.costs, "costs")
    batch = _batch(record.batch, "/record/batch", state)
    maker = state.statements.get(record.batch.partition(".")[0])
    if issuer.party.id not in (batch.holder, maker.issuer if maker else None):
        raise Problem(
            "not-holder",
            f"The issuer neither holds {batch.id} nor has made or shipped it.",
            pointer="/record/batch",
            figures={"batch": batch.id},
        )
    declared = Declared(
        id=issuer.digest, index=state.size, party=issuer.party.id, batch=record.batch
    )
    return Admission(digest=issuer.digest, issuer=issuer.party.id, effects=(declared,))


def admit_certificate(record: Certificate, issuer: Issuer, state: State) -> Admission:
    """The certificate is valid from now on."""
    identities = needed(record.identities, "identities")
    if identities.party not in state.parties:
        raise Problem(
            "party-unknown",
            f"No party {identities.party} is enrolled.",
            pointer=f"{_IDENTITIES}/party",
            figures={"party": identities.party},
        )
    _check_stands(_batch(identities.batch, f"{_IDENTITIES}/batch", state), state)
    _check_times(record, issuer)
    _check_size(record, identities, state)
    certified = Certified(
        id=issuer.digest,
        index=state.size,
        certificate=identities.certificate,
        party=identities.party,
        batch=identities.batch,
        credential=record.credential,
        policy=record.policy,
        as_of=record.as_of,
        size=record.size,
        valid_until=record.valid_until,
        declaration=identities.declaration,
        list=record.status.list,
        position=record.status.index,
    )
    names = certified.reserved()
    for name, slug, pointer in zip(
        names,
        ("status-taken", "certificate-taken", "certificate-taken"),
        ("/record/status", f"{_IDENTITIES}/certificate", "/record/credential"),
        strict=True,
    ):
        if (other := state.reserved.get(name.id)) is not None:
            raise Problem(
                slug,
                f"Certificate {other.certificate} has it.",
                pointer=pointer,
                figures={"certificate": other.certificate},
            )
    return Admission(digest=issuer.digest, issuer=issuer.party.id, effects=(certified, *names))


def admit_status(record: CertificateStatus, issuer: Issuer, state: State) -> Admission:
    """The certificate stands so from now on."""
    certified = state.certificates.get(record.certificate)
    pointer = "/record/certificate"
    if certified is None:
        raise Problem(
            "certificate-unknown",
            f"No certificate {record.certificate} is recorded.",
            pointer=pointer,
            figures={"certificate": record.certificate},
        )
    if certified.status is Validity.REVOKED:
        raise Problem(
            "already-revoked",
            f"Certificate {record.certificate} has been revoked for good.",
            pointer=pointer,
            figures={"certificate": record.certificate},
        )
    if certified.status is record.status:
        raise Problem(
            "status-unchanged",
            f"The certificate is {record.status} already.",
            pointer="/record/status",
            figures={"status": record.status},
        )
    cause = record.identities.cause if record.identities else None
    if cause is not None:
        said(cause, f"{_IDENTITIES}/cause", state.statements)
    changed = msgspec.structs.replace(
        certified, status=record.status, changed=issuer.digest, cause=cause
    )
    return Admission(digest=issuer.digest, issuer=issuer.party.id, effects=(changed,))


def _batch(batch_id: str, pointer: str, state: State) -> Batch:
    batch = state.batches.get(batch_id)
    if batch is None:
        raise Problem(
            "batch-unknown",
            f"No batch {batch_id} is recorded.",
            pointer=pointer,
            figures={"batch": batch_id},
        )
    if batch.status is BatchStatus.RETRACTED:
        raise Problem(
            "batch-retracted",
            f"{batch.id} has been withdrawn with the statement that made it.",
            pointer=pointer,
            figures={"batch": batch.id, "root": batch.root},
        )
    return batch


def _check_stands(batch: Batch, state: State) -> None:
    against = against_batch(batch.id, batch, None, state.statements, state.keys)
    if against is not None:
        raise Problem(
            "batch-retracted",
            against,
            pointer=f"{_IDENTITIES}/batch",
            figures={"batch": batch.id, "root": batch.root},
        )


def _check_times(record: Certificate, issuer: Issuer) -> None:
    issuer.event_at(datetime.combine(record.as_of, time(), UTC), "/record/asOf")
    recorded_at = datetime.fromtimestamp(issuer.recorded_at, UTC)
    if record.valid_until <= recorded_at:
        raise Problem(
            "validity-reversed",
            f"It would end at {record.valid_until.isoformat()}, which is over.",
            pointer="/record/validUntil",
            figures={"from": recorded_at.isoformat(), "until": record.valid_until.isoformat()},
        )


def _check_size(record: Certificate, identities: CertificateIdentities, state: State) -> None:
    """The log has had that size, and then had the batch and the declaration."""
    declared = _declared(identities, state)
    made = state.statements.get(identities.batch.partition(".")[0])
    least = max(
        made.index + 1 if made is not None else 0,
        declared.index + 1 if declared is not None else 0,
    )
    if not least <= record.size <= state.size:
        raise Problem(
            "size-impossible",
            f"The log has {state.size} statements, and with the first {least} of them what is certified.",
            pointer="/record/size",
            figures={"size": str(record.size), "least": str(least), "most": str(state.size)},
        )


def _declared(identities: CertificateIdentities, state: State) -> Declared | None:
    digest = identities.declaration
    if digest is None:
        return None
    pointer = f"{_IDENTITIES}/declaration"
    declared = said(digest, pointer, state.declarations, "declaration")
    if declared.batch != identities.batch:
        raise Problem(
            "declaration-mismatch",
            f"Declaration {digest} is about {declared.batch}.",
            pointer=pointer,
            figures={"declared": declared.batch, "certified": identities.batch},
        )
    batch = state.batches[declared.batch]
    if against_batch(batch.id, batch, digest, state.statements, state.keys) is not None:
        raise Problem("already-retracted", UNDECLARED, pointer=pointer)
    return declared
