"""Status lists: which certificates are suspended or revoked, signed anew when that changes or the list gets old."""

from collections.abc import Callable
from datetime import UTC, datetime

import asyncpg
import msgspec

from provenite_proto.certificate import sign_status_list, status_list
from provenite_proto.certificate.suspension import TTL
from provenite_proto.statement import Signs

from .store import certifying

_MAX_KEPT = 64


class _Kept(msgspec.Struct, frozen=True):
    suspended: frozenset[int]
    signed_at: datetime
    text: str


class StatusLists:
    """The lists of one ledger; what they say is a function of its statements."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        key: Signs,
        origin: str,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Signed with `key` (ES256), for the ledger at `origin`."""
        self._pool = pool
        self._key = key
        self._origin = origin
        self._clock = clock
        self._kept: dict[int, _Kept] = {}

    async def text(self, number: int) -> str | None:
        """The list as a JWT; none when no certificate is in it."""
        found = await certifying.suspended(self._pool, number)
        if found is None:
            return None
        now = self._clock()
        kept = self._kept.get(number)
        if (
            kept is None
            or kept.suspended != found
            or not kept.signed_at <= now < kept.signed_at + TTL
        ):
            said = status_list(self._origin, number, sorted(found), now)
            kept = _Kept(found, now, sign_status_list(said, self._key))
            if len(self._kept) >= _MAX_KEPT:
                self._kept.clear()
            self._kept[number] = kept
        return kept.text
