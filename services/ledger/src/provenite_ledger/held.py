"""What witnesses hold of the log, asked before it goes on: they remember what a restored back-up has forgotten."""

import asyncio
import logging

import httpx

from provenite_proto.log import (
    Checkpoint,
    NoteKey,
    Unproven,
    Witness,
    WitnessPolicy,
    note,
    open_checkpoint,
)
from provenite_proto.log.submission import newest_url

from . import bounded

ANSWER_SECONDS = 5.0
"""For a witness's answer; the log does not wait longer for one that is slow or away."""

_log = logging.getLogger(__name__)


async def held_by_witnesses(
    policy: WitnessPolicy, key: NoteKey, http: httpx.AsyncClient
) -> tuple[Checkpoint, ...]:
    """The newest checkpoint of the log with this key that each witness has cosigned, of those that answer.

    Each is signed by the log itself: no witness can make one up.
    """
    asked = [each for each in policy.witnesses if each.url is not None]
    answers = await asyncio.gather(*(_held(each, key, http) for each in asked))
    return tuple(each for each in answers if each is not None)


async def _held(witness: Witness, key: NoteKey, http: httpx.AsyncClient) -> Checkpoint | None:
    assert witness.url is not None  # noqa: S101 # only such are asked
    try:
        async with (
            asyncio.timeout(ANSWER_SECONDS),
            http.stream(
                "GET", newest_url(witness.url, key.name), headers=bounded.CODING
            ) as response,
        ):
            if response.status_code == httpx.codes.NOT_FOUND:
                return None
            response.raise_for_status()
            received = await bounded.body(response, note.MAX_BYTES)
        return open_checkpoint(received, key)
    except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, ValueError, Unproven) as error:
        _log.warning(
            "witness %s does not say what it holds: %s",
            witness.name,
            str(error) or type(error).__name__,
        )
        return None
