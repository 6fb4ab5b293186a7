"""GET /v1/log/statements: the log's statements in their order, for whoever audits all of it."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

from litestar import get
from litestar.params import QueryParameter

from provenite_proto import paths
from provenite_proto.answers import MAX_LOGGED, LoggedAnswer, LogStatements
from provenite_proto.log.tree import MAX_SIZE
from provenite_proto.problem import Problem
from provenite_proto.record import Party
from provenite_proto.statement import parse

from ..access import Reader, may_read_log, sees_name
from ..answering.batch import concerned
from ..answering.statement import redacted
from ..store import logged, reading
from ..store.packing import unpacked
from ..store.rows import Row
from .documenting import BY_TOKEN, WITH_TOKEN, refusals
from .entitlement import opened
from .parts import AnyRequest, Parts, parts, reader

_BYTES = 4 * 1024 * 1024
"""Bytes of statements, as they are stored, that one answer has; the last may go beyond."""
_CHUNK = 25
"""Statements read (some 3 ms) before others get their turn on the event loop."""


@get(
    paths.LOG_STATEMENTS,
    operation_id="listLogStatements",
    summary="Read the log, statement by statement",
    tags=["Log"],
    security=WITH_TOKEN,
    responses=refusals(*BY_TOKEN, "not-entitled"),
)
async def statements(
    request: AnyRequest,
    first: Annotated[
        int, QueryParameter(name="from", ge=0, le=MAX_SIZE, description="The first index.")
    ] = 0,
    limit: Annotated[
        int,
        QueryParameter(
            ge=1, le=MAX_LOGGED, description="Statements, at the most; large ones come in fewer."
        ),
    ] = MAX_LOGGED,
) -> LogStatements:
    """The statements from an index on, in order and without a gap, each with the sections that the reader may see.

    For the registrar, and for whom a standing grant of the registrar's opens all sections of all its statements.
    An answer without statements says that there are no more. All together make the tree of the log's checkpoints:
    who reads them finds out whether one was left out, and that no batch was used twice anywhere.
    """
    who, ledger = reader(request), parts(request)
    await _entitled(ledger, who)
    size = ledger.publisher.size
    limit = min(limit, max(size - first, 0))
    found = await logged.statements(ledger.pool, first, limit, _BYTES) if limit else ()
    granted = await opened(ledger, who, [row["index"] for row in found])
    known = await reading.known_to(ledger.pool, who.index)
    answered = []
    for number, row in enumerate(found):
        if number % _CHUNK == 0:
            await asyncio.sleep(0)
        answered.append(_answer(row, who, granted.get(row["index"], frozenset()), known))
    return LogStatements(size=size, statements=tuple(answered))


async def _entitled(ledger: Parts, who: Reader) -> None:
    granted = await logged.opened_by_registrar(ledger.pool, who.index, datetime.now(UTC))
    if not may_read_log(who, granted):
        raise Problem(
            "not-entitled",
            "The log is read by the registrar, and by whom its grant opens all sections of all its statements.",
        )


def _answer(row: Row, who: Reader, granted: frozenset[str], known: frozenset[int]) -> LoggedAnswer:
    parsed = parse(unpacked(row["compact"]))
    named = isinstance(parsed.record, Party) and sees_name(who, row["index"], known)
    text, _ = redacted(parsed, who, concerned(row, granted), named=named)
    return LoggedAnswer(index=row["index"], recorded_at=row["recorded_at"], statement=text)
