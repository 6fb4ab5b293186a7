"""What whoever verifies has in files: what comes with a certificate, named by options or lying beside it."""

from pathlib import Path

import msgspec

from provenite_proto.certificate import Evidence, did, suspension
from provenite_proto.log import note
from provenite_proto.problem import Problem
from provenite_proto.record import Certificate as CertificateRecord
from provenite_proto.statement import MAX_BYTES, parse

from .failing import misused, unable

_JWT = ".jwt"


class Beside(msgspec.Struct, frozen=True):
    """The ledger's statement of a certificate and its proof, in files that lie beside it."""

    statement: Path
    receipt: Path


def named(
    did_file: Path | None, status: Path | None, statement: Path | None, receipt: Path | None
) -> Evidence:
    """What is in the files that options name; an exit when one cannot be read."""
    if (statement is None) != (receipt is None):
        misused("--statement and --receipt come together: the proof is of that statement")
    return Evidence(
        document=raw(did_file, did.MAX_BYTES),
        status_list=text(status, suspension.MAX_CHARACTERS),
        statement=text(statement, MAX_BYTES),
        receipt=raw(receipt, note.MAX_BYTES),
    )


def beside(certificate: Path) -> Beside | None:
    """The two that `provenite certify` leaves beside `STEM.certificate.jwt`, when both are there.

    Files that only have such names, and hold no statement of a certificate, say nothing of it and are left alone.
    They show for themselves whether the log commits to the certificate. Neither the issuer's keys nor a log's key are
    looked for: whoever made up the one would have made up the others.
    """
    if certificate.suffix != _JWT:
        return None
    found = Beside(certificate.with_suffix(".statement"), certificate.with_suffix(".receipt"))
    if not (found.statement.is_file() and found.receipt.is_file()):
        return None
    try:
        said = parse(text(found.statement, MAX_BYTES) or "", complete=False)
    except Problem:
        return None
    return found if isinstance(said.record, CertificateRecord) else None


def with_beside(evidence: Evidence, found: Beside) -> Evidence:
    """The evidence with the statement and the proof in the files."""
    return msgspec.structs.replace(
        evidence,
        statement=text(found.statement, MAX_BYTES),
        receipt=raw(found.receipt, note.MAX_BYTES),
    )


def text(path: Path | None, most: int) -> str | None:
    """The text in a file, without what an editor may have put behind it."""
    found = raw(path, most)
    # What is not ASCII, or longer, is refused by who reads it.
    return None if found is None else found.decode("ascii", "replace").strip()


def raw(path: Path | None, most: int) -> bytes | None:
    """What is in a file, of which hardly more than so many bytes are read; an exit when it cannot be."""
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            return file.read(most + 2)
    except OSError as error:
        unable(f"{path}: {error.strerror}")
