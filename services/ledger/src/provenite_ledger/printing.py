"""The pages of certificates: made in a thread, one at a time of each form, and kept for whoever asks again."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from provenite_proto.problem import Problem

from .pages import Form, Shown

MAX_WAITING: dict[Form, int] = {"html": 32, "pdf": 16}
"""How many pages of a form are to be made at a time, beyond which the ledger is busy. As HTML a page takes some 10 ms, 0.2 s at the most; as PDF 0.1 s, 0.5 s at the most."""
MAX_KEPT_BYTES = 16 * 1024 * 1024
"""How much is kept of each form, where a page has some 20 to 100 kB."""


class Standing(Struct, frozen=True):
    """How a certificate stands: all that changes on its page but the minute at which it was looked up."""

    status: str
    since: datetime | None
    reason: str | None
    over: bool


class _Kept(Struct, frozen=True):
    standing: Standing
    at: datetime
    page: bytes


def as_of(now: datetime, ends: datetime) -> datetime:
    """The moment for which a page of now is made: the minute that it tells; once the certificate is over, not before its end."""
    minute = now.replace(second=0, microsecond=0)
    return max(minute, ends) if now >= ends else minute


def _make(form: Form, shown: Shown) -> bytes:
    from .pages.making import made  # noqa: PLC0415 # takes a third of a second: not at the start

    return made(form, shown)


class _Press:
    """Makes the pages of one form, and keeps the last one of each certificate."""

    def __init__(self, form: Form, make: Callable[[Form, Shown], bytes]) -> None:
        self._form = form
        self._make = make
        # One at a time: threads take turns of the interpreter, so that two would not be faster.
        self._turn = asyncio.Lock()
        self._under_way: dict[tuple[str, Standing, datetime], asyncio.Task[bytes]] = {}
        # By the certificate's id; last the one that was asked for last.
        self._kept: dict[str, _Kept] = {}
        self._kept_bytes = 0

    async def page(self, shown: Shown) -> bytes:
        standing = Standing(
            shown.status, shown.since, shown.reason, shown.at >= shown.credential.valid_until
        )
        name = (shown.credential.id, standing, shown.at)
        kept = self._kept.get(shown.credential.id)
        if kept is not None and kept.standing != standing:
            kept = None
        if kept is not None and kept.at == shown.at:
            return self._asked_for(kept, shown)
        making = self._under_way.get(name)
        if making is None:
            if len(self._under_way) >= MAX_WAITING[self._form]:
                if kept is not None:
                    return self._asked_for(kept, shown)
                raise Problem("ledger-busy", "Too many pages are being made.")
            making = asyncio.create_task(self._made(name, standing, shown))
            self._under_way[name] = making
        # Whoever leaves does not take the page from the others who wait for it.
        return await asyncio.shield(making)

    async def _made(
        self, name: tuple[str, Standing, datetime], standing: Standing, shown: Shown
    ) -> bytes:
        try:
            async with self._turn:
                page = await asyncio.to_thread(self._make, self._form, shown)
        finally:
            del self._under_way[name]
        self._keep(shown.credential.id, _Kept(standing, shown.at, page))
        return page

    def _asked_for(self, kept: _Kept, shown: Shown) -> bytes:
        self._kept[shown.credential.id] = self._kept.pop(shown.credential.id)
        return kept.page

    def _keep(self, certificate: str, new: _Kept) -> None:
        self._drop(certificate)
        self._kept[certificate] = new
        self._kept_bytes += len(new.page)
        while self._kept_bytes > MAX_KEPT_BYTES:
            self._drop(next(iter(self._kept)))

    def _drop(self, certificate: str) -> None:
        old = self._kept.pop(certificate, None)
        if old is not None:
            self._kept_bytes -= len(old.page)


class Printing:
    """Makes pages. Nobody who asks for one has a name: all have the same turns.

    PDF takes ten times as long as HTML, to which printed codes lead: each form has turns and room of its own, so
    that whoever asks for much of one keeps nobody from the other.
    """

    def __init__(self, make: Callable[[Form, Shown], bytes] = _make) -> None:
        """`make` is called in a thread, in one at a time for each form."""
        self._html = _Press("html", make)
        self._pdf = _Press("pdf", make)

    async def page(self, form: Form, shown: Shown) -> bytes:
        """The page of a certificate as it stands; `shown.at` is as `as_of` has it.

        When too many are to be made, it is the last one that was made while the certificate stood as it does, which
        says when it was looked up; `Problem` `ledger-busy` when none is kept.
        """
        return await (self._html if form == "html" else self._pdf).page(shown)
