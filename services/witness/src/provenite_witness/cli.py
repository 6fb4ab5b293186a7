"""The command `provenite-witness`."""

import asyncio
import errno
import sqlite3
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from provenite_proto.log import NoteKey, SignatureType, Unproven, parse_key

from . import __version__, keys, logs, serving
from .settings import Settings

main = typer.Typer(
    name="provenite-witness",
    help="Run a witness of transparency logs (C2SP tlog-witness).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"provenite-witness {__version__}")
        raise typer.Exit


@main.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="The version.")
    ] = False,
) -> None:
    """Nothing but the version."""


@main.command(
    epilog="\b\nExample:\n  provenite-witness keygen witness.pem --name witness.example/w1"
)
def keygen(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The key file to write.")],
    name: Annotated[
        str,
        typer.Option(metavar="NAME", help="The witness's name, a URL without its scheme."),
    ],
) -> None:
    """Make a key, and print its public half.

    Logs and policies need that line, which is also the file's first. A file is never overwritten.
    """
    try:
        signer = keys.create(path, name)
    except FileExistsError:
        _fail(f"{path} is there already, and is never overwritten")
    except (OSError, ValueError) as error:
        _fail(error)
    print(signer.key)


@main.command(
    epilog="\b\nExample:\n  provenite-witness serve --log ledger.example/log+d1a3e2c4+AZx…"
)
def serve(
    log: Annotated[
        list[str],
        typer.Option(
            metavar="VKEY",
            envvar="PROVENITE_WITNESS_LOG",
            help="The public key of a log to cosign for, named as its origin; repeatable, "
            "in the variable separated by spaces.",
        ),
    ],
    key: Annotated[
        Path,
        typer.Option(
            metavar="FILE", envvar="PROVENITE_WITNESS_KEY", help="The witness's key file."
        ),
    ] = Path("witness.pem"),
    data: Annotated[
        Path,
        typer.Option(
            metavar="FOLDER",
            envvar="PROVENITE_WITNESS_DATA",
            help="Where it remembers what it has cosigned.",
        ),
    ] = Path("provenite-witness-data"),
    host: Annotated[
        str, typer.Option(envvar="PROVENITE_WITNESS_HOST", help="IP address or name to listen on.")
    ] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(
            envvar="PROVENITE_WITNESS_PORT",
            help="TCP port to listen on; 0 takes any free one.",
            min=0,
            max=65535,
        ),
    ] = 8090,
) -> None:
    """Run the witness until SIGTERM or Ctrl-C.

    Its URL and its public key are printed when it is ready.
    """
    try:
        known = tuple(map(_log_key, log))
        signer = keys.load(key)
    except (OSError, ValueError) as error:
        _fail(error)
    logs.configure()

    def announce(address: str) -> None:
        print(f"Provenite witness {__version__} at {address}", flush=True)
        print(signer.key, flush=True)

    settings = Settings(logs=known, data=data, host=host, port=port)
    try:
        asyncio.run(serving.serve(settings, signer, announce))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            _fail(f"port {port} of {host} is in use: stop what listens there, or name another")
        _fail(error)
    except sqlite3.Error as error:
        _fail(f"{data}: {error}")


def _log_key(text: str) -> NoteKey:
    try:
        found = parse_key(text)
    except Unproven as error:
        raise ValueError(f"--log {text}: {error.detail}") from error
    if found.type is not SignatureType.ED25519:
        raise ValueError(f"--log {text}: the key of a witness, not of a log")
    return found


def _fail(error: Exception | str) -> NoReturn:
    print(f"provenite-witness: {str(error) or type(error).__name__}", file=sys.stderr)
    raise typer.Exit(1)
