"""Fetching what shows whether a certificate can be relied on: from the one server that its address names."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from provenite_proto import paths
from provenite_proto.answers import LogAnswer
from provenite_proto.certificate import (
    BadCertificate,
    Certificate,
    Evidence,
    Told,
    addresses,
    did,
    opening,
    read_did,
    suspension,
)
from provenite_proto.certificate.answers import CertificateAnswer
from provenite_proto.certificate.jwt import MEDIA_TYPE

from ._errors import AnswerError, TransportError
from ._public_files import PublicFiles

T = TypeVar("T")
MAX_ANSWER = 4 * opening.MAX_CHARACTERS
"""Bytes of what a ledger answers about a certificate or about its log, at the most."""


class Fetched(msgspec.Struct, frozen=True):
    """What there is, what the ledger says of the certificate, and why something is not there: a sentence each."""

    evidence: Evidence
    answer: CertificateAnswer | None
    lacking: tuple[str, ...]


def certificate_at(files: PublicFiles, certificate: str) -> CertificateAnswer:
    """What the ledger says of the certificate with this id; `AnswerError`, also when it knows none."""
    url = files.prefix + paths.certificate(certificate)
    raw = files.get(url, MAX_ANSWER, "application/json")
    if raw is None:
        raise AnswerError(f"there is no certificate at {url}")
    try:
        return _answers.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise AnswerError(
            f"{url}: not what a ledger answers about a certificate: {error}"
        ) from error


def completed(
    files: PublicFiles, certificate: Certificate, given: Evidence, answer: CertificateAnswer | None
) -> Fetched:
    """The evidence with what is missing of it fetched; `answer` is what was fetched before."""
    asking = _Asking(files)
    document, listed = given.document, given.status_list
    if document is None:
        url = addresses.did_url(certificate.origin)
        document = asking.file(url, did.MAX_BYTES, "*/*")
    if listed is None or _is_stale(certificate, document, listed):
        url = certificate.credential.credential_status.status_list_credential
        raw = asking.file(url, suspension.MAX_CHARACTERS, MEDIA_TYPE)
        listed = listed if raw is None else raw.decode("ascii", "replace").strip()
    statement, receipt = given.statement, given.receipt
    answer = answer or asking.tried(lambda: certificate_at(files, certificate.id))
    if answer is not None and (statement is None or receipt is None):
        # The two belong together: the proof is of that very statement.
        statement, receipt = answer.statement, answer.receipt.encode()
    log = asking.tried(lambda: _log_of(files))
    evidence = Evidence(
        document=document,
        status_list=listed,
        statement=statement,
        receipt=receipt,
        log_key=log.key if log else None,
        policy=log.policy if log else None,
        told=given.told + (_told(answer) if answer is not None else ()),
        asked=True,
    )
    return Fetched(evidence, answer, tuple(asking.lacking))


def _told(answer: CertificateAnswer) -> tuple[Told, ...]:
    by, now = "what its ledger answers", datetime.now(UTC)
    return (
        Told(status=answer.status, by=by, told_at=now, since=answer.since, reason=answer.reason),
    )


def _is_stale(certificate: Certificate, document: bytes | None, listed: str) -> bool:
    """Whether a list that is given is older than a reader may keep it; what is wrong with it the verdict says."""
    try:
        found = read_did(document or b"")
        of = suspension.read_status_list(listed, certificate.credential, found)
    except BadCertificate:
        return False
    return suspension.is_stale(of, datetime.now(UTC))


class _Asking:
    """Asks for one thing after the other, and remembers why some did not come."""

    def __init__(self, files: PublicFiles) -> None:
        self.lacking: list[str] = []
        self._files = files
        self._unreached = False

    def file(self, url: str, limit: int, accept: str) -> bytes | None:
        """A file, if it comes."""
        found = self.tried(lambda: self._files.get(url, limit, accept) or b"")
        if found == b"":
            self.lacking.append(f"There is nothing at {url}.")
        return found or None

    def tried(self, fetch: Callable[[], T]) -> T | None:
        """What is fetched, if it comes; nothing is asked any more of who does not answer."""
        if self._unreached:
            return None
        try:
            return fetch()
        except TransportError as error:
            self._unreached = True
            self.lacking.append(f"Not reached: {error}.")
        except AnswerError as error:
            self.lacking.append(f"Not to be used: {error}.")
        return None


def _log_of(files: PublicFiles) -> LogAnswer:
    url = files.prefix + paths.LOG_STATE
    raw = files.get(url, MAX_ANSWER, "application/json")
    try:
        return _logs.decode(raw or b"")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise AnswerError(f"{url}: not what a ledger answers about its log: {error}") from error


_answers = msgspec.json.Decoder(CertificateAnswer)
_logs = msgspec.json.Decoder(LogAnswer)
