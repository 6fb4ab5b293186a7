"""Redaction never turns a doubt into an assurance: whatever is left out of whichever statement, nothing is admitted,
computed or replayed as if the section were not there."""

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenite_proto.content import LENSES, Standing, of_transformation
from provenite_proto.ledger import State, admit
from provenite_proto.problem import Problem
from provenite_proto.record import Transformation
from provenite_proto.statement import Statement, parse, redact
from tests.proto.replay import Replay

FOLDER = Path(__file__).parents[2] / "proto" / "vectors" / "admission"
STANDS = Standing(void=False, attested="not_attested", controllers=("unknown",))


@cache
def case(path: Path) -> tuple[dict[str, Any], Statement | None, State]:
    """A vector, its statement when it can be read whole, and the state that it is admitted to."""
    found: dict[str, Any] = msgspec.json.decode(path.read_bytes())
    replay = Replay(found["audience"])
    for step in found["earlier"]:
        replay.add(step["statement"], step["recordedAt"])
    try:
        return found, parse(found["statement"]), replay.state
    except Problem:
        return found, None, replay.state


def sections(statement: Statement) -> list[str]:
    """The names of the sections that the statement has."""
    record = statement.record
    return [name for name in record.sections if getattr(record, name) is not None]


VECTORS = sorted(FOLDER.glob("*.json"))


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(VECTORS), st.data())
def test_a_redacted_statement_is_never_admitted(path: Path, data: st.DataObject) -> None:
    vector, statement, state = case(path)
    if statement is None or not (names := sections(statement)):
        return
    kept = data.draw(st.sets(st.sampled_from(names), max_size=len(names) - 1))
    text = redact(statement, kept)
    with pytest.raises(Problem) as refused:
        parse(text)
    assert refused.value.slug == "disclosure-missing"
    redacted = parse(text, complete=False)
    # It is the same statement, which verifies, and says of itself that something is missing.
    assert redacted.digest == statement.digest
    assert redacted.withheld == len(names) - len(kept)
    assert set(sections(redacted)) == kept
    with pytest.raises(Problem) as refused:
        admit(redacted, state, audience=vector["audience"], now=vector["recordedAt"])
    assert refused.value.slug == "disclosure-missing"


def test_the_vectors_have_doubts_that_a_redaction_would_hide() -> None:
    """The property says something: each doubt whose section is left out would have been one less."""
    hidden = set()
    for path in VECTORS:
        vector, statement, _ = case(path)
        for finding in vector["expected"].get("findings", ()):
            section = finding["pointer"].split("/")[2]
            if statement is not None and section in sections(statement):
                hidden.add(finding["slug"])
    assert hidden >= {
        "receipt-differs",
        "document-reused",
        "transit-too-fast",
        "moisture-missing",
        "assay-unusual",
        "capacity-exceeded",
    }


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_no_content_is_computed_without_the_quantities(path: Path) -> None:
    _, statement, _ = case(path)
    if statement is None or not isinstance(statement.record, Transformation):
        return
    keep = set(sections(statement)) - {"quantities"}
    record = parse(redact(statement, keep), complete=False).record
    assert isinstance(record, Transformation)
    with pytest.raises(ValueError, match="withheld"):
        of_transformation(record, (), (), LENSES.values(), STANDS)


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_no_replay_goes_on_with_a_redacted_statement(path: Path) -> None:
    vector, statement, _ = case(path)
    if statement is None or not sections(statement):
        return
    replay = Replay(vector["audience"])
    for step in vector["earlier"]:
        replay.add(step["statement"], step["recordedAt"])
    size = replay.state.size
    with pytest.raises(Problem, match="disclosure-missing"):
        replay.add(redact(statement, ()), vector["recordedAt"])
    assert replay.state.size == size
