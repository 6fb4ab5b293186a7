"""GET /v1/statements/{digest}: one statement, redacted for its reader."""

from collections.abc import Collection
from typing import Annotated

from litestar import Response, get
from litestar.openapi.datastructures import ResponseSpec

from provenite_proto import paths
from provenite_proto.answers import StatementAnswer
from provenite_proto.record import AnyRecord, Key, Party, Receipt
from provenite_proto.statement import parse

from ..access import Concerned, Reader, sees_name, sees_sections
from ..answering import statement as statements
from ..store import reading
from ..store.rows import Row
from .documenting import BY_TOKEN, WITH_TOKEN, identifier, refusals
from .parts import AnyRequest, Parts, found, parts, reader


@get(
    f"{paths.STATEMENTS}/{{digest:str}}",
    operation_id="getStatement",
    summary="Read a statement",
    tags=["Statements"],
    security=WITH_TOKEN,
    responses={
        200: ResponseSpec(StatementAnswer, generate_examples=False, description="The statement."),
        304: ResponseSpec(None, description="The reader has it: `If-None-Match` names it."),
        **refusals(*BY_TOKEN, "not-found"),
    },
)
async def statement(
    request: AnyRequest, digest: Annotated[str, identifier("Statement digest")]
) -> Response[StatementAnswer] | Response[None]:
    """A recorded statement with the sections that the reader may see; it verifies like the whole.

    It never changes: `ETag` names the statement and what is withheld of it.
    """
    who, ledger = reader(request), parts(request)
    row = found(await reading.statement(ledger.pool, digest), "statement", digest)
    parsed = parse(row["compact"])
    kept = await _kept(ledger, who, row, parsed.record)
    answer = statements.statement(row, parsed, ledger.sequencer.party_at(row["issuer"]), kept)
    tag = statements.entity_tag(answer)
    headers = {
        "ETag": tag,
        # What is withheld now may be shown later; a complete statement stays as it is.
        "Cache-Control": "private, no-cache"
        if answer.withheld
        else "private, max-age=31536000, immutable",
    }
    if request.headers.get("if-none-match") == tag:
        return Response(None, status_code=304, headers=headers)
    return Response(answer, headers=headers)


async def _kept(ledger: Parts, who: Reader, row: Row, record: AnyRecord) -> Collection[str]:
    """The sections of the statement that the reader sees."""
    concerned = Concerned(row["kind"], row["issuer"], await _counterparty(ledger, row, record))
    if sees_sections(who, concerned):
        return record.sections
    if isinstance(record, Party):
        known = await reading.is_known_to(ledger.pool, who.index, row["index"])
        if sees_name(who, row["index"], {row["index"]} if known else ()):
            return ("identities",)
    return ()


async def _counterparty(ledger: Parts, row: Row, record: AnyRecord) -> int | None:
    """The other party that the statement concerns."""
    match record:
        case Receipt():
            return await reading.sender(ledger.pool, record.transfer)
        case Party():
            index: int = row["index"]
            return index
        case Key():
            return ledger.sequencer.party_index(record.party)
    receiver: int | None = row["receiver"]
    return receiver
