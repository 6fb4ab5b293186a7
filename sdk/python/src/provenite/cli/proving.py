"""The command that fetches the proof that a statement is in the log."""

import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from .connecting import Connection
from .failing import failures, misused
from .showing import AsJson, print_json

_DIGEST = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")


def receipt(
    context: typer.Context,
    statement: Annotated[
        str,
        typer.Argument(metavar="STATEMENT", help="The statement's id, or a batch that it made."),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Where to save it, instead of printing it. It replaces what is there.",
        ),
    ] = None,
    cose: Annotated[
        bool, typer.Option("--cose", help="As a COSE receipt (RFC 9942), for a file or a pipe.")
    ] = False,
    log_key: Annotated[
        str | None,
        typer.Option(
            metavar="VKEY", help="The log's public key, instead of the one that the ledger says."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fetch the proof that a statement is in the log.

    It has been checked when it is printed or saved: anyone who has it and the log's public key can do so, without
    the ledger.
    """
    connection: Connection = context.obj
    digest = statement.partition(".")[0]
    if not _DIGEST.fullmatch(digest):
        misused(
            f"{statement} is not a statement's id: 43 characters, as `provenite submit` prints it"
        )
    if cose and output is None and (as_json or sys.stdout.isatty()):
        misused("a COSE receipt is not text: say where to save it, -o FILE")
    with (
        failures(as_json),
        connection.client(connection.signer(), log_key) as client,
    ):
        found = client.cose_receipt(digest) if cose else client.receipt(digest).encode()
    if output is not None:
        try:
            output.write_bytes(found)
        except OSError as error:
            misused(f"{output}: {error.strerror}")
    if as_json:
        where = {"receipt": found.decode()} if output is None else {"file": str(output)}
        print_json({"statement": digest, **where})
    elif output is None:
        sys.stdout.buffer.write(found)
