"""The peer: what one would write instead, with the same guarantees. FastAPI, asyncpg, a transaction a request.

It verifies the same signatures and applies the same rules (the protocol's own `admit`), locks a head row for
a gap-free index, and answers when PostgreSQL has committed. Keys and parties are cached in memory; the tables
are the ledger's.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import asyncpg
import msgspec
from fastapi import FastAPI, Request, Response

from provenite_ledger.store import loading, rows
from provenite_proto.answers import Submitted
from provenite_proto.ledger import Admission, Batch, Shipment, admit, touched
from provenite_proto.problem import Problem
from provenite_proto.statement import PublicKey, Statement, parse

CONNECTIONS = 16
ORIGIN = os.environ.get("PEER_ORIGIN", "")

HEAD = "update head set size = size + 1 returning size - 1"
INSERT_STATEMENT = "insert into statement values ($1, $2, $3, $4, $5, $6, $7)"
INSERT_BATCH = "insert into batch values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
INSERT_DRAW = "insert into draw values ($1, $2, $3, $4, $5)"
INSERT_SHIPMENT = (
    "insert into shipment values ($1, $2, $3, $4, $5) "
    "on conflict (index) do update set status = excluded.status"
)
UPDATE_BATCH = (
    "update batch set remaining = $2, holder = $3, status = $4, available_at = $5 where key = $1"
)
KNOWN = "select index from statement where digest = $1"
LOCK = (
    "select from unnest($1::bytea[], $2::integer[]) as wanted (digest, output) "
    "join statement s on s.digest = wanted.digest "
    "join batch b on b.key = s.index * 1024 + wanted.output order by b.key for update of b"
)


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
    registry: loading.Loaded = request.app.state.registry
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
    pool: asyncpg.Pool, registry: loading.Loaded, statement: Statement, key: PublicKey
) -> Submitted:
    async with pool.acquire() as connection, connection.transaction():
        digest = rows.raw(statement.digest)
        if await connection.fetchval(KNOWN, digest) is not None:
            raise Problem("not-submitted", "Recorded before.")
        wanted = touched(statement)
        if wanted.batches:
            # What is drawn from is locked before it is read, in one order, so that nothing is spent twice.
            names = sorted(rows.split(batch) for batch in wanted.batches)
            await connection.execute(
                LOCK, [rows.raw(one) for one, _ in names], [n for _, n in names]
            )
        loaded = request_state(registry)
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
        findings=admission.findings,
    )


def request_state(registry: loading.Loaded) -> loading.Loaded:
    """An empty state for one request, which shares the cached parties and keys."""
    loaded = loading.Loaded(registry.state.size)
    loaded.state.keys = registry.state.keys
    loaded.state.parties = registry.state.parties
    loaded.index = dict(registry.index)
    loaded.parties_by_index = registry.parties_by_index
    return loaded


async def write(
    connection: asyncpg.Connection,
    index: int,
    now: datetime,
    statement: Statement,
    admission: Admission,
    loaded: loading.Loaded,
) -> None:
    await connection.execute(
        INSERT_STATEMENT,
        index,
        rows.raw(statement.digest),
        statement.compact,
        statement.record.__struct_config__.tag,
        loaded.index[admission.issuer],
        now,
        msgspec.json.encode(admission.findings).decode() if admission.findings else None,
    )
    for batch in admission.created:
        await connection.execute(INSERT_BATCH, *batch_row(batch, loaded))
    for batch in admission.changed:
        await connection.execute(
            UPDATE_BATCH,
            loaded.batch_key(batch.id),
            batch.remaining,
            loaded.index[batch.holder],
            batch.status,
            batch.available_at,
        )
    for position, draw in enumerate(admission.draws):
        await connection.execute(
            INSERT_DRAW, index, position, loaded.batch_key(draw.batch), draw.mass, draw.before
        )
    if admission.shipment is not None:
        await connection.execute(INSERT_SHIPMENT, *shipment_row(admission.shipment, loaded))


def batch_row(batch: Batch, loaded: loading.Loaded) -> tuple[object, ...]:
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
        loaded.batch_key(batch.shares_of),
    )


def shipment_row(shipment: Shipment, loaded: loading.Loaded) -> tuple[object, ...]:
    return (
        loaded.index[shipment.id],
        loaded.index[shipment.sender],
        loaded.index[shipment.receiver],
        shipment.status,
        shipment.departed_at,
    )
