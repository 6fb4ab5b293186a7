"""Custody: draws use a batch up exactly, and a state takes back what it is told to."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenite_proto.ledger import RegisteredKey, State, drawn
from provenite_proto.statement import parse
from tests.proto.replay import Replay, effects

CHAINS = sorted((Path(__file__).parents[2] / "proto" / "vectors" / "content").glob("*.json"))


@given(
    st.dictionaries(st.sampled_from(["Cu", "Ni", "Au"]), st.integers(0, 10**18), min_size=1),
    st.lists(st.integers(1, 10**15), min_size=1, max_size=8),
)
def test_draws_use_up_a_batch_to_the_milligram(elements: dict[str, int], masses: list[int]) -> None:
    whole = left = sum(masses)
    sums = dict.fromkeys(elements, 0)
    for mass in masses:
        for element, part in drawn(elements, whole, left, mass).items():
            exact = elements[element] * mass / whole
            assert part >= 0
            assert abs(part - exact) <= 1 + exact * 1e-9
            sums[element] += part
        left -= mass
    assert sums == elements


def tables(state: State) -> tuple[Any, ...]:
    """All that a state knows, in a form that compares by value."""
    return (
        state.size,
        *(
            {key: _by_value(entry) for key, entry in table.items()}
            for name, table in vars(state).items()
            if isinstance(table, dict) and not name.startswith("_")
        ),
    )


def _by_value(entry: Any) -> Any:
    if isinstance(entry, RegisteredKey):
        return entry.id, {**msgspec.structs.asdict(entry), "key": entry.key.jwk}
    return entry


@pytest.mark.parametrize("path", CHAINS, ids=lambda path: path.stem)
def test_rollback_takes_every_statement_back(path: Path) -> None:
    case = msgspec.json.decode(path.read_bytes())
    replay = Replay(case["audience"])
    founded = tables(replay.state)
    for statement in case["statements"]:
        before = tables(replay.state)
        replay.state.begin()
        replay.add(statement["statement"], statement["recordedAt"])
        replay.state.rollback()
        assert tables(replay.state) == before
        replay.state.begin()
        replay.add(statement["statement"], statement["recordedAt"])
        replay.state.commit()
        after = tables(replay.state)
        replay.state.rollback()
        assert tables(replay.state) == after != before
    replay = Replay(case["audience"])
    replay.state.begin()
    for statement in case["statements"]:
        replay.add(statement["statement"], statement["recordedAt"])
    replay.state.rollback()
    assert tables(replay.state) == founded


def test_an_admission_changes_nothing_until_it_is_applied() -> None:
    case = msgspec.json.decode(CHAINS[0].read_bytes())
    replay = Replay(case["audience"])
    for statement in case["statements"]:
        before = tables(replay.state)
        once = replay.check(statement["statement"], statement["recordedAt"])
        assert tables(replay.state) == before
        again = replay.check(statement["statement"], statement["recordedAt"])
        assert effects(once) == effects(again)
        replay.add(statement["statement"], statement["recordedAt"])
        assert replay.state.size == before[0] + 1
        assert once.digest == parse(statement["statement"]).digest
