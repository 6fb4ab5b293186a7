"""Whether the log's proofs prove what the ledger says: checked here, with the log's public key."""

from provenite_proto.answers import LogAnswer, Submitted
from provenite_proto.certificate import BadCertificate, read_certificate
from provenite_proto.certificate.answers import CertificateAnswer
from provenite_proto.certificate.committing import check_committed, check_place
from provenite_proto.log import LogProof, NoteKey, Unproven, log_name, parse_key
from provenite_proto.log.cose import InclusionReceipt
from provenite_proto.problem import Problem
from provenite_proto.statement import PublicKey, parse

from ._errors import AnswerError, NotProven


def given(log_key: str) -> NoteKey:
    """A log key that the user gives (C2SP verifier key); `ValueError` when it is none."""
    try:
        return parse_key(log_key.strip())
    except Unproven as error:
        raise ValueError(f"log_key: {error.detail}") from error


def answered(log: LogAnswer, origin: str) -> NoteKey:
    """The key that the ledger says is its log's; `AnswerError` when it is another log's."""
    try:
        key = parse_key(log.key)
    except Unproven as error:
        raise AnswerError(f"the log's key cannot be read: {error.detail}") from error
    if key.name != log_name(origin):
        raise AnswerError(f"the log of {origin} is {log_name(origin)}, not {key.name}")
    return key


def check_submitted(statement: str, submitted: Submitted, key: NoteKey) -> None:
    """Check that an answer's receipt proves that this very statement is in the log, where and when it says."""
    digest = parse(statement).digest
    if submitted.digest != digest or submitted.receipt is None:
        raise NotProven(digest, "the answer has no receipt for it")
    proof = _proof(submitted.receipt, digest, key)
    said = submitted.index, int(submitted.recorded_at.timestamp())
    if (proof.index, proof.recorded_at) != said:
        raise NotProven(digest, "the receipt is for another place or another time than the answer")


def check_receipt(text: str, digest: str, key: NoteKey) -> None:
    """Check that a proof (C2SP tlog-proof) is one that the statement is in the log."""
    _proof(text, digest, key)


def check_certificate(answer: CertificateAnswer, key: NoteKey) -> None:
    """Check that a certificate's text is one, and that the statement that commits to it is in the log, where it says."""
    try:
        certificate = read_certificate(answer.credential)
        statement = parse(answer.statement, complete=False)
    except (BadCertificate, Problem) as error:
        raise AnswerError(f"what the ledger says of a certificate: {error.detail}") from error
    if (certificate.id, certificate.digest) != (answer.id, answer.digest):
        raise AnswerError(f"the ledger answers with the certificate {certificate.id}")
    proof = _proof(answer.receipt, statement.digest, key)
    try:
        check_committed(certificate, statement)
        check_place(certificate, proof.index, key.name)
    except BadCertificate as error:
        raise NotProven(statement.digest, error.detail) from error
    if proof.index != answer.index:
        raise NotProven(statement.digest, "the receipt is for another place than the answer")


def check_cose(receipt: bytes, digest: str, log: LogAnswer, key: NoteKey) -> None:
    """The same of a COSE receipt (RFC 9942), by the receipt key that the ledger says is the log's."""
    try:
        InclusionReceipt.parse(receipt).check(digest, key.name, PublicKey(log.receipt_key))
    except Unproven as error:
        raise NotProven(digest, error.detail) from error


def _proof(text: str, digest: str, key: NoteKey) -> LogProof:
    try:
        proof = LogProof.parse(text.encode())
        proof.check(digest, key)
    except Unproven as error:
        raise NotProven(digest, error.detail) from error
    return proof
