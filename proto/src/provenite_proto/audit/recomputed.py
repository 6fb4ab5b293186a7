"""One check of a certificate out of the audit of a pack of its batch: whether what it says follows from the statements."""

from ..certificate import Check, Result
from ..record import Validity
from .verdict import CertificateVerdict, Outcome, Verdict

_RECOMPUTING = frozenset({"batch", "policy", "recomputed", "now"})


def recomputed(verdict: Verdict, digest: str) -> Check:
    """What the verdict on a pack says of the certificate with this digest, which was brought or is in the pack.

    A pack in which something is false proves nothing. Whether the certificate is signed and logged is not asked
    here, but what the pack's statements say of its status is. `LookupError` when it was not audited.
    """
    if verdict.outcome is Outcome.FALSE:
        first = verdict.failures[0]
        return _check(Result.FALSE, f"The pack is false: {first.detail}", first.slug)
    found = _found(verdict, digest)
    if found.status in (Validity.SUSPENDED, Validity.REVOKED):
        told = next(each.detail for each in found.checks if each.subject == "status")
        return _check(Result.FALSE, told, "certificate-suspended")
    checks = [
        each
        for each in found.checks
        if each.subject in _RECOMPUTING or (each.subject == "log" and each.result is Result.FALSE)
    ]
    for result in (Result.FALSE, Result.UNCHECKED):
        for each in checks:
            if each.result is result:
                return _check(result, each.detail, each.slug)
    if lacking := [each.detail for each in verdict.missing if each.what == "quorum"]:
        return _check(Result.UNCHECKED, lacking[0])
    return _check(
        Result.HOLDS,
        f"Each of its figures ({len(found.figures)}) follows from the first {found.size:,} statements, and as of the "
        f"{verdict.size:,} of the pack it passes too.",
    )


def _found(verdict: Verdict, digest: str) -> CertificateVerdict:
    for each in verdict.certificates:
        if each.digest == digest:
            return each
    raise LookupError(f"the certificate {digest} was not audited")


def _check(result: Result, detail: str, slug: str | None = None) -> Check:
    return Check(subject="recomputed", result=result, detail=detail, slug=slug)
