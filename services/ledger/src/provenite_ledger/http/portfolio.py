"""GET /v1/portfolio: what a party holds, or has acquired, made or shipped, by country, stage and source."""

from datetime import UTC, date, datetime
from typing import Annotated

from litestar import get
from litestar.params import QueryParameter

from provenite_proto import paths
from provenite_proto.content import Shares, part_of
from provenite_proto.matter.element import ELEMENTS
from provenite_proto.portfolio import add, exposures
from provenite_proto.portfolio.answers import PortfolioAnswer, PortfolioFlow, answer
from provenite_proto.problem import Problem

from .. import contents
from ..access import sees
from ..answering.batch import concerned
from ..store import portfolios
from ..store.portfolios import Chosen, Wanted
from ..turns import Turns
from .documenting import BY_TOKEN, MATERIAL, WITH_TOKEN, refusals
from .parts import AnyRequest, parts, reader
from .settling import as_chosen, recorded

MAX_BATCHES = 10_000
"""Batches that are added up in one answer."""


@get(
    paths.PORTFOLIO,
    operation_id="getPortfolio",
    summary="Add up one's matter",
    tags=["Batches"],
    security=WITH_TOKEN,
    responses=refusals(*BY_TOKEN, "too-much", "content-pending"),
)
async def portfolio(
    request: AnyRequest,
    flow: Annotated[
        PortfolioFlow,
        QueryParameter(
            description="`stock`: what the reader holds now, as far as it is left. In the days from `from` to `to`: "
            "`received`, what was shipped to it and accepted, and what it has recorded for suppliers that are not "
            "here; `made`, what it has made and not itself made something else of; `shipped`, what it has sent "
            "and did not get back."
        ),
    ] = "stock",
    since: Annotated[
        date | None,
        QueryParameter(name="from", description="First day of a flow, in UTC; not with `stock`."),
    ] = None,
    until: Annotated[
        date | None, QueryParameter(name="to", description="Last day of a flow, in UTC.")
    ] = None,
    element: Annotated[
        list[str] | None,
        QueryParameter(
            description="Elements by symbol (repeat the parameter for several); all by default.",
            max_items=len(ELEMENTS),
        ),
    ] = None,
    material: Annotated[str | None, MATERIAL] = None,
    day: Annotated[
        date | None,
        QueryParameter(
            name="asOf",
            description="The day whose members of the European Union are told apart; today by default. "
            "It does not change which batches are added up.",
        ),
    ] = None,
) -> PortfolioAnswer:
    """By element: mass, countries at mining and at each stage, sources, concentration, and primary matter avoided.

    The reader's own only, of at most 10,000 batches. What is unknown makes bounds; it is never left out.
    """
    who, ledger = reader(request), parts(request)
    today = datetime.now(UTC).date()
    wanted = Wanted(who.index, flow, _period(flow, since, until), _elements(element), material)

    async def choose() -> tuple[int, set[int], Chosen]:
        found = await portfolios.chosen(ledger.pool, wanted, MAX_BATCHES)
        if found is None:
            raise Problem(
                "too-much",
                f"More than {MAX_BATCHES:,} batches would be added up.",
                figures={"limit": str(MAX_BATCHES)},
            )
        await recorded(ledger, found.size - 1)
        return found.size, {row["root"] for row in found.rows}, found

    async def total(size: int, found: Chosen) -> tuple[int, Shares]:
        by_root: dict[int, list[portfolios.Spans]] = {}
        batches = 0
        turns = Turns()
        for row in found.rows:
            # Whoever has held, made or shipped a batch is one of the two that its statement concerns.
            if sees(who, concerned(row), "quantities") and (spans := found.parts(row)):
                batches += 1
                by_root.setdefault(row["root"], []).extend(spans)
            await turns.next()
        totals: Shares = {}
        async with ledger.computing.connection(who.index) as connection:
            async for root, shares in contents.of_roots(connection, sorted(by_root), size):
                for span in by_root[root]:
                    add(totals, part_of(shares, span))
                    await turns.next()
        return batches, totals

    size, (batches, totals) = await as_chosen(ledger, choose, total)
    when = day or today
    return answer(
        who.party,
        size,
        exposures(totals, when),
        flow=flow,
        period=wanted.period,
        as_of=when,
        batches=batches,
    )


def _period(
    flow: PortfolioFlow, since: date | None, until: date | None
) -> tuple[date, date] | None:
    if flow == "stock":
        if since or until:
            raise Problem("bad-request", "from, to: the stock is that of now, and has no period.")
        return None
    if since is None or until is None:
        raise Problem("bad-request", f"from, to: what is {flow} has a first and a last day.")
    if not date(1000, 1, 1) <= since <= until <= date(2999, 12, 31):
        raise Problem("bad-request", "from, to: the last day is before the first, or far away.")
    return since, until


def _elements(asked: list[str] | None) -> tuple[str, ...]:
    for symbol in asked or ():
        if symbol not in ELEMENTS:
            raise Problem("bad-request", f"element: there is no element {symbol[:16]!r}.")
    return tuple(dict.fromkeys(asked or ()))
