"""Computing a certificate anew from the statements of a pack, and what that comes to."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from provenite_proto.audit import CertificateVerdict, FigureVerdict, Presented, Trust, Verdict
from provenite_proto.certificate import (
    BadCertificate,
    Certificate,
    Check,
    DidDocument,
    Evidence,
    Provenance,
    Result,
    Told,
    Trusted,
    read_did,
)
from provenite_proto.certificate.verdict import unchecked
from provenite_proto.policy import CATALOGUE, Policy, digest, policy_named
from provenite_proto.record import Validity

from .auditing import audited


class Recomputed(msgspec.Struct, frozen=True, kw_only=True):
    """The checks that a pack allows, each figure as it is said and as it follows, and how the pack has it stand.

    `unusable` is why nothing follows from the pack, in a sentence.
    """

    checks: tuple[Check, ...]
    figures: tuple[FigureVerdict, ...] = ()
    told: tuple[Told, ...] = ()
    unusable: str | None = None


def recomputed(
    pack: Path, certificate: Certificate, evidence: Evidence, trusted: Trusted
) -> Recomputed:
    """What a pack shows of a certificate.

    From a pack in which something is false, or of another batch, no figure follows; what speaks against the certificate
    is kept.
    """
    presented = Presented(
        certificates=(certificate,),
        did=_document(evidence),
        policies=_shipped(certificate.credential.provenance),
    )
    verdict = audited(pack, Trust(trusted.log_key, trusted.policy), presented=presented)
    found = next((each for each in verdict.certificates if each.digest == certificate.digest), None)
    if found is None:
        return _nothing(verdict, pack, (), ())
    told = _told(found, pack)
    against = tuple(each for each in found.checks if _is_against(each))
    if _is_false(verdict):
        return _nothing(verdict, pack, against, told)
    if not found.carried and any(each.subject == "batch" for each in against):
        return _of_another_batch(verdict, pack, against)
    known = trusted.log_key is not None or bool(trusted.policy and trusted.policy.logs)
    checks = (each if known else _on_the_pack_s_word(each) for each in found.checks)
    return Recomputed(
        checks=tuple(_as_of_the_pack(each, told) for each in checks if _counts(each)),
        figures=found.figures,
        told=told,
    )


def _nothing(
    verdict: Verdict, pack: Path, against: tuple[Check, ...], told: tuple[Told, ...]
) -> Recomputed:
    """What is left when something is false of the pack itself."""
    slugs = ", ".join(sorted({each.slug for each in verdict.failures}))
    sentence = f"No figure follows from a pack of which something is false ({slugs})."
    return Recomputed(
        checks=(*against, unchecked("recomputed", sentence)),
        told=told,
        unusable=f"The pack {pack} is damaged or false ({slugs}): see `provenite audit`.",
    )


def _of_another_batch(verdict: Verdict, pack: Path, against: tuple[Check, ...]) -> Recomputed:
    """What is left when the pack is of one batch, and the certificate of another."""
    material = f" ({verdict.subject.material})" if verdict.subject else ""
    of = f"The pack {pack} is of batch {verdict.batch}{material}"
    sentence = f"{of}, the certificate of another."
    return Recomputed(
        checks=(
            *(
                msgspec.structs.replace(each, detail=sentence) if each.subject == "batch" else each
                for each in against
            ),
            unchecked("recomputed", "No figure follows from the pack of another batch."),
        )
    )


def _told(found: CertificateVerdict, pack: Path) -> tuple[Told, ...]:
    """What the pack's statements say of its status, if they say something."""
    if found.status is None or found.since is None:
        return ()
    # The statement says how it stood then; that nothing lifted it until the pack was made is not in its proofs.
    since = datetime.fromtimestamp(found.since, UTC)
    return (
        Told(
            status=found.status,
            by=f"the log's statement in {pack}",
            told_at=since,
            since=since,
            reason=found.reason,
        ),
    )


def _counts(check: Check) -> bool:
    """How it stood on the day of the pack does not tell how it stands; that the list is false does."""
    return check.subject != "status" or check.result is Result.FALSE


def _is_against(check: Check) -> bool:
    """Whether something is false of the certificate itself, whatever follows from the statements."""
    return check.result is Result.FALSE and check.subject not in ("recomputed", "now")


def _as_of_the_pack(check: Check, told: tuple[Told, ...]) -> Check:
    """That what no longer passes was rightly suspended speaks for the ledger, not for the certificate."""
    stands = all(each.status is Validity.VALID for each in told)
    if check.subject != "now" or check.result is not Result.HOLDS or stands:
        return check
    return msgspec.structs.replace(check, result=Result.UNCHECKED)


def _is_false(verdict: Verdict) -> bool:
    """Whether something is false in a pack beside its certificates."""
    of_certificates = sum(
        check.result is Result.FALSE
        for each in verdict.certificates
        if each.carried
        for check in each.checks
    )
    return verdict.counts.get("failures", 0) > of_certificates


def _on_the_pack_s_word(check: Check) -> Check:
    """The check, when nobody but the pack says which key is the log's."""
    if check.subject != "log" or check.result is not Result.HOLDS:
        return check
    detail = f"{check.detail} The log's key was taken from the pack."
    return msgspec.structs.replace(check, result=Result.CLAIMED, detail=detail)


def _document(evidence: Evidence) -> DidDocument | None:
    try:
        return None if evidence.document is None else read_did(evidence.document)
    except BadCertificate:
        # What is wrong with it the check of the signature says.
        return None


def _shipped(said: Provenance) -> dict[str, Policy]:
    """The policy that ships, if it is the one that is named; a pack brings others."""
    if said.policy in CATALOGUE and digest(policy_named(said.policy)) == said.policy_digest:
        return {said.policy_digest: policy_named(said.policy)}
    return {}
