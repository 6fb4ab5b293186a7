"""GET /v1/batches/{id}/content: how much of each element comes from where."""

from typing import Annotated

from litestar import get
from litestar.params import QueryParameter

from provenite_proto import paths
from provenite_proto.answers import ContentAnswer
from provenite_proto.content import LENSES, Shares
from provenite_proto.problem import Problem

from .. import contents
from ..access import sees
from ..answering.content import content as answered
from ..store import reading
from ..store.rows import OUTPUTS
from .documenting import BATCH_ID, BY_TOKEN, WITH_TOKEN, refusals
from .entitlement import concerning
from .lenses import looked_through
from .parts import AnyRequest, found, parts, reader
from .settling import as_of


@get(
    f"{paths.BATCHES}/{{batch_id:str}}/content",
    operation_id="getContent",
    summary="Read a batch's content",
    tags=["Batches"],
    security=WITH_TOKEN,
    responses=refusals(*BY_TOKEN, "not-entitled", "not-found", "content-pending"),
)
async def content(
    request: AnyRequest,
    batch_id: Annotated[str, BATCH_ID],
    lens: Annotated[
        list[str] | None,
        QueryParameter(
            name="lens",
            description="Lenses to look through (repeat the parameter for several); all that ship with the "
            f"protocol by default: {', '.join(f'`{lens}`' for lens in LENSES)}. Also lenses of the reader's "
            "own, by the ids that registering them answered.",
        ),
    ] = None,
    element: Annotated[
        list[str] | None,
        QueryParameter(
            name="element",
            description="Elements by symbol (repeat the parameter for several); all by default.",
        ),
    ] = None,
) -> ContentAnswer:
    """Exact masses by label for each element and lens, for the parties that the batch concerns."""
    who, ledger = reader(request), parts(request)
    shipped = [name for name in lens or LENSES if name in LENSES]
    own = [
        await looked_through(ledger, who, name)
        for name in dict.fromkeys(lens or ())
        if name not in LENSES
    ]
    row = found(await reading.batch(ledger.pool, batch_id), "batch", batch_id)
    if not sees(who, await concerning(ledger, who, row), "quantities"):
        raise Problem("not-entitled", f"The content of {batch_id} is for the parties it concerns.")
    # Through the protocol's lenses in any case: `custody` says what is claimed rather than contained.
    looks = (contents.SHIPPED, *own)

    async def look(size: int) -> tuple[dict[str, int], Shares]:
        seen: Shares = {}
        async with ledger.computing.connection(who.index) as connection:
            for lensed in looks:
                elements, shares = await contents.content(connection, row["key"], size, lensed)
                for name, lenses in shares.items():
                    seen.setdefault(name, {}).update(lenses)
        return elements, seen

    size, (elements, seen) = await as_of(ledger, row["key"] // OUTPUTS, row["root"], look)
    names = (*shipped, *(each.id for lensed in own for each in lensed.lenses))
    return answered(batch_id, size, elements, seen, wanted=element, lenses=names)
