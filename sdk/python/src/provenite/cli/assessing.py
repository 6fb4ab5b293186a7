"""The command that assesses: whether a batch meets a policy, by which figures, and what is missing."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from .. import AssessmentAnswer, Facts
from .asking import BatchArgument, check_batch
from .assessed import assessment_lines
from .connecting import Connection
from .failing import failures, misused
from .policies import asked_of
from .showing import AsJson, print_json
from .terminal import console


def assess(
    context: typer.Context,
    batch: BatchArgument,
    policy: Annotated[
        str,
        typer.Option(
            metavar="ID|FILE|DIGEST",
            help="The policy; `provenite policy list` has those that ship. A file of your own is added.",
        ),
    ],
    as_of: Annotated[
        datetime | None,
        typer.Option(metavar="DAY", formats=["%Y-%m-%d"], help="The day that decides; today."),
    ] = None,
    facts: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="JSON of what no statement records: values, costs."),
    ] = None,
    product: Annotated[
        str | None, typer.Option(metavar="PRODUCT", help="Which product it is, such as ev-battery.")
    ] = None,
    claim: Annotated[
        list[str] | None,
        typer.Option(metavar="CLAIM", help="An exemption that you claim; repeatable."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Assess a batch by a policy.

    The outcome, the figures that it follows from, and which missing facts keep it from being better.
    """
    connection: Connection = context.obj
    check_batch(batch)
    said = said_facts(facts, product, claim or ())
    with failures(as_json), connection.client(connection.signer()) as client:
        found = client.assessment(
            batch,
            asked_of(client, policy, as_json=as_json),
            as_of=None if as_of is None else as_of.date(),
            facts=said,
        )
    if as_json:
        print_json(found)
    else:
        _show(found)


def said_facts(file: Path | None, product: str | None, claims: Iterable[str]) -> Facts | None:
    """What somebody says of the product, by a file and by options; nothing when neither says anything."""
    claims = tuple(claims)
    if file is None and product is None and not claims:
        return None
    try:
        said = Facts() if file is None else msgspec.json.decode(file.read_bytes(), type=Facts)
        changed = msgspec.structs.replace(
            said, product=product or said.product, claims=(*said.claims, *claims)
        )
        return msgspec.convert(msgspec.to_builtins(changed), Facts)
    except OSError as error:
        misused(f"{file} cannot be read: {error.strerror}")
    except msgspec.DecodeError as error:
        misused(f"{file or 'the facts'}: {error}")


def _show(found: AssessmentAnswer) -> None:
    out = console()
    style = {"pass": "bold green", "fail": "bold red"}.get(found.outcome, "bold yellow")
    out.print(found.batch, soft_wrap=True)
    out.print(found.outcome.replace("_", " "), style=style)
    for line in assessment_lines(found):
        out.print(line, soft_wrap=True)
