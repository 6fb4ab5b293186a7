"""The command that adds up what a firm holds or has moved: countries, sources, concentration."""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from provenite_proto.matter.element import ELEMENTS
from provenite_proto.portfolio import LIST

from .. import ExposureAnswer, PortfolioAnswer, PortfolioFlow, StepAnswer
from .connecting import Connection
from .failing import failures, misused
from .options import read_day
from .showing import AsJson, print_json, share_text
from .terminal import WIDTH, console, in_line, wrapped

BAR = 30
"""Columns of a bar for the whole."""
_SIDES = {"within": "not above", "above": "above", "undecided": "may be above"}
HEAD = ("element", "strategic", "stage", "country", "union", "kg", "share", "at_most")
"""The columns of the CSV file."""


def portfolio(
    context: typer.Context,
    flow: Annotated[
        PortfolioFlow,
        typer.Option(help="What you hold, or have acquired, made or shipped in the days given."),
    ] = "stock",
    since: Annotated[
        date | None, typer.Option("--from", metavar="DAY", parser=read_day, help="First day, UTC.")
    ] = None,
    until: Annotated[
        date | None, typer.Option("--to", metavar="DAY", parser=read_day, help="Last day, UTC.")
    ] = None,
    element: Annotated[
        list[str] | None,
        typer.Option(metavar="SYMBOL", help="Only of this element, such as Nd; repeatable."),
    ] = None,
    material: Annotated[
        str | None, typer.Option(metavar="MATERIAL", help="Only batches of this material.")
    ] = None,
    as_of: Annotated[
        date | None,
        typer.Option(
            metavar="DAY",
            parser=read_day,
            help="Whose EU members are told apart; today. It changes nothing else.",
        ),
    ] = None,
    table: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", help="Also write the figures into a CSV file."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Add up your matter by country, stage and source.

    For each element: where it was mined and processed, what is recycled and unknown, how much depends on one
    country, and how much primary matter it has spared.
    """
    connection: Connection = context.obj
    if (flow == "stock") != (since is None and until is None) or (since is None) != (until is None):
        misused("--from and --to go with --flow received, made or shipped, both of them")
    for symbol in element or ():
        if symbol not in ELEMENTS:
            misused(f"there is no element {symbol}; symbols are written as in Nd")
    with failures(as_json), connection.client(connection.signer()) as client:
        found = client.portfolio(
            flow=flow,
            since=since,
            until=until,
            elements=element or (),
            material=material,
            as_of=as_of,
        )
    if table is not None:
        _write(table, found)
    if as_json:
        print_json(found)
    else:
        _show(found)


def _show(found: PortfolioAnswer) -> None:
    period = "" if found.first is None else f" from {found.first} to {found.last}"
    batches = "1 batch" if found.batches == 1 else f"{found.batches} batches"
    _say(f"{found.flow}{period}: {batches}; as of {found.size} statements")
    for each in found.elements:
        _element(each, share_text(found.benchmark))
    if not found.elements:
        return
    console().print("\n# third country, = member of the EU, ? unknown")
    stages = " and ".join((", ".join(map(_named, LIST.stages[:-1])), _named(LIST.stages[-1])))
    _say(
        "Herfindahl index: the squares of the countries' shares, added up. 1 is all from one country; 0.25 is as "
        "much as four countries with a quarter each."
    )
    _say(
        f"The benchmark, {share_text(found.benchmark)} from one third country by 2030, is that of Regulation "
        "(EU) 2024/1252, Article 5, for the Union's consumption of strategic raw materials, not for a firm's. "
        f"It is looked at for these materials and at these stages alone: {stages}. The Article speaks of any "
        "relevant stage of processing, which ends with pure metals, alloys and other usable forms (Article 2, point "
        "8); mining is looked at all the same. "
        f"Members of the EU as of {found.as_of}."
    )


def _element(each: ExposureAnswer, benchmark: str) -> None:
    out = console()
    strategic = f"  strategic: {each.strategic}" if each.strategic else ""
    out.print(f"\n{each.element}: {each.mass} kg{strategic}", style="bold", soft_wrap=True)
    if not each.physically_contained:
        out.print("  not physically contained: some came by mass-balance credit", style="yellow")
    source = each.source
    named = (
        ("primary", source.primary),
        ("post-consumer", source.post_consumer),
        ("pre-consumer", source.pre_consumer),
        ("rework", source.same_process_rework),
        ("unknown", source.unknown),
    )
    _say(
        "  "
        + ", ".join(f"{name} {share_text(part.share)}" for name, part in named if part.mass != "0")
    )
    if each.avoided.upper != "0":
        _say(
            f"  primary matter avoided: {each.avoided.mass} kg, {_between(each.avoided.lower, each.avoided.upper)}"
        )
    for step in each.stages:
        _step(step, benchmark, strategic=each.strategic is not None)


def _step(step: StepAnswer, benchmark: str, *, strategic: bool) -> None:
    out = console()
    apart = f", {step.apart} kg did not go through it" if step.apart != "0" else ""
    _say(f"  {_named(step.stage)}: {step.mass} kg{apart}")
    for country, share, mark in _bars(step):
        out.print(f"    {country:<8}{mark * _columns(share):<{BAR}} {share_text(share):>9}")
    largest = step.largest
    if largest.upper != "0":
        which = f" ({largest.country})" if largest.country else ""
        side = "; no stage of the benchmark" if strategic else ""
        if largest.benchmark:
            side = f"; {_SIDES[largest.benchmark]} {benchmark}"
        _say(f"    largest third country{which}: {_between(largest.lower, largest.upper)}{side}")
    _say(f"    Herfindahl index: {_index(step)}")


def _named(stage: str) -> str:
    return "mining" if stage == "extraction" else stage.replace("_", " ")


def _bars(step: StepAnswer) -> Iterator[tuple[str, str, str]]:
    for each in step.countries:
        yield each.country, each.share, "=" if each.union else "#"
    if step.unknown.mass != "0":
        yield "unknown", step.unknown.share, "?"


def _columns(share: str) -> int:
    """A bar's length: what is there is seen."""
    return max(1, round(Decimal(share) * BAR))


def _between(lower: str, upper: str) -> str:
    if lower == upper:
        return share_text(lower)
    return f"{share_text(lower)} to {share_text(upper)}"


def _index(step: StepAnswer) -> str:
    lower, upper = (
        f"{Decimal(text):.4f}" for text in (step.herfindahl.lower, step.herfindahl.upper)
    )
    return lower if lower == upper else f"{lower} to {upper}"


def _write(file: Path, found: PortfolioAnswer) -> None:
    try:
        with file.open("w", encoding="utf-8", newline="") as output:
            written = csv.writer(output)
            written.writerow(HEAD)
            written.writerows(_rows(found))
    except OSError as error:
        misused(f"{file} cannot be written: {error.strerror}")


def _rows(found: PortfolioAnswer) -> Iterator[tuple[str, ...]]:
    """A row for each country at each stage, for what is unknown there, and for each source."""
    for each in found.elements:
        begin = (each.element, "yes" if each.strategic else "no")
        for name, part in (
            ("primary", each.source.primary),
            ("post_consumer", each.source.post_consumer),
            ("pre_consumer", each.source.pre_consumer),
            ("same_process_rework", each.source.same_process_rework),
            ("unknown", each.source.unknown),
        ):
            yield (*begin, "source", name, "", part.mass, part.share, "")
        yield (*begin, "avoided", "", "", each.avoided.mass, each.avoided.lower, each.avoided.upper)
        for step in each.stages:
            for country in step.countries:
                union = "yes" if country.union else "no"
                yield (*begin, step.stage, country.country, union, country.mass, country.share, "")
            yield (*begin, step.stage, "unknown", "", step.unknown.mass, step.unknown.share, "")
            largest = step.largest
            yield (
                *begin,
                step.stage,
                "largest third country",
                "no",
                "",
                largest.lower,
                largest.upper,
            )
            index = step.herfindahl
            yield (*begin, step.stage, "herfindahl", "", "", index.lower, index.upper)


def _say(line: str) -> None:
    begin = " " * (len(line) - len(line.lstrip()))
    console().print(wrapped(in_line(line.lstrip()), WIDTH, begin), soft_wrap=True)
