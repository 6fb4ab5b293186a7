"""Whose word counts: the register as of a time of the log, and within which period its entries hold.

What is recorded or withdrawn in a second counts as of that second.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import msgspec

from .register import Accredited, Attested, Granted, Owned


def within(time: datetime, valid_from: datetime | None, valid_until: datetime | None) -> bool:
    """Whether the time lies in the period: its beginning belongs to it, its end does not."""
    return (valid_from is None or valid_from <= time) and (
        valid_until is None or time < valid_until
    )


def standing(entry: Accredited | Attested | Granted | Owned, recorded_at: int) -> bool:
    """Whether the entry has been recorded, and not withdrawn, at a time of the log in seconds since 1970."""
    return entry.recorded_at <= recorded_at and (
        entry.retracted_at is None or recorded_at < entry.retracted_at
    )


class Compromise(msgspec.Struct, frozen=True):
    """From when on a revocation disowns what its key signed, and when it was recorded: seconds since 1970."""

    compromised_from: int
    recorded_at: int


def compromised_from(told: Iterable[Compromise], recorded_at: int) -> int | None:
    """From when on a key counted as compromised, as known at a time of the log.

    `told` are its compromises in the order of the log: the first revocation may have been for another reason.
    """
    known = [each.compromised_from for each in told if each.recorded_at <= recorded_at]
    return known[-1] if known else None


def disowned(recorded_at: int, compromised_from: int | None) -> bool:
    """Whether what a key signed and the log recorded then was signed after it had been compromised."""
    return compromised_from is not None and compromised_from <= recorded_at


def accredited(
    accreditations: Iterable[Accredited], party: str, scheme: str, recorded_at: int
) -> bool:
    """Whether the newest accreditation of the party for the scheme holds at a time of the log."""
    of_party = (each for each in accreditations if each.party == party and each.scheme == scheme)
    time = datetime.fromtimestamp(recorded_at, UTC)
    return bool(standing_accreditations(of_party, time, recorded_at))


def standing_accreditations(
    accreditations: Iterable[Accredited], time: datetime, recorded_at: int
) -> tuple[Accredited, ...]:
    """Of one party's accreditations those that hold at `time`, as known at a time of the log: the newest for each scheme."""
    newest: dict[str, Accredited] = {}
    for each in accreditations:
        if standing(each, recorded_at):
            other = newest.setdefault(each.scheme, each)
            if each.index > other.index:
                newest[each.scheme] = each
    return tuple(
        each for each in newest.values() if within(time, each.valid_from, each.valid_until)
    )


def owned(
    ownerships: Iterable[Owned], party: str, time: datetime, stands: Callable[[Owned], bool]
) -> Owned | None:
    """Who controlled the party at `time`: the newest of its statements that stands and whose period covers it."""
    return max(
        (
            each
            for each in ownerships
            if each.party == party
            and within(time, each.valid_from, each.valid_until)
            and stands(each)
        ),
        key=lambda each: each.index,
        default=None,
    )
