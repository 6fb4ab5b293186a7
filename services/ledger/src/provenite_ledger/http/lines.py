"""The statements of a bulk request: read and verified in order, a line each."""

import asyncio
from collections.abc import Sequence

from msgspec import Struct

from provenite_proto.problem import Problem
from provenite_proto.statement import PublicKey, Statement, parse

from ..verifying import Verifying
from .signed import Signers

_CHUNK_BYTES = 64 * 1024
"""Bytes of statements read (some 3 ms) before others get their turn on the event loop."""


class Verified(Struct, frozen=True):
    """A statement with the key that signed it."""

    statement: Statement
    key: PublicKey


async def verified(
    lines: Sequence[bytes], signers: Signers, verifying: Verifying
) -> list[Verified | Problem]:
    """Each line's statement, or why it is refused without looking at what else the log has."""
    results: list[Verified | Problem] = []
    waiting: list[tuple[int, Verified]] = []
    size = 0
    for number, line in enumerate(lines):
        size += len(line)
        if size > _CHUNK_BYTES:
            await asyncio.sleep(0)
            size = 0
        try:
            statement = parse(line)
            if signers.may_wait(statement):
                found = Verified(statement, signers.claimed(statement))
                waiting.append((number, found))
            else:
                found = Verified(statement, signers.verified(statement))
        except Problem as problem:
            results.append(problem)
        else:
            results.append(found)
    answers = await verifying.verified(
        [
            (each.key, each.statement.core.signature, each.statement.core.signed)
            for _, each in waiting
        ]
    )
    for (number, each), verifies in zip(waiting, answers, strict=True):
        if not verifies:
            results[number] = _refusal(each)
    return results


def _refusal(claimed: Verified) -> Verified | Problem:
    try:
        claimed.statement.verify(claimed.key)
    except Problem as problem:
        return problem
    return claimed
