"""The command that fetches a pack."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import DownloadColumn, Progress, SpinnerColumn, TextColumn, TransferSpeedColumn

from provenite_proto.counting import counted

from .asking import BatchArgument, check_batch
from .connecting import Connection
from .failing import failures, misused, say
from .showing import AsJson, print_json
from .terminal import console, in_line


def pack(
    context: typer.Context,
    batch: BatchArgument,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Where to save it; BATCH.pack.zip here by default. It replaces what is there.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Save a batch's pack, for an audit without the ledger.

    One file with the statements that made the batch, as far as you may see them, and the proofs that they are
    in the log. Whoever has it finds out with `provenite audit` what of it is true.
    """
    connection: Connection = context.obj
    check_batch(batch)
    file = output or Path(f"{batch}.pack.zip")
    if file.is_dir():
        misused(f"{file} is a folder: name a file in it")
    with failures(as_json), connection.client(connection.signer()) as client:
        try:
            with _progress() as told:
                head = client.pack(batch, file, progress=told)
        except OSError as error:
            misused(f"{file}: {error.strerror}")
    size = file.stat().st_size
    if as_json:
        print_json({"file": str(file), "bytes": size, "pack": head})
        return
    console().print(in_line(str(file)), soft_wrap=True)
    say(
        f"{size:,} bytes, of the first {counted(head.size, 'statement')} of {in_line(head.ledger)}."
    )


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    """What has come, on a terminal; elsewhere nothing. How much there will be nobody knows before."""
    shown = Progress(
        SpinnerColumn(),
        TextColumn("Fetching"),
        DownloadColumn(),
        TransferSpeedColumn(),
        console=console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    with shown:
        task = shown.add_task("", total=None)
        yield lambda done: shown.update(task, completed=done)
