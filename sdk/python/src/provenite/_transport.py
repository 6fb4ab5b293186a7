"""What both clients share of HTTP: how httpx is set up, and how its results become events."""

from importlib.metadata import version
from typing import Any

import httpx

from ._exchange import Failure, Reply, Request

DEFAULT_TIMEOUT = 30.0
"""Seconds without an answer, after which a request counts as failed."""


def options(url: str, timeout: float) -> dict[str, Any]:
    """The settings of an httpx client for the ledger at `url`: TLS verified, no redirects."""
    return {
        "base_url": url.rstrip("/"),
        "timeout": timeout,
        "follow_redirects": False,
        "headers": {"user-agent": f"provenite/{version('provenite')}"},
    }


def arguments(request: Request) -> dict[str, Any]:
    """A request as httpx takes it."""
    return {
        "method": request.method,
        "url": request.path,
        "params": tuple(request.query) or None,
        "headers": dict(request.headers),
        "content": request.body,
    }


def reply(response: httpx.Response) -> Reply:
    """A response that arrived whole."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(response.status_code, headers, response.content)


def failure(error: httpx.TransportError, url: str) -> Failure:
    """A request that was not answered."""
    return Failure(
        isinstance(error, httpx.TimeoutException), f"{url}: {error or type(error).__name__}"
    )
