"""Commands about policies: which there are, what one says, and a firm's own.

What ships and a file of one's own need no ledger; what is known by its digest is asked of one.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from provenite_proto.policy import (
    CATALOGUE,
    PREFIX,
    Line,
    NotOffered,
    Policy,
    as_told,
    digest,
    draft,
    explained,
    is_own,
    policy_named,
    read_file,
    read_own,
)
from provenite_proto.policy.answers import PolicyAnswer, policy_answer
from provenite_proto.strict_toml import Malformed

from .. import Client, NotFound
from . import cascading
from .connecting import Connection
from .examples import examples
from .failing import HOW_TO_ADD, REFUSED, failures, misused, say
from .options import read_day
from .showing import AsJson, AsJsonLines, facts, print_json, print_json_lines
from .terminal import WIDTH, console, in_line, json_text, wrapped

_DIGEST = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")
policy = typer.Typer(
    help="Show the policies there are, and add your own.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


class Explained(msgspec.Struct, frozen=True, omit_defaults=True):
    """A policy as data, with its digest and the confidence of its least sure source.

    `draft` says that it is not what ships under its id.
    """

    digest: str
    confidence: str
    policy: Policy
    draft: str | None = None


@policy.command(
    "list",
    epilog=examples("provenite policy list", "provenite policy list --own --json", of_firm=False),
)
def listed(
    context: typer.Context,
    own: Annotated[
        bool, typer.Option("--own", help="Those of your firm, which the ledger knows.")
    ] = False,
    as_json: AsJsonLines = False,
) -> None:
    """List the policies that ship, or those of your firm.

    With the day by which each has to be looked up again; with --json one document a line.
    """
    policies = [policy_answer(policy_named(each)) for each in CATALOGUE]
    if own:
        connection: Connection = context.obj
        with failures(as_json), connection.client(connection.signer()) as client:
            policies = [each for each in client.policies() if each.own]
    if as_json:
        print_json_lines(policies)
        return
    if not policies:
        say(
            "No policies of your own: `provenite policy add FILE` adds one. The README's section on the command line "
            "has an example."
        )
    out = console()
    today = datetime.now(UTC).date()
    for each in policies:
        version = f"  version {each.version}" if own else ""
        out.print(f"{each.id}{version}", style="bold", soft_wrap=True)
        if own:
            stands = "replaced by a later one" if each.replaced else "what the id stands for"
            out.print(f"  added on {_day(each)}: {stands}", soft_wrap=True)
        status = each.status.replace("_", " ")
        late = " (overdue)" if each.verify_by < today else ""
        for text in (
            as_told(each.id, each.title),
            f"{status}; look up again by {each.verify_by}{late}",
        ):
            out.print(wrapped(in_line(text), WIDTH, "  "), soft_wrap=True)
        if own:
            out.print(f"  {each.digest}", soft_wrap=True)


@policy.command(
    epilog=examples(
        "provenite policy explain us.dfars.252.225-7052",
        "provenite policy explain 'claim.recycled?share=0.24'",
        "provenite policy explain ours.toml --json",
        of_firm=False,
    )
)
def explain(
    context: typer.Context,
    which: Annotated[
        str,
        typer.Argument(
            metavar="ID|FILE|DIGEST",
            help="A policy's id, with ?name=value&… to set it, a file, or its digest.",
        ),
    ],
    on: Annotated[
        date | None,
        typer.Option("--on", metavar="DAY", parser=read_day, help="Groups as of this day."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say in plain words what a policy asks.

    A file of your own is read strictly: what is not well formed is refused with its line and the reason. The
    ledger knows each policy that somebody was answered by, or that a firm has added, by its digest, and yours by
    their ids.
    """
    if _DIGEST.fullmatch(which):
        connection: Connection = context.obj
        with failures(as_json), connection.client() as client:
            found = client.policy(which)
    elif is_own(which) and not is_file(which):
        found = _registered(context.obj, which, as_json=as_json)
    else:
        found = read_asked(which, as_json=as_json)
    if as_json:
        print_json(Explained(digest(found), found.confidence, found, draft(found)))
        return
    out = console()
    for number, line in enumerate(explained(found, on or datetime.now(UTC).date())):
        if line.heading and number:
            out.print()
        out.print(_folded(line), style="bold" if line.heading else None, soft_wrap=True)
    out.print(f"  Digest {digest(found)}", soft_wrap=True)


@policy.command(
    epilog=examples("provenite policy add ours.toml", "provenite policy add ours.toml --json")
)
def add(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A policy of your own, in TOML.")],
    as_json: AsJson = False,
) -> None:
    """Add a policy of your own to the ledger.

    Then batches are assessed by its id, or by the digest that it answers, also by whom you tell it. A file that
    says something else needs another version; the id stands for the version that you added last.
    """
    connection: Connection = context.obj
    text = _text(file)
    read = _read(file, text, read_own, as_json=as_json)
    with failures(as_json), connection.client(connection.signer()) as client:
        before = _versions(client, read.id)
        added = client.register_policy(text)
    if as_json:
        print_json(added)
        return
    facts({"policy": added.digest, "id": added.id, "version": added.version})
    if any(each.digest == added.digest for each in before):
        say(
            f"Already added on {_day(added)}, and nothing has changed: {added.id} stands for version "
            f"{before[-1].version}."
        )
    elif before:
        say(
            f"{added.id} stands for this version from now on, and no longer for {before[-1].version}."
        )


