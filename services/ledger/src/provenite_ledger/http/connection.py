"""One HTTP connection, within limits: what a client sends, how fast, and how many clients at a time.

uvicorn's httptools protocol bounds none of these (its h11 protocol bounds the head alone, and takes 55 µs more
a request, a tenth of a submission; what is here takes 5). So a client that never ends its headers, or its body, would hold memory and a file descriptor
for as long as it likes. A `Server` looks at its connections each second (`check`); nothing is timed for a
request that arrives whole.
"""

import http
import secrets
from asyncio import Transport
from enum import Enum, auto
from typing import ClassVar

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from provenite_proto.problem import Problem

from .problems import MEDIA_TYPE, RETRY_SECONDS, answer


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a client may take. Sizes in bytes, times in seconds."""

    head_bytes: int = 64 * 1024
    """Request line and headers together; as much may come between two parts of a body."""

    head_seconds: float = 10
    """From the opened connection, or a request's first byte, to the end of its headers."""

    pause_seconds: float = 30
    """Between two parts of a body."""

    body_seconds: float = 120
    """From the end of the headers to the end of the body."""

    waiting_seconds: float = 120
    """Without a further request, or with an answer that is not fetched."""

    connections: int = 1000
    """At a time."""

    pipelined: int = 16
    """Requests that are sent before the answer to the first."""


class _Phase(Enum):
    HEAD = auto()
    BODY = auto()
    ANSWER = auto()
    WAITING = auto()


class Connection(HttpToolsProtocol):
    """uvicorn's connection within `limits`."""

    limits: ClassVar[Limits] = Limits()

    _phase = _Phase.HEAD
    _since = 0.0
    """When the phase began, by the event loop's clock."""
    _now = 0.0
    """When data came last."""
    _unread = 0
    """Bytes received since a head ended or a part of a body came."""
    _refusal: Problem | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override] # as uvicorn does
        """Take the connection; beyond the limit, the one that has waited longest is closed for it."""
        super().connection_made(transport)
        self._since = self._now = self.loop.time()
        if len(self.connections) > self.limits.connections:
            self._make_room()

    def data_received(self, data: bytes) -> None:
        """Read on; refuse what is neither the end of a head nor part of a body for too long."""
        self._now = self.loop.time()
        self._unread += len(data)
        super().data_received(data)
        if self._unread > self.limits.head_bytes and not self.transport.is_closing():
            self._refuse(self._head_too_large())

    def on_message_begin(self) -> None:
        """A request's first byte."""
        super().on_message_begin()
        if self._phase is not _Phase.HEAD:
            self._phase, self._since = _Phase.HEAD, self._now

    def on_headers_complete(self) -> None:
        """The end of a head. What is raised here makes the parser stop and uvicorn call `send_400_response`."""
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > self.limits.head_bytes:
            self._refusal = self._head_too_large()
            raise self._refusal
        if len(self.pipeline) >= self.limits.pipelined:
            self._refusal = Problem(
                "bad-request",
                f"More than {self.limits.pipelined} requests wait on this connection.",
            )
            raise self._refusal
        super().on_headers_complete()
        self._phase, self._since, self._unread = _Phase.BODY, self._now, 0

    def on_body(self, body: bytes) -> None:
        """A part of a body."""
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """A request is here; it may have been answered before its end."""
        super().on_message_complete()
        self._unread = 0
        answered = self.cycle.response_complete
        self._phase = _Phase.WAITING if answered else _Phase.ANSWER
        self._since = self._now

    def on_response_complete(self) -> None:
        """A request is answered."""
        last = not self.pipeline
        super().on_response_complete()
        if last and self._phase is _Phase.ANSWER:
            self._phase, self._since = _Phase.WAITING, self.loop.time()

    def send_400_response(self, msg: str) -> None:
        """Refuse what the parser stopped at."""
        self._refuse(self._refusal or Problem("bad-request", msg))

    def check(self, now: float) -> None:
        """Close the connection when a time limit has passed; `now` by the event loop's clock."""
        limits, phase, passed = self.limits, self._phase, now - self._since
        if phase is _Phase.WAITING:
            if passed > limits.waiting_seconds:
                self.transport.abort()
        elif phase is _Phase.HEAD and passed > limits.head_seconds:
            if self._unread:
                self._refuse(self._too_slow(f"headers have {limits.head_seconds:g} seconds"))
            else:
                self.transport.abort()
        elif phase is _Phase.BODY and passed > limits.body_seconds:
            self._refuse(self._too_slow(f"a body has {limits.body_seconds:g} seconds"))
        elif (
            phase is _Phase.BODY
            and now - self._now > limits.pause_seconds
            and not self.flow.read_paused
        ):
            self._refuse(self._too_slow(f"a body pauses {limits.pause_seconds:g} seconds at most"))

    def _make_room(self) -> None:
        idle = [
            each
            for each in self.connections
            if isinstance(each, Connection)
            and each._phase in (_Phase.WAITING, _Phase.HEAD)
            and not each.transport.is_closing()
        ]
        longest = min(idle, key=lambda each: each._since)
        if longest is self:
            self._refuse(Problem("ledger-busy", "All connections are in use."))
        else:
            longest.transport.abort()

    def _refuse(self, problem: Problem) -> None:
        """Answer with the problem, unless an answer is under way, and close."""
        started = self.cycle is not None and self.cycle.response_started
        if self._phase is not _Phase.HEAD and started:
            self.transport.abort()
            return
        body = answer(problem, secrets.token_hex(8))
        content = msgspec.json.encode(body)
        lines = (
            f"HTTP/1.1 {body.status} {http.HTTPStatus(body.status).phrase}",
            f"content-type: {MEDIA_TYPE}",
            f"content-length: {len(content)}",
            f"x-request-id: {body.request_id}",
            *([f"retry-after: {RETRY_SECONDS}"] if body.status == 503 else []),
            "connection: close",
        )
        self.transport.write("\r\n".join((*lines, "\r\n")).encode() + content)
        self.transport.close()
        self._phase, self._since = _Phase.WAITING, self.loop.time()

    def _head_too_large(self) -> Problem:
        limit = self.limits.head_bytes
        return Problem("head-too-large", f"More than {limit} bytes.", figures={"limit": str(limit)})

    def _too_slow(self, rule: str) -> Problem:
        return Problem("request-too-slow", f"The request did not arrive in time: {rule}.")


def within(limits: Limits) -> type[Connection]:
    """The protocol of connections within these limits, as uvicorn takes it."""

    class Limited(Connection):
        """A connection of this server."""

    Limited.limits = limits
    return Limited
