"""Reading a log's public files over HTTP: checkpoint and tiles, from the ledger or from any server of that folder."""

import asyncio
from types import TracebackType
from typing import Self

import httpx

from provenite_proto.log import Tile, note
from provenite_proto.log.tiles import FULL
from provenite_proto.log.tree import HASH_BYTES

from ._errors import AnswerError, ConnectionFailed, TimedOut
from ._transport import HEADERS, check_plain

FILE_SECONDS = 30.0
"""For the whole of a file, however it comes: the next one, or another witness, waits for it."""


class PublicLog:
    """The log below a prefix, such as `https://ledger.example/log`. A context manager.

    Its methods raise `TransportError`, and `AnswerError` for what no log answers.
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

    def checkpoint(self) -> bytes:
        """The newest checkpoint that is served, as it comes."""
        found = self.get(f"{self.prefix}/checkpoint", note.MAX_BYTES)
        if found is None:
            raise AnswerError(f"no log has published a checkpoint at {self.prefix}/checkpoint")
        return found

    def tile(self, tile: Tile) -> bytes:
        """A tile's bytes; `LookupError` when it is not served."""
        found = self.get(f"{self.prefix}/{tile.path}", FULL * HASH_BYTES)
        if found is None and tile.width < FULL:
            # Part of a tile may be gone once the whole of it is there.
            full = self.get(f"{self.prefix}/{tile.full.path}", FULL * HASH_BYTES)
            found = None if full is None else tile.cut(full)
        if found is None:
            raise LookupError(f"the log serves no {tile.path}")
        return found

    def get(self, url: str, limit: int) -> bytes | None:
        """A file of at most so many bytes; none when the answer is 404."""
        try:
            return self._runner.run(self._get(url, limit))
        except TimeoutError as error:
            raise TimedOut(f"{self.prefix}: no whole answer within {self._seconds:g} s") from error
        except httpx.RequestError as error:
            raise ConnectionFailed(f"{self.prefix}: {error or type(error).__name__}") from error

    async def _get(self, url: str, limit: int) -> bytes | None:
        received = b""
        async with (
            asyncio.timeout(self._seconds),
            self._http.stream("GET", url, headers=HEADERS, follow_redirects=False) as response,
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
