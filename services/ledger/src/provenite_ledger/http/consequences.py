"""GET /v1/statements/{digest}/consequences: what a statement has changed of the content of earlier batches."""

from typing import Annotated

from litestar import get

from provenite_proto import paths
from provenite_proto.answers import Consequences

from ..answering.consequences import consequences as answered
from ..store import revisions
from ..store.rows import OUTPUTS
from .documenting import BY_TOKEN, CURSOR, LIMIT, WITH_TOKEN, identifier, refusals
from .entitlement import opened
from .paging import cut
from .parts import AnyRequest, found, parts, reader


@get(
    f"{paths.STATEMENTS}/{{digest:str}}/consequences",
    operation_id="getConsequences",
    summary="Read what a statement has changed",
    tags=["Statements"],
    security=WITH_TOKEN,
    responses=refusals(*BY_TOKEN, "not-found"),
)
async def consequences(
    request: AnyRequest,
    digest: Annotated[str, identifier("Statement digest")],
    cursor: Annotated[str | None, CURSOR] = None,
    limit: Annotated[int, LIMIT] = 100,
) -> Consequences:
    """The batches whose content a retraction, an attestation or another late statement has changed.

    Before and after, of those whose quantities the reader sees; a page may hold fewer than `limit`. It is worked
    out in the background: `settled` says whether it is done.
    """
    who, ledger = reader(request), parts(request)
    late = found(await revisions.late(ledger.pool, digest), "statement", digest)
    rows = await revisions.changed(
        ledger.pool, digest, who.index, after=-1 if cursor is None else int(cursor), limit=limit + 1
    )
    rows, following = cut(rows, limit, "key")
    granted = await opened(ledger, who, {row["key"] // OUTPUTS for row in rows})
    progress = ledger.revising.progress
    working = None
    if progress is not None and progress.index == late["index"]:
        working = (progress.done, progress.total)
    return answered(digest, late, rows, who, granted, working, following)
