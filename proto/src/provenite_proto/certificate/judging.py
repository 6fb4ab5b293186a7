"""Whether a certificate can be relied on: every check that there is something for, and what was not checked.

Nothing is fetched here. Who verifies brings the text, what he was given with it, whom he trusts, and the time.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from ..log import (
    LogProof,
    NoteKey,
    SignatureType,
    Unproven,
    WitnessPolicy,
    log_name,
    note,
    parse_key,
    parse_policy,
)
from ..policy.own import OWN, is_own, quoted
from ..problem import Problem
from ..record import Validity
from ..statement import parse
from .addresses import batch_digest
from .committing import check_committed, check_place
from .did import read_did
from .errors import BadCertificate
from .opening import Certificate
from .suspension import TOLERANCE, StatusList, current_status_list, is_stale, is_suspended
from .verdict import Check, Result, Verdict, claimed, false, holds, together, unchecked


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody tells, beside the list, of how a certificate stands: since when, when he told it, and the ledger's
    reason, which is in its words."""

    status: Validity
    by: str
    told_at: datetime
    since: datetime | None = None
    reason: str | None = None


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What comes with a certificate, as it was received; `None` is what there is not.

    `document` is the issuer's DID document, `status_list` the text of the list that the certificate names,
    `statement` the ledger's statement of the certificate (its sections may be withheld) and `receipt` the proof that
    it is in the log. `log_key` and `policy` are what the ledger says of its log: they are used where whoever verifies
    brings none, and then that is said. `told` is what others tell of its status, and `asked` whether the issuer was
    asked for it: then a list whose `ttl` is over does not tell how it stands now.
    """

    document: bytes | None = None
    status_list: str | None = None
    statement: str | None = None
    receipt: bytes | None = None
    log_key: str | None = None
    policy: str | None = None
    told: tuple[Told, ...] = ()
    asked: bool = False


class Trusted(msgspec.Struct, frozen=True, kw_only=True):
    """What whoever verifies knows himself: the log's key, which witnesses are enough, the digest that a printed code
    names, and the batch that he was delivered."""

    log_key: NoteKey | None = None
    policy: WitnessPolicy | None = None
    digest: str | None = None
    batch: str | None = None


def judged(
    certificate: Certificate, evidence: Evidence, trusted: Trusted, now: datetime
) -> Verdict:
    """Check all of a certificate that there is evidence for, as of `now`."""
    checks = tuple(_checks(certificate, evidence, trusted, now))
    return Verdict(
        result=together(checks),
        id=certificate.credential.id,
        digest=certificate.digest,
        checks=checks,
    )


def _checks(
    certificate: Certificate, evidence: Evidence, trusted: Trusted, now: datetime
) -> Iterator[Check]:
    if trusted.digest is not None:
        yield _copy(certificate, trusted.digest)
    yield _signature(certificate, evidence)
    yield _dates(certificate, now)
    if is_own(certificate.credential.provenance.policy):
        yield _own_rule(certificate)
    yield _status(certificate, evidence, now)
    yield from _log(certificate, evidence, trusted)
    if trusted.batch is not None:
        yield _batch(certificate, trusted.batch)


def _copy(certificate: Certificate, digest: str) -> Check:
    if certificate.digest == digest:
        return holds("copy", "It is the text that the printed code names.")
    return false("copy", "certificate-differs", f"The code names {digest}.")


def _signature(certificate: Certificate, evidence: Evidence) -> Check:
    issuer = certificate.credential.issuer
    if evidence.document is None:
        sentence = f"The DID document of {issuer.id} is not there."
        return unchecked("signature", sentence, "document")
    try:
        certificate.verify(read_did(evidence.document))
    except BadCertificate as bad:
        return false("signature", bad.slug, bad.detail)
    return holds("signature", f"Signed by {issuer.id} ({issuer.name}).")


def _dates(certificate: Certificate, now: datetime) -> Check:
    begins, ends = certificate.credential.valid_from, certificate.credential.valid_until
    if now < begins - TOLERANCE:
        return false("dates", "certificate-early", f"It is valid from {_moment(begins)} on.")
    if now > ends:
        return false("dates", "certificate-expired", f"It was valid until {_moment(ends)}.")
    return holds("dates", f"Valid until {_moment(ends)}.")


def _own_rule(certificate: Certificate) -> Check:
    """What it was assessed by is only what a firm says, and that is said of it."""
    said = certificate.credential.provenance
    return claimed("policy", f"By {said.policy} {said.version}. {OWN}")


def _status(certificate: Certificate, evidence: Evidence, now: datetime) -> Check:
    listed = _listed(certificate, evidence, now)
    if isinstance(listed, Check) and listed.result is Result.FALSE:
        return listed
    against = [each for each in evidence.told if each.status is not Validity.VALID]
    # Nothing lifts a revocation: whoever tells of one is right, whatever others tell.
    against.sort(key=lambda each: each.status is not Validity.REVOKED)
    if isinstance(listed, Check):
        return _doubted(against[0]) if against else listed
    if listed.is_set:
        return _marked(certificate, listed, against)
    doubts = [_contradicted(each, listed) for each in against]
    if doubts:
        return next((each for each in doubts if each.result is Result.FALSE), doubts[0])
    if evidence.asked and is_stale(listed.found, now):
        return unchecked(
            "status",
            f"Neither suspended nor revoked by the status list of {listed.moment}: how it stands now that does not tell.",
            "statusList",
        )
    return holds("status", f"Neither suspended nor revoked by the status list of {listed.moment}.")


class _Listed(msgspec.Struct, frozen=True):
    """A list that holds now, and whether it marks the certificate."""

    found: StatusList
    is_set: bool

    @property
    def moment(self) -> str:
        """When it was signed."""
        return _moment(self.found.valid_from)

    def precedes(self, told: Told) -> bool:
        """Whether it may be older than what is told."""
        # A list in which a suspension has to be says nothing when it is not there.
        since = told.since is not None and told.since + TOLERANCE >= self.found.valid_from
        return since or told.told_at >= self.found.valid_from


def _listed(certificate: Certificate, evidence: Evidence, now: datetime) -> _Listed | Check:
    """What the list says, if it holds now; otherwise the check that fails of it."""
    if evidence.status_list is None:
        sentence = "Whether it is suspended or revoked is not known: the status list is not there."
        return unchecked("status", sentence, "statusList")
    if evidence.document is None:
        return unchecked(
            "status",
            "Whether it is suspended or revoked is not known: who signed the status list the issuer's DID document tells, which is not there.",
            "document",
        )
    try:
        document = read_did(evidence.document)
        found = current_status_list(evidence.status_list, certificate.credential, document, now)
        return _Listed(found, is_suspended(found, certificate.credential))
    except BadCertificate as bad:
        # An old list is not false: it does not tell how the certificate stands now.
        if bad.slug == "status-list-expired":
            sentence = f"The status list is not of now. {bad.detail}"
            return unchecked("status", sentence, "statusList")
        return false("status", bad.slug, bad.detail)


def _marked(certificate: Certificate, listed: _Listed, against: Sequence[Told]) -> Check:
    """Which of the two the mark stands for others tell, unless it may have become the other one since."""
    entry = certificate.credential.credential_status
    where = f"bit {entry.status_list_index} of {entry.status_list_credential}"
    marks = f"the status list of {listed.moment} marks it ({where})"
    for told in against:
        if told.status is Validity.REVOKED or listed.precedes(told):
            return _doubted(told, f"; {marks}")
    words = [
        f"Suspended or revoked: {marks}.",
        *(f"{_told(each)}.{_why(each)}" for each in against),
    ]
    return false("status", "certificate-suspended-or-revoked", " ".join(words))


def _contradicted(told: Told, listed: _Listed) -> Check:
    """What is told against it counts, unless a newer list may say that it was lifted."""
    has = f"; the status list of {listed.moment} has it valid"
    if told.status is Validity.REVOKED or listed.precedes(told):
        return _doubted(told, has)
    return unchecked("status", f"{_told(told)}{has}: it may have been lifted.{_why(told)}")


def _doubted(told: Told, more: str = "") -> Check:
    return false("status", f"certificate-{told.status}", f"{_told(told)}{more}.{_why(told)}")


def _told(told: Told) -> str:
    since = "" if told.since is None else f" since {_moment(told.since)}"
    return f"{told.status.capitalize()}{since}, by {told.by}"


def _why(told: Told) -> str:
    """The reason, in the words of the ledger."""
    return "" if told.reason is None else f" The ledger says why: {quoted(told.reason)}"


def _log(certificate: Certificate, evidence: Evidence, trusted: Trusted) -> Iterator[Check]:
    if evidence.statement is None or evidence.receipt is None:
        sentence = "That the ledger has recorded it is not shown: the statement of it, or the proof, is not there."
        yield unchecked("log", sentence, "statement", "receipt")
        return
    known = _known_key(certificate, trusted)
    try:
        key = known or _said_key(certificate, evidence)
        statement = parse(evidence.statement, complete=False)
        check_committed(certificate, statement)
        proof = LogProof.parse(evidence.receipt)
        if key is None:
            checkpoint = proof.check_inclusion(statement.digest)
        else:
            checkpoint = proof.check(statement.digest, key)
        check_place(certificate, proof.index, checkpoint.origin)
    except (BadCertificate, Unproven) as wrong:
        yield false("log", wrong.slug, wrong.detail)
        return
    except Problem as problem:
        yield false("log", "log-commits-otherwise", f"Its statement: {problem.detail}")
        return
    place = f"in {checkpoint.origin} at {proof.index:,} of {checkpoint.size:,}"
    if key is None:
        yield unchecked(
            "log",
            f"Its statement and the proof fit it and each other, and say that it was recorded {place}. Whether that log "
            "has signed for it is not known: the log's key is not there.",
            "logKey",
        )
        return
    where = f"Recorded {place}. {_UNSIGNED}"
    if known is not None:
        yield holds("log", where)
    else:
        yield claimed("log", f"{where} The log's key is what the ledger says: compare {key}.")
    yield _witnesses(proof, evidence, trusted)


_UNSIGNED = (
    "The log commits to all that the statement says; the registrar's signature on it, to which it does not commit, "
    "was not checked."
)
"""The digest of a statement, which the log has, is that of what is signed."""


def _known_key(certificate: Certificate, trusted: Trusted) -> NoteKey | None:
    """The log's key as whoever verifies knows it: by itself, or from his policy."""
    if trusted.log_key is not None or trusted.policy is None:
        return trusted.log_key
    name = certificate.credential.provenance.log
    return next((each.key for each in trusted.policy.logs if each.key.name == name), None)


