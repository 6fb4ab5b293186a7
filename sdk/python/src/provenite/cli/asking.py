"""Commands that ask: which batches, where from, what of what origin."""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
import typer

from provenite_proto.record import BatchId

from .. import Client
from .connecting import Connection
from .failing import failures, misused, say
from .showing import (
    AsJson,
    AsJsonLines,
    batch_list,
    content_tables,
    print_json,
    print_json_lines,
)
from .terminal import console
from .tracing import trace_tree

BatchArgument = Annotated[str, typer.Argument(metavar="BATCH", help="The batch's id.")]


def batches(
    context: typer.Context,
    made: Annotated[
        bool, typer.Option("--made", help="Also the batches that you made or sent on.")
    ] = False,
    exhausted: Annotated[
        bool, typer.Option("--exhausted", help="Also those of which nothing is left.")
    ] = False,
    material: Annotated[
        str | None, typer.Option(metavar="MATERIAL", help="Only of this material.")
    ] = None,
    status: Annotated[
        Literal["held", "in_transit"] | None, typer.Option(help="Only in this status.")
    ] = None,
    lot: Annotated[str | None, typer.Option(metavar="LOT", help="Only of this lot.")] = None,
    site: Annotated[
        str | None, typer.Option(help="Only what you made at this site of yours (its id).")
    ] = None,
    as_json: AsJsonLines = False,
) -> None:
    """List your batches.

    Those of which you hold something, or something is on its way to you. With --json one document a line.
    """
    connection: Connection = context.obj
    with failures(as_json), connection.client(connection.signer()) as client:
        found = client.batches(
            holder="any" if made else "me",
            exhausted=exhausted,
            material=material,
            status=status,
            lot=lot,
            site=site,
        )
        if as_json:
            print_json_lines(found)
        elif not batch_list(found):
            say("No batches.")


def trace(
    context: typer.Context,
    batch: BatchArgument,
    downstream: Annotated[
        bool, typer.Option("--downstream", help="Where it went, instead of where it came from.")
    ] = False,
    depth: Annotated[
        int, typer.Option(metavar="STEPS", help="Steps from the batch.", min=0, max=1000)
    ] = 1000,
    as_json: AsJson = False,
) -> None:
    """Show where a batch came from.

    As a tree of steps with stages, countries and days; chains of single steps stay in one column.
    """
    connection: Connection = context.obj
    check_batch(batch)
    with failures(as_json), connection.client(connection.signer()) as client:
        found = client.trace(
            batch, direction="downstream" if downstream else "upstream", depth=depth
        )
    if as_json:
        print_json(found)
        return
    console().print(trace_tree(found))
    if found.truncated:
        say("There is more: the depth, or the ledger's limit of statements, cut it off.")


def content(
    context: typer.Context,
    batch: BatchArgument,
    lens: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LENS", help="Only through this lens (origin, source, stage/…); repeatable."
        ),
    ] = None,
    element: Annotated[
        list[str] | None,
        typer.Option(metavar="SYMBOL", help="Only of this element, such as Nd; repeatable."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also the stages through which nothing went.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what a batch holds of which origin.

    How much of each element was mined, processed and recycled where. What is not known counts as unknown.
    """
    connection: Connection = context.obj
    check_batch(batch)
    with failures(as_json), connection.client(connection.signer()) as client:
        found = client.content(batch, lenses=lens or (), elements=element or ())
        if absent := set(element or ()) - {each.element for each in found.elements}:
            _no_such(client, batch, sorted(absent))
    if as_json:
        print_json(found)
    elif content_tables(console(), found, everything=everything or bool(lens)):
        console().print(
            "\nStages through which nothing is known to have gone are not shown: see --all."
        )


def check_batch(batch: str, told_where: str = "`provenite batches` lists yours") -> None:
    """Say of what cannot be a batch's id where such ids are found, before the ledger is asked."""
    try:
        msgspec.convert(batch, BatchId)
    except msgspec.ValidationError:
        misused(f"{batch} is not a batch id: mistyped or cut off; {told_where}")


def _no_such(client: Client, batch: str, absent: Sequence[str]) -> None:
    elements = client.batch(batch).elements
    meant = [symbol.capitalize() for symbol in absent if symbol.capitalize() in elements]
    question = f" (did you mean {' and '.join(meant)}?)" if meant else ""
    misused(f"the batch has no {' and no '.join(absent)}{question}: it has {', '.join(elements)}")
