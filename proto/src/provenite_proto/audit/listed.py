"""How a certificate stands: what the status list that a pack carries says, beside what the log's statements do."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import msgspec

from ..certificate import BadCertificate, Certificate, Check, DidDocument
from ..certificate.suspension import is_suspended, read_status_list
from ..certificate.verdict import false, holds, unchecked
from ..ledger import CLOCK_TOLERANCE
from ..policy import quoted
from ..record import Validity
from .committed import Standing


class Listed(msgspec.Struct, frozen=True):
    """What the list says of a certificate, and when it was signed, in seconds since 1970."""

    suspended: bool
    signed_at: float


def listed(
    certificate: Certificate, lists: Mapping[int, str], document: DidDocument | None, created: int
) -> Listed | Check:
    """What the list says that the issuer has signed for when the pack was made; otherwise the check that fails of it."""
    text = lists.get(certificate.credential.credential_status.list_number)
    if text is None or document is None:
        return unchecked("status", "The pack has no status list of it.")
    try:
        found = read_status_list(text, certificate.credential, document)
        suspended = is_suspended(found, certificate.credential)
    except BadCertificate as bad:
        return false("status", bad.slug, bad.detail)
    made = datetime.fromtimestamp(created, UTC)
    if not found.valid_from - timedelta(seconds=CLOCK_TOLERANCE) <= made <= found.valid_until:
        return unchecked("status", "Its status list is not of the day of the pack.")
    return Listed(suspended, found.valid_from.timestamp())


def status(found: Listed | Check, standing: Standing | None) -> Check:
    """Whether list and statements say the same."""
    said = Validity.VALID if standing is None else standing.status
    told = "Nothing else is said of it."
    if standing is not None:
        told = f"{said.capitalize()}; the ledger says why: {quoted(standing.reason)}"
    if isinstance(found, Check):
        return msgspec.structs.replace(found, detail=f"{found.detail} {told}")
    if found.suspended == (said is not Validity.VALID):
        return holds("status", told)
    if found.suspended:
        sentence = "Its status list has it suspended, by a statement that is not carried."
        return unchecked("status", sentence)
    if standing is not None and found.signed_at <= standing.recorded_at + CLOCK_TOLERANCE:
        return unchecked("status", f"Its status list may be older. {told}")
    return false("status", "status-false", f"Its status list has it valid. {told}")
