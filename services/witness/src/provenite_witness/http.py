"""The routes of C2SP tlog-witness, and the one map from refusals to statuses."""

import asyncio
import logging
from collections.abc import Mapping
from concurrent.futures import Executor
from types import MappingProxyType
from typing import Any

from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.types import Receive, Scope, Send

from provenite_proto.log import Unproven
from provenite_proto.log.submission import ADD_CHECKPOINT, MAX_BYTES, NEWEST, SIZE_MEDIA_TYPE

from .refusals import AnotherSize, Refused
from .witness import Witness

STATUSES: Mapping[str, int] = MappingProxyType(
    {
        "submission-malformed": 400,
        "note-malformed": 400,
        "checkpoint-malformed": 400,
        "old-beyond-size": 400,
        "signature-missing": 403,
        "signature-false": 403,
        "origin-unknown": 404,
        "size-mismatch": 409,
        "body-too-large": 413,
        "consistency-false": 422,
    }
)
"""HTTP status of each reason for which a checkpoint is not cosigned."""
TEXT = "text/plain"
HEALTH = "/health"

_log = logging.getLogger(__name__)
_Request = Request[Any, Any, Any]


def create_app(witness: Witness, thread: Executor) -> Litestar:
    """The ASGI application; `thread` is the one thread in which the witness works."""
    return Litestar(
        route_handlers=[add_checkpoint, newest, health],
        exception_handlers={Exception: respond},
        openapi_config=None,
        logging_config=None,
        debug=False,
        request_max_body_size=None,
        state=State({"witness": witness, "thread": thread}),
    )


@post(ADD_CHECKPOINT, status_code=200, media_type=TEXT)
async def add_checkpoint(request: _Request) -> str:
    """Cosign a checkpoint: the signature line."""
    body = await _body(request)
    state = request.app.state
    return await asyncio.get_running_loop().run_in_executor(state.thread, state.witness.add, body)


@get("/{origin_hash:str}" + NEWEST, media_type=TEXT)
async def newest(request: _Request, origin_hash: FromPath[str]) -> bytes:
    """The newest cosigned checkpoint of a log."""
    state = request.app.state
    return await asyncio.get_running_loop().run_in_executor(
        state.thread, state.witness.newest, origin_hash
    )


@get(HEALTH, media_type="application/json")
async def health() -> bytes:
    """The process is up. If this fails, restart it."""
    return b'{"status":"ok"}'


async def busy(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer that there is no room."""
    said = b"All connections are in use.\n"
    headers = [
        (b"content-type", TEXT.encode()),
        (b"content-length", str(len(said)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": said, "more_body": False})


def respond(request: _Request, error: Exception) -> Response[bytes]:
    """The response to any error: a sentence, or the size that is held."""
    if isinstance(error, AnotherSize):
        # As a header: Litestar adds a charset to media types of text.
        return Response(
            f"{error.size}\n".encode(),
            status_code=STATUSES[error.slug],
            headers={"content-type": SIZE_MEDIA_TYPE},
        )
    status, sentence = _said(error)
    if status == 500:
        _log.error("request failed", exc_info=error, extra={"path": request.url.path})
    headers = (error.headers if isinstance(error, HTTPException) else None) or {}
    return Response(f"{sentence}\n".encode(), status_code=status, media_type=TEXT, headers=headers)


def _said(error: Exception) -> tuple[int, str]:
    if isinstance(error, Refused | Unproven):
        return STATUSES[error.slug], str(error)
    if isinstance(error, HTTPException) and error.status_code < 500:
        return error.status_code, error.detail
    return 500, "The witness failed: its log says why."


async def _body(request: _Request) -> bytes:
    """The body; `Refused` `body-too-large` as soon as it is larger than a submission can be."""
    received = bytearray()
    async for part in request.stream():
        received += part
        if len(received) > MAX_BYTES:
            raise Refused("body-too-large", f"More than {MAX_BYTES} bytes.")
    return bytes(received)
