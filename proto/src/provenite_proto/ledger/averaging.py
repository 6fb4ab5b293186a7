"""Rolling average (ISO 22095-2:2026): the earlier transformations of a site on which a later one looks back."""

from datetime import UTC, datetime

import msgspec

from ..problem import Problem
from ..record import CustodyModel, Transformation
from .remembered import Averaged, Averaging
from .state import Effect, State

MAX_RUNS = 512
"""Transformations of a site that are remembered, the latest in the log."""


class Average(msgspec.Struct, frozen=True):
    """The statements looked back on, in the order of the log, and what to remember."""

    statements: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()


def site_named(record: Transformation) -> None:
    """Raise `site-missing` for a rolling average that is not over a site."""
    if _rolls(record) and _site(record) is None:
        raise Problem(
            "site-missing",
            "The model mass_balance_rolling_average is over one site, and the record names none.",
            pointer="/record/identities/site",
        )


def looked_back(record: Transformation, digest: str, state: State) -> Average:
    """The site's earlier transformations under the model that happened after the period began.

    Those that happened after this one are among them: what they were given is not given again.
    """
    site = _site(record)
    if not _rolls(record) or site is None:
        return Average()
    before = state.averagings.get(site, Averaging(site, ()))
    begins = period_start(record.occurred_at)
    return Average(
        tuple(each.statement for each in before.members if each.occurred_at > begins),
        (Averaging(site, (*before.members, Averaged(digest, record.occurred_at))[-MAX_RUNS:]),),
    )


def period_start(time: datetime) -> datetime:
    """The same day and time a year before (UTC), of 29 February the 28th; it is not in the period itself."""
    utc = time.astimezone(UTC)
    day = 28 if (utc.month, utc.day) == (2, 29) else utc.day
    return utc.replace(year=utc.year - 1, day=day)


def _rolls(record: Transformation) -> bool:
    return record.custody_model is CustodyModel.MASS_BALANCE_ROLLING_AVERAGE


def _site(record: Transformation) -> str | None:
    return record.identities.site if record.identities else None
