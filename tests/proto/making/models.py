"""Vectors of the chain-of-custody models: what they let into the log, and what content they lead to.

Figures by hand, in milligrams unless a member says otherwise.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from provenite_proto.record import (
    Allocation,
    CustodyModel,
    Site,
    SiteIdentities,
    Source,
    Stage,
    Transformation,
)

from .firms import Assay, Firms
from .outcomes import Case, admitted, refused

CREDIT = CustodyModel.MASS_BALANCE_CREDIT
AVERAGE = CustodyModel.MASS_BALANCE_ROLLING_AVERAGE
KILOGRAM = 1_000_000
Made = tuple[str, Firms, str, dict[str, Any]]
"""What a case of content says: description, firms, batch, and the expected labels by element and lens."""


def copper(mass: str) -> Assay:
    return "copper-cathode", mass, {"Cu": "1"}


def allocating(record: Transformation, *entries: tuple[int, int, str, str]) -> Transformation:
    """With credits: input, output, element, kilograms."""
    assert record.quantities is not None
    allocation = tuple(
        Allocation(input=source, output=target, element=element, mass=mass)
        for source, target, element, mass in entries
    )
    quantities = msgspec.structs.replace(record.quantities, allocation=allocation)
    return msgspec.structs.replace(record, custody_model=CREDIT, quantities=quantities)


def _feeds(mine: str = "60", scrap: str = "40") -> tuple[Firms, dict[str, str]]:
    """A recycler with a batch of mined copper and one that it has collected."""
    firms = Firms("miner", "recycler")
    mined = firms.add("miner", firms.extracted(copper(mine)))
    brought = firms.delivered("miner", "recycler", {f"{mined}.0": mine}) + ".0"
    collected = firms.add("recycler", firms.collected(copper(scrap))) + ".0"
    return firms, {brought: mine, collected: scrap}


def admissions() -> Iterator[tuple[str, Case]]:
    """File name below `admission/` and the case."""
    firms, feeds = _feeds()
    step = firms.transformed(feeds, copper("50"), copper("50"))
    place = "/record/quantities/allocation"
    fine = allocating(step, (1, 0, "Cu", "40"), (0, 0, "Cu", "10"))
    yield "allocation", admitted(firms, "recycler", fine)
    segregated = msgspec.structs.replace(fine, custody_model=CustodyModel.SEGREGATED)
    yield (
        "allocation-without-credit",
        refused(
            firms,
            "recycler",
            segregated,
            ("allocation-not-allowed", place),
            custodyModel="segregated",
        ),
    )

    def case(slug: str, pointer: str, *entries: tuple[int, int, str, str], **figures: str) -> Case:
        return refused(
            firms, "recycler", allocating(step, *entries), (slug, place + pointer), **figures
        )

    yield (
        "allocation-of-the-same-input-twice",
        case(
            "allocation-exceeded",
            "/1/mass",
            (1, 0, "Cu", "40"),
            (1, 1, "Cu", "0.000001"),
            element="Cu",
            input="1",
            availableKg="40",
            allocatedKg="40.000001",
        ),
    )
    yield (
        "allocation-above-the-output",
        case(
            "allocation-exceeded",
            "/1/mass",
            (1, 1, "Cu", "40"),
            (0, 1, "Cu", "10.000001"),
            element="Cu",
            output="1",
            availableKg="50",
            allocatedKg="50.000001",
        ),
    )
    yield (
        "allocation-from-no-input",
        case("composition-mismatch", "/0/input", (2, 0, "Cu", "1"), inputs="2", input="2"),
    )
    yield (
        "allocation-to-no-output",
        case("composition-mismatch", "/0/output", (0, 2, "Cu", "1"), outputs="2", output="2"),
    )
    yield (
        "allocation-of-another-element",
        case("composition-mismatch", "/0/element", (0, 0, "Ni", "1"), element="Ni", input="0"),
    )
    yield "allocation-of-nothing", case("mass-missing", "/0/mass", (0, 0, "Cu", "0"), kg="0")
    rolling = firms.transformed(feeds, copper("100"), custody_model=AVERAGE)
    yield (
        "rolling-average-without-site",
        refused(firms, "recycler", rolling, ("site-missing", "/record/identities/site")),
    )
    year = _Year()
    for month in (2, 5):
        year.run(month, "0" if month == 2 else "40")
    yield "rolling-average", admitted(year.firms, "recycler", year.step(8, "0"))
    leap = _Year()
    for time in (datetime(2023, 2, 28, tzinfo=UTC), datetime(2023, 2, 28, 0, 0, 1, tzinfo=UTC)):
        leap.run(time, "40")
    leap_day = leap.step(datetime(2024, 2, 29, tzinfo=UTC), "0")
    yield "rolling-average-on-29-february", admitted(leap.firms, "recycler", leap_day)


class _Year:
    """A recycler's site under the rolling average: each run takes 100 kg and puts out 100 kg."""

    def __init__(self) -> None:
        self.firms = Firms("miner", "recycler")
        self.site = self.firms.add("recycler", Site(country="BE", stages=(Stage.REFINING,)))

    def step(
        self, time: int | datetime, scrap: str, mass: str = "100", out: str = "100"
    ) -> Transformation:
        """A run with so many kilograms of scrap, the rest mined; of a month of 2025, or at a time."""
        at = time if isinstance(time, datetime) else datetime(2025, time, 1, tzinfo=UTC)
        mined = str(int(mass) - int(scrap))
        inputs: dict[str, str] = {}
        if mined != "0":
            record = self.firms.extracted(copper(mined), occurred_at=at)
            batch = self.firms.add("miner", record) + ".0"
            transfer = self.firms.add(
                "miner", self.firms.shipped("recycler", {batch: mined}, departed_at=at)
            )
            self.firms.add("recycler", self.firms.received(transfer, received_at=at))
            inputs[f"{transfer}.0"] = mined
        if scrap != "0":
            collected = msgspec.structs.replace(self.firms.collected(copper(scrap)), occurred_at=at)
            inputs[self.firms.add("recycler", collected) + ".0"] = scrap
        return self.firms.transformed(
            inputs,
            copper(out),
            country="BE",
            occurred_at=at,
            custody_model=AVERAGE,
            identities=SiteIdentities(site=self.site),
        )

    def run(self, time: int | datetime, scrap: str, mass: str = "100", out: str = "100") -> str:
        """The batch of a recorded run."""
        return self.firms.add("recycler", self.step(time, scrap, mass, out)) + ".0"


