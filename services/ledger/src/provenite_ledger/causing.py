"""Which of several late statements has turned a certificate: one with which it stands otherwise than before it."""

from collections.abc import Sequence

import asyncpg
import msgspec

from provenite_proto.policy.answers import answer

from . import hindsight
from .answering.outcome import short
from .assessing import Question
from .hindsight import View
from .store import certifying, rows
from .store.rows import Row

UPSTREAM = 1_000
"""Statements upstream of a batch, at the most, of which the content is computed anew to find what has turned it."""


class Case(msgspec.Struct, frozen=True):
    """A certificate and its batch (both as rows), and what was asked of it."""

    certificate: Row
    batch: Row
    asked: Question


async def turning(
    connection: asyncpg.Connection, case: Case, late: Sequence[Row], *, falls: bool
) -> Row:
    """Of late statements in the order of the log the one with which the certificate falls, or stands again.

    With the last of them it does so. When it turned more than once, one of these turns is found. Where more than `UPSTREAM` statements are upstream, the newest that reaches it.
    """
    upstream = await hindsight.makers(connection, case.batch, UPSTREAM)
    if upstream is None:
        return newest(late)
    first, last = 0, len(late) - 1
    while first < last:
        middle = (first + last) // 2
        view = View(late[middle]["index"] + 1)
        if await _has_fallen(connection, case, upstream, view) == falls:
            last = middle
        else:
            first = middle + 1
    return late[first]


def newest(late: Sequence[Row]) -> Row:
    """The last of those that were found to reach the certificate, otherwise of all."""
    return next((each for each in reversed(late) if each["reaches"]), late[-1])


async def _has_fallen(
    connection: asyncpg.Connection, case: Case, upstream: Sequence[int], view: View
) -> bool:
    declaration, batch, asked = case.certificate["declaration"], case.batch, case.asked
    if await certifying.against(connection, batch, declaration, view.before) is not None:
        return True
    lenses = hindsight.needed((asked.policy,), asked.facts, asked.day)
    shares = await hindsight.content(connection, batch, upstream, lenses, view)
    found = hindsight.assessed(batch, shares, asked.policy, asked.facts, asked.day)
    said = answer(rows.batch_id(batch), view.before, found, ())
    return short(case.certificate["jwt"], said) is not None
