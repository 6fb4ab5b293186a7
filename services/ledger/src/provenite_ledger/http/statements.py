"""GET /v1/statements/{digest}: one statement, redacted for its reader."""

from typing import Annotated

from litestar import Response, get
from litestar.openapi.datastructures import ResponseSpec

from provenite_proto import paths
from provenite_proto.answers import StatementAnswer
from provenite_proto.record import Party
from provenite_proto.statement import parse

from ..answering import statement as statements
from ..store import reading
from ..store.packing import unpacked
from .documenting import BY_TOKEN, WITH_TOKEN, identifier, refusals
from .entitlement import concerning, knows
from .parts import AnyRequest, found, parts, reader


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

    It never changes, but it can be retracted: `ETag` names the statement, its retraction and what is withheld.
    """
    who, ledger = reader(request), parts(request)
    row = found(await reading.statement(ledger.pool, digest), "statement", digest)
    parsed = parse(unpacked(row["compact"]))
    concerned = await concerning(ledger, who, row)
    named = isinstance(parsed.record, Party) and await knows(ledger, who, row["index"])
    issuer = ledger.sequencer.party_at(row["issuer"])
    answer = statements.statement(row, parsed, issuer, who, concerned, named=named)
    tag = statements.entity_tag(answer)
    # It can be retracted, and sections can be opened and closed: the reader asks again whether it stands.
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(None, status_code=304, headers=headers)
    return Response(answer, headers=headers)
