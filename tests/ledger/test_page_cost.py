"""A page costs what it holds: the rows that PostgreSQL reads for one, of a party that has made very much."""

import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from provenite_ledger.postgres import EmbeddedPostgres
from provenite_ledger.store.migrate import migrate
from provenite_ledger.store.named import load

SQL = load("reads.sql")
LIMIT = 101
STATEMENTS = 60_000

FILL = f"""
insert into statement (index, digest, compact, kind, issuer, key_id, recorded_at)
select n, sha256(n::text::bytea), '', case
         when n % 3 = 0 then 'receipt' when n % 3 = 1 then 'extraction' else 'transfer' end,
       n % 4, sha256('key'), now()
from generate_series(0, {STATEMENTS - 1}) n;
insert into party select n, 'US', '{{trader}}' from generate_series(0, 3) n;
insert into shipment
select index, issuer, (issuer + 1) % 4, 'accepted', now(), 'sea', null, now() from statement where kind = 'transfer';
insert into batch
select index * 1024 + output, 'copper-concentrate', issuer, 'held', 1, case when index % 50 < 2 then 1 else 0 end,
       '{{Cu}}', '{{1}}', 0, now(), index * 1024 + output, '{{0}}'
from statement, generate_series(0, 1) output where kind <> 'receipt';
"""


@pytest.fixture(scope="module")
async def connection() -> AsyncIterator[asyncpg.Connection]:
    """A database with a ledger of four parties that has run for a while: PostgreSQL has its statistics."""
    folder = Path(tempfile.mkdtemp(prefix="provenite-test-"))
    # PostgreSQL may run as another user.
    folder.chmod(0o711)
    async with EmbeddedPostgres(folder / "postgres") as server:
        connected = await asyncpg.connect(server.dsn)
        await migrate(connected)
        await connected.execute(FILL)
        await connected.execute("analyze")
        yield connected
        await connected.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("query", ["batches_left", "batches_concerning"])
@pytest.mark.parametrize("after", [-1, STATEMENTS // 2 * 1024, (STATEMENTS - 300) * 1024])
async def test_a_page_reads_what_it_holds(
    connection: asyncpg.Connection, query: str, after: int
) -> None:
    found = await connection.fetch(SQL[query], 1, after, LIMIT)
    assert 0 < len(found) <= LIMIT
    keys = [row["key"] for row in found]
    assert keys == sorted(keys)
    explained = await connection.fetchval(
        f"explain (analyze, format json) {SQL[query]}", 1, after, LIMIT
    )
    read = sum(rows(json.loads(explained)[0]["Plan"]))
    assert read <= 20 * LIMIT, explained


def rows(plan: dict[str, Any]) -> Iterator[float]:
    """The rows that each node of a plan let through or threw away."""
    each = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
    yield each * plan["Actual Loops"]
    for part in plan.get("Plans", ()):
        yield from rows(part)
