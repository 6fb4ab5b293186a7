"""The command that audits a pack: offline, whoever has made it."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO, NoReturn

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from provenite_proto.audit import Outcome, Trust, Verdict, audit_pack
from provenite_proto.log import NoteKey, Unproven, WitnessPolicy, parse_key, parse_policy

from .._verifying import Verifying
from .failing import misused
from .showing import AsJson, print_json
from .terminal import console
from .verdicts import verdict_text

VERIFIED, FALSE, UNCHECKED = 0, 1, 2
_CODES = {Outcome.VERIFIED: VERIFIED, Outcome.FALSE: FALSE, Outcome.UNCHECKED: UNCHECKED}
_SMALL = 4 * 1024 * 1024
"""Bytes of statements that are verified before another process would have started."""


def audit(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The pack.")],
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
    processes: Annotated[
        int | None,
        typer.Option(metavar="N", help="Processes that verify; as many as cores.", min=1, max=256),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find out whether a pack is true.

    Without network and without the ledger. Exit code 0: all verified; 1: something is false; 2: nothing is false,
    but not all could be checked, since it was withheld or is missing.
    """
    trust = Trust(trusted_key(log_key), witness_policy(policy))
    try:
        size = file.stat().st_size
        with file.open("rb") as opened:
            verdict = _audited(opened, size, trust, processes)
    except OSError as error:
        misused(f"{file}: {error.strerror}")
    finish(verdict, as_json=as_json)


def _audited(opened: BinaryIO, size: int, trust: Trust, processes: int | None) -> Verdict:
    some = processes or (1 if size < _SMALL else os.cpu_count() or 1)
    with Verifying(some) as verifying, progress("Auditing") as told:
        return audit_pack(opened, trust, verifying, told)


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal; elsewhere nothing. It is told how much is done, and of how much."""
    bar = Progress(
        TextColumn(what),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    with bar:
        task = bar.add_task(what, total=None)
        yield lambda done, whole: bar.update(task, completed=done, total=whole)


def trusted_key(said: str | None) -> NoteKey | None:
    """The key that a text, or the file of that name, has."""
    if said is None:
        return None
    try:
        text = said if "+" in said else Path(said).read_text("utf-8")
        return parse_key(text.strip())
    except OSError as error:
        misused(f"{said}: {error.strerror}")
    except (Unproven, UnicodeDecodeError) as error:
        misused(f"{said} is not a log's key: {error}")


def witness_policy(file: Path | None) -> WitnessPolicy | None:
    """The policy in a file."""
    if file is None:
        return None
    try:
        return parse_policy(file.read_bytes())
    except OSError as error:
        misused(f"{file}: {error.strerror}")
    except Unproven as error:
        misused(f"{file}: {error.detail}")


def finish(verdict: Verdict, *, as_json: bool) -> NoReturn:
    """Print the verdict, and exit with its code."""
    if as_json:
        print_json(verdict)
    else:
        console().print(verdict_text(verdict), soft_wrap=True)
    raise typer.Exit(_CODES[verdict.outcome])
