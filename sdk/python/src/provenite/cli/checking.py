"""The command `shipment check`: what the law says of a shipment of waste, before anything is shipped."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Literal, NoReturn

import typer
from rich.text import Text

from provenite_proto.countries import holds
from provenite_proto.record import is_country
from provenite_proto.record.country import COUNTRIES
from provenite_proto.shipment import LAWFUL, Alternative, Leg, Verdict, alternatives, judge
from provenite_proto.shipment.case import KINDS
from provenite_proto.shipment.codes import CODES, meaning

from .failing import misused
from .options import read_day
from .showing import AsJson, AsJsonLines, print_json, print_json_lines
from .terminal import WIDTH, console, wrapped

LAWFUL_AND_WHOLE, BARRED, OPEN = 0, 1, 4
_COUNTRY = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_CODE = re.compile(r"[A-Z][A-Z0-9]{1,7}")
_CODES_LOOK = (
    "they look like Y49, A1181 or B1110 (Basel Convention) or EU191402 (the EU's list of waste), in capital "
    "letters; `provenite shipment codes` lists those that have a row of their own"
)
_KINDS = f"{', '.join(KINDS)}, or consent-nl and the like (of a country on the way)"
_COLOURS = {
    "allowed": "bold green",
    "domestic": "bold green",
    "barred": "bold red",
}
_WAYS = {
    "at_home": "process it where it is, and ship the product",
    "direct": "ship it directly",
    "recovery": "ship it for recovery instead of disposal",
}


def check(
    exporter: Annotated[
        str, typer.Option("--from", metavar="COUNTRY", help="Where it leaves: GH.")
    ],
    importer: Annotated[str, typer.Option("--to", metavar="COUNTRY", help="Where it goes: US.")],
    code: Annotated[
        str, typer.Option(metavar="CODE", help="The waste's code: Y49, A1181, EU191402.")
    ],
    departs: Annotated[
        date | None,
        typer.Option(
            "--date",
            metavar="DAY",
            parser=read_day,
            help="When it departs: 2026-03-01. Default: today.",
        ),
    ] = None,
    transit: Annotated[
        list[str] | None,
        typer.Option(metavar="COUNTRY", help="A country on the way; once for each."),
    ] = None,
    purpose: Annotated[
        Literal["recovery", "disposal"], typer.Option(help="What it is shipped for.")
    ] = "recovery",
    evidence: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND",
            help=f"A document that you have: {_KINDS}; once for each.",
        ),
    ] = None,
    among: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COUNTRY", help="Propose no other countries for processing; once for each."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say whether waste may be shipped, and where else to.

    By the Basel Convention, the OECD Decision and the EU's law on waste shipments, as of the day of departure.
    Asks nobody: no ledger, no network. It is no legal advice, and national law may ask for more.
    """
    for country in (exporter, importer, *(transit or ()), *(among or ())):
        if not (_COUNTRY.fullmatch(country) and is_country(country)):
            misused(f"there is no country {country}: {_countries_like(country)}")
    if not _CODE.fullmatch(code):
        misused(f"{code} is no code of waste: {_CODES_LOOK}")
    for kind in evidence or ():
        if not _is_kind(kind):
            misused(f"--evidence {kind} is no kind of document: {_KINDS}")
    leg = Leg(
        exporter,
        importer,
        code,
        departs or datetime.now(UTC).date(),
        purpose,
        tuple(transit or ()),
        frozenset(evidence or ()),
    )
    verdict = judge(leg)
    found = alternatives(leg, among)
    if as_json:
        print_json({"verdict": verdict, "alternatives": found})
    else:
        out = console()
        for line in (*_lines(leg, verdict), *_instead(leg, found, named=among is not None)):
            out.print(line, soft_wrap=True)
    _finish(verdict)


