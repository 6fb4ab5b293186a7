"""A question costs what it is about, however long the log: the rows that PostgreSQL reads to answer it."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from provenite_ledger.postgres import EmbeddedPostgres
from provenite_ledger.store.migrate import migrate
from provenite_ledger.store.named import load

SQL = load("reads.sql")
CONTENTS = load("contents.sql")
FACTS = load("facts.sql")
LENSES = load("lenses.sql")
CASCADING = load("cascading.sql")
CERTIFYING = load("certifying.sql")
ISSUER_KEYS = load("issuer_keys.sql")
REGISTER = load("register.sql")
PACKS = load("packs.sql")
PORTFOLIOS = load("portfolios.sql")
LIMIT = 101
STATEMENTS = 60_000
CHAIN = 1000
"""Transformations after that, each of what the one before has made; the last is another party's."""
CHANGES = 6_000
"""Statements after those, each of which says how a certificate stands."""

DAY_ONE = datetime(2026, 1, 1, tzinfo=UTC)
A_DAY = 144
"""Statements a day: one every ten minutes."""

FILL = f"""
create function pg_temp.day(index bigint) returns timestamptz language sql immutable as $$
    select timestamptz '{DAY_ONE.isoformat()}' + index * interval '10 minutes'
$$;
insert into statement (index, digest, compact, kind, issuer, key_id, recorded_at)
select n, sha256(n::text::bytea), '', case
         when n % 3 = 0 then 'receipt' when n % 3 = 1 then 'extraction' else 'transfer' end,
       case when n % 1000 = 1 then 4 else n % 4 end, sha256(('key' || n / 10)::bytea), now()
from generate_series(0, {STATEMENTS - 1}) n;
insert into party select n, 'US', '{{trader}}' from generate_series(0, 4) n;
insert into shipment
select index, issuer, (issuer + 1) % 4, 'accepted', pg_temp.day(index), 'sea', null, now(), null,
       nullif(index + 1, {STATEMENTS})
from statement where kind = 'transfer';
insert into batch
select index * 1024 + output, 'copper-concentrate', case when kind = 'transfer' then (issuer + 1) % 4 else issuer end,
       'held', 1, case when index % 50 < 2 then 1 else 0 end,
       '{{Cu}}', '{{1}}', 0, pg_temp.day(index), index * 1024 + output, '{{0}}'
from statement, generate_series(0, 1) output where kind <> 'receipt';
insert into making
select index, index / 1000, pg_temp.day(index), index % 5 = 0 from statement where kind = 'extraction';
insert into late select index, '{{}}', null, true from statement where kind = 'receipt';
insert into revision select index, index * 1024, '', '' from late;
insert into attestation
select index, index % 4, 'site', index::text, 'scheme ' || index % 1000, true, now(), null, false, null
from statement where kind = 'receipt';
insert into content select lens, index * 1024, '' from making, generate_series(0, 1) lens;
insert into run select lens, index, '' from making, generate_series(0, 1) lens;
insert into statement (index, digest, compact, kind, issuer, key_id, recorded_at)
select n, sha256(n::text::bytea), '', 'transformation', 0, sha256('key'), now()
from generate_series({STATEMENTS}, {STATEMENTS + CHAIN - 1}) n;
insert into batch
select index * 1024, 'copper-cathode', case when index = {STATEMENTS + CHAIN - 1} then 4 else 0 end, 'held', 1,
       case when index = {STATEMENTS + CHAIN - 1} then 1 else 0 end,
       '{{Cu}}', '{{1}}', 0, pg_temp.day(index), index * 1024, '{{0}}'
from statement where kind = 'transformation';
insert into making select index, null, pg_temp.day(index), false from statement where kind = 'transformation';
insert into draw select index, 0, (index - 1) * 1024, 1, 1 from statement where kind = 'transformation';
insert into key select key_id, 0, '', 0, 0, key_id from statement where index = 0;
insert into sharing (index, issuer, opened) values (0, 0, '{{quantities}}');
insert into lens select n, sha256(n::text::bytea) from generate_series(1, 9000) n;
insert into policy
select sha256(n::text::bytea), '{{"version": "1"}}', 'policy ' || n % 10, '', 0 from generate_series(0, 99) n;
insert into certificate_key values (sha256('key'), '', now(), true, null), (sha256('old'), '', now(), false, now());
insert into credential select digest, '', sha256(case when index % 1000 = 5 then 'old'::bytea else 'key'::bytea end)
from statement where index % 2 = 1;
insert into statement (index, digest, compact, kind, issuer, counterparty, key_id, recorded_at)
select n, sha256(n::text::bytea), '', 'certificate_status', 0, n % 3, sha256('key'), now()
from generate_series({STATEMENTS + CHAIN}, {STATEMENTS + CHAIN + CHANGES - 1}) n;
insert into certificate
select index, index::text, index % 3, (index + case when kind = 'receipt' then 1 else 0 end) * 1024, digest, sha256((index % 100)::text::bytea), now(), 1,
       now() + interval '1 year', null, 0, index,
       case when index % 50 = 0 then 'revoked' else 'valid' end
from statement where index % 2 = 1 and kind <> 'certificate_status';
insert into certificate_signer
select s.key_id, c.index from certificate c join statement s on s.index = c.batch / 1024;
insert into status_list select list, count(*) from certificate group by list;
insert into certificate_due select index, 7, true, true from certificate where index > 50000;
insert into lens_user select n, n % 3, 'a definition' from generate_series(1, 9000) n;
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
    assert await cost(connection, SQL[query], 1, after, LIMIT) <= 20 * LIMIT


@pytest.mark.parametrize("by", ["digest", "site", "party", "key"])
async def test_what_a_late_statement_names_is_not_sought_in_the_whole_log(
    connection: asyncpg.Connection, by: str
) -> None:
    named = {
        "digest": [hashlib.sha256(each).digest() for each in (b"20002", b"20008")],
        "site": [hashlib.sha256(b"20").digest()],
        "party": [hashlib.sha256(b"4").digest()],
        "key": [hashlib.sha256(b"key2000").digest()],
    }
    arguments = [named[each] if each == by else [] for each in named]
    found = await connection.fetch(CONTENTS["touched"], STATEMENTS, *arguments)
    assert 0 < len(found) <= STATEMENTS / 100
    assert await cost(connection, CONTENTS["touched"], STATEMENTS, *arguments) <= 30 * len(found)


async def test_what_is_said_under_a_scheme_is_not_sought_in_the_whole_log(
    connection: asyncpg.Connection,
) -> None:
    arguments = ([3], [hashlib.sha256(b"2").digest()], ["scheme 6"], STATEMENTS)
    found = await connection.fetch(FACTS["attestations_through"], *arguments)
    assert 1 < len(found) <= STATEMENTS / 1000
    assert await cost(connection, FACTS["attestations_through"], *arguments) <= 20 * len(found)


async def test_own_content_of_a_statement_is_not_sought_in_all_of_it(
    connection: asyncpg.Connection,
) -> None:
    made = [20002, 20008]
    count = "select count(*) from content where lens > 0"
    before = await connection.fetchval(count)
    assert await cost(connection, CONTENTS["forget_own"], made) <= 20 * len(made)
    assert await connection.fetchval(count) == before - len(made)


@pytest.mark.parametrize(("reader", "sees"), [(4, CHAIN), (3, 0)])
async def test_what_all_holders_may_see_is_found_out_for_a_whole_trace_at_once(
    connection: asyncpg.Connection, reader: int, sees: int
) -> None:
    # And another statement of the same issuer, of which nothing was made.
    chain = [4, *range(STATEMENTS, STATEMENTS + CHAIN)]
    arguments = (chain, reader, datetime.now(UTC), False)
    assert len(await connection.fetch(SQL["opened"], *arguments)) == sees
    assert await cost(connection, SQL["opened"], *arguments) <= 50 * CHAIN
    alone = ([STATEMENTS + CHAIN - 1], *arguments[1:])
    assert await cost(connection, SQL["opened"], *alone) <= 100


async def test_a_lens_is_not_sought_among_all_of_a_firms_own(
    connection: asyncpg.Connection,
) -> None:
    digest = hashlib.sha256(b"100").digest()
    assert await connection.fetchval(LENSES["own_by_digest"], digest, 1) == 100
    assert await connection.fetchrow(LENSES["own_by_digest"], digest, 2) is None
    assert await cost(connection, LENSES["own_by_digest"], digest, 1) <= 10


@pytest.mark.parametrize("party", [1, None])
@pytest.mark.parametrize("after", [-1, STATEMENTS - 700])
async def test_certificates_that_may_change_are_not_sought_among_all(
    connection: asyncpg.Connection, party: int | None, after: int
) -> None:
    asked = (after, party, 20, datetime.now(UTC))
    for query, more, rarity in (
        ("standing", (), 1),
        ("under", ("policy 7",), 10),
        ("touched", (7,), 3),
    ):
        found = await connection.fetch(CASCADING[query], *asked, *more)
        assert len(found) == 20, query
        # Among a firm's own those under a policy have to be picked out.
        assert await cost(connection, CASCADING[query], *asked, *more) <= 30 * 20 * rarity, query


@pytest.mark.parametrize("party", [1, None])
@pytest.mark.parametrize("after", [-1, STATEMENTS - 700])
async def test_certificates_and_notices_are_read_by_the_page(
    connection: asyncpg.Connection, party: int | None, after: int
) -> None:
    for query in ("certificates", "notices"):
        found = await connection.fetch(CERTIFYING[query], after, party, LIMIT)
        assert len(found) == LIMIT, query
        places = [row["index"] for row in found]
        assert places == sorted(places) and places[0] > after
        # Of each what made its batch, what changed it and its policy are read too.
        assert await cost(connection, CERTIFYING[query], after, party, LIMIT) <= 30 * LIMIT, query


async def test_what_a_certificate_reserves_is_not_sought_among_all(
    connection: asyncpg.Connection,
) -> None:
    digest = hashlib.sha256(b"107").digest()
    arguments = ([0, 0, 1], [101, 103, 7], ["105"], [digest])
    found = await connection.fetch(REGISTER["reserved"], *arguments)
    assert {row["position"] for row in found} == {101, 103, 105, 107}
    assert await cost(connection, REGISTER["reserved"], *arguments) <= 60


async def test_issuing_reads_no_other_certificates(connection: asyncpg.Connection) -> None:
    for query, arguments in (
        ("list_with_room", (65_536,)),
        ("is_taken", (0, 101)),
        ("number_standing", (1, 1024, datetime.now(UTC))),
        (
            "same",
            (1, 1024, hashlib.sha256(b"1").digest(), datetime.now(UTC), None, datetime.now(UTC)),
        ),
    ):
        await connection.fetch(CERTIFYING[query], *arguments)
        assert await cost(connection, CERTIFYING[query], *arguments) <= 20, query


async def test_what_a_retired_key_has_signed_is_not_sought_among_all(
    connection: asyncpg.Connection,
) -> None:
    (key,) = await connection.fetch(ISSUER_KEYS["retired"])
    after = b""
    for expected in (40, 21, 0):
        arguments = (key["key_id"], after, datetime.now(UTC), 40)
        page = await connection.fetch(ISSUER_KEYS["standing_by"], *arguments)
        assert len(page) == expected
        assert await cost(connection, ISSUER_KEYS["standing_by"], *arguments) <= 10 * 40
        after = page[-1]["credential"] if page else after


async def test_who_signed_what_a_certificate_rests_on_is_not_sought_among_all(
    connection: asyncpg.Connection,
) -> None:
    await connection.execute("delete from certificate_signer where certificate = 20017")
    assert await cost(connection, CERTIFYING["note_signers"], [20_017]) <= 20


async def test_certificates_that_a_late_statement_reaches_are_not_sought_among_all(
    connection: asyncpg.Connection,
) -> None:
    """It notes them where it revises content, and nothing else is revised meanwhile."""
    made = [20_003, 20_009]
    withdrawn = [hashlib.sha256(b"20015").digest()]
    arguments = (8, made, withdrawn, [hashlib.sha256(b"key2000").digest()])
    assert await cost(connection, CERTIFYING["note_reached"], *arguments) <= 60
    noted = await connection.fetch("select certificate from certificate_due where late = 8")
    signed = {20_001, 20_003, 20_005, 20_007, 20_009}
    assert {row["certificate"] for row in noted} == signed | {20_015}


async def test_what_turned_a_certificate_is_not_sought_among_all_late_statements(
    connection: asyncpg.Connection,
) -> None:
    """Those that are noted for it; with one that may have overtaken it, those recorded while it was issued."""
    certificate, root = 301, 6000 * 1024
    note = "insert into certificate_due (certificate, late, reaches) values ($1, $2, $3)"
    arguments = (certificate, root, STATEMENTS)
    for late, reaches, found in (
        (3000, True, [3000]),
        (6000, False, [*range(3, 301, 3), 3000, 6000]),
    ):
        await connection.execute(note, certificate, late, reaches)
        causes = await connection.fetch(CERTIFYING["causes"], *arguments)
        assert [row["index"] for row in causes] == found
        assert await cost(connection, CERTIFYING["causes"], *arguments) <= 20 * len(found)
    # The last has changed the content of its root.
    assert [row["index"] for row in causes if row["reaches"]] == [3000, 6000]


@pytest.mark.parametrize("flow", ["received", "made", "shipped"])
@pytest.mark.parametrize("first", [3, 300])
@pytest.mark.parametrize("days", [1, 20])
async def test_a_portfolio_reads_what_a_firm_had_in_its_days(
    connection: asyncpg.Connection, flow: str, first: int, days: int
) -> None:
    period = (DAY_ONE + timedelta(days=first), DAY_ONE + timedelta(days=first + days))
    arguments = (1, None, None, 10_001, *period)
    found = await connection.fetch(PORTFOLIOS[flow], *arguments)
    statements = {row["key"] // 1024 for row in found}
    assert len(found) == 2 * len(statements) and len(statements) >= A_DAY * days // 16
    assert all(first <= index / A_DAY < first + days for index in statements)
    # What it has made is found among all that it came to hold.
    assert await cost(connection, PORTFOLIOS[flow], *arguments) <= 30 * len(found)


async def test_a_portfolio_reads_what_a_firm_holds(connection: asyncpg.Connection) -> None:
    arguments = (4, None, None, 10_001)
    found = await connection.fetch(PORTFOLIOS["stock"], *arguments)
    assert len(found) > 1
    assert await cost(connection, PORTFOLIOS["stock"], *arguments) <= 20 * len(found)
    for query, asked in (
        ("used", (0, [index * 1024 for index in range(STATEMENTS, STATEMENTS + 100)], False)),
        ("returned", (list(range(2, 302, 3)),)),
    ):
        await connection.fetch(PORTFOLIOS[query], *asked)
        assert await cost(connection, PORTFOLIOS[query], *asked) <= 20 * 100, query


async def test_a_pack_reads_what_belongs_into_it(connection: asyncpg.Connection) -> None:
    last = STATEMENTS + CHAIN - 1
    chain = list(range(STATEMENTS, STATEMENTS + CHAIN))
    size = STATEMENTS + CHAIN
    # The chain begins with what the log's last statement before it has made.
    for query, found, arguments in (
        ("way", CHAIN + 1, ([last * 1024], 10 * CHAIN)),
        ("way", 10, ([last * 1024], 10)),
        ("concerned", CHAIN, (chain, size)),
        ("withdrawn", 0, (chain,)),
        ("shipments", 333, (list(range(1000)), size)),
        ("made_at", 333, (list(range(1000)),)),
        ("averages", 0, (chain,)),
        ("last_draws", CHAIN, (chain,)),
        ("earlier_draws", 0, ([each * 1024 for each in chain], chain, 10 * CHAIN)),
        ("earlier_draws", 5, ([each * 1024 for each in chain], [size] * CHAIN, 5)),
        ("attestations", 0, (chain, size, 10 * CHAIN)),
        ("ownerships", 0, ([0, 1, 2, 3], size, CHAIN)),
        ("keys", 0, ([0, 1, 2, 3], size, CHAIN)),
        ("texts", CHAIN, (chain,)),
        ("draws", CHAIN, (chain,)),
        ("revised", 0, (chain[0] * 1024, STATEMENTS, size)),
    ):
        assert len(await connection.fetch(PACKS[query], *arguments)) == found, query
        read = await cost(connection, PACKS[query], *arguments)
        asked = len(arguments[0]) if isinstance(arguments[0], list) else 1
        assert read <= 20 * (found + asked), (query, read)


async def cost(connection: asyncpg.Connection, query: str, *arguments: object) -> float:
    """The rows that are read to answer a query."""
    explained = await connection.fetchval(f"explain (analyze, format json) {query}", *arguments)
    return sum(rows(json.loads(explained)[0]["Plan"]))


def rows(plan: dict[str, Any]) -> Iterator[float]:
    """The rows that each node of a plan let through or threw away."""
    each = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
    yield each * plan["Actual Loops"]
    for part in plan.get("Plans", ()):
        yield from rows(part)
