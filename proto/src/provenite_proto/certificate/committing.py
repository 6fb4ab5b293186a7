"""What the log commits to: whether a statement is that of a certificate, and says the same of it."""

from collections.abc import Iterator

from ..record import Certificate as CertificateRecord
from ..statement import Statement
from .addresses import batch_digest, party_url
from .errors import BadCertificate
from .opening import Certificate


def check_committed(certificate: Certificate, statement: Statement) -> None:
    """`BadCertificate` `log-commits-otherwise` unless it is the ledger's statement of the certificate, and says the same.

    Its section may be withheld.
    """
    record = statement.record
    if not isinstance(record, CertificateRecord):
        raise _otherwise(f"Statement {statement.digest} is not of the certificate.")
    if statement.audience != certificate.origin:
        raise _otherwise(f"Its statement is for the ledger {statement.audience}.")
    if (differs := otherwise(certificate, record)) is not None:
        raise _otherwise(f"{differs} by statement {statement.digest}.")


def otherwise(certificate: Certificate, record: CertificateRecord) -> str | None:
    """The first thing that the record says otherwise than the certificate, as the beginning of a sentence."""
    for name, said, recorded in _both(certificate, record):
        if said != recorded:
            return f"{name} is {said}, and {recorded}"
    return None


def check_place(certificate: Certificate, index: int, log: str) -> None:
    """`BadCertificate` unless this place of the log with this name can be its statement's: behind all that was assessed.

    `origin-mismatch` when it names another log, otherwise `log-commits-otherwise`.
    """
    said = certificate.credential.provenance
    if said.log != log:
        raise BadCertificate("origin-mismatch", f"It names the log {said.log}, not {log}.")
    if index < said.size:
        raise _otherwise(f"It was recorded at {index}, before the {said.size} that it is about.")


def _both(
    certificate: Certificate, record: CertificateRecord
) -> Iterator[tuple[str, object, object]]:
    """What the certificate says, and what the record does, of the same."""
    credential, identities = certificate.credential, record.identities
    said, entry = credential.provenance, credential.credential_status
    yield "Its text's digest", certificate.digest, record.credential
    yield "Its policy's digest", said.policy_digest, record.policy
    yield "Its day", said.as_of, record.as_of
    yield "Its size of the log", said.size, record.size
    yield "Its end", credential.valid_until, record.valid_until
    yield "Its status list", entry.list_number, record.status.list
    yield "Its place in the status list", entry.status_list_index, record.status.index
    if identities is None:
        return
    yield "Its id", certificate.id, identities.certificate
    batch = batch_digest(certificate.id, identities.batch)
    yield "Its batch's digest", said.batch_digest, batch
    holder = credential.credential_subject.issued_to_party.id
    yield "Its party", holder, party_url(certificate.origin, identities.party)
    yield "That it rests on a declaration", said.declared, identities.declaration is not None


def _otherwise(detail: str) -> BadCertificate:
    return BadCertificate("log-commits-otherwise", detail)
