"""When to try again: what is repeatable, as a statement is, which is recorded once however often it is submitted."""

from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

RETRIED = frozenset({429, 502, 503, 504})
"""Statuses after which the same request is sent again, as it is when no answer came."""


@dataclass(frozen=True)
class Retry:
    """At most `attempts` in all. Between them the seconds that `Retry-After` says, else growing pauses.

    A pause is drawn between half and the whole of `first` · 2ⁿ seconds, at most `longest`. A ledger that asks
    for more than `longest_asked` seconds is neither waited for nor asked again earlier than it wants.
    """

    attempts: int = 4
    first: float = 0.25
    longest: float = 8.0
    longest_asked: float = 60.0

    def pause(self, attempt: int, asked: float | None, chance: Callable[[], float]) -> float | None:
        """Seconds to wait after the attempt with this number (from 1); `None` when that was the last one.

        `asked` is what the answer asked for, `chance` gives the jitter in [0, 1).
        """
        if attempt >= self.attempts:
            return None
        if asked is not None:
            return asked if asked <= self.longest_asked else None
        whole = min(self.first * 2.0 ** (attempt - 1), self.longest)
        return whole * (0.5 + chance() / 2)


def seconds_asked(retry_after: str | None, now: float) -> float | None:
    """The seconds of a `Retry-After` header (RFC 9110 section 10.2.3), a number or a date; else `None`."""
    if retry_after is None:
        return None
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after)
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - now)
    except ValueError:
        return None
