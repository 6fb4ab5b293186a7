"""The command that verifies a certificate: from a file, an address or a printed code, with the network or without."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import msgspec
import typer

from provenite_proto.certificate import (
    BadCertificate,
    Certificate,
    Evidence,
    Result,
    Trusted,
    did,
    judged,
    read_certificate,
    read_qr,
    suspension,
    unreadable,
)
from provenite_proto.certificate.addresses import may_be_asked, taken_apart
from provenite_proto.certificate.answers import CertificateAnswer
from provenite_proto.certificate.opening import MAX_CHARACTERS
from provenite_proto.log import note
from provenite_proto.statement import MAX_BYTES

from .._evidence import Fetched, certificate_at, completed
from .._public_files import PublicFiles
from .certified import Verified, verified_text
from .failing import failures, misused, unable
from .recomputing import recomputed
from .showing import AsJson, print_json
from .terminal import console
from .trusting import key_of_log, key_text, witness_policy

VALID, FALSE, UNCHECKED = 0, 1, 2
_PAGES = {"%pdf-": "PDF", "<!doctype html": "HTML", "<html": "HTML"}
"""How a file begins that shows a certificate, in lower case, and what it is."""
_CODES = {Result.HOLDS: VALID, Result.FALSE: FALSE, Result.UNCHECKED: UNCHECKED}


def verify(
    certificate: Annotated[
        str,
        typer.Argument(
            metavar="FILE|URL|CODE",
            help="The certificate: a file, its address, or the text of its printed code.",
        ),
    ],
    log_key: Annotated[
        str | None,
        typer.Option(
            metavar="VKEY",
            help="The log's key that you trust (name+id+base64), or a file that has it.",
        ),
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Which witnesses you trust: a policy in the form of C2SP."
        ),
    ] = None,
    batch: Annotated[
        str | None, typer.Option(metavar="BATCH", help="The batch that it should be of.")
    ] = None,
    did_file: Annotated[
        Path | None,
        typer.Option("--did", metavar="FILE", help="The issuer's DID document, instead of asking."),
    ] = None,
    status: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The status list, instead of asking.")
    ] = None,
    statement: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The ledger's statement of it, with --receipt."),
    ] = None,
    receipt: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The proof that the statement is in the log."),
    ] = None,
    recompute: Annotated[
        Path | None,
        typer.Option(metavar="PACK", help="Compute it anew from the statements of a pack."),
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask nobody: only what files say.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Find out whether a certificate can be relied on.

    Its signature, dates and status, and that the ledger has recorded it in a log that witnesses have seen. Asked is
    only the ledger that the certificate names, over https. With --recompute its figures are computed anew from the
    statements of its batch's pack, and compared one by one. Exit code 0: valid; 1: false, suspended, revoked or
    expired; 2: nothing is false, but not all could be checked (or the command was used wrongly); 3: there is no
    verdict, since it cannot be read or fetched.
    """
    if (statement is None) != (receipt is None):
        misused("--statement and --receipt come together: the proof is of that statement")
    trusted = Trusted(
        log_key=key_of_log(key_text(log_key)) if log_key else None,
        policy=witness_policy(policy),
        batch=batch,
    )
    given = Evidence(
        document=_bytes(did_file, did.MAX_BYTES),
        status_list=_text(status, suspension.MAX_CHARACTERS),
        statement=_text(statement, MAX_BYTES),
        receipt=_bytes(receipt, note.MAX_BYTES),
    )
    try:
        found = _verified(certificate, given, trusted, recompute, offline=offline)
    except BadCertificate as bad:
        found = Verified(verdict=unreadable(bad))
    _finish(found, as_json=as_json)


def _verified(
    words: str, given: Evidence, trusted: Trusted, pack: Path | None, *, offline: bool
) -> Verified:
    answer = None
    if words.startswith(("https://", "http://")):
        url, digest = _address(words)
        trusted = msgspec.structs.replace(trusted, digest=digest)
        answer = _answered(url, offline=offline)
        read = read_certificate(answer.credential)
        if read.credential.id != url:
            raise BadCertificate("issuer-mismatch", f"{url} answers with {read.credential.id}.")
    else:
        read = read_certificate(_certificate_text(Path(words)))
    fetched = _fetched(read, given, answer, offline=offline)
    anew = None if pack is None else recomputed(pack, read, fetched.evidence, trusted)
    told = fetched.evidence.told + (anew.told if anew else ())
    evidence = msgspec.structs.replace(fetched.evidence, told=told)
    verdict = judged(read, evidence, trusted, datetime.now(UTC))
    if anew is not None:
        verdict = verdict.completed(anew.checks)
    return Verified(
        verdict=verdict,
        credential=read.credential,
        figures=anew.figures if anew else (),
        reason=fetched.answer.reason if fetched.answer else None,
        lacking=fetched.lacking,
    )


def _address(words: str) -> tuple[str, str | None]:
    """A certificate's address, and the digest that the text of a printed code has behind it."""
    try:
        if "#" in words:
            return read_qr(words)
        taken_apart(words)
    except BadCertificate as bad:
        misused(bad.detail)
    return words, None


def _answered(url: str, *, offline: bool) -> CertificateAnswer:
    """What the ledger says of the certificate at the address."""
    if offline:
        misused("an address has to be asked: give the certificate's file with --offline")
    origin, certificate = taken_apart(url)
    if not may_be_asked(origin):
        unable(f"{origin} is not asked: only https, and http on this machine")
    with failures(False, of_verdict=True), PublicFiles(origin) as files:
        return certificate_at(files, certificate)


def _fetched(
    read: Certificate, given: Evidence, answer: CertificateAnswer | None, *, offline: bool
) -> Fetched:
    if offline:
        return Fetched(given, None, ())
    if not may_be_asked(read.origin):
        why = f"{read.origin} was not asked: only https, and http on this machine."
        return Fetched(given, None, (why,))
    with PublicFiles(read.origin) as files:
        return completed(files, read, given, answer)


def _certificate_text(path: Path) -> str:
    text = _text(path, MAX_CHARACTERS) or ""
    kind = next((name for begin, name in _PAGES.items() if text.lower().startswith(begin)), None)
    if kind is not None:
        unable(
            f"{path} is a page for people ({kind}): give the certificate itself, the .jwt beside it "
            "(attached to the PDF), or the text of the printed code"
        )
    return text


def _text(path: Path | None, most: int) -> str | None:
    raw = _bytes(path, most)
    # What is not ASCII, or longer, is refused by who reads it; an editor may have put a line's end behind it.
    return None if raw is None else raw.decode("ascii", "replace").strip()


def _bytes(path: Path | None, most: int) -> bytes | None:
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            return file.read(most + 2)
    except OSError as error:
        unable(f"{path}: {error.strerror}")


def _finish(found: Verified, *, as_json: bool) -> NoReturn:
    """Print the verdict, and exit with its code."""
    if as_json:
        print_json(found)
    else:
        console().print(verified_text(found), soft_wrap=True)
    raise typer.Exit(_CODES[found.verdict.result])
