"""The pages of certificates: made one at a time in a thread, and kept for whoever asks within the same minute."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from provenite_proto.problem import Problem

from .pages import Form, Shown

MAX_WAITING = 16
"""How many may wait for pages to be made, which take some 0.1 s each and 0.5 s at the most: beyond, the ledger is busy."""
MAX_KEPT = 64
"""How many pages are kept, none of which has more than some 100 kB."""


def as_of(now: datetime, ends: datetime) -> datetime:
    """The moment for which a page of now is made: the minute that it tells; once the certificate is over, not before its end."""
    minute = now.replace(second=0, microsecond=0)
    return max(minute, ends) if now >= ends else minute


def _make(form: Form, shown: Shown) -> bytes:
    from .pages.making import made  # noqa: PLC0415 # takes a third of a second: not at the start

    return made(form, shown)


class Printing:
    """Makes pages. Nobody who asks for one has a name: all have the same turns."""

    def __init__(self, make: Callable[[Form, Shown], bytes] = _make) -> None:
        """`make` is called in a thread."""
        self._make = make
        # One at a time: threads take turns of the interpreter, so that two would not be faster, and whoever has
        # waited for the same page finds it.
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._kept: dict[tuple[object, ...], bytes] = {}

    async def page(self, form: Form, shown: Shown) -> bytes:
        """The page of a certificate as it stands; `Problem` `ledger-busy` when too many are to be made.

        `shown.at` is as `as_of` has it. Kept pages are told apart by all that changes on them.
        """
        name = (form, shown.credential.id, shown.status, shown.since, shown.reason, shown.at)
        if (kept := self._kept.get(name)) is not None:
            return kept
        if self._waiting >= MAX_WAITING:
            raise Problem("ledger-busy", "Too many pages are being made.")
        self._waiting += 1
        try:
            async with self._turn:
                return self._kept.get(name) or await self._made(name, form, shown)
        finally:
            self._waiting -= 1

    async def _made(self, name: tuple[object, ...], form: Form, shown: Shown) -> bytes:
        made = await asyncio.to_thread(self._make, form, shown)
        if len(self._kept) >= MAX_KEPT:
            # The one that was made first: after a minute nobody asks for it.
            del self._kept[next(iter(self._kept))]
        self._kept[name] = made
        return made
