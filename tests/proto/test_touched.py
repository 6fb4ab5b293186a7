"""What a ledger loads for a statement is all that its admission looks up."""

from pathlib import Path

import msgspec
import pytest

from provenite_proto.ledger import Admission, State, admit, touched
from provenite_proto.problem import Problem
from provenite_proto.statement import Statement, parse
from tests.proto.replay import Replay, effects

FILES = sorted((Path(__file__).parents[2] / "proto" / "vectors" / "admission").glob("*.json"))


def frame(whole: State, statement: Statement) -> State:
    """The part of the state that `touched` names, and what that brings along."""
    part = State(whole.size)
    for table in (whole.parties, whole.keys, whole.accreditations, whole.perfect_runs):
        for entry in table.values():
            part.put(entry)
    needs = touched(statement)
    statements = [
        *needs.statements,
        *(whole.assays[each].statement for each in needs.assays if each in whole.assays),
        *(
            whole.batches[each].root.partition(".")[0]
            for each in needs.certified
            if each in whole.batches
        ),
    ]
    shipments, batches, sites = [*needs.shipments], [*needs.batches], [*needs.sites]
    years = [f"{site}/{year}" for site in sites for year in needs.years]
    for digest in statements:
        recorded = whole.statements.get(digest)
        if recorded is None:
            continue
        part.put(recorded)
        batches += [*recorded.batches, *(draw.batch for draw in recorded.draws)]
        shipments += [digest, recorded.transfer or ""]
        years.append(recorded.site_year or "")
        for entries in (
            whole.attestations,
            whole.grants,
            whole.ownerships,
            whole.declarations,
            whole.certificates,
        ):
            if digest in entries:
                part.put(entries[digest])
    for digest in shipments:
        if digest in whole.shipments:
            shipment = whole.shipments[digest]
            part.put(shipment)
            batches += shipment.batches
            sites.append(shipment.site or "")
    batches += [whole.batches[each].root for each in batches if each in whole.batches]
    for ids, some in (
        (batches, whole.batches),
        (sites, whole.sites),
        (sites, whole.averagings),
        (years, whole.site_years),
        (needs.assays, whole.assays),
        (needs.places, whole.places),
        (needs.reserved, whole.reserved),
    ):
        for each in ids:
            if each in some:
                part.put(some[each])
    return part


def outcome(statement: Statement, state: State, audience: str, now: int) -> object:
    try:
        admission: Admission = admit(statement, state, audience=audience, now=now)
    except Problem as problem:
        return problem.slug, problem.pointer, problem.figures
    return effects(admission)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_admission_needs_no_more_than_what_is_touched(path: Path) -> None:
    case = msgspec.json.decode(path.read_bytes())
    replay = Replay(case["audience"])
    for step in case["earlier"]:
        replay.add(step["statement"], step["recordedAt"])
    statement = parse(case["statement"])
    given = (case["audience"], case["recordedAt"])
    expected = outcome(statement, replay.state, *given)
    assert outcome(statement, frame(replay.state, statement), *given) == expected
