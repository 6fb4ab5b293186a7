"""GET /v1/batches/{id}/contributions: which upstream batches bring how much of a label."""

from typing import Annotated

from litestar import get
from litestar.params import QueryParameter

from provenite_proto import paths
from provenite_proto.answers import ContributionAnswer, ContributionsAnswer
from provenite_proto.content import LENSES, contributions, within
from provenite_proto.matter.quantity import kilograms, share
from provenite_proto.problem import Problem

from .. import contents
from ..access import sees
from ..contents import SHIPPED
from ..store import reading
from ..store.rows import OUTPUTS
from ..store.shares import ranges
from ..upstream import Upstream, upstream
from .documenting import BATCH_ID, BY_TOKEN, WITH_TOKEN, refusals
from .entitlement import concerning
from .lenses import looked_through
from .parts import AnyRequest, found, parts, reader
from .settling import as_of


@get(
    f"{paths.BATCHES}/{{batch_id:str}}/contributions",
    operation_id="getContributions",
    summary="Read what brings a label to a batch",
    tags=["Batches"],
    security=WITH_TOKEN,
    responses=refusals(*BY_TOKEN, "not-entitled", "not-found", "content-pending", "too-far"),
)
async def list_contributions(
    request: AnyRequest,
    batch_id: Annotated[str, BATCH_ID],
    element: Annotated[
        str, QueryParameter(description="The element, by its symbol.", max_length=2)
    ],
    lens: Annotated[str, QueryParameter(description="The lens, by its id.", max_length=64)],
    label: Annotated[str, QueryParameter(description="The label.", max_length=256)],
) -> ContributionsAnswer:
    """The matter that entered the record of which the label's mass in the batch consists, the largest first.

    For those who see the content of the batch.
    """
    who, ledger = reader(request), parts(request)
    lensed = SHIPPED if lens in LENSES else await looked_through(ledger, who, lens)
    row = found(await reading.batch(ledger.pool, batch_id), "batch", batch_id)
    if not sees(who, await concerning(ledger, who, row), "quantities"):
        raise Problem("not-entitled", f"The content of {batch_id} is for the parties it concerns.")
    spans = ranges(row)
    if element not in spans:
        raise Problem(
            "bad-request", f"element: the batch has no {element}; it has {', '.join(spans)}."
        )

    async def read_upstream(size: int) -> Upstream:
        async with ledger.computing.connection(who.index) as connection:
            # Computed first, where it is missing.
            await contents.content(connection, row["key"], size, lensed)
            limit = ledger.settings.trace_nodes
            return await upstream(connection, row["root"], size, lensed, limit)

    size, read = await as_of(ledger, row["key"] // OUTPUTS, row["root"], read_upstream)
    root = read.root
    asked = next(each for each in lensed.lenses if each.id == lens)
    items = contributions(root, spans[element], element, asked, label, read)
    whole = within(read.shares(root)[element][lens], *spans[element]).get(label, 0)
    return ContributionsAnswer(
        batch=batch_id,
        size=size,
        element=element,
        lens=lens,
        label=label,
        mass=kilograms(whole),
        contributions=tuple(
            ContributionAnswer(
                kind=each.kind,
                id=each.id,
                mass=kilograms(each.mass),
                share=share(each.mass, whole),
            )
            for each in items
        ),
    )
