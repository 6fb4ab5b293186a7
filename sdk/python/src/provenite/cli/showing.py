"""Answers on stdout: as JSON for programs, or laid out for people within 80 columns."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from provenite_proto.certificate import CertifiedFigure
from provenite_proto.content import UNKNOWN
from provenite_proto.counting import counted
from provenite_proto.policy.answers import FigureAnswer
from provenite_proto.policy.wording import threshold_of

from .. import BatchAnswer, ContentAnswer, LensShares
from .terminal import console, in_line, json_text

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AsJsonLines = Annotated[bool, typer.Option("--json", help="Print JSON, a document a line.")]

_NO_STEP = "none"
_PERCENT = Decimal("0.01")


def print_json(answer: Any) -> None:
    """An answer as one indented document."""
    typer.echo(json_text(answer, indent=2))


def print_json_lines(answers: Iterable[Any]) -> None:
    """Answers as they come, one a line."""
    for answer in answers:
        typer.echo(json_text(answer))


def facts(rows: Mapping[str, str]) -> None:
    """Names and values, one a line; values are never wrapped, so that ids can be copied."""
    width = max(map(len, rows))
    for name, value in rows.items():
        console().print(f"{name:<{width}}  {in_line(value)}", soft_wrap=True)


def day(time: datetime) -> str:
    """The day of a time, in UTC."""
    return f"{time.astimezone(UTC):%Y-%m-%d}"


def batch_list(batches: Iterable[BatchAnswer]) -> int:
    """Each batch with its id on a line of its own; how many there were."""
    out = console()
    number = 0
    for number, batch in enumerate(batches, 1):  # noqa: B007 # counted for the caller
        out.print(_batch(batch), soft_wrap=True)
    return number


def content_tables(out: Console, answer: ContentAnswer, *, everything: bool) -> bool:
    """A table an element: its labels by lens, with masses and shares; whether lenses were left out.

    Those are stages through which nothing is known to have gone, unless `everything` is wanted.
    """
    out.print(f"{answer.batch}\nas of {counted(answer.size, 'statement')}", soft_wrap=True)
    left_out = set()
    for element in answer.elements:
        shown = [lens for lens in element.lenses if everything or not _empty_stage(lens)]
        left_out |= {lens.lens for lens in element.lenses} - {lens.lens for lens in shown}
        out.print(f"\n{element.element}: {element.mass} kg")
        if not element.physically_contained:
            out.print("not physically contained: some came by mass-balance credit", style="yellow")
        out.print(_element(shown))
    return bool(left_out)


def share_text(share: str) -> str:
    """A share in per cent with two decimals; what is not quite 0 or 100 does not look as if it were."""
    percent = Decimal(share) * 100
    rounded = percent.quantize(_PERCENT, ROUND_HALF_EVEN)
    if percent > 0 and rounded == 0:
        return "< 0.01 %"
    if percent < 100 and rounded == 100:
        return "> 99.99 %"
    return f"{rounded} %"


def _batch(batch: BatchAnswer) -> Text:
    mass = "mass withheld" if batch.mass is None else f"{batch.mass} kg"
    status = batch.status.replace("_", " ")
    if batch.remaining == "0":
        status = "used up"
    elif batch.remaining not in (None, batch.mass):
        mass += f", {batch.remaining} kg left"
    made = " ".join(part for part in (batch.stage or batch.type, batch.country) if part)
    names = [f"lot {in_line(batch.lot)}"] if batch.lot else []
    names += [f"product {in_line(batch.product)}"] if batch.product else []
    return Text.assemble(
        (batch.material, "bold"),
        f"  {mass}  {status}\n",
        f"  {'  '.join([made, day(batch.available_at), *names])}\n",
        f"  {batch.id}",
    )


def _empty_stage(lens: LensShares) -> bool:
    return lens.lens.startswith("stage/") and all(
        label.label in (_NO_STEP, UNKNOWN) for label in lens.labels
    )


def _element(lenses: Iterable[LensShares]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("lens", no_wrap=True)
    table.add_column("label", overflow="fold")
    table.add_column("kg", justify="right", no_wrap=True)
    table.add_column("share", justify="right", no_wrap=True)
    for lens in lenses:
        for number, label in enumerate(lens.labels):
            table.add_row(
                "" if number else lens.lens,
                "no such step" if label.label == _NO_STEP else label.label,
                label.mass,
                share_text(label.share),
                style="yellow" if label.label == UNKNOWN else None,
            )
    return table


def threshold_text(figure: FigureAnswer | CertifiedFigure) -> str:
    """What is asked of a figure, such as `at least 95.00 %`; nothing where no threshold is."""
    if figure.below is not None:
        return f"below {share_text(figure.below)}"
    return "" if figure.at_least is None else f"at least {share_text(figure.at_least)}"


def told_apart(
    one: CertifiedFigure | None,
    other: CertifiedFigure | None,
    between: Callable[[CertifiedFigure], str],
) -> tuple[str, str]:
    """Two figures in the first words in which they are not the same: `between` their bounds, thresholds, or all of them.

    Those of `between` when the figures are the same.
    """
    words = [
        tuple("nothing" if each is None else say(each) for each in (one, other))
        for say in (between, _asked, _exactly)
    ]
    first, second = next((pair for pair in words if pair[0] != pair[1]), words[0])
    return first, second


def _asked(figure: CertifiedFigure) -> str:
    return threshold_of(figure.at_least, figure.below) or "no threshold"


def _exactly(figure: CertifiedFigure) -> str:
    return f"{figure.lower} to {figure.upper} ({figure.verdict})"
