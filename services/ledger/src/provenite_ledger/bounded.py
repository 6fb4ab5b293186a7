"""Answers that the ledger is given: no larger than they may be, whoever sends them."""

import httpx

CODING = {"accept-encoding": "identity"}
"""Asks for bodies as they are; `body` takes no others."""


async def body(response: httpx.Response, limit: int) -> bytes:
    """The body of a streamed answer; `ValueError` for more than `limit` bytes, or for a coded one.

    httpx decodes a part before it hands it on, and coded twice some KB become gigabytes.
    """
    coding = response.headers.get("content-encoding", "identity")
    if coding.strip().lower() != "identity":
        raise ValueError(
            f"An answer with content-encoding {coding[:100]!r}, which was not asked for."
        )
    received = b""
    async for part in response.aiter_bytes():
        received += part
        if len(received) > limit:
            raise ValueError(f"An answer of more than {limit} bytes.")
    return received