@policy.command(
    epilog=examples(
        "provenite policy impact ours-2.toml",
        "provenite policy impact us.dfars.252.225-7052 --json",
    )
)
def impact(
    context: typer.Context,
    which: Annotated[
        str,
        typer.Argument(
            metavar="FILE|ID|DIGEST", help="Another version of a policy: a file, an id or a digest."
        ),
    ],
    as_json: AsJsonLines = False,
) -> None:
    """List the certificates that another version of their policy would change.

    Yours that were issued under the same id, with outcome and figures before and after; the registrar sees all.
    Nothing is added or changed. With --json one document a page. Exit code 0 whether or not any would fall, 1
    when the policy is refused.
    """
    connection: Connection = context.obj
    file = None
    if is_file(which):
        file = _text(Path(which))
        _read(Path(which), file, as_json=as_json)
    with failures(as_json), connection.client(connection.signer()) as client:
        asked = None if file is not None else asked_of(client, which, as_json=as_json)
        pages = cascading.pages_of(
            lambda cursor: client.impact(file=file, policy=asked, cursor=cursor)
        )
    if as_json:
        print_json_lines(pages)
    else:
        cascading.show(pages, cascading.NONE_WOULD, supposed=True)


def read_asked(which: str, *, as_json: bool, refused: int = REFUSED) -> Policy:
    """The policy of an id or of a file, or an exit that says why it is none, with the code `refused` of a file's text.

    A file may be a draft of one that ships.
    """
    if is_file(which):
        path = Path(which)
        return _read(path, _text(path), as_json=as_json, refused=refused)
    try:
        return policy_named(which)
    except NotOffered as error:
        if which.partition("?")[0] in CATALOGUE:
            misused(f"{which}: {error}")
        misused(
            f"{error} `provenite policy list` has those that ship; ids of your own begin with {PREFIX}"
        )


def is_file(which: str) -> bool:
    """Whether what somebody calls a policy is the name of a file."""
    return which.endswith(".toml") or "/" in which


def asked_of(client: Client, which: str, *, as_json: bool) -> str:
    """What the ledger is asked for when somebody says a policy: id, file or digest.

    A file that the ledger does not know is added. An exit says what is wrong, where that is seen here.
    """
    if _DIGEST.fullmatch(which):
        return which
    if not is_file(which):
        # An id that is none of the catalogue's may be one of the firm's own.
        if not is_own(which) or "?" in which:
            read_asked(which, as_json=as_json)
        return which
    path = Path(which)
    text = _text(path)
    known_by = digest(_read(path, text, as_json=as_json))
    try:
        client.policy(known_by)
    except NotFound:
        _read(path, text, read_own, as_json=as_json)
        added = client.register_policy(text)
        say(
            f"{path} was added to the ledger, for good: {added.id} stands for this version, {added.version}, "
            "from now on."
        )
    return known_by


def _registered(connection: Connection, which: str, *, as_json: bool) -> Policy:
    """The policy of the firm's own that the ledger means by an id."""
    if connection.ledger is None or connection.key is None:
        misused(
            f"{which} is a firm's own: give its file or digest, or say which ledger knows it and whose it is, by "
            "--ledger URL and --key FILE"
        )
    with failures(as_json), connection.client(connection.signer()) as client:
        versions = _versions(client, which)
        if not versions:
            misused(f"you have no policy {which}: {HOW_TO_ADD}")
        return client.policy(versions[-1].digest)


def _versions(client: Client, which: str) -> Sequence[PolicyAnswer]:
    """The firm's own policies of an id, the one that it stands for last."""
    return [each for each in client.policies() if each.own and each.id == which]


def _day(added: PolicyAnswer) -> str:
    return "an unknown day" if added.registered_at is None else f"{added.registered_at:%Y-%m-%d}"


def policy_of(client: Client, which: str, *, as_json: bool) -> Policy | None:
    """The policy that somebody says by id, file or digest; nothing is added, and none is what the ledger does not know.

    An exit says what is wrong, where that is seen here.
    """
    if _DIGEST.fullmatch(which):
        return client.policy(which)
    if is_file(which) or not is_own(which) or "?" in which:
        return read_asked(which, as_json=as_json)
    versions = _versions(client, which)
    return client.policy(versions[-1].digest) if versions else None


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        misused(f"{path}: {error.strerror}")
    except UnicodeDecodeError:
        misused(f"{path}: not text in UTF-8")


def _read(
    path: Path,
    text: str,
    read: Callable[[str, str], Policy] = read_file,
    *,
    as_json: bool,
    refused: int = REFUSED,
) -> Policy:
    try:
        return read(text, path.name)
    except Malformed as error:
        if as_json:
            where = {"name": error.name, "line": error.line, "reason": error.reason}
            typer.echo(json_text(where), err=True)
        else:
            say(in_line(f"provenite: refused: {error}"))
        raise typer.Exit(refused) from error


def _folded(line: Line) -> str:
    return wrapped(in_line(line.text), WIDTH, "  " * line.depth)
