"""Commands about policies: which there are, and what one says. They need no ledger."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from provenite_proto.policy import (
    CATALOGUE,
    Line,
    NotOffered,
    Policy,
    digest,
    explained,
    policy_named,
    read_policy,
)
from provenite_proto.strict_toml import Malformed

from .examples import examples
from .failing import REFUSED, misused, say
from .showing import AsJson, AsJsonLines, print_json, print_json_lines
from .terminal import WIDTH, console, in_line, json_text, wrapped

policy = typer.Typer(
    help="Show the policies that batches are assessed by.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


class Listed(msgspec.Struct, frozen=True, rename="camel"):
    """A policy in the list."""

    id: str
    version: str
    title: str
    jurisdiction: str
    status: str
    measure: str
    confidence: str
    as_of: date
    verify_by: date
    digest: str
    parameters: tuple[str, ...]


class Explained(msgspec.Struct, frozen=True):
    """A policy as data, with its digest and the confidence of its least sure source."""

    digest: str
    confidence: str
    policy: Policy


@policy.command(
    "list", epilog=examples("provenite policy list", "provenite policy list --json", of_firm=False)
)
def listed(as_json: AsJsonLines = False) -> None:
    """List the policies that ship.

    With the day by which each has to be looked up again; with --json one document a line.
    """
    policies = [policy_named(each) for each in CATALOGUE]
    if as_json:
        print_json_lines(map(_listed, policies))
        return
    out = console()
    today = datetime.now(UTC).date()
    for each in policies:
        out.print(each.id, style="bold", soft_wrap=True)
        status = each.status.replace("_", " ")
        late = " (overdue)" if each.verify_by < today else ""
        for text in (each.title, f"{status}; look up again by {each.verify_by}{late}"):
            out.print(wrapped(text, WIDTH, "  "), soft_wrap=True)


@policy.command(
    epilog=examples(
        "provenite policy explain us.dfars.252.225-7052",
        "provenite policy explain 'claim.recycled?share=0.24'",
        "provenite policy explain ours.toml --json",
        of_firm=False,
    )
)
def explain(
    which: Annotated[
        str,
        typer.Argument(
            metavar="ID|FILE", help="A policy's id, with ?name=value&… to set it, or a file."
        ),
    ],
    on: Annotated[
        datetime | None,
        typer.Option("--on", metavar="DAY", formats=["%Y-%m-%d"], help="Groups as of this day."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say in plain words what a policy asks.

    A file of your own is read strictly: what is not well formed is refused with its line and the reason.
    """
    found = read_asked(which, as_json=as_json)
    if as_json:
        print_json(Explained(digest(found), found.confidence, found))
        return
    out = console()
    for number, line in enumerate(explained(found, (on or datetime.now(UTC)).date())):
        if line.heading and number:
            out.print()
        out.print(_folded(line), style="bold" if line.heading else None, soft_wrap=True)
    out.print(f"  Digest {digest(found)}", soft_wrap=True)


def read_asked(which: str, *, as_json: bool) -> Policy:
    """The policy of an id or of a file, or an exit that says why it is none."""
    try:
        if which.endswith(".toml") or "/" in which:
            path = Path(which)
            return read_policy(path.read_text("utf-8"), path.name)
        return policy_named(which)
    except OSError as error:
        misused(f"{which}: {error.strerror}")
    except UnicodeDecodeError:
        misused(f"{which}: not text in UTF-8")
    except Malformed as error:
        if as_json:
            refused = {"name": error.name, "line": error.line, "reason": error.reason}
            typer.echo(json_text(refused), err=True)
        else:
            say(in_line(f"provenite: refused: {error}"))
        raise typer.Exit(REFUSED) from error
    except NotOffered as error:
        misused(f"{error} `provenite policy list` has those that ship.")


def _folded(line: Line) -> str:
    return wrapped(in_line(line.text), WIDTH, "  " * line.depth)


def _listed(each: Policy) -> Listed:
    return Listed(
        id=each.id,
        version=each.version,
        title=each.title,
        jurisdiction=each.jurisdiction,
        status=each.status,
        measure=each.measure,
        confidence=each.confidence,
        as_of=each.as_of,
        verify_by=each.verify_by,
        digest=digest(each),
        parameters=tuple(each.parameter),
    )