def codes(as_json: AsJsonLines = False) -> None:
    """List the codes of waste, with what each means.

    Other codes of Annex VIII (A and four digits) and Annex IX (B and four digits) of the Basel Convention are
    judged by their letter. With --json one document a line.
    """
    rows = [row for each in CODES.values() for row in each]
    if as_json:
        print_json_lines(rows)
        return
    out = console()
    for row in rows:
        days = "".join(
            f" {word} {day}" for word, day in (("from", row.since), ("until", row.until)) if day
        )
        out.print(f"{row.code}{days}", style="bold", soft_wrap=True)
        out.print(wrapped(row.title, WIDTH, "  "), soft_wrap=True)


def _countries_like(country: str) -> str:
    """What a country's code looks like, and those that begin as this one does."""
    look = "a code is two capital letters (ISO 3166-1), such as GH for Ghana"
    if is_country(country.upper()):
        return f"{look}; {country.upper()} is one"
    begin = country[:1].upper()
    near = [each for each in sorted(COUNTRIES) if each[:1] == begin]
    return f"{look}; with {begin} begin {' '.join(near)}" if near else look


def _is_kind(kind: str) -> bool:
    of, _, country = kind.partition("-")
    of_transit = of == "consent" and country.islower() and country.upper() in COUNTRIES
    return kind in KINDS or of_transit


def _finish(verdict: Verdict) -> NoReturn:
    if verdict.outcome == "barred":
        raise typer.Exit(BARRED)
    whole = verdict.outcome in LAWFUL and not verdict.evidence_missing
    raise typer.Exit(LAWFUL_AND_WHOLE if whole else OPEN)


def verdict_line(verdict: Verdict) -> Text:
    """The outcome with the rule and the state in breach, on one line."""
    said = verdict.outcome.replace("_", " ")
    breach = f" ({verdict.breach} in breach)" if verdict.breach else ""
    hook = f": {verdict.hook}" if verdict.hook else ""
    return Text.assemble((said, _COLOURS.get(verdict.outcome, "bold yellow")), f"{breach}{hook}")


def _lines(leg: Leg, verdict: Verdict) -> Iterator[Text | str]:
    said = verdict.outcome.replace("_", " ")
    way = " > ".join((leg.exporter, *leg.transit, leg.importer))
    yield Text.assemble(
        (said.upper(), _COLOURS.get(verdict.outcome, "bold yellow")),
        f"  {leg.code}  {way}  {leg.day}  for {leg.purpose}",
    )
    yield wrapped(verdict.reason, WIDTH, "  ")
    if leg.code not in CODES and meaning(leg.code, leg.day) is None:
        yield wrapped(f"Codes of waste: {_CODES_LOOK}.", WIDTH, "  ")
    for name, value in (
        ("rule", verdict.hook),
        ("in breach", verdict.breach),
        ("missing", ", ".join(verdict.evidence_missing)),
        ("sure", verdict.confidence),
    ):
        if value:
            yield wrapped(value, WIDTH, f"  {name:<10} ")


def _instead(leg: Leg, found: Sequence[Alternative], *, named: bool) -> Iterator[str]:
    if not found:
        return
    yield "Lawful instead:"
    for each in found:
        if each.way in _WAYS:
            consent = ", with consent" if each.verdict.outcome == "allowed_with_consent" else ""
            yield wrapped(f"{_WAYS[each.way]}{consent}", WIDTH, "  ")
    elsewhere = [each for each in found if each.way == "elsewhere"]
    for outcome in dict.fromkeys(each.verdict.outcome for each in elsewhere):
        countries = [each.to for each in elsewhere if each.verdict.outcome == outcome]
        shown = [each for each in countries if named or holds("oecd", each, leg.day)]
        rest = len(countries) - len(shown)
        where = " ".join(shown)
        if rest:
            where += f"{' and ' if shown else ''}{rest} others (--json names them)"
        how = "with consent" if outcome == "allowed_with_consent" else outcome.replace("_", " ")
        yield wrapped(
            f"process it in another country, {how}, and ship the product from there: {where}",
            WIDTH,
            "  ",
        )
    if elsewhere:
        yield wrapped("Whether there is a plant for it is not known here.", WIDTH, "  ")
