"""The command about shipments: what is on its way, what is overdue, and what each side found."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

import typer
from rich.text import Text

from .. import ShipmentAnswer, ShippedBatch
from .checking import verdict_line
from .connecting import Connection
from .failing import failures, say
from .showing import AsJsonLines, day, print_json_lines
from .terminal import console


def shipments(
    context: typer.Context,
    sent: Annotated[bool, typer.Option("--sent", help="Only what you have sent.")] = False,
    addressed: Annotated[
        bool, typer.Option("--addressed", help="Only what is addressed to you.")
    ] = False,
    status: Annotated[
        Literal["in_transit", "accepted", "refused", "retracted"] | None,
        typer.Option(help="Only in this status."),
    ] = None,
    overdue: Annotated[
        bool, typer.Option("--overdue", help="Only what should have arrived by now.")
    ] = False,
    as_json: AsJsonLines = False,
) -> None:
    """List your shipments, with what was sent and what was found.

    Both sides see the same. With --json one document a line.
    """
    side: Literal["any", "sender", "receiver"] = "any"
    if sent != addressed:
        side = "sender" if sent else "receiver"
    connection: Connection = context.obj
    with failures(as_json), connection.client(connection.signer()) as client:
        found = client.shipments(side=side, status=status, overdue=True if overdue else None)
        if as_json:
            print_json_lines(found)
        elif not _listed(found):
            say("No shipments.")


def _listed(shipments: Iterable[ShipmentAnswer]) -> int:
    out = console()
    number = 0
    for number, shipment in enumerate(shipments, 1):  # noqa: B007 # counted for the caller
        for line in _lines(shipment):
            out.print(line, soft_wrap=True)
    return number


def _lines(shipment: ShipmentAnswer) -> Iterator[Text]:
    status = "overdue" if shipment.overdue else shipment.status.replace("_", " ")
    arrived = f"  arrived {day(shipment.received_at)}" if shipment.received_at else ""
    yield Text.assemble(
        (status, "bold red" if shipment.overdue else "bold"),
        f"  by {shipment.mode}  left {day(shipment.departed_at)}"
        f"{arrived or f'  due {day(shipment.due_at)}'}",
    )
    yield Text(f"  {shipment.transfer}")
    if shipment.verdict is not None:
        yield Text.assemble("  waste: ", verdict_line(shipment.verdict))
    for batch in shipment.batches:
        yield Text(f"  {batch.material}  {batch.mass} kg sent{_found(batch)}")


def _found(batch: ShippedBatch) -> str:
    parts = [f"{batch.received} kg kept"] if batch.received is not None else []
    parts += [f"{batch.refused} kg sent back"] if batch.refused else []
    if batch.difference not in (None, "0"):
        parts.append(f"{batch.difference} kg difference")
    parts += [f"{element} {fraction}" for element, fraction in batch.measured.items()]
    return "".join(f", {part}" for part in parts)
