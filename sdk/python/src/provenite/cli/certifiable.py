"""Whether a batch can be certified at all: found out before anything is recorded for it."""

from datetime import UTC, date, datetime
from typing import NoReturn

import typer

from .. import BatchAnswer, Client, Signer
from .failing import REFUSED, misused, say
from .showing import day


def check_day(as_of: date | None) -> None:
    """Say of a day to come that nothing is certified for it."""
    if as_of is not None and as_of > datetime.now(UTC).date():
        misused(
            f"--as-of {as_of} is still to come: give a day up to today (UTC). What a policy says for a day to come "
            "`provenite assess` answers."
        )


def check_batch_of(
    client: Client, signer: Signer, batch: str, as_of: date | None, *, lot: bool
) -> None:
    """Say what keeps the ledger from certifying the batch, whatever the policy."""
    seen = client.batch(batch)
    made = day(seen.available_at)
    if as_of is not None and as_of.isoformat() < made:
        misused(f"--as-of {as_of}: the batch has been there since {made}: give a day from then on")
    if seen.status == "retracted":
        _refused(f"{batch} cannot be certified: the statement that made it has been withdrawn")
    if lot or seen.status == "in_transit":
        _check_maker(client, signer, seen, lot=lot)


def _check_maker(client: Client, signer: Signer, seen: BatchAnswer, *, lot: bool) -> None:
    own = client.statement(seen.statement).issuer == client.key(signer.key_id).party
    if seen.status == "in_transit" and not own:
        _refused(
            f"{seen.id} is still on its way to you: submit a receipt of the transfer {seen.statement}, then certify "
            "the batch"
        )
    if lot and not own:
        misused("--lot: another party has made the batch, and its lot is told by who gave it")
    if lot and seen.lot is None:
        misused("--lot: the batch was given no lot; leave the option out")


def _refused(sentence: str) -> NoReturn:
    say(f"provenite: {sentence}")
    raise typer.Exit(REFUSED)
