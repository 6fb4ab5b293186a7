"""Commands about statements and keys that stand no more, and about what others may see."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from .. import (
    Client,
    NotFound,
    RetractionReason,
    RevocationReason,
    Signer,
    Submitted,
    further_key,
    retraction,
    revocation,
)
from .. import grant as grant_of
from .connecting import Connection
from .failing import failures, misused
from .showing import AsJson, facts, print_json


def retract(
    context: typer.Context,
    statement: Annotated[
        str, typer.Argument(metavar="STATEMENT", help="The digest of a statement of yours.")
    ],
    reason: Annotated[RetractionReason, typer.Option(help="Why it is withdrawn.")],
    replacement: Annotated[
        str | None, typer.Option(metavar="STATEMENT", help="One that you recorded instead.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Withdraw a statement of yours.

    What it made cannot be used any more. What it used comes back, in new batches, while nothing that was
    made of it has gone on.
    """
    connection: Connection = context.obj
    with failures(as_json), connection.client(connection.signer()) as client:
        submitted = client.submit(retraction(statement, reason=reason, replacement=replacement))
    _shown(submitted, as_json)


def grant(
    context: typer.Context,
    sections: Annotated[
        list[str],
        typer.Argument(
            metavar="SECTION", help="quantities, identities, parties, costs, documents."
        ),
    ],
    to: Annotated[
        str | None,
        typer.Option(metavar="PARTY", help="To this party; without, to all who hold the matter."),
    ] = None,
    statement: Annotated[
        list[str] | None,
        typer.Option(metavar="STATEMENT", help="Only of this statement of yours; repeatable."),
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(metavar="TIME", help="Until this time (UTC).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show sealed sections of your statements to others.

    Of all your statements, later ones too, unless some are named. `provenite retract` with the reason
    withdrawn ends it.
    """
    record = grant_of(
        sections,
        to=to,
        statements=statement or (),
        valid_until=None if until is None else until.replace(tzinfo=UTC),
    )
    connection: Connection = context.obj
    with failures(as_json), connection.client(connection.signer()) as client:
        submitted = client.submit(record)
    _shown(submitted, as_json)


def rotate(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The new key, made with keygen.")],
    compromised_at: Annotated[
        datetime | None,
        typer.Option(
            metavar="TIME",
            help="Your key has been in other hands since (UTC): what was recorded since then is disowned.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Replace the key that you sign with.

    The new key is registered, then the old one revoked. What it has signed stays valid, unless it was
    compromised.
    """
    connection: Connection = context.obj
    with failures(as_json):
        old, new = connection.signer(), Signer.load(path, connection.passphrase())
        if old.key_id == new.key_id:
            misused(f"{path} is the key that you sign with: make a new one with keygen")
        with connection.client(old) as client:
            party = client.key(old.key_id).party
            # Done before, when a run was interrupted between the two statements.
            if not _is_registered(client, new.key_id):
                client.submit(further_key(party, new))
        reason = (
            RevocationReason.SUPERSEDED
            if compromised_at is None
            else RevocationReason.KEY_COMPROMISE
        )
        record = revocation(
            old.key_id,
            reason=reason,
            compromised_at=None if compromised_at is None else compromised_at.replace(tzinfo=UTC),
        )
        with connection.client(new) as client:
            submitted = client.submit(record)
    if as_json:
        print_json({"keyId": new.key_id, "revoked": old.key_id, "statement": submitted.digest})
    else:
        facts({"key": new.key_id, "revoked": old.key_id, "next": f"use --key {path}"})


def _is_registered(client: Client, key_id: str) -> bool:
    try:
        client.key(key_id)
    except NotFound:
        return False
    return True


def _shown(submitted: Submitted, as_json: bool) -> None:
    if as_json:
        print_json(submitted)
        return
    facts({"statement": submitted.digest})
    facts_of_batches = {f"batch {number}": each for number, each in enumerate(submitted.batches)}
    if facts_of_batches:
        facts(facts_of_batches)
    for finding in submitted.findings:
        facts({"doubt": f"{finding.slug}: {finding.detail}", "what to do": finding.remedy})
