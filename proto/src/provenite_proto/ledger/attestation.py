"""Admission of attestations: a third party vouches for a statement, a batch, a site or a party."""

from ..problem import Finding, Problem
from ..record import COUNTERSIGNATURE, Attestation, Outcome, Role, SubjectKind, Supplier
from .batch import BatchStatus
from .issuer import Issuer, in_order
from .register import Attested, Enrolled
from .remembered import Recorded
from .state import Admission, State
from .vouching import accredited

_SUBJECT = "/record/subject/id"


def admit(record: Attestation, issuer: Issuer, state: State) -> Admission:
    """The attestation is kept beside its subject; what it means for content is computed from it."""
    statement = _statement(record, state)
    if issuer.party.id in about(record, state):
        raise Problem(
            "attestation-of-own",
            "The subject is the attester itself, or what it has made, holds or runs.",
            pointer=_SUBJECT,
            figures={"subject": record.subject.id},
        )
    _check_standing(record, statement, state)
    in_order(record.valid_from, record.valid_until)
    countersigns = record.scheme == COUNTERSIGNATURE
    if countersigns:
        _check_supplier(record, statement, issuer.party)
    elif set(issuer.party.roles) != {Role.AUDITOR}:
        # Whoever also trades would vouch for what it has bought, or sold through others.
        raise Problem(
            "role-not-allowed",
            f"Attestations under a scheme other than {COUNTERSIGNATURE} are those of a party "
            "that is an auditor and nothing else.",
            pointer="/record/scheme",
            figures={"roles": ", ".join(issuer.party.roles)},
        )
    return Admission(
        digest=issuer.digest,
        issuer=issuer.party.id,
        findings=() if countersigns else _accreditation(record, issuer, state),
        effects=(
            Attested(
                id=issuer.digest,
                attester=issuer.party.id,
                kind=record.subject.kind,
                subject=record.subject.id,
                scheme=record.scheme,
                conforms=record.outcome is Outcome.CONFORMS,
                recorded_at=issuer.recorded_at,
                valid_from=record.valid_from,
                valid_until=record.valid_until,
                countersigns=countersigns,
            ),
        ),
    )


def _statement(record: Attestation, state: State) -> Recorded | None:
    """The statement that the subject is or that made it."""
    match record.subject.kind:
        case SubjectKind.STATEMENT:
            return state.statements.get(record.subject.id)
        case SubjectKind.BATCH:
            return state.statements.get(record.subject.id.partition(".")[0])
    return None


def about(record: Attestation, state: State) -> tuple[str, ...]:
    """The parties that the subject belongs to, first the one that made or registered it.

    `Problem` `subject-unknown` when there is no such subject.
    """
    subject, statement = record.subject, _statement(record, state)
    match subject.kind:
        case SubjectKind.STATEMENT if statement is not None:
            # A party statement is the registrar's, and about the party that has its digest as id.
            return statement.issuer, statement.id
        case SubjectKind.BATCH if statement is not None and subject.id in statement.batches:
            return statement.issuer, state.batches[subject.id].holder
        case SubjectKind.SITE if subject.id in state.sites:
            return (state.sites[subject.id].party,)
        case SubjectKind.PARTY if subject.id in state.parties:
            return (subject.id,)
    raise Problem(
        "subject-unknown",
        f"No {subject.kind} {subject.id} is recorded.",
        pointer=_SUBJECT,
        figures={"kind": subject.kind},
    )


def _check_standing(record: Attestation, statement: Recorded | None, state: State) -> None:
    """Nothing withdrawn is vouched for; a batch can outlive the statement that made it, as a withdrawn transfer's."""
    subject = record.subject
    if subject.kind is SubjectKind.BATCH:
        batch = state.batches[subject.id]
        if batch.status is BatchStatus.RETRACTED:
            raise Problem(
                "batch-retracted",
                f"{batch.id} has been withdrawn with the statement that made it.",
                pointer=_SUBJECT,
                figures={"batch": batch.id, "root": batch.root},
            )
    elif statement is not None and statement.retracted_by is not None:
        raise Problem(
            "already-retracted",
            f"Statement {statement.id} has been retracted.",
            pointer=_SUBJECT,
            figures={"retractedBy": statement.retracted_by},
        )


def _check_supplier(record: Attestation, statement: Recorded | None, attester: Enrolled) -> None:
    named = statement.supplier if statement is not None else None
    if named is None or record.subject.kind is not SubjectKind.STATEMENT:
        raise Problem(
            "not-a-proxy",
            "Only a statement that was made on a supplier's behalf can be countersigned.",
            pointer=_SUBJECT,
            figures={"subject": record.subject.id},
        )
    if not _same(named, attester):
        raise Problem(
            "not-the-supplier",
            "The statement names another supplier, or another country or identifier of it.",
            pointer=_SUBJECT,
            figures={"subject": record.subject.id},
        )


def _same(named: Supplier, party: Enrolled) -> bool:
    return named.country[:2] == party.country[:2] and not {
        named.name,
        *named.identifiers,
    }.isdisjoint(party.names)


def _accreditation(record: Attestation, issuer: Issuer, state: State) -> tuple[Finding, ...]:
    if accredited(
        state.accreditations.values(), issuer.party.id, record.scheme, issuer.recorded_at
    ):
        return ()
    return (
        Finding(
            "attester-not-accredited",
            f"The attester has no accreditation for {record.scheme} at present.",
            pointer="/record/scheme",
            figures={"scheme": record.scheme},
        ),
    )
