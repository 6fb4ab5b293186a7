"""The peer: what one would write instead, with the same guarantees. FastAPI, asyncpg, a transaction a request.

It verifies the same signatures and applies the same rules (the protocol's own `admit`), locks a head row for
a gap-free index, and answers when PostgreSQL has committed. Keys, parties and accreditations are cached in
memory; the tables are the ledger's, and it writes what the statements of the load bring: no register, no
retractions.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import asyncpg
import msgspec
from fastapi import FastAPI, Request, Response

from provenite_ledger.store import loading, rows
from provenite_ledger.store.filing import file
from provenite_ledger.store.loaded import Loaded
from provenite_ledger.store.packing import packed, packed_findings
from provenite_proto.answers import Submitted, answered
from provenite_proto.ledger import Admission, Batch, PerfectRun, admit, touched
from provenite_proto.problem import Problem, open_to_issuer
from provenite_proto.record import Collection, Extraction, Transformation
from provenite_proto.statement import PublicKey, Statement, parse

CONNECTIONS = 16
ORIGIN = os.environ.get("PEER_ORIGIN", "")

HEAD = "update head set size = size + 1 returning size - 1"
INSERT_STATEMENT = "insert into statement values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
INSERT_MAKING = "insert into making values ($1, $2, $3, $4)"
INSERT_BATCH = "insert into batch values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
INSERT_DRAW = "insert into draw values ($1, $2, $3, $4, $5)"
UPDATE_BATCH = (
    "update batch set remaining = $2, holder = $3, status = $4, available_at = $5 where key = $1"
)
KNOWN = "select index from statement where digest = $1"
LOCK_BATCHES = (
    "select from unnest($1::bytea[], $2::integer[]) as wanted (digest, output) "
    "join statement s on s.digest = wanted.digest "
    "join batch b on b.key = s.index * 1024 + wanted.output order by b.key for update of b"
)
LOCK_SHIPMENT = "select from statement s join shipment h on h.index = s.index where s.digest = $1 for update of h"
LOCK_RUN = "select * from perfect_run where party = $1 for update"


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(
        os.environ["DATABASE_URL"], min_size=CONNECTIONS, max_size=CONNECTIONS
    ) as pool:
        async with pool.acquire() as connection:
            app.state.registry = await loading.registry(connection)
            await connection.execute(
                "create table if not exists head (size bigint not null); "
                "insert into head select coalesce(max(index) + 1, 0) from statement "
                "where not exists (select from head)"
            )
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/v1/statements")
async def submit(request: Request) -> Response:
    registry: Loaded = request.app.state.registry
    try:
        statement = parse(await request.body())
        registered = registry.state.keys.get(statement.key_id)
        if registered is None:
            raise Problem("key-unknown", "No such key.")
        statement.verify(registered.key)
        answer = await record(request.app.state.pool, registry, statement, registered.key)
    except Problem as problem:
        return Response(
            msgspec.json.encode({"type": problem.slug, "detail": problem.detail}),
            422,
            media_type="application/problem+json",
        )
    return Response(msgspec.json.encode(answer), 201, media_type="application/json")


async def record(
    pool: asyncpg.Pool, registry: Loaded, statement: Statement, key: PublicKey
) -> Submitted:
    async with pool.acquire() as connection, connection.transaction():
        digest = rows.raw(statement.digest)
        if await connection.fetchval(KNOWN, digest) is not None:
            raise Problem("not-submitted", "Recorded before.")
        wanted = touched(statement)
        # What is drawn from, closed or counted on is locked before it is read, in one order, so that nothing is
        # spent or counted twice.
        if wanted.batches:
            names = sorted(rows.split(batch) for batch in wanted.batches)
            await connection.execute(
                LOCK_BATCHES, [rows.raw(one) for one, _ in names], [n for _, n in names]
            )
        for shipment in wanted.shipments:
            await connection.execute(LOCK_SHIPMENT, rows.raw(shipment))
        loaded = request_state(registry)
        if isinstance(statement.record, Transformation):
            await perfect_run(connection, registry.state.keys[statement.key_id].party, loaded)
        await loading.touched(connection, loaded, [wanted])
        now = datetime.now(UTC)
        admission = admit(
            statement, loaded.state, audience=ORIGIN, now=int(now.timestamp()), verified=key
        )
        # The head row's lock orders the writers: indices have no gaps. It is held as briefly as can be.
        index = await connection.fetchval(HEAD)
        loaded.index[statement.digest] = index
        await write(connection, index, now, statement, admission, loaded)
    return Submitted(
        digest=statement.digest,
        index=index,
        recorded_at=now,
        batches=tuple(batch.id for batch in admission.created),
        findings=answered(open_to_issuer(admission.findings)),
    )


def request_state(registry: Loaded) -> Loaded:
    """An empty state for one request, which shares the cached parties, keys and accreditations."""
    loaded = Loaded(registry.edge)
    loaded.state.keys = registry.state.keys
    loaded.state.parties = registry.state.parties
    loaded.state.accreditations = registry.state.accreditations
    loaded.index = dict(registry.index)
    loaded.parties_by_index = registry.parties_by_index
    return loaded


async def perfect_run(connection: asyncpg.Connection, party: str, loaded: Loaded) -> None:
    row = await connection.fetchrow(LOCK_RUN, loaded.index[party])
    if row is not None:
        loaded.bring(PerfectRun(party, row["count"], row["since"], row["until"]))


async def write(
    connection: asyncpg.Connection,
    index: int,
    now: datetime,
    statement: Statement,
    admission: Admission,
    loaded: Loaded,
) -> None:
    record = statement.record
    await connection.execute(
        INSERT_STATEMENT,
        index,
        rows.raw(statement.digest),
        packed(statement.compact),
        record.__struct_config__.tag,
        loaded.index[admission.issuer],
        admission.counterparty and loaded.index[admission.counterparty],
        rows.raw(statement.key_id),
        now,
        packed_findings(admission.findings),
    )
    if isinstance(record, Extraction | Collection | Transformation):
        site = record.identities.site if record.identities else None
        await connection.execute(
            INSERT_MAKING, index, site and loaded.index[site], record.occurred_at, record.proxy
        )
    for batch in admission.created:
        await connection.execute(INSERT_BATCH, *batch_row(batch, loaded))
    for changed in admission.effects:
        if isinstance(changed, Batch):
            await connection.execute(
                UPDATE_BATCH,
                loaded.batch_key(changed.id),
                changed.remaining,
                loaded.index[changed.holder],
                changed.status,
                changed.available_at,
            )
    for position, draw in enumerate(admission.draws):
        await connection.execute(
            INSERT_DRAW, index, position, loaded.batch_key(draw.batch), draw.mass, draw.before
        )
    await file(connection, admission.effects, loaded)


def batch_row(batch: Batch, loaded: Loaded) -> tuple[object, ...]:
    return (
        loaded.batch_key(batch.id),
        batch.material,
        loaded.index[batch.holder],
        batch.status,
        batch.mass,
        batch.remaining,
        list(batch.elements),
        list(batch.elements.values()),
        batch.uncertainty,
        batch.available_at,
        loaded.batch_key(batch.root),
        [batch.offsets[element] for element in batch.elements],
    )
