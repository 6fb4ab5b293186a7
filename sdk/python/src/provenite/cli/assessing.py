"""The command that assesses: whether a batch meets a policy, by which figures, and what is missing."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from provenite_proto.counting import counted

from .. import AssessmentAnswer, Facts, FigureAnswer, GapAnswer
from .asking import BatchArgument, check_batch
from .connecting import Connection
from .failing import failures, misused
from .policies import asked_of
from .showing import AsJson, print_json, share_text
from .terminal import console, in_line, wrapped

WIDTH = 80
MAX_GAPS = 20
"""Gaps that people are shown; --json has all."""
_FACTS = {
    "origin": "say where it came from: it entered there without a statement",
    "replacement": "replace the statement, which does not stand",
    "average": "show what it was made of: the rolling average does not cover it",
    "path": "record the step that is missing after it, or what its source leaves open",
    "attestation": "have it attested",
    "custody": "keep it apart: its chain-of-custody model is not accepted",
    "review": "have it judged",
}


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
    rule = "" if found.row is None else f", rule {found.row}"
    _say(
        f"{found.policy} version {found.version} as of {found.as_of}{rule}; {counted(found.size, 'statement')}"
    )
    if found.exemption:
        _say(f"by the exemption {found.exemption}")
    for figure in found.figures:
        _say(f"  {figure.of}: {_bounds(figure)}  {figure.verdict}")
        _say(f"    {figure.test}{_threshold(figure)}")
    for missing in found.missing:
        _say(f"  missing: {missing.detail}")
    for note in found.notes:
        _say(f"  note: {note}")
    if found.gaps:
        out.print("What is missing")
    for gap in found.gaps[:MAX_GAPS]:
        _say(
            f"  {gap.element}: {_FACTS[gap.fact]}; then at best {share_text(gap.best)}{_worst(gap)}"
        )
        out.print(f"    {in_line(gap.at)}", soft_wrap=True)
    if len(found.gaps) > MAX_GAPS:
        _say(f"  and {len(found.gaps) - MAX_GAPS} smaller ones: see --json")


def _worst(gap: GapAnswer) -> str:
    return f", at worst no more than {share_text(gap.worst)}"


def _bounds(figure: FigureAnswer) -> str:
    if figure.lower == figure.upper:
        return share_text(figure.lower_share)
    return f"{share_text(figure.lower_share)} to {share_text(figure.upper_share)}"


def _threshold(figure: FigureAnswer) -> str:
    if figure.below is not None:
        return f", below {share_text(figure.below)}"
    return "" if figure.at_least is None else f", at least {share_text(figure.at_least)}"


def _say(line: str) -> None:
    begin = " " * (len(line) - len(line.lstrip()))
    console().print(wrapped(in_line(line.lstrip()), WIDTH, begin), soft_wrap=True)
