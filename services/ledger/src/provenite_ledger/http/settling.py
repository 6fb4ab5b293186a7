"""Answers about content wait until what late statements change of it is worked out."""

import asyncio

from provenite_proto.problem import Problem

from .parts import Parts

PATIENCE_SECONDS = 5.0
"""How long an answer waits before it is put off."""


async def settled(ledger: Parts) -> int:
    """The size of the log as of which content can be answered now.

    `Problem` `content-pending` when that takes too long; the work goes on all the same.
    """
    size = ledger.sequencer.size
    # Shielded: whoever asks next finds it further on.
    work = asyncio.ensure_future(ledger.revising.settle(size))
    try:
        await asyncio.wait_for(asyncio.shield(work), PATIENCE_SECONDS)
    except TimeoutError:
        # Not how far it is: how many statements are changed is for those whom the later one concerns.
        raise Problem(
            "content-pending", "What a later statement changes is being computed."
        ) from None
    return size
