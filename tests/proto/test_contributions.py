"""Contributions on random histories, against exact fractions that carry every source's matter forward."""

from collections import defaultdict
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provenite_proto.content import LENSES, Lens, Step, event_of, flow_of
from provenite_proto.content.lens import NOWHERE, Event
from provenite_proto.content.pooling import Taken
from provenite_proto.record import CustodyModel, Source, Stage, Transformation
from provenite_proto.replay import Replay

from .making.firms import Firms
from .making.models import allocating, copper
from .test_replay import History

Exact = dict[tuple[str, str, str], Fraction]
"""Kind and id of a contribution, and the label now: milligrams."""


def part(pool: Exact, mass: Fraction | int) -> Exact:
    whole = sum(pool.values())
    return {key: each * mass / whole for key, each in pool.items()} if mass else {}


def forward(replay: Replay, lens: Lens) -> dict[str, Exact]:
    """What each batch holds of each source, exactly in proportion."""
    exact: dict[str, Exact] = {}
    for name, step in replay.steps.items():
        standing = replay.standings[name]
        if standing.void:
            held = lens.first(NOWHERE)
            found: list[Exact] = [
                {("void", batch, held): Fraction(out["Cu"])}
                for batch, out in zip(step.batches, step.outputs, strict=True)
            ]
        elif isinstance(step.record, Transformation):
            found = _through(replay, lens, step, step.record, exact)
        else:
            held = lens.first(event_of(step.record, standing))
            found = [
                {("source", batch, held): Fraction(out["Cu"])}
                for batch, out in zip(step.batches, step.outputs, strict=True)
            ]
        exact |= dict(zip(step.batches, found, strict=True))
    return exact


def _through(
    replay: Replay, lens: Lens, step: Step, record: Transformation, exact: dict[str, Exact]
) -> list[Exact]:
    event = event_of(record, replay.standings[step.statement])

    def relabelled(pool: Exact) -> Exact:
        after: Exact = defaultdict(Fraction)
        for (kind, name, label), mass in pool.items():
            after[kind, name, lens.next(label, event)] += mass
        return after

    taken = [Taken(replay.contents[root], ranges) for root, ranges in step.drawn]
    flow = flow_of(record, taken, step.outputs)
    left = [
        part(exact[root], high - low) for root, ranges in step.drawn for low, high in [ranges["Cu"]]
    ]
    result: list[Exact] = [defaultdict(Fraction) for _ in step.outputs]
    for credit in flow.credits:
        taken_of = part(left[credit.input], credit.mass)
        left[credit.input] = {
            key: mass - taken_of.get(key, 0) for key, mass in left[credit.input].items()
        }
        for key, mass in relabelled(taken_of).items():
            result[credit.output][key] += mass
    pool: Exact = defaultdict(Fraction)
    arrived = lens.first(Event(record.country, "untraced"))
    new: Exact = {("untraced", step.statement, arrived): Fraction(flow.new("Cu"))}
    for entering in (*left, new):
        for key, mass in relabelled(entering).items():
            pool[key] += mass
    rest = [out["Cu"] - sum(has.values()) for out, has in zip(step.outputs, result, strict=True)]
    for has, missing in zip(result, rest, strict=True):
        for key, mass in part(pool, missing).items():
            has[key] += mass
    return result


def slack(replay: Replay, labels: int) -> int:
    """Milligrams: four times the labels for every draw, credit and output."""
    count = 0
    for step in replay.steps.values():
        count += len(step.drawn) + len(step.outputs)
        if isinstance(step.record, Transformation) and step.record.quantities:
            count += len(step.record.quantities.allocation)
    return 4 * labels * count


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.data_too_large])
@given(st.data())
def test_contributions_are_those_of_the_reference(data: st.DataObject) -> None:
    history = History(data)
    for _ in range(data.draw(st.integers(4, 24))):
        history.happen()
    replay = history.replay
    averaged = any(
        getattr(step.record, "custody_model", "") == CustodyModel.MASS_BALANCE_ROLLING_AVERAGE
        for step in replay.steps.values()
    )
    for lens in LENSES.values():
        if averaged and not lens.step:
            continue
        exact = forward(replay, lens)
        for batch, content in replay.contents.items():
            labels = content["Cu"][lens.id]
            for label in labels:
                found: dict[tuple[str, str], int] = {
                    (each.kind, each.id): each.mass
                    for each in replay.contributions(batch, "Cu", lens.id, label)
                }
                wanted = {
                    (kind, name): mass
                    for (kind, name, held), mass in exact[batch].items()
                    if held == label
                }
                limit = slack(replay, len({held for _, _, held in exact[batch]}))
                for key in found.keys() | wanted.keys():
                    assert abs(found.get(key, 0) - wanted.get(key, Fraction(0))) <= limit


def test_a_contribution_names_batches_and_what_is_not_recorded() -> None:
    firms = Firms("miner", "recycler")
    mined = firms.add("miner", firms.extracted(copper("60"))) + ".0"
    brought = firms.delivered("miner", "recycler", {mined: "60"}) + ".0"
    scrap = firms.add("recycler", firms.collected(copper("30"), source=Source.POST_CONSUMER)) + ".0"
    step = firms.transformed(
        {brought: "60", scrap: "30"}, copper("50"), copper("50"), untraced={"Cu": "10"}
    )
    made = firms.add("recycler", step)
    shipped = firms.delivered("recycler", "miner", {f"{made}.1": "25"}) + ".0"

    def found(batch: str, lens: str, label: str) -> list[tuple[str, str, int]]:
        contributions = firms.replay.contributions(batch, "Cu", lens, label)
        return [(each.kind, each.id, each.mass) for each in contributions]

    assert found(shipped, "stage/refining", "DE") == [
        ("source", mined, 15_000_000),
        ("source", scrap, 7_500_000),
        ("untraced", made, 2_500_000),
    ]
    assert found(shipped, "source", "post_consumer") == [("source", scrap, 7_500_000)]
    assert found(shipped, "source", "nothing") == []


def test_a_credit_comes_from_the_input_that_it_names() -> None:
    firms = Firms("miner")
    first, second = (firms.add("miner", firms.extracted(copper("50"))) + ".0" for _ in range(2))
    step = firms.transformed(
        {first: "50", second: "50"}, copper("40"), copper("60"), stage=Stage.BLENDING
    )
    made = firms.add("miner", allocating(step, (0, 0, "Cu", "40")))
    found = firms.replay.contributions(f"{made}.0", "Cu", "origin", "CL")
    assert [(each.id, each.mass) for each in found] == [(first, 40_000_000)]
    found = firms.replay.contributions(f"{made}.1", "Cu", "origin", "CL")
    assert [(each.id, each.mass) for each in found] == [(second, 50_000_000), (first, 10_000_000)]
