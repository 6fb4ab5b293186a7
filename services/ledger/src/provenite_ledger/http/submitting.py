"""POST /v1/statements and /v1/statements/batch: the writes. A statement's signature authenticates it."""

from typing import Annotated

import msgspec
from litestar import post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter

from provenite_proto import paths
from provenite_proto.answers import Line, Lines, Submitted
from provenite_proto.problem import Problem
from provenite_proto.statement import MAX_BYTES, parse

from ..admitting import Admitted
from .documenting import (
    OF_STATEMENTS,
    OPEN,
    STATEMENT_TYPE,
    STATEMENTS_TYPE,
    SubmitsMany,
    SubmitsOne,
    refusals,
)
from .fast import Bodies, Reply, body, sent_as
from .lines import Verified, verified
from .parts import AnyRequest, Parts, parts
from .problems import answer, request_id
from .signed import Signers

MAX_LINES = 1000
MAX_BATCH_BYTES = 32 * 1024 * 1024
MAX_BATCHES_BYTES = 256 * 1024 * 1024
"""Bytes of all bulk requests under way. Single statements are bounded by the number of connections."""

_encode = msgspec.json.Encoder().encode


@post(
    paths.STATEMENTS,
    operation_class=SubmitsOne,
    operation_id="submitStatement",
    summary="Submit a statement",
    tags=["Statements"],
    security=OPEN,
    responses={
        201: ResponseSpec(Submitted, generate_examples=False, description="Recorded, and durable."),
        200: ResponseSpec(
            Submitted, generate_examples=False, description="Recorded before; nothing changed."
        ),
        **refusals(*OF_STATEMENTS, "unsupported-media-type", "ledger-busy"),
    },
)
async def submit(request: AnyRequest) -> Reply:
    """Record a signed statement. When the answer comes it is checked, durable, and in the log, as `receipt` proves.

    Submitting it again is safe: the answer is the same, with status 200 instead of 201 and a receipt of its own.
    """
    sent_as(request, STATEMENT_TYPE.encode())
    ledger = parts(request)
    # One byte more is read, so that the refusal is the protocol's own.
    statement = parse(await body(request, MAX_BYTES + 1))
    key = Signers(ledger.sequencer, ledger.origin).verified(statement)
    (result,) = await ledger.sequencer.submit([statement], verified=[key])
    if isinstance(result, Problem):
        raise result
    return Reply(
        201 if result.fresh else 200,
        _encode(await _proven(result.submitted, ledger)),
        (b"location", paths.statement(statement.digest).encode()),
    )


@post(
    paths.STATEMENTS_BATCH,
    status_code=200,
    operation_class=SubmitsMany,
    operation_id="submitStatements",
    summary="Submit many statements",
    tags=["Statements"],
    security=OPEN,
    responses={
        200: ResponseSpec(
            Lines,
            generate_examples=False,
            description="The result of each line, with the status that it would have had alone.",
        ),
        **refusals("body-too-large", "unsupported-media-type", "ledger-busy"),
    },
)
async def submit_many(
    request: AnyRequest,
    atomic: Annotated[
        bool,
        QueryParameter(
            description="Record all lines or none: with one refused, the others are `not-submitted`."
        ),
    ] = False,
    receipts: Annotated[
        bool,
        QueryParameter(description="Add to each recorded line the proof that it is in the log."),
    ] = False,
) -> Reply:
    """Record signed statements, one a line, in order. A line may use what an earlier one made.

    Each line has its own result. Recorded lines are durable when the answer comes.
    """
    sent_as(request, STATEMENTS_TYPE.encode())
    room: Bodies = request.app.state.room
    with room.share() as share:
        lines = _lines(await body(request, MAX_BATCH_BYTES, share))
        results = await _submitted(lines, parts(request), atomic)
    name = request_id(request)
    found = [_line(result, name) for result in results]
    if receipts:
        found = [await _with_receipt(line, parts(request)) for line in found]
    return Reply(200, _encode(Lines(lines=tuple(found))))


async def _submitted(lines: list[bytes], ledger: Parts, atomic: bool) -> list[Admitted | Problem]:
    signers = Signers(ledger.sequencer, ledger.origin)
    read = await verified(lines, signers, ledger.verifying)
    refused = [each if isinstance(each, Problem) else None for each in read]
    sent = [each for each in read if isinstance(each, Verified)]
    if atomic and len(sent) < len(lines):
        kept_out = Problem("not-submitted", "Another statement of the submission was refused.")
        return [each or kept_out for each in refused]
    if not sent:
        return [each for each in refused if each]
    admitted = iter(
        await ledger.sequencer.submit(
            [each.statement for each in sent], verified=[each.key for each in sent], atomic=atomic
        )
    )
    return [each or next(admitted) for each in refused]


def _lines(text: bytes) -> list[bytes]:
    lines = text.split(b"\n")
    if not lines[-1]:
        lines.pop()
    if not lines:
        raise Problem("bad-request", "The body has no line.")
    if len(lines) > MAX_LINES:
        raise Problem(
            "body-too-large",
            f"{len(lines)} lines; at most {MAX_LINES} are allowed.",
            figures={"lines": str(len(lines)), "limit": str(MAX_LINES)},
        )
    return lines


def _line(result: Admitted | Problem, name: str) -> Line:
    if isinstance(result, Problem):
        problem = answer(result, name)
        return Line(status=problem.status, problem=problem)
    return Line(status=201 if result.fresh else 200, submitted=result.submitted)


async def _with_receipt(line: Line, ledger: Parts) -> Line:
    if line.submitted is None:
        return line
    return msgspec.structs.replace(line, submitted=await _proven(line.submitted, ledger))


async def _proven(submitted: Submitted, ledger: Parts) -> Submitted:
    """The same with its receipt."""
    recorded_at = int(submitted.recorded_at.timestamp())
    receipt = await ledger.receipts.fresh(submitted.digest, submitted.index, recorded_at)
    return msgspec.structs.replace(submitted, receipt=receipt)
