"""Whose word counts: accreditations at a time, and attestations that cover what happened."""

from collections.abc import Iterable
from datetime import UTC, datetime

from .register import Accredited


def within(time: datetime, valid_from: datetime | None, valid_until: datetime | None) -> bool:
    """Whether the time lies in the period: its beginning belongs to it, its end does not."""
    return (valid_from is None or valid_from <= time) and (
        valid_until is None or time < valid_until
    )


def accredited(
    accreditations: Iterable[Accredited], party: str, scheme: str, recorded_at: int
) -> bool:
    """Whether the newest accreditation of the party for the scheme holds at a time of the log."""
    newest = max(
        (
            each
            for each in accreditations
            if each.party == party and each.scheme == scheme and not each.retracted
        ),
        key=lambda each: each.index,
        default=None,
    )
    return newest is not None and within(
        datetime.fromtimestamp(recorded_at, UTC), newest.valid_from, newest.valid_until
    )
