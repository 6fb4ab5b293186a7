"""What certificates would come to if a statement were submitted."""

import typer

from .. import Client, Problem, read_record
from . import cascading
from .connecting import Connection
from .failing import REFUSED, failures, misused, problem_answer, problem_text, say
from .locating import pointer
from .records import Entry
from .showing import print_json_lines
from .submitting import given
from .terminal import json_text


def show(connection: Connection, path: str, *, as_json: bool) -> None:
    """Show what the only record or signed statement of a file would change."""
    entries = given(path)
    if len(entries) > 1:
        misused(f"{path}: {len(entries)} records; what one of them would change is told of one")
    with failures(as_json), connection.client(connection.signer()) as client:
        statement = _signed(client, entries[0], as_json=as_json)
        pages = cascading.pages_of(
            lambda cursor: client.supposed_consequences(statement, cursor=cursor)
        )
    if as_json:
        print_json_lines(pages)
    else:
        cascading.show(pages, cascading.NONE_WOULD, supposed=True)


def _signed(client: Client, entry: Entry, *, as_json: bool) -> str:
    try:
        return entry.signed or client.sign(read_record(entry.raw))
    except Problem as problem:
        answer = problem_answer(problem, pointer(entry.raw, problem))
        if as_json:
            typer.echo(json_text(answer), err=True)
        else:
            say(problem_text(answer))
        raise typer.Exit(REFUSED) from problem
