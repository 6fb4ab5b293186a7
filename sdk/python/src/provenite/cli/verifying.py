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
    judged,
    read_certificate,
    read_qr,
    unreadable,
)
from provenite_proto.certificate.addresses import may_be_asked, taken_apart
from provenite_proto.certificate.answers import CertificateAnswer
from provenite_proto.certificate.opening import MAX_CHARACTERS

from .._evidence import Fetched, certificate_at, completed
from .._public_files import PublicFiles
from .asking import check_batch
from .certified import Verified, verified_text
from .failing import failures, misused, unable
from .given import beside, named, text, with_beside
from .recomputing import recomputed
from .showing import AsJson, print_json
from .terminal import console
from .trusting import LogKeyOption, WitnessesOption, key_of_log, key_text, witness_policy

VALID, FALSE, UNCHECKED = 0, 1, 2
_ON_THE_DELIVERY = "the id stands on the delivery: 43 characters, a full stop and a number"
"""Who verifies need not have anything in the ledger."""
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
    log_key: LogKeyOption = None,
    policy: WitnessesOption = None,
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
        typer.Option(
            metavar="FILE",
            help="The ledger's statement of it, with --receipt; those beside it otherwise.",
        ),
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
    only the ledger that the certificate names, over https (or http on this machine). With --recompute its figures are
    computed anew from the statements of its batch's pack, and compared one by one. Exit code 0: valid; 1: false,
    suspended, revoked or expired; 2: nothing is false, but not all could be checked (or the command was used wrongly);
    3: there is no verdict, since it cannot be read or fetched.
    """
    if batch is not None:
        check_batch(batch, _ON_THE_DELIVERY)
    given = named(did_file, status, statement, receipt)
    trusted = Trusted(
        log_key=key_of_log(key_text(log_key)) if log_key else None,
        policy=witness_policy(policy),
        batch=batch,
    )
    try:
        found = _verified(certificate, given, trusted, recompute, offline=offline)
    except BadCertificate as bad:
        found = Verified(verdict=unreadable(bad))
    _finish(found, as_json=as_json)


def _verified(
    words: str, given: Evidence, trusted: Trusted, pack: Path | None, *, offline: bool
) -> Verified:
    answer, lying = None, None
    if words.startswith(("https://", "http://")):
        url, digest = _address(words)
        trusted = msgspec.structs.replace(trusted, digest=digest)
        answer = _answered(url, offline=offline)
        read = read_certificate(answer.credential)
        if read.credential.id != url:
            raise BadCertificate("issuer-mismatch", f"{url} answers with {read.credential.id}.")
    else:
        read = read_certificate(_certificate_text(Path(words)))
        lying = beside(Path(words))
    fetched = _fetched(read, given, answer, offline=offline)
    # What the ledger answers is newer, and more witnesses may have seen it.
    if lying is not None and fetched.evidence.statement is None:
        fetched = msgspec.structs.replace(fetched, evidence=with_beside(fetched.evidence, lying))
    else:
        lying = None
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
        beside=(lying.statement.name, lying.receipt.name) if lying else (),
        pack=anew.unusable if anew else None,
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
    found = text(path, MAX_CHARACTERS) or ""
    kind = next((name for begin, name in _PAGES.items() if found.lower().startswith(begin)), None)
    if kind is not None:
        unable(
            f"{path} is a page for people ({kind}): give the certificate itself, the .jwt beside it "
            "(attached to the PDF), or the text of the printed code"
        )
    return found


def _finish(found: Verified, *, as_json: bool) -> NoReturn:
    """Print the verdict, and exit with its code."""
    if as_json:
        print_json(found)
    else:
        console().print(verified_text(found), soft_wrap=True)
    raise typer.Exit(_CODES[found.verdict.result])
