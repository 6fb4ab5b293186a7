"""GET /v1/batches/{id}/assessment: whether a batch meets a policy, what decided, and what is missing."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Annotated

import msgspec
from litestar import get
from litestar.params import QueryParameter

from provenite_proto import paths
from provenite_proto.content import Contribution, contributions
from provenite_proto.ledger import BatchStatus
from provenite_proto.policy import Assessment, Facts, Policy, gaps, unknown
from provenite_proto.policy.answers import MAX_FACTS, AssessmentAnswer, answer
from provenite_proto.policy.catalogue import MAX_ASKED
from provenite_proto.problem import Problem

from .. import policies
from ..access import sees
from ..assessing import assessed, question
from ..contents import Lensed
from ..store import reading
from ..store.rows import OUTPUTS, Row
from ..store.shares import ranges
from ..upstream import Upstream, upstream
from .documenting import BATCH_ID, BY_TOKEN, WITH_TOKEN, refusals
from .entitlement import concerning
from .parts import AnyRequest, found, parts, reader
from .settling import as_of


@get(
    f"{paths.BATCHES}/{{batch_id:str}}/assessment",
    operation_id="getAssessment",
    summary="Assess a batch by a policy",
    tags=["Batches"],
    security=WITH_TOKEN,
    responses=refusals(
        *BY_TOKEN, "not-entitled", "not-found", "content-pending", "too-far", "too-many"
    ),
)
async def assessment(
    request: AnyRequest,
    batch_id: Annotated[str, BATCH_ID],
    policy: Annotated[
        str,
        QueryParameter(
            description="A policy by its digest; one of the catalogue by its id, with its parameters: "
            "`claim.recycled?share=0.24&class=post_consumer`, percent-encoded; or one of the reader's own by its id.",
            max_length=MAX_ASKED,
        ),
    ],
    day: Annotated[
        date | None,
        QueryParameter(name="asOf", description="The day that decides; today by default."),
    ] = None,
    facts: Annotated[
        str | None,
        QueryParameter(
            description="What no statement records, as JSON (section 16.2 of the specification).",
            max_length=MAX_FACTS,
        ),
    ] = None,
    listing: Annotated[
        bool, QueryParameter(name="gaps", description="false leaves the list of gaps out.")
    ] = True,
) -> AssessmentAnswer:
    """The outcome with its figures, for those who see the content of the batch."""
    who, ledger = reader(request), parts(request)
    said = _facts(facts)
    asked = await policies.asked_for(ledger.pool, who.index, policy)
    _check_known(asked, said)
    when = day or datetime.now(UTC).date()
    row = found(await reading.batch(ledger.pool, batch_id), "batch", batch_id)
    if not sees(who, await concerning(ledger, who, row), "quantities"):
        raise Problem("not-entitled", f"The content of {batch_id} is for the parties it concerns.")
    asking = await question(ledger.pool, asked, said, when)
    in_transit = row["status"] == BatchStatus.IN_TRANSIT

    async def look(size: int) -> tuple[Assessment, dict[str, Upstream]]:
        async with ledger.computing.connection(who.index) as connection:
            come = await assessed(connection, row, size, asking, in_transit=in_transit)
            back: dict[str, Upstream] = {}
            for lensed in _in_question(come, asking.looks) if listing else ():
                limit = ledger.settings.trace_nodes
                read = await upstream(connection, row["root"], size, lensed, limit)
                back |= dict.fromkeys((lens.id for lens in lensed.lenses), read)
        return come, back

    size, (come, back) = await as_of(ledger, row["key"] // OUTPUTS, row["root"], look)
    answered = answer(
        batch_id, size, come, gaps(come, _Contributing(row, asking.looks, back)) if back else ()
    )
    return msgspec.structs.replace(answered, notes=(*answered.notes, *_too_early(row, when)))


class _Contributing:
    """What brings a label to the batch, by what was read of its history."""

    def __init__(self, row: Row, looks: Iterable[Lensed], back: dict[str, Upstream]) -> None:
        self._spans = ranges(row)
        self._lenses = {lens.id: lens for lensed in looks for lens in lensed.lenses}
        self._back = back
        # Tests of one policy may ask for the same.
        self._found: dict[tuple[str, str, str], tuple[Contribution, ...]] = {}

    def __call__(self, element: str, lens: str, label: str) -> tuple[Contribution, ...]:
        asked = element, lens, label
        if asked not in self._found:
            read = self._back[lens]
            self._found[asked] = contributions(
                read.root, self._spans[element], element, self._lenses[lens], label, read
            )
        return self._found[asked]


def _in_question(come: Assessment, looks: Iterable[Lensed]) -> list[Lensed]:
    """The lenses in which something does not count that may, where a figure does not pass and no exemption decides."""
    if come.exemption is not None:
        return []
    short = {(each.name, each.of) for each in come.figures if each.verdict != "pass"}
    lenses = {
        each.lens
        for each in come.deciding
        if each.counts in ("unknown", "review", "refused") and (each.test, each.element) in short
    }
    return [lensed for lensed in looks if lenses & {lens.id for lens in lensed.lenses}]


def _too_early(row: Row, day: date) -> Iterator[str]:
    """What is said of a day before there was the batch: of now alone, and certified by nobody."""
    since = row["available_at"].date()
    if day < since:
        yield f"The batch has been there since {since}: for a day before that it cannot be certified."


def _check_known(policy: Policy, facts: Facts) -> None:
    for each in unknown(policy, facts):
        raise Problem("bad-request", f"facts.{each.member}: {each.reason}.")


def _facts(text: str | None) -> Facts:
    try:
        return msgspec.json.decode(text or "{}", type=Facts)
    except msgspec.DecodeError as error:
        raise Problem("bad-request", f"facts: {error}.") from None
