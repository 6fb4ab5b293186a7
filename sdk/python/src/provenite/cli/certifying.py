"""Commands about a firm's certificates: having one issued, what has become of them, and the registrar's revoking one."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from provenite_proto.certificate import qr_text, read_certificate
from provenite_proto.statement import parse

from .. import (
    CertificateAnswer,
    CertificateEntry,
    NoticeAnswer,
    Validity,
    certificate_status,
    declaration,
)
from .._public_files import PublicFiles
from .asking import BatchArgument, check_batch
from .assessing import said_facts
from .certified import certified_lines
from .connecting import Connection
from .failing import failures, misused, say
from .policies import asked_of
from .showing import AsJson, AsJsonLines, day, facts, print_json, print_json_lines
from .terminal import WIDTH, console, in_line, wrapped

MAX_PAGE = 16 * 1024 * 1024
"""Bytes of a certificate's page, at the most."""
_ID = re.compile(r"(?:https?://[^?#]+/)?(?P<id>[A-Za-z0-9_-]{21}[AQgw])")
_STYLES = {
    Validity.VALID: "bold green",
    Validity.SUSPENDED: "bold yellow",
    Validity.REVOKED: "bold red",
}


def certify(
    context: typer.Context,
    batch: BatchArgument,
    policy: Annotated[
        str,
        typer.Option(
            metavar="ID|FILE|DIGEST",
            help="The policy; `provenite policy list` has those that ship. A file of your own is added.",
        ),
    ],
    as_of: Annotated[
        datetime | None,
        typer.Option(metavar="DAY", formats=["%Y-%m-%d"], help="The day that decides; today."),
    ] = None,
    facts_file: Annotated[
        Path | None,
        typer.Option(
            "--facts",
            metavar="FILE",
            help="JSON of what no statement records: it is signed and recorded first.",
        ),
    ] = None,
    product: Annotated[
        str | None, typer.Option(metavar="PRODUCT", help="Which product it is, such as ev-battery.")
    ] = None,
    claim: Annotated[
        list[str] | None,
        typer.Option(metavar="CLAIM", help="An exemption that you claim; repeatable."),
    ] = None,
    declared: Annotated[
        str | None,
        typer.Option(
            "--declaration",
            metavar="STATEMENT",
            help="What you have declared of the batch before, instead of --facts, --product, --claim.",
        ),
    ] = None,
    lot: Annotated[
        bool, typer.Option("--lot", help="Say the lot that you gave the batch.")
    ] = False,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="STEM",
            help="Save STEM.certificate.jwt, .html, .pdf, .statement and .receipt, replacing what is there.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Have a batch certified.

    Only a batch that passes the policy is certified; `provenite assess` says beforehand what is missing. Whoever
    you give the certificate finds out with `provenite verify` whether it can be relied on, and learns nothing of
    your suppliers.
    """
    connection: Connection = context.obj
    check_batch(batch)
    said = said_facts(facts_file, product, claim or ())
    if declared is not None and said is not None:
        misused(
            "--declaration stands for --facts, --product and --claim: give the one or the others"
        )
    with failures(as_json), connection.client(connection.signer()) as client:
        asked = asked_of(client, policy, as_json=as_json)
        if said is not None:
            declared = client.submit(declaration(batch, said)).digest
            say(f"Declared: {declared}")
        found = client.certify(
            batch,
            asked,
            as_of=None if as_of is None else as_of.date(),
            declaration=declared,
            lot=lot,
        )
        saved = () if output is None else _saved(connection, found, output)
    if as_json:
        print_json({"certificate": found, "declaration": declared, "files": list(map(str, saved))})
        return
    credential = read_certificate(found.credential).credential
    out = console()
    for line in certified_lines(credential):
        out.print(line, soft_wrap=True)
    facts({"code": qr_text(found.url, found.credential)})
    for file in saved:
        out.print(in_line(str(file)), soft_wrap=True)


def certificates(context: typer.Context, as_json: AsJsonLines = False) -> None:
    """List your certificates and how they stand.

    The registrar sees all. With --json one document a line.
    """
    connection: Connection = context.obj
    with failures(as_json), connection.client(connection.signer()) as client:
        if as_json:
            print_json_lines(client.certificates())
        elif not _listed(map(_entry, client.certificates())):
            say("No certificates.")


def notices(context: typer.Context, as_json: AsJsonLines = False) -> None:
    """List what has become of your certificates.

    Each change of how one stands, when and why. With --json one document a line.
    """
    connection: Connection = context.obj
    with failures(as_json), connection.client(connection.signer()) as client:
        if as_json:
            print_json_lines(client.notices())
        elif not _listed(map(_notice, client.notices())):
            say("No notices: no certificate of yours has changed its status.")


def revoke(
    context: typer.Context,
    certificate: Annotated[
        str, typer.Argument(metavar="CERTIFICATE", help="Its id, or its address.")
    ],
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="Why, in a sentence that everybody may read.")
    ],
    as_json: AsJson = False,
) -> None:
    """Revoke a certificate for ever, with the registrar's key.

    What falls with its facts the ledger suspends by itself; this is for what no statement tells.
    """
    connection: Connection = context.obj
    found = _ID.fullmatch(certificate)
    if found is None:
        misused(f"{certificate} is no certificate's id or address")
    with failures(as_json), connection.client(connection.signer()) as client:
        statement = parse(client.certificate(found["id"]).statement, complete=False).digest
        submitted = client.submit(certificate_status(statement, Validity.REVOKED, reason=reason))
    if as_json:
        print_json(submitted)
    else:
        facts({"revoked": certificate, "statement": submitted.digest})


def _saved(connection: Connection, found: CertificateAnswer, stem: str) -> tuple[Path, ...]:
    """The certificate, its pages, and what proves that it is in the log, in files; their names."""
    address = connection.address()
    page = f"{address}/certificates/{found.id}"
    with PublicFiles(address) as files:
        html = files.get(page, MAX_PAGE, "text/html")
        pdf = files.get(f"{page}.pdf", MAX_PAGE, "application/pdf")
    contents = {
        "jwt": found.credential.encode(),
        "html": html,
        "pdf": pdf,
        "statement": found.statement.encode(),
        "receipt": found.receipt.encode(),
    }
    saved = []
    for kind, content in contents.items():
        file = Path(f"{stem}.certificate.{kind}")
        if content is None:
            say(f"The ledger has no page for {file}.")
            continue
        try:
            file.write_bytes(content)
        except OSError as error:
            misused(f"{file}: {error.strerror}")
        saved.append(file)
    return tuple(saved)


def _listed(entries: Iterable[Iterable[Text | str]]) -> int:
    out = console()
    number = 0
    for number, lines in enumerate(entries, 1):  # noqa: B007 # counted for the caller
        for line in lines:
            out.print(line, soft_wrap=True)
    return number


def _entry(each: CertificateEntry) -> Iterator[Text | str]:
    yield Text.assemble(
        (each.status.value, _STYLES[each.status]),
        in_line(f"  {each.policy} version {each.version}  as of {each.as_of}"),
        f"  until {day(each.valid_until)}",
    )
    yield in_line(f"  batch {each.batch}")
    yield in_line(f"  {each.url}")
    if each.reason and each.since:
        yield wrapped(in_line(f"{day(each.since)}: {each.reason}"), WIDTH, "  ")


def _notice(each: NoticeAnswer) -> Iterator[Text | str]:
    yield Text.assemble(
        (each.status.value, _STYLES[each.status]),
        f"  {each.at:%Y-%m-%d %H:%M:%S} UTC",
        in_line(f"  {each.policy}"),
    )
    yield wrapped(in_line(each.reason), WIDTH, "  ")
    yield in_line(f"  batch {each.batch}")
    yield in_line(f"  {each.url}")
    if each.cause:
        yield in_line(f"  because of statement {each.cause}")
