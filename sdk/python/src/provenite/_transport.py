"""What both clients share of HTTP: how httpx is used, and how its results become events."""

from importlib.metadata import version
from typing import Any

import httpx

from ._errors import AnswerError
from ._exchange import Failure, Reply, Request

HEADERS = {"user-agent": f"provenite/{version('provenite')}", "accept-encoding": "identity"}
"""Of every request. Bodies are asked for as they are: see `check_plain`."""
IN_FLIGHT = 100
"""Requests of one asynchronous client under way at a time; further ones wait their turn."""
DEFAULT_TIMEOUT = 30.0
"""Seconds without an answer, after which a request counts as failed."""


def address(url: str) -> str:
    """The ledger's URL without a slash at its end; `ValueError` when it is none."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ValueError(f"{url!r} is not a URL: {error}") from error
    if parsed.scheme not in ("http", "https") or not parsed.host or parsed.query or parsed.fragment:
        raise ValueError(f"{url!r} is not a ledger's URL, such as https://ledger.example")
    return url.rstrip("/")


def arguments(url: str, request: Request) -> dict[str, Any]:
    """A request to the ledger at `url` as httpx takes it; never redirected, since it carries a token."""
    return {
        "method": request.method,
        "url": url + request.path,
        "params": tuple(request.query) or None,
        "headers": {**HEADERS, **request.headers},
        "content": request.body,
        "follow_redirects": False,
    }


def check_plain(response: httpx.Response) -> None:
    """Raise `AnswerError` before a body is read that would be decoded: some KB of it could become gigabytes."""
    coding = response.headers.get("content-encoding", "identity")
    if coding.strip().lower() != "identity":
        raise AnswerError(
            f"{response.request.url}: an answer with content-encoding {coding[:100]!r}, which was not asked for"
        )


def reply(response: httpx.Response, body: bytes | None = None) -> Reply:
    """A response that arrived whole; `body` when its own went elsewhere."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(response.status_code, headers, response.content if body is None else body)


def failure(error: httpx.RequestError, url: str) -> Failure:
    """A request that was not answered."""
    return Failure(
        isinstance(error, httpx.TimeoutException), f"{url}: {error or type(error).__name__}"
    )
