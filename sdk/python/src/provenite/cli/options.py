"""Options that several commands take, each described once."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer


def read_day(text: str) -> date:
    """A day of the calendar, written as in 2026-12-31."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    # What else ISO 8601 allows, such as 20261231 or 2026-W53-4, nobody means.
    if day is None or day.isoformat() != text:
        raise typer.BadParameter(f"{text} is no day: write it as in 2026-12-31.")
    return day


PolicyAsked = Annotated[
    str,
    typer.Option(
        "--policy",
        metavar="ID|FILE|DIGEST",
        help="The policy; `provenite policy list` has those that ship. A file of your own is added.",
    ),
]
AsOf = Annotated[
    date | None,
    typer.Option(
        "--as-of", metavar="DAY", parser=read_day, help="The day that decides; today (UTC)."
    ),
]
FactsFile = Annotated[
    Path | None,
    typer.Option(
        "--facts", metavar="FILE", help="JSON of what no statement records: values, costs."
    ),
]
Product = Annotated[
    str | None,
    typer.Option("--product", metavar="PRODUCT", help="Which product it is, such as ev-battery."),
]
Claims = Annotated[
    list[str] | None,
    typer.Option("--claim", metavar="CLAIM", help="An exemption that you claim; repeatable."),
]
