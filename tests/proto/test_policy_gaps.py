"""The gap list of a chain of magnets: what it promises is what comes about once the missing record is there."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from provenite_proto.content import LENSES
from provenite_proto.policy import (
    Assessment,
    Facts,
    Gap,
    Outcome,
    Part,
    assess,
    gaps,
    lenses_needed,
    policy_named,
)
from provenite_proto.record import CustodyModel, Retraction, RetractionReason, Stage
from provenite_proto.replay import Replay
from tests.proto.making.firms import Firms
from tests.proto.making.keys import AUDIENCE

OLD, NEW = date(2026, 12, 31), date(2027, 1, 1)
STRICT = "claim.non-covered-nation"
DFARS = "us.dfars.252.225-7052"


def ore(firms: Firms, country: str, kg: str) -> str:
    """So many kilograms of Nd, mined and separated in a country."""
    mined = firms.add(
        "miner", firms.extracted(("nd-oxide", "1000", {"Nd": "0.8"}), country=country)
    )
    made = firms.transformed(
        {f"{mined}.0": str(float(kg) * 1.25).removesuffix(".0")},
        ("nd-metal", kg, {"Nd": "1"}),
        stage=Stage.SEPARATION,
        country=country,
    )
    return firms.add("miner", made) + ".0"


def magnets(
    firms: Firms, inputs: dict[str, str], untraced: str | None, **members: Any
) -> tuple[str, str]:
    """100 kg of Nd in magnets of GB: the statement of the alloy, and the batch."""
    alloy = firms.add(
        "miner",
        firms.transformed(
            inputs,
            ("ndfeb-alloy", "400", {"Nd": "0.25"}),
            stage=Stage.ALLOYING,
            country="GB",
            untraced={"Nd": untraced} if untraced else None,
            **members,
        ),
    )
    batch, kg = f"{alloy}.0", "400"
    for stage, material in ((Stage.POWDER, "ndfeb-powder"), (Stage.FORMING, "ndfeb-magnet")):
        made = firms.transformed(
            {batch: kg}, (material, kg, {"Nd": "0.25"}), stage=stage, country="GB"
        )
        batch = firms.add("miner", made) + ".0"
    return alloy, batch


@pytest.fixture
def firms() -> Firms:
    """A ledger on which one firm does all."""
    return Firms("miner")


def assessed(firms: Firms, batch: str, asked: str, day: date) -> tuple[Assessment, tuple[Gap, ...]]:
    """What a policy says of a batch, by a replay of all statements, and its gaps."""
    policy = policy_named(asked)
    lenses = {lens.id: lens for lens in (*LENSES.values(), *lenses_needed(policy, Facts(), day))}
    replay = Replay(AUDIENCE, lenses.values())
    for step in firms.earlier:
        replay.add(step["statement"], step["recordedAt"])
    made = replay.state.batches[batch]
    part = Part(made.material, made.mass, replay.content(batch))
    found = assess(policy, [part], Facts(), day)

    def contributing(element: str, lens: str, label: str) -> Iterable[Any]:
        return replay.contributions(batch, element, lens, label)

    return found, gaps(found, contributing)


def test_untraced_matter_is_named_with_what_it_is_worth(firms: Firms) -> None:
    alloy, batch = magnets(firms, {ore(firms, "US", "93"): "93"}, "7")
    found, (gap,) = assessed(firms, batch, STRICT, OLD)
    assert found.outcome is Outcome.FAIL
    assert (gap.fact, gap.at, gap.element, gap.label) == ("origin", alloy, "Nd", "unknown")
    assert (gap.mass, gap.best, gap.worst, gap.whole) == (
        7_000_000,
        100_000_000,
        93_000_000,
        100_000_000,
    )


@pytest.mark.parametrize("country", ["AU", "CN"])
def test_what_a_gap_promises_comes_about_once_the_record_is_there(
    firms: Firms, country: str
) -> None:
    known = ore(firms, "US", "93")
    then = firms.copy()
    _, batch = magnets(firms, {known: "93"}, "7")
    _, (gap,) = assessed(firms, batch, STRICT, OLD)
    _, batch = magnets(then, {known: "93", ore(then, country, "7"): "7"}, None)
    found, _ = assessed(then, batch, STRICT, OLD)
    (figure,) = found.figures
    if country == "AU":
        assert (found.outcome, figure.lower) == (Outcome.PASS, gap.best)
    else:
        assert (found.outcome, figure.upper) == (Outcome.FAIL, gap.worst)


def test_one_batch_passes_the_old_regime_and_fails_the_new_one(firms: Firms) -> None:
    _, batch = magnets(firms, {ore(firms, "CN", "93"): "93"}, "7")
    found, listed = assessed(firms, batch, DFARS, OLD)
    assert (found.outcome, found.row, listed) == (Outcome.PASS, 0, ())
    found, listed = assessed(firms, batch, DFARS, NEW)
    assert (found.outcome, found.row) == (Outcome.FAIL, 1)
    assert [each.what for each in found.missing] == ["Fe", "B"]
    assert {each.label for each in found.deciding} == {"barred", "unknown"}
    # What was mined in CN is no gap: no fact would mend it.
    assert [(each.fact, each.mass) for each in listed] == [("origin", 7_000_000)]


def test_a_step_that_nobody_recorded_is_a_gap_on_the_path(firms: Firms) -> None:
    _, batch = magnets(firms, {ore(firms, "US", "100"): "100"}, None)
    _, (gap,) = assessed(firms, batch, DFARS, NEW)
    assert (gap.fact, gap.mass) == ("path", 100_000_000)
    assert gap.best == gap.whole


def test_what_does_not_stand_is_to_be_replaced(firms: Firms) -> None:
    metal = ore(firms, "US", "93")
    _, batch = magnets(firms, {metal: "93"}, "7")
    statement = metal.partition(".")[0]
    firms.add("miner", Retraction(statement=statement, reason=RetractionReason.INCORRECT_DATA))
    _, listed = assessed(firms, batch, STRICT, OLD)
    assert [(each.fact, each.mass) for each in listed] == [
        ("replacement", 93_000_000),
        ("origin", 7_000_000),
    ]
    assert listed[0].at == metal


def test_a_model_that_is_not_accepted_is_a_gap_of_custody(firms: Firms) -> None:
    model = CustodyModel.MASS_BALANCE_CREDIT
    _, batch = magnets(firms, {ore(firms, "US", "100"): "100"}, None, custody_model=model)
    found, (gap,) = assessed(firms, batch, STRICT, OLD)
    assert (found.outcome, found.figures[0].lower, found.figures[0].upper) == (Outcome.FAIL, 0, 0)
    assert (gap.fact, gap.mass, gap.best) == ("custody", 100_000_000, 100_000_000)
