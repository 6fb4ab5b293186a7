"""The rolling average: never above the period's share, and no label given out twice, in whatever order it is recorded."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenite_proto.content import LENSES, Run, Shares, Standing, Taken, of_transformation
from provenite_proto.ledger.averaging import period_start
from provenite_proto.matter.quantity import kilograms
from provenite_proto.record import (
    CustodyModel,
    Stage,
    Transformation,
    TransformationQuantities,
)

FIRST = datetime(2025, 1, 1, tzinfo=UTC)
STANDING = Standing(False, "not_attested", ())
LABELS = ("post_consumer", "primary", "unknown")
MASSES = st.one_of(st.integers(0, 9), st.integers(0, 10**12))
INPUTS = st.lists(MASSES, min_size=3, max_size=3)
"""Milligrams of an input by label."""


def transformation(time: datetime, losses: int = 0) -> Transformation:
    return Transformation(
        country="BE",
        occurred_at=time,
        stage=Stage.REFINING,
        custody_model=CustodyModel.MASS_BALANCE_ROLLING_AVERAGE,
        inputs=(),
        outputs=(),
        quantities=TransformationQuantities(
            inputs=(), outputs=(), losses={"Cu": kilograms(losses)}
        ),
    )


def taken(masses: list[int]) -> Taken:
    labels = {label: mass for label, mass in zip(LABELS, masses, strict=True) if mass}
    shares: Shares = {"Cu": dict.fromkeys(LENSES, labels)}
    return Taken(shares, {"Cu": (0, sum(masses))})


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 800), INPUTS, st.integers(0, 100), st.integers(0, 100)),
        min_size=1,
        max_size=8,
    )
)
def test_no_label_is_given_out_beyond_its_share_or_twice(
    runs: list[tuple[int, list[int], int, int]],
) -> None:
    """Runs by day, input labels, percentage that comes out, and percentage of that in the first output."""
    lenses = [LENSES["source"]]
    earlier: list[tuple[Run, list[int]]] = []
    given_out = dict.fromkeys(LABELS, 0)
    for day, masses, out, first in runs:
        time = FIRST + timedelta(days=day)
        whole = sum(masses)
        leaving = whole * out // 100
        outputs = [{"Cu": leaving * first // 100}, {"Cu": leaving - leaving * first // 100}]
        looked_back = [each for each in earlier if each[0].occurred_at > period_start(time)]
        made = of_transformation(
            transformation(time, whole - leaving),
            [taken(masses)],
            outputs,
            lenses,
            STANDING,
            [run for run, _ in looked_back],
        )
        period = [put_in for run, put_in in looked_back if run.occurred_at <= time] + [masses]
        for wanted, shares in zip(outputs, made.outputs, strict=True):
            labels = shares["Cu"]["source"]
            assert sum(labels.values()) == wanted["Cu"]
            for number, label in enumerate(LABELS[:2]):
                total = sum(map(sum, period))
                share = sum(each[number] for each in period)
                assert labels.get(label, 0) * total <= share * wanted["Cu"]
                given_out[label] += labels.get(label, 0)
        assert made.run is not None
        earlier.append((made.run, masses))
        for number, label in enumerate(LABELS[:2]):
            assert given_out[label] <= sum(put_in[number] for _, put_in in earlier)


def test_lenses_with_steps_follow_the_matter() -> None:
    """What is attested or refined is not moved to matter that is not."""
    before = of_transformation(
        transformation(FIRST), [taken([0, 100, 0])], [{"Cu": 100}], LENSES.values(), STANDING
    )
    now = of_transformation(
        transformation(FIRST + timedelta(days=1)),
        [taken([100, 0, 0])],
        [{"Cu": 100}],
        LENSES.values(),
        STANDING,
        [run for run in (before.run,) if run],
    )
    (shares,) = now.outputs
    assert shares["Cu"]["source"] == {"post_consumer": 50, "unknown": 50}
    assert shares["Cu"]["stage/separation"] == {"post_consumer": 100}
    assert shares["Cu"]["stage/refining"] == {"BE": 100}


@pytest.mark.parametrize(
    ("time", "begins"),
    [
        ("2025-03-01T12:00:00Z", "2024-03-01T12:00:00Z"),
        ("2024-02-29T23:00:00Z", "2023-02-28T23:00:00Z"),
        ("2025-02-28T00:00:00Z", "2024-02-28T00:00:00Z"),
        ("2024-03-01T01:00:00+02:00", "2023-02-28T23:00:00Z"),
    ],
)
def test_the_period_begins_on_the_same_day_a_year_before(time: str, begins: str) -> None:
    assert period_start(datetime.fromisoformat(time)) == datetime.fromisoformat(begins)
