"""Commands that list whom and which places one knows: parties, and one's own sites."""

import typer

from .connecting import Connection
from .failing import failures, say
from .showing import AsJsonLines, print_json_lines
from .terminal import console


def parties(context: typer.Context, as_json: AsJsonLines = False) -> None:
    """List the parties that you know.

    Yourself, the ledger's registrar, and those with whom you trade. With --json one document a line.
    """
    connection: Connection = context.obj
    with failures(as_json), connection.client(connection.signer()) as client:
        found = client.parties()
        if as_json:
            print_json_lines(found)
            return
        for party in found:
            name = party.name or "name withheld"
            _entry(f"{name}  {party.country}  {', '.join(party.roles)}", party.id)


def sites(context: typer.Context, as_json: AsJsonLines = False) -> None:
    """List your sites.

    With --json one document a line.
    """
    connection: Connection = context.obj
    with failures(as_json), connection.client(connection.signer()) as client:
        found = client.sites()
        if as_json:
            print_json_lines(found)
            return
        count = 0
        for site in found:
            count += 1
            name = site.name or "name withheld"
            _entry(f"{name}  {site.country}  {', '.join(site.stages)}", site.id)
        if not count:
            say("No sites.")


def _entry(text: str, name: str) -> None:
    """What it is, and its id on a line of its own."""
    console().print(f"{text}\n  {name}", soft_wrap=True)