def contents() -> Iterator[tuple[str, Made]]:
    """File name below `content/` and what it is made of."""
    yield "custody-is-the-weakest-model", _weakest()
    yield from _credits()
    yield from _quarters()
    yield "rolling-average-recorded-out-of-order", _out_of_order()
    yield "rolling-average-a-year-later", _year_later()
    yield "rework-is-not-recycled", _rework()


def _labels(lenses: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    return {"Cu": lenses}


def _weakest() -> Made:
    # 60 kg kept its identity, 40 kg came through credit; blended under the model segregated, with 10 kg untraced.
    firms, feeds = _feeds()
    (mined, scrap) = feeds
    kept = firms.transformed(
        {mined: "60"}, copper("60"), custody_model=CustodyModel.IDENTITY_PRESERVED
    )
    first = firms.add("recycler", kept) + ".0"
    claimed = firms.transformed({scrap: "40"}, copper("40"), custody_model=CREDIT)
    second = firms.add("recycler", claimed) + ".0"
    blend = firms.transformed(
        {first: "60", second: "40"}, copper("110"), untraced={"Cu": "10"}, stage=Stage.BLENDING
    )
    return (
        "The weaker of the path's models and the step's; of untraced matter no model is known.",
        firms,
        firms.add("recycler", blend) + ".0",
        _labels(
            {
                "custody": {
                    "segregated": 60 * KILOGRAM,
                    "mass_balance_credit": 40 * KILOGRAM,
                    "unknown": 10 * KILOGRAM,
                }
            }
        ),
    )


def _credits() -> Iterator[tuple[str, Made]]:
    # Output 0 is credited with all 40 kg of scrap and 3 kg of mined copper. What is left of the pool, 57 kg
    # mined, goes to the rest of output 0 (7 kg) and to output 1 (48 kg); 2 kg are lost.
    expected = {
        0: {"post_consumer": 40 * KILOGRAM, "primary": 10 * KILOGRAM},
        1: {"primary": 48 * KILOGRAM},
    }
    for number, labels in expected.items():
        firms, feeds = _feeds()
        step = firms.transformed(feeds, copper("50"), copper("48"), losses={"Cu": "2"})
        step = allocating(step, (1, 0, "Cu", "40"), (0, 0, "Cu", "3"))
        made = firms.add("recycler", step)
        yield (
            f"credit-output-{number}",
            (
                "A credit takes the label from the input that it names; the others have what is left.",
                firms,
                f"{made}.{number}",
                _labels(
                    {
                        "source": labels,
                        "custody": {"mass_balance_credit": sum(labels.values())},
                    }
                ),
            ),
        )


def _quarters() -> Iterator[tuple[str, Made]]:
    # Recycled are 0, 40, 0 and 40 of 100 kg a quarter.
    # 1: of 100 kg mined 100 %. 2: recycled 40/200 = 20 kg; mined 160/200 = 80 kg, but 160 − 100 = 60 are left.
    # 3: recycled ⌊40/300 · 100 kg⌋, mined ⌊260/300 · 100 kg⌋ of 260 − 160 = 100 kg.
    # 4: recycled 80/400 = 20 kg, mined 320/400 = 80 kg of 320 − 160 − 86.666666 = 73.333334 kg.
    quarters = (
        ("first", 2, "0", {"primary": 100 * KILOGRAM}),
        (
            "second",
            5,
            "40",
            {
                "post_consumer": 20 * KILOGRAM,
                "primary": 60 * KILOGRAM,
                "unknown": 20 * KILOGRAM,
            },
        ),
        ("third", 8, "0", {"post_consumer": 13_333_333, "primary": 86_666_666, "unknown": 1}),
        (
            "fourth",
            11,
            "40",
            {"post_consumer": 20 * KILOGRAM, "primary": 73_333_334, "unknown": 6_666_666},
        ),
    )
    for number, (name, _, _, labels) in enumerate(quarters):
        year = _Year()
        for _, month, scrap, _ in quarters[: number + 1]:
            batch = year.run(month, scrap)
        yield (
            f"rolling-average-{name}-quarter",
            (
                "Recycled inputs of 0, 40, 0 and 40 % a quarter: never more than the share of the period, "
                "and never more than is left of it.",
                year.firms,
                batch,
                _labels(
                    {
                        "source": labels,
                        "custody": {"mass_balance_rolling_average": 100 * KILOGRAM},
                        "stage/refining": {"BE": 100 * KILOGRAM},
                    }
                ),
            ),
        )


def _out_of_order() -> Made:
    # February 0, May 40, November 0: recycled 0, 20 and ⌊40/300 · 100 kg⌋ = 13.333333 kg. Then August, 0, is
    # recorded: 40/300 again, but of the 40 kg only 40 − 20 − 13.333333 are left.
    year = _Year()
    for month, scrap in ((2, "0"), (5, "40"), (11, "0")):
        year.run(month, scrap)
    return (
        "What a later transformation was given of the period's inputs is not given again.",
        year.firms,
        year.run(8, "0"),
        _labels(
            {"source": {"post_consumer": 6_666_667, "primary": 86_666_666, "unknown": 6_666_667}}
        ),
    )


def _year_later() -> Made:
    # The run with scrap happened exactly a year before, and is not in the period any more.
    year = _Year()
    year.run(datetime(2025, 1, 1, tzinfo=UTC), "40")
    return (
        "The period is the twelve months before, without their first moment.",
        year.firms,
        year.run(datetime(2026, 1, 1, tzinfo=UTC), "0"),
        _labels({"source": {"primary": 100 * KILOGRAM}}),
    )


def _rework() -> Made:
    # 850 kg primary, 100 kg post-consumer and 50 kg rework: 10 % is recycled, and the rework is none of it.
    firms = Firms("miner", "recycler")
    inputs: dict[str, str] = {}
    for source, mass in ((Source.POST_CONSUMER, "100"), (Source.SAME_PROCESS_REWORK, "50")):
        inputs[firms.add("recycler", firms.collected(copper(mass), source=source)) + ".0"] = mass
    mined = firms.add("miner", firms.extracted(copper("850")))
    inputs[firms.delivered("miner", "recycler", {f"{mined}.0": "850"}) + ".0"] = "850"
    return (
        "Rework of the same process has a label of its own, which no recycled share counts.",
        firms,
        firms.add("recycler", firms.transformed(inputs, copper("1000"))) + ".0",
        _labels(
            {
                "source": {
                    "post_consumer": 100 * KILOGRAM,
                    "primary": 850 * KILOGRAM,
                    "same_process_rework": 50 * KILOGRAM,
                }
            }
        ),
    )