def _said_key(certificate: Certificate, evidence: Evidence) -> NoteKey | None:
    if evidence.log_key is None:
        return None
    key = parse_key(evidence.log_key.removesuffix("\n"))
    if key.type is not SignatureType.ED25519 or key.name != log_name(certificate.origin):
        raise Unproven("origin-mismatch", f"{key.name} is not the log of {certificate.origin}.")
    return key


def _witnesses(proof: LogProof, evidence: Evidence, trusted: Trusted) -> Check:
    try:
        policy = trusted.policy
        if policy is None and evidence.policy is not None:
            policy = parse_policy(evidence.policy)
        if policy is None:
            return claimed(
                "witnesses", "That everyone is shown the same log rests on the operator's word."
            )
        times = policy.check(note.parse(proof.checkpoint))
    except Unproven as unproven:
        # A quorum that the ledger itself promises may still be on its way.
        if unproven.slug == "quorum-missing" and trusted.policy is None:
            return unchecked("witnesses", unproven.detail)
        return false("witnesses", unproven.slug, unproven.detail)
    who = f"Cosigned by {', '.join(times) or 'nobody, and nobody has to'}."
    if trusted.policy is not None:
        return holds("witnesses", who)
    return claimed("witnesses", f"{who} Which witnesses are enough is what the ledger says.")


def _batch(certificate: Certificate, batch: str) -> Check:
    digest = batch_digest(certificate.id, batch)
    if digest == certificate.credential.provenance.batch_digest:
        return holds("batch", f"It is of batch {batch}.")
    return false("batch", "batch-differs", f"It is not of batch {batch}.")


def _moment(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
