"""The command `provenite`: keys, joining, submitting and asking from a shell.

Exit codes: 0 done, 1 refused, 2 used wrongly, 3 the ledger cannot be reached or cannot answer now.
"""

from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from .asking import batches, content, trace
from .connecting import Connection
from .examples import examples
from .keys import enrol, keygen, whoami
from .placing import AnyPlace
from .submitting import submit

main = typer.Typer(
    name="provenite",
    cls=AnyPlace,
    help="Sign and submit batch statements, and ask a Provenite ledger about batches.",
    epilog="\b\nExit codes: 0 done, 1 refused, 2 used wrongly,\n"
    "3 the ledger cannot be reached or cannot answer now.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(version("provenite"))
        raise typer.Exit


@main.callback()
def _options(
    context: typer.Context,
    ledger: Annotated[
        str | None, typer.Option(envvar="PROVENITE_LEDGER", help="The ledger's URL.")
    ] = None,
    key: Annotated[
        Path | None, typer.Option(envvar="PROVENITE_KEY", help="Your key: a PEM file.")
    ] = None,
    passphrase_file: Annotated[
        Path | None,
        typer.Option(
            help="A file with the key's passphrase, if not in PROVENITE_KEY_PASSPHRASE or asked for."
        ),
    ] = None,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="The version.")
    ] = False,
) -> None:
    context.obj = Connection(ledger, key, passphrase_file)


main.command(epilog=examples("provenite keygen firm.pem", "provenite keygen firm.pem --encrypt"))(
    keygen
)
main.command(epilog=examples("provenite enrol Zk3…w --ledger URL --key firm.pem"))(enrol)
main.command(epilog=examples("provenite whoami", "provenite whoami --json"))(whoami)
main.command(
    epilog=examples(
        "provenite submit extraction.json --ledger URL --key firm.pem",
        "provenite submit march.jsonl --results march.results.jsonl",
        "provenite submit - --json",
    )
)(submit)
main.command(
    epilog=examples(
        "provenite batches",
        "provenite batches --material ndpr-oxide --status held",
        "provenite batches --made --exhausted --lot L-2026-03 --json",
    )
)(batches)
main.command(
    epilog=examples(
        "provenite trace Xq…8.0", "provenite trace Xq…8.0 --downstream --depth 2 --json"
    )
)(trace)
main.command(
    epilog=examples(
        "provenite content Xq…8.0",
        "provenite content Xq…8.0 --element Nd --lens origin --lens stage/separation",
    )
)(content)
