"""Commands about keys: make one, join with it, see whose it is."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import typer

from provenite_proto.counting import counted

from .. import Signer
from .connecting import PASSPHRASE, Connection
from .failing import failures, misused
from .showing import AsJson, facts, print_json


def keygen(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The key file to write.")],
    algorithm: Annotated[
        Literal["ES256", "Ed25519"], typer.Option(help="The signature algorithm.")
    ] = "ES256",
    encrypt: Annotated[
        bool, typer.Option("--encrypt", help="Ask for a passphrase to encrypt the file with.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a key. Its file can be read by you alone and is never overwritten.

    It is encrypted when PROVENITE_KEY_PASSPHRASE or --passphrase-file has a passphrase, or with --encrypt.
    """
    connection: Connection = context.obj
    with failures(as_json):
        passphrase = connection.passphrase()
    if encrypt and passphrase is None:
        if not sys.stdin.isatty():
            misused(
                "--encrypt asks for a passphrase at a terminal: here, give it in "
                f"{PASSPHRASE} or --passphrase-file"
            )
        passphrase = typer.prompt("Passphrase", hide_input=True, confirmation_prompt=True, err=True)
    with failures(as_json):
        signer = Signer.generate(algorithm)
        signer.save(path, passphrase)
    if as_json:
        print_json({"keyId": signer.key_id, "key": signer.public_jwk, "file": str(path)})
        return
    facts(
        {
            "key": signer.key_id,
            "file": f"{path} ({'encrypted' if passphrase else 'not encrypted'}, {algorithm})",
            "next": f"provenite enrol CODE --ledger URL --key {path}",
        }
    )


def enrol(
    context: typer.Context,
    code: Annotated[
        str,
        typer.Argument(metavar="CODE", help="The invitation's code, from the ledger's operator."),
    ],
    as_json: AsJson = False,
) -> None:
    """Join a ledger by invitation.

    Your key becomes the new party's. Doing it again with the same code and key is safe.
    """
    connection: Connection = context.obj
    with failures(as_json), connection.client(connection.signer()) as client:
        enrolled = client.enrol(code)
        if as_json:
            print_json(enrolled)
            return
        party = client.party(enrolled.party)
    facts(
        {
            "name": party.name or "withheld",
            "party": party.id,
            "country": party.country,
            "roles": ", ".join(party.roles),
            "key": enrolled.key_id,
        }
    )


def whoami(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the party whose key this is, and the ledger."""
    connection: Connection = context.obj
    with failures(as_json):
        signer = connection.signer()
        with connection.client(signer) as client:
            ledger = client.ledger()
            party = client.party(client.key(signer.key_id).party)
    if as_json:
        print_json({"ledger": ledger, "party": msgspec.to_builtins(party), "keyId": signer.key_id})
        return
    facts(
        {
            "name": party.name or "withheld",
            "party": party.id,
            "country": party.country,
            "roles": ", ".join(party.roles),
            "key": signer.key_id,
            "ledger": f"{ledger.origin}, {counted(ledger.size, 'statement')}",
        }
    )
