"""When to try again: safely, since a statement is recorded once however often it is submitted."""

from collections.abc import Callable
from dataclasses import dataclass

RETRIED = frozenset({429, 502, 503, 504})
"""Statuses after which the same request is sent again."""


@dataclass(frozen=True)
class Retry:
    """At most `attempts` in all. Between them what `Retry-After` says (up to `longest`), else growing pauses.

    A pause is drawn between half and the whole of `first` · 2ⁿ seconds, at most `longest`.
    """

    attempts: int = 4
    first: float = 0.25
    longest: float = 8.0

    def pause(
        self, attempt: int, retry_after: str | None, random: Callable[[], float]
    ) -> float | None:
        """Seconds to wait after the attempt with this number (from 1); `None` when that was the last one."""
        if attempt >= self.attempts:
            return None
        if retry_after is not None and retry_after.isascii() and retry_after.isdigit():
            return min(float(retry_after), self.longest)
        whole = min(self.first * 2.0 ** (attempt - 1), self.longest)
        return whole * (0.5 + random() / 2)
