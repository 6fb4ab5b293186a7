"""Fetching what a server shows to everybody: a file at a time, of so many bytes and within so many seconds at the most."""

import asyncio
from types import TracebackType
from typing import Self

import httpx

from ._errors import AnswerError, ConnectionFailed, TimedOut
from ._transport import HEADERS, check_plain

FILE_SECONDS = 30.0
"""For the whole of a file, however it comes: the next one, or another server, waits for it."""


class PublicFiles:
    """What lies below a prefix, such as `https://ledger.example`. A context manager.

    Its methods raise `TransportError`, and `AnswerError` for what is no such file. Redirections are not followed.
    """

    def __init__(self, prefix: str, seconds: float = FILE_SECONDS) -> None:
        """Of the prefix, without a slash at its end, with so many seconds for each file."""
        self.prefix = prefix
        self._seconds = seconds
        # Blocking reads have a time for each, but none for all of an answer.
        self._runner = asyncio.Runner()
        self._http = httpx.AsyncClient(timeout=None)  # noqa: S113 # get has a time for all of it

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        self._runner.run(self._http.aclose())
        self._runner.close()

    def get(self, url: str, limit: int, accept: str = "*/*") -> bytes | None:
        """A file of at most so many bytes; none when the answer is 404."""
        try:
            return self._runner.run(self._get(url, limit, accept))
        except TimeoutError as error:
            raise TimedOut(f"{self.prefix}: no whole answer within {self._seconds:g} s") from error
        except httpx.RequestError as error:
            raise ConnectionFailed(f"{self.prefix}: {error or type(error).__name__}") from error
        # A host that is none by the rules of names is found out late: by httpx, or by the system's resolver, and a port that is none by the socket.
        except (httpx.InvalidURL, UnicodeError, OverflowError) as error:
            raise ConnectionFailed(f"{self.prefix}: not an address: {error}") from error

    async def _get(self, url: str, limit: int, accept: str) -> bytes | None:
        received = b""
        headers = {**HEADERS, "accept": accept}
        async with (
            asyncio.timeout(self._seconds),
            self._http.stream("GET", url, headers=headers, follow_redirects=False) as response,
        ):
            if response.status_code == httpx.codes.NOT_FOUND:
                return None
            if response.status_code != httpx.codes.OK:
                raise AnswerError(f"status {response.status_code} for {url}")
            check_plain(response)
            async for part in response.aiter_bytes():
                received += part
                if len(received) > limit:
                    raise AnswerError(f"more than {limit} bytes at {url}")
        return received
