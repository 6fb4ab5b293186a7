"""The shortest way in and out of a handler, for the routes that must be fast or take much.

Litestar's own reading of the body and headers and its response objects cost about as much as verifying a
signature; these two say and do the same in a few steps.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send

from provenite_proto.problem import Problem

from .parts import AnyRequest


class Reply(ASGIResponse):
    """A response of JSON, sent as it is."""

    def __init__(self, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
        """`body` is JSON; `headers` are those besides its type and length."""
        self._start = {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", b"application/json"),
                (b"content-length", b"%d" % len(body)),
                *headers,
            ],
        }
        self._body = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        await send(self._start)  # type: ignore[arg-type]  # a literal of the event's form
        await send({"type": "http.response.body", "body": self._body, "more_body": False})


class Bodies:
    """Bytes of bodies that may be in memory at a time, all requests together."""

    def __init__(self, size: int) -> None:
        self.free = size

    @contextmanager
    def share(self) -> Iterator["Share"]:
        """One request's share, given back at the end."""
        share = Share(self)
        try:
            yield share
        finally:
            self.free += share.size


class Share:
    """What one request has taken of `Bodies`."""

    def __init__(self, room: Bodies) -> None:
        self._room = room
        self.size = 0

    def take(self, size: int) -> None:
        """Take more; `Problem` `ledger-busy` when there is no more."""
        if size > self._room.free:
            raise Problem(
                "ledger-busy", "Other requests' bodies take all the memory there is for them."
            )
        self._room.free -= size
        self.size += size


async def body(request: AnyRequest, limit: int, share: Share | None = None) -> bytes:
    """The request's body; `Problem` `body-too-large` beyond `limit` bytes, `ledger-busy` beyond the share."""
    received: list[bytes] = []
    room = limit
    while True:
        event = await request.receive()
        if event["type"] != "http.request":
            raise Problem("bad-request", "The connection was closed before the body had arrived.")
        part = event["body"]
        room -= len(part)
        if room < 0:
            raise Problem(
                "body-too-large",
                f"More than {limit} bytes.",
                figures={"limit": str(limit)},
            )
        if share is not None:
            share.take(len(part))
        received.append(part)
        if not event.get("more_body", False):
            return received[0] if len(received) == 1 else b"".join(received)


def sent_as(request: AnyRequest, expected: bytes) -> None:
    """Raise `unsupported-media-type` unless the body is declared as `expected`."""
    given = b""
    for name, value in request.scope["headers"]:
        if name == b"content-type":
            given = value
    if given != expected and given.partition(b";")[0].strip().lower() != expected:
        raise Problem(
            "unsupported-media-type",
            f"Content-Type is {given[:100].decode('latin-1')!r}; it must be {expected.decode()}.",
        )
