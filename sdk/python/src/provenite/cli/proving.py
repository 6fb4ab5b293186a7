"""The command that fetches the proof that a statement is in the log, and checks one that somebody has."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from .connecting import Connection
from .failing import failures, misused
from .receipts import DIGEST, Trusted, check_receipt, no_statement, receipt_key
from .showing import AsJson, print_json
from .trusting import key_of_log, key_text, witness_policy


def receipt(
    context: typer.Context,
    statement: Annotated[
        str,
        typer.Argument(
            metavar="STATEMENT",
            help="The statement's id, or a batch that it made; with --check also a file with the statement.",
        ),
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
            metavar="VKEY",
            help="The log's public key (or a file that has it), instead of the one that the ledger says.",
        ),
    ] = None,
    check: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Check this proof or COSE receipt, offline: exits with 0 when it holds, 1 when not.",
        ),
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="With --check: which witnesses have to have cosigned it."
        ),
    ] = None,
    receipt_key_file: Annotated[
        Path | None,
        typer.Option(
            "--receipt-key",
            metavar="FILE",
            help="With --check: the key of the log's COSE receipts (JWK; receiptKey in GET /v1/log).",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fetch the proof that a statement is in the log, or check one.

    It has been checked when it is printed or saved. Anyone who has it and the log's public key can do so with
    --check, without the ledger.
    """
    key = key_of_log(key_text(log_key)) if log_key is not None else None
    if check is not None:
        required = witness_policy(policy)
        logs = (key,) if key else tuple(each.key for each in required.logs) if required else ()
        receipts = receipt_key(receipt_key_file) if receipt_key_file else None
        check_receipt(check, statement, Trusted(logs, receipts, required), as_json=as_json)
        return
    connection: Connection = context.obj
    digest = statement.partition(".")[0]
    if not DIGEST.fullmatch(digest):
        no_statement(statement)
    if cose and output is None and (as_json or sys.stdout.isatty()):
        misused("a COSE receipt is not text: say where to save it, -o FILE")
    with (
        failures(as_json),
        connection.client(connection.signer(), str(key) if key else None) as client,
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
