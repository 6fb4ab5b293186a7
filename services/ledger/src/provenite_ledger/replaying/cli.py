"""The command `provenite-ledger replay`: beside the running ledger, or on its own."""

import sys
from typing import TextIO

import asyncpg
import msgspec

from ..app import database_beside
from ..settings import Settings
from .differing import Difference, Differs
from .run import Summary, replay

SAME, DIFFERS, NOT_DONE = 0, 1, 3
"""What the command exits with; 2 is a mistake in its arguments."""


class _Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    same: bool
    summary: Summary | None = None
    difference: Difference | None = None


async def run(settings: Settings, *, compare: bool, as_json: bool) -> int:
    """Replay and print what was found; the exit code.

    Raises what keeps it from being done: `PostgresUnavailable`, `OSError`, `ValueError` or
    `asyncpg.PostgresError`.
    """
    async with database_beside(settings) as dsn:
        connection = await asyncpg.connect(dsn)
        try:
            summary = await replay(connection, compare=compare, told=_progress)
        except Differs as differs:
            answer = _Answer(same=False, difference=differs.difference)
        else:
            answer = _Answer(same=True, summary=summary)
        finally:
            await connection.close()
            _clear(sys.stderr)
    print(msgspec.json.encode(answer).decode() if as_json else _text(answer, compare))
    return SAME if answer.same else DIFFERS


def _text(answer: _Answer, compare: bool) -> str:
    if answer.difference is not None:
        each = answer.difference
        return (
            f"The tables differ from the log: {each.what} of {each.where}\n"
            f"  expected from the log: {each.expected}\n"
            f"  found in the tables:   {each.found}"
        )
    found = answer.summary
    assert found is not None  # noqa: S101 - an answer has the one or the other
    lines = [
        f"{found.statements} statements, {found.parties} parties, {found.batches} batches",
        f"root of the log's tree: {found.root}",
        f"state and content: {found.digest}",
    ]
    if compare:
        lines.append(f"The tables hold the same, with {found.contents} contents kept.")
    return "\n".join(lines)


def _progress(statements: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{statements} statements replayed", end="", file=sys.stderr, flush=True)


def _clear(stream: TextIO) -> None:
    if stream.isatty():
        print("\r\x1b[K", end="", file=stream, flush=True)
