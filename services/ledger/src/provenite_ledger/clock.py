"""The time at which statements are recorded: it never runs backwards, whatever the machine's clock does."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

MAX_BEHIND = timedelta(seconds=300)
"""How far the clock may be behind the last recorded time before a warning says so."""

_log = logging.getLogger(__name__)


class RecordingClock:
    """A clock that stands still rather than go back behind what was recorded."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """Recorded times by `clock`, which gives the time with its zone."""
        self._clock = clock
        self._last = datetime.fromtimestamp(0, UTC)
        self._warned = False

    @property
    def last(self) -> datetime:
        """The newest recorded time; 1970 before there is one."""
        return self._last

    def now(self) -> datetime:
        """The time at which to record; warns once when the clock stays far behind it."""
        now = self._clock()
        behind = self._last - now
        if behind <= MAX_BEHIND:
            self._warned = False
        elif not self._warned:
            self._warned = True
            _log.warning(
                "the clock is %d s behind the last recorded time: statements are recorded as of %s until it"
                " catches up; set the clock right",
                behind.total_seconds(),
                self._last.isoformat(),
            )
        return max(now, self._last)

    def recorded(self, at: datetime | None) -> None:
        """Take note that a statement is in the log with this time."""
        if at is not None:
            self._last = max(self._last, at)
