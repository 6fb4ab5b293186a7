"""The vectors of admission and content on the real tables: what is refused, and all that is written and loaded again.

After each statement the ledger forgets what it holds in memory, so that the next one finds it in the database.
In the end the database has exactly the state that the pure replay comes to.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest

from provenite_ledger import sequencer as sequencing
from provenite_ledger.admitting import Admitted
from provenite_ledger.contents import SHIPPED, content
from provenite_ledger.postgres import EmbeddedPostgres
from provenite_ledger.revising import Revising
from provenite_ledger.store import loading, rows
from provenite_ledger.store.locked import LockedStore
from provenite_ledger.store.shares import decode
from provenite_ledger.upstream import upstream
from provenite_proto.answers import answered
from provenite_proto.content import LENSES, Shares, contributions
from provenite_proto.ledger import RegisteredKey, State, Touched
from provenite_proto.problem import Problem, open_to_issuer
from provenite_proto.replay import Replay
from provenite_proto.statement import parse
from tests.ledger.inside import ORIGIN, connected, new_database, ordering, submit

FOLDER = Path(__file__).parents[2] / "proto/vectors"
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


def vectors(folder: str) -> list[Path]:
    return sorted((FOLDER / folder).glob("*.json"))


@pytest.fixture(scope="module")
async def emptied(postgres: EmbeddedPostgres) -> str:
    """A database that each test empties."""
    return await new_database(postgres)


@pytest.mark.parametrize("path", vectors("admission"), ids=lambda path: path.stem)
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
            ordering(store, clock=lambda: datetime.fromtimestamp(now, UTC)) as sequencer,
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


@pytest.mark.parametrize("settled", ["at-once", "in-the-end"])
@pytest.mark.parametrize("path", vectors("content"), ids=lambda path: path.stem)
async def test_the_content_comes_to_the_same(emptied: str, path: Path, settled: str) -> None:
    """Whenever late statements are worked out: after each statement, or all of them in the end."""
    case: dict[str, Any] = json.loads(path.read_bytes())
    replay = Replay(ORIGIN)
    changes: list[tuple[str, Shares, Shares]] = []
    now = 0
    async with (
        connected(emptied) as connection,
        asyncpg.create_pool(emptied, min_size=1, max_size=2) as pool,
    ):
        await connection.execute(f"truncate {await connection.fetchval(EMPTIED)}")
        revising = Revising(pool)
        async with (
            LockedStore(emptied) as store,
            ordering(store, clock=lambda: datetime.fromtimestamp(now, UTC)) as sequencer,
        ):
            for each in case["statements"]:
                now = each["recordedAt"]
                (answer,) = await submit(sequencer, parse(each["statement"]))
                assert isinstance(answer, Admitted)
                same(answer, replay, each["statement"], now)
                changes += [(each.batch, each.before, each.after) for each in replay.changes]
                if settled == "at-once":
                    await revising.settle(sequencer.size)
            size = sequencer.size
            await revising.settle(size)
        keys = {
            f"{rows.text(row['digest'])}.{row['key'] % rows.OUTPUTS}": row["key"]
            for row in await connection.fetch(NAMED)
        }
        for batch in replay.state.batches:
            _, shares = await content(connection, keys[batch], size)
            assert shares == replay.content(batch)
        revised = await connection.fetch("select * from revision order by late, batch")
        noted = [(row["batch"], decode(row["before"]), decode(row["after"])) for row in revised]
        assert noted == [(keys[batch], before, after) for batch, before, after in changes]
        for batch in replay.contents:
            read = await upstream(connection, keys[batch], size, SHIPPED, limit=1000)
            for element, lens, label in labelled(replay.contents[batch]):
                span = (0, replay.state.batches[batch].elements[element])
                found = contributions(batch, span, element, LENSES[lens], label, read)
                assert found == replay.contributions(batch, element, lens, label)


NAMED = "select b.key, s.digest from batch b join statement s on s.index = b.key / 1024"


def labelled(shares: Shares) -> Iterator[tuple[str, str, str]]:
    for element, lenses in shares.items():
        for lens, labels in lenses.items():
            for label in labels:
                yield element, lens, label


def told(problem: Problem) -> tuple[str, str, str, Mapping[str, str]]:
    return problem.slug, problem.detail, problem.pointer, problem.figures


def same(answer: Admitted, replay: Replay, statement: str, now: int) -> None:
    """What is answered is what the replay admits."""
    admission = replay.add(statement, now)
    submitted = answer.submitted
    assert submitted.batches == tuple(batch.id for batch in admission.created)
    assert submitted.findings == answered(open_to_issuer(admission.findings))


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
