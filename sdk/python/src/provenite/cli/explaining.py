"""Commands that explain content: what brings a label, what a late statement has changed, one's own lenses."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from .. import Client, Consequences
from . import cascading, foretelling
from .asking import BatchArgument
from .connecting import Connection
from .failing import failures, misused, say
from .receipts import DIGEST, no_statement
from .showing import AsJson, AsJsonLines, facts, print_json, print_json_lines, share_text
from .terminal import console


def contributions(
    context: typer.Context,
    batch: BatchArgument,
    element: Annotated[str, typer.Option(metavar="SYMBOL", help="The element, such as Nd.")],
    label: Annotated[str, typer.Option(metavar="LABEL", help="The label, such as CN.")],
    lens: Annotated[str, typer.Option(metavar="LENS", help="The lens.")] = "origin",
    as_json: AsJson = False,
) -> None:
    """Show which matter brings a label to a batch.

    The batches that entered the record, the largest part first; they sum to the label's mass.
    """
    connection: Connection = context.obj
    with failures(as_json), connection.client(connection.signer()) as client:
        found = client.contributions(batch, element=element, lens=lens, label=label)
    if as_json:
        print_json(found)
        return
    out = console()
    out.print(
        f"{found.batch}\n{found.mass} kg of {found.element} are {found.label} ({found.lens})",
        soft_wrap=True,
    )
    for each in found.contributions:
        out.print(f"  {each.mass} kg  {share_text(each.share)}  {each.kind}", soft_wrap=True)
        out.print(f"    {each.id}", soft_wrap=True)


def consequences(
    context: typer.Context,
    statement: Annotated[
        str | None, typer.Argument(metavar="STATEMENT", help="The digest of a statement.")
    ] = None,
    supposed: Annotated[
        str | None,
        typer.Option(
            "--if",
            metavar="FILE",
            help="The certificates that a record, or a signed statement, would change if you submitted it; - is stdin.",
        ),
    ] = None,
    if_retracted: Annotated[
        bool,
        typer.Option(
            "--if-retracted",
            help="The certificates that its retraction would change, though it has not happened.",
        ),
    ] = False,
    as_json: AsJsonLines = False,
) -> None:
    """Show what a late statement has changed, or would change.

    A retraction, an attestation, an ownership: the batches that you see whose content is another one since,
    and your certificates that say something else since, before and after. With --if what FILE holds is signed
    and checked as if it were submitted, and not recorded. With --json one document a page, those of batches first.
    Exit code 0 whether or not any certificate falls, 1 when it is refused.
    """
    connection: Connection = context.obj
    if supposed is not None:
        if statement is not None or if_retracted:
            misused("--if FILE stands alone: the statement is in the file")
        foretelling.show(connection, supposed, as_json=as_json)
        return
    if statement is None:
        misused("say the id of a statement that is recorded, or --if FILE")
    if not DIGEST.fullmatch(statement):
        no_statement(statement)
    with failures(as_json), connection.client(connection.signer()) as client:
        pages = [] if if_retracted else _pages(client, statement)
        certificates = cascading.pages_of(
            lambda cursor: client.certificate_consequences(
                statement, if_retracted=if_retracted, cursor=cursor
            )
        )
    if as_json:
        print_json_lines((*pages, *certificates))
        return
    if if_retracted:
        cascading.show(certificates, cascading.NONE_WOULD, supposed=True)
        return
    first = pages[0]
    if not first.settled:
        known = first.revised is not None
        progress = f": {first.revised} of {first.total or '?'} statements" if known else ""
        say(f"Being worked out{progress}.")
    for each in pages:
        _changes(each)
    if not any(each.items for each in pages) and first.settled:
        say("It has changed no content that you see.")
    cascading.show(certificates, "It has changed no certificate that you see.", supposed=False)


def _pages(client: Client, statement: str) -> list[Consequences]:
    page = client.consequences(statement)
    pages = [page]
    while page.next is not None:
        page = client.consequences(statement, cursor=page.next)
        pages.append(page)
    return pages


def _changes(found: Consequences) -> None:
    out = console()
    for batch in found.items:
        out.print(batch.batch, soft_wrap=True)
        table = Table(box=None, pad_edge=False)
        for column in ("", "lens", "label"):
            table.add_column(column, overflow="fold")
        table.add_column("kg before", justify="right")
        table.add_column("kg after", justify="right")
        for change in batch.changes:
            before = {each.label: each.mass for each in change.before}
            after = {each.label: each.mass for each in change.after}
            for label in sorted(before | after):
                table.add_row(
                    change.element,
                    change.lens,
                    label,
                    before.get(label, "0"),
                    after.get(label, "0"),
                )
        out.print(table)


def lenses(
    context: typer.Context,
    add: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Register the lens of this TOML file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the lenses, or register one of your own.

    A lens is a question about the path of matter; `provenite content --lens ID` looks through it.
    """
    connection: Connection = context.obj
    text = None
    if add is not None:
        try:
            text = add.read_text("utf-8")
        except OSError as error:
            misused(f"{add}: {error.strerror}")
        except UnicodeDecodeError:
            misused(f"{add}: not text in UTF-8")
    with failures(as_json), connection.client(connection.signer()) as client:
        if text is not None:
            registered = client.register_lens(text)
            if as_json:
                print_json(registered)
            else:
                facts({"lens": registered.id, "title": registered.title})
            return
        found = list(client.lenses())
    if as_json:
        print_json_lines(found)
        return
    for lens in found:
        console().print(f"{lens.id}\n  {lens.title}", soft_wrap=True)
