"""The vectors of admission on the real tables: what is refused, and all that is written and loaded again.

After each statement the ledger forgets what it holds in memory, so that the next one finds it in the database.
In the end the database has exactly the state that the pure replay comes to.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from provenite_ledger import sequencer as sequencing
from provenite_ledger.admitting import Admitted
from provenite_ledger.postgres import EmbeddedPostgres
from provenite_ledger.sequencer import Sequencer
from provenite_ledger.store import loading
from provenite_ledger.store.locked import LockedStore
from provenite_proto.ledger import RegisteredKey, State, Touched
from provenite_proto.problem import Problem, open_to_issuer
from provenite_proto.replay import Replay
from provenite_proto.statement import parse
from tests.ledger.inside import ORIGIN, connected, new_database, submit

VECTORS = sorted((Path(__file__).parents[2] / "proto/vectors/admission").glob("*.json"))
TABLES = (
    "parties",
    "keys",
    "sites",
    "batches",
    "shipments",
    "accreditations",
    "attestations",
    "ownerships",
    "grants",
    "statements",
    "site_years",
    "perfect_runs",
    "assays",
    "places",
    "averagings",
)
EMPTIED = """
select string_agg(quote_ident(tablename), ', ') from pg_tables
where schemaname = 'public' and tablename not in ('ledger', 'migration')
"""


@pytest.fixture(scope="module")
async def emptied(postgres: EmbeddedPostgres) -> str:
    """A database that each test empties."""
    return await new_database(postgres)


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
async def test_the_tables_come_to_the_same(
    emptied: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequencing, "MAX_HELD", -1)
    case: dict[str, Any] = json.loads(path.read_bytes())
    last = {"statement": case["statement"], "recordedAt": case["recordedAt"]}
    replay = Replay(ORIGIN)
    now = 0
    async with connected(emptied) as connection:
        await connection.execute(f"truncate {await connection.fetchval(EMPTIED)}")
        async with (
            LockedStore(emptied) as store,
            Sequencer(store, ORIGIN, clock=lambda: datetime.fromtimestamp(now, UTC)) as sequencer,
        ):
            for each in (*case["earlier"], last):
                now = each["recordedAt"]
                (answer,) = await submit(sequencer, parse(each["statement"]))
                if isinstance(answer, Problem):
                    with pytest.raises(Problem) as refused:
                        replay.add(each["statement"], now)
                    assert told(answer) == told(refused.value)
                else:
                    same(answer, replay, each["statement"], now)
        loaded = await loading.registry(connection)
        await loading.touched(connection, loaded, [everything(replay.state)])
    for table in TABLES:
        assert entries(loaded.state, table) == entries(replay.state, table), table


def told(problem: Problem) -> tuple[str, str, str, Mapping[str, str]]:
    return problem.slug, problem.detail, problem.pointer, problem.figures


def same(answer: Admitted, replay: Replay, statement: str, now: int) -> None:
    """What is answered is what the replay admits."""
    admission = replay.add(statement, now)
    submitted = answer.submitted
    assert submitted.batches == tuple(batch.id for batch in admission.created)
    assert submitted.findings == open_to_issuer(admission.findings)


def everything(state: State) -> Touched:
    """All that is not always in memory."""
    return Touched(
        batches=tuple(state.batches),
        shipments=tuple(state.shipments),
        statements=tuple(state.statements),
        sites=tuple(state.sites),
        years=tuple({each.year for each in state.site_years.values()}),
        assays=tuple(state.assays),
        places=tuple(state.places),
    )


def entries(state: State, table: str) -> dict[str, object]:
    """The entries of a table; keys by what they say, for they are not compared themselves."""
    found: Mapping[str, Any] = getattr(state, table)
    return {
        name: (entry.key.jwk, msgspec.structs.replace(entry, key=None))
        if isinstance(entry, RegisteredKey)
        else entry
        for name, entry in found.items()
    }
