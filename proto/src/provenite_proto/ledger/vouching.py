"""Whose word counts: the register as of a time of the log, and within which period its entries hold.

What is recorded or withdrawn in a second counts as of that second.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from .register import Accredited, Attested, Granted, Owned, RegisteredKey


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


def valid_keys(keys: Iterable[RegisteredKey], recorded_at: int) -> tuple[RegisteredKey, ...]:
    """The keys that could sign at a time of the log: registered, and not revoked yet."""
    return tuple(
        key
        for key in keys
        if key.recorded_at <= recorded_at
        and (key.revoked_at is None or recorded_at < key.revoked_at)
    )


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
    ownerships: Iterable[Owned], party: str, time: datetime, recorded_at: int
) -> Owned | None:
    """What was known at a time of the log of who controlled the party at `time`: the newest of its statements."""
    return max(
        (
            each
            for each in ownerships
            if each.party == party
            and standing(each, recorded_at)
            and within(time, each.valid_from, each.valid_until)
        ),
        key=lambda each: each.index,
        default=None,
    )
