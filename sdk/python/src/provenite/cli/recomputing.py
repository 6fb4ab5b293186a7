"""Computing a certificate anew from the statements of a pack, and what that comes to."""

from pathlib import Path

import msgspec

from provenite_proto.audit import FigureVerdict, Presented, Trust, Verdict
from provenite_proto.certificate import (
    BadCertificate,
    Certificate,
    Check,
    DidDocument,
    Evidence,
    Provenance,
    Result,
    Trusted,
    read_did,
)
from provenite_proto.policy import CATALOGUE, Policy, digest, policy_named

from .auditing import audited


def recomputed(
    pack: Path, certificate: Certificate, evidence: Evidence, trusted: Trusted
) -> tuple[tuple[Check, ...], tuple[FigureVerdict, ...]]:
    """The checks that the pack allows, and each figure as it is said and as it follows.

    From a pack in which something is false nothing follows.
    """
    presented = Presented(
        certificates=(certificate,),
        did=_document(evidence),
        policies=_shipped(certificate.credential.provenance),
    )
    verdict = audited(pack, Trust(trusted.log_key, trusted.policy), presented=presented)
    found = next((each for each in verdict.certificates if each.digest == certificate.digest), None)
    if found is None or _is_false(verdict):
        slugs = ", ".join(sorted({each.slug for each in verdict.failures}))
        why = f"something in the pack is false ({slugs})" if slugs else "it could not be audited"
        return (_unchecked(f"Nothing follows from {pack}: {why}; see `provenite audit`."),), ()
    known = trusted.log_key is not None or bool(trusted.policy and trusted.policy.logs)
    checks = (each if known else _on_the_pack_s_word(each) for each in found.checks)
    # How it stood on the day of the pack does not tell how it stands.
    return tuple(each for each in checks if each.subject != "status"), found.figures


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


def _unchecked(detail: str) -> Check:
    return Check(subject="recomputed", result=Result.UNCHECKED, detail=detail)
