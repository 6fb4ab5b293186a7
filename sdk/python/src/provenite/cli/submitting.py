"""The command that submits: signs, writes down, sends, and says what became of each record."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from .. import Client, Line, Problem, ProveniteError, Signer, read_record
from .connecting import Connection
from .failing import (
    INTERRUPTED,
    REFUSED,
    UNREACHED,
    failures,
    misused,
    problem_answer,
    problem_text,
    say,
)
from .journal import Journal, JournalError
from .locating import pointer
from .records import Entry, entries
from .showing import AsJson
from .terminal import WIDTH, console, in_line, json_text, wrapped

_AT_A_TIME = 100
_LISTED = 20
"""Recorded statements are listed up to so many records; beyond that only refusals and the sum."""


def submit(
    context: typer.Context,
    path: Annotated[
        str, typer.Argument(metavar="FILE", help="JSON or signed statements; - is stdin.")
    ] = "-",
    results: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write down here what is signed and what became of it. An interrupted run goes on when "
            "it is started again with the same file, and records nothing twice. It holds sealed sections: "
            "only you can read it.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Sign and submit records, or statements signed already.

    FILE holds a JSON record, an array of them, or one a line; or signed statements, one a line. A record is signed anew each time it is submitted, so submitting it again records it again; with --results it is recorded once. With --json the result of each is printed on a line. Exit code 1 when any was refused.
    """
    connection: Connection = context.obj
    found = given(path)
    run = _Run(as_json=as_json, listed=len(found) <= _LISTED)
    with failures(as_json), connection.client(_signer(connection, found)) as client:
        origin = client.ledger().origin
        try:
            with _journal(results, origin) as journal, run.progress(len(found)):
                for entry, result in _results(client, journal, found):
                    run.report(entry, result)
        except KeyboardInterrupt:
            run.summarize(len(found), results)
            raise typer.Exit(INTERRUPTED) from None
        except ProveniteError:
            run.summarize(len(found), results)
            raise
    run.summarize(len(found), results)
    if run.unresolved:
        raise typer.Exit(UNREACHED)
    if run.refused:
        raise typer.Exit(REFUSED)


def given(path: str) -> list[Entry]:
    """What a file, or stdin as `-`, holds: at least one record or statement."""
    name = "stdin" if path == "-" else path
    try:
        found = entries(sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes())
    except OSError as error:
        misused(f"{name}: {error.strerror}")
    except ValueError as error:
        misused(f"{name}: {error}.")
    if not found:
        misused(f"{name}: nothing to submit")
    return found


def _signer(connection: Connection, found: Sequence[Entry]) -> Signer | None:
    return None if all(entry.signed for entry in found) else connection.signer()


def _journal(path: Path | None, origin: str) -> Journal:
    try:
        return Journal(path, origin)
    except JournalError as error:
        misused(str(error))


def _results(
    client: Client, journal: Journal, found: Sequence[Entry]
) -> Iterator[tuple[Entry, Line]]:
    for start in range(0, len(found), _AT_A_TIME):
        part = found[start : start + _AT_A_TIME]
        known: dict[int, Line] = {}
        statements: list[tuple[Entry, str]] = []
        for entry in part:
            if recorded := journal.recorded(entry):
                known[entry.number] = msgspec.structs.replace(recorded, status=200)
                continue
            try:
                statements.append((entry, _statement(client, journal, entry)))
            except Problem as problem:
                answer = problem_answer(problem, pointer(entry.raw, problem))
                known[entry.number] = Line(status=400, problem=answer)
        journal.sending(statements)
        sent = client.submit_many([statement for _, statement in statements])
        for entry in part:
            result = known.get(entry.number) or next(sent)
            # A statement that the ledger could not deal with now is sent again by the next run.
            if result.status < 500 and not journal.recorded(entry):
                journal.answered(entry, result)
            yield entry, result


def _statement(client: Client, journal: Journal, entry: Entry) -> str:
    return entry.signed or journal.sent(entry) or client.sign(read_record(entry.raw))


@dataclass
class _Run:
    """Counts, and says as it goes; refusals on stderr, the rest on stdout."""

    as_json: bool
    listed: bool
    count: int = 0
    recorded: int = 0
    before: int = 0
    refused: int = 0
    unresolved: int = 0
    _progress: Progress = field(init=False)

    def progress(self, total: int) -> Progress:
        """A bar on stderr, if that is a terminal."""
        errors = console(stderr=True)
        self._progress = Progress(
            TextColumn("submitting"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=errors,
            transient=True,
            disable=not errors.is_terminal,
            redirect_stdout=False,
        )
        self._progress.add_task("", total=total)
        return self._progress

    def report(self, entry: Entry, result: Line) -> None:
        """Count a result and show it."""
        self.count += 1
        self._progress.update(self._progress.task_ids[0], completed=self.count)
        if result.status >= 500:
            self.unresolved += 1
        elif result.problem is not None:
            self.refused += 1
        elif result.status == 200:
            self.before += 1
        else:
            self.recorded += 1
        if self.as_json:
            row = {"record": entry.number, **msgspec.to_builtins(result)}
            typer.echo(json_text(row))
        elif result.problem is not None:
            self._progress.console.print(
                problem_text(result.problem, f"record {entry.number}"),
                overflow="ignore",
                crop=False,
            )
        elif self.listed and result.submitted is not None:
            submitted = result.submitted
            lines = [f"record {entry.number}: statement {in_line(submitted.digest)}"]
            lines += [f"  batch {in_line(batch)}" for batch in submitted.batches]
            for each in submitted.findings:
                doubt = f"doubt {each.slug}: {each.detail}"
                lines += [
                    wrapped(in_line(doubt), WIDTH, "  "),
                    wrapped(in_line(each.remedy), WIDTH, "    "),
                ]
            typer.echo("\n".join(lines))

    def summarize(self, total: int, results: Path | None) -> None:
        """The sum, and when not all are through, how to go on."""
        parts = [f"{self.recorded} recorded"]
        for number, what in (
            (self.before, "recorded before"),
            (self.refused, "refused"),
            (self.unresolved, "not answered"),
            (total - self.count, "not submitted"),
        ):
            if number:
                parts.append(f"{number} {what}")
        text = f"{total} {'record' if total == 1 else 'records'}: {', '.join(parts)}."
        if self.unresolved or self.count < total:
            text += (
                f"\nTo go on, run the same command again: {results} knows what was sent."
                if results
                else "\nSome may be recorded although no answer came; only with --results can a run go on."
            )
        say(text)
