"""The application: the one place where the ledger's parts are joined."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from functools import partial

import asyncpg
from litestar import Litestar
from litestar.datastructures import State

from . import contents, issuer_keys, keys, policies, starting
from .computing import Computing, Room
from .enrolment import Enrolment, take_origin
from .follower import Follower
from .http import openapi, problems, routes
from .http.authentication import Authentication, UsedTokens
from .http.fast import Bodies
from .http.parts import Parts
from .http.submitting import MAX_BATCHES_BYTES
from .issuing import Issuing
from .postgres import EmbeddedPostgres, running_server
from .printing import Printing
from .publishing.receipts import Receipts
from .publishing.rereading import Rereading
from .reassessing import Reassessing
from .registrar import Registrar
from .revising import Revising
from .sequencer import Sequencer
from .settings import Settings
from .status_lists import StatusLists
from .store import loading, reading
from .store.locked import LockedStore
from .store.migrate import migrate
from .verifying import Verifying

WORKING_CONNECTIONS = 4
"""Database connections for content: one each for what is new, what is late and what is certified, and one to see what there is."""
PACKS_AT_ONCE = 4
"""Packs that are sent at a time: each holds which statements it has, some 700 bytes for each."""


def create_app(parts: Parts) -> Litestar:
    """The ASGI application that serves a running ledger."""
    return Litestar(
        route_handlers=routes.HANDLERS,
        exception_handlers={Exception: problems.respond},
        openapi_config=openapi.config(),
        logging_config=None,
        debug=False,
        state=State({"parts": parts, "room": Bodies(MAX_BATCHES_BYTES)}),
    )


@contextlib.asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[str]:
    """The address of the database: the one that is set, or the ledger's own while the context lasts."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    # Others may pass through: as root, PostgreSQL runs as another user, in a folder of its own in here.
    settings.data.mkdir(mode=0o711, parents=True, exist_ok=True)
    async with EmbeddedPostgres(
        settings.data / "postgres", binaries=settings.postgres_bin
    ) as server:
        yield server.dsn


@contextlib.asynccontextmanager
async def database_beside(settings: Settings) -> AsyncIterator[str]:
    """The database that is set, the one that a running ledger has started, or the ledger's own, started for this."""
    beside = None
    if settings.database_url is None:
        if not settings.data.is_dir():
            raise FileNotFoundError(f"there is no folder {settings.data}: set PROVENITE_DATA")
        beside = running_server(settings.data / "postgres")
    if beside is not None:
        yield beside
        return
    async with database(settings) as dsn:
        yield dsn


@contextlib.asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Parts]:
    """A ledger at work: database, tables, registrar, sequencer, follower; stopped in the reverse order.

    Raises what keeps it from starting: `PostgresUnavailable`, `OSError` or `asyncpg.PostgresError` of the
    database, `OriginChanged`, `AnotherLedger`, `LogRefused`, `ValueError` of a key.
    """
    settings.data.mkdir(mode=0o711, parents=True, exist_ok=True)
    async with contextlib.AsyncExitStack() as stack:
        dsn = await stack.enter_async_context(database(settings))
        # Before anything is changed: another ledger may be at work on this database.
        store = await stack.enter_async_context(LockedStore(dsn))
        origin = await _prepared(dsn, settings)
        pool = await stack.enter_async_context(
            asyncpg.create_pool(
                dsn,
                min_size=1,
                max_size=settings.read_connections,
                command_timeout=settings.read_seconds,
            )
        )
        publisher = await stack.enter_async_context(
            await starting.publisher(settings, starting.disk(settings), store, origin)
        )
        sequencer = await stack.enter_async_context(Sequencer(store, publisher, origin))
        registrar = Registrar(sequencer, keys.registrar(settings.data), origin)
        enrolment = Enrolment(pool, registrar, sequencer, origin)
        if sequencer.size > 0:
            # Tokens say the second in which they were issued: those of the last one may have been used.
            await asyncio.sleep(1 - time.time() % 1)
        await enrolment.found(settings.country)
        await store.put_log_key(str(publisher.published.key))
        certificates = keys.certificates(settings.data)
        await issuer_keys.sign_with(pool, certificates.public)
        # Long work is no outage: what it asks may take as long as it takes.
        working = await stack.enter_async_context(
            asyncpg.create_pool(dsn, min_size=1, max_size=WORKING_CONNECTIONS)
        )
        revising = Revising(working)
        follower = await stack.enter_async_context(Follower(sequencer, revising))
        await stack.enter_async_context(
            Reassessing(working, sequencer, revising, registrar, follower.followed)
        )
        verifying = await stack.enter_async_context(Verifying(settings.verifying_processes))
        witnessing = await stack.enter_async_context(
            starting.witnessing(settings, publisher.published, lambda: sequencer.recorded_at)
        )
        receipts = Receipts(publisher, keys.receipts(settings.data), partial(loading.entries, pool))
        await stack.enter_async_context(Rereading(publisher, receipts))
        yield Parts(
            settings=settings,
            origin=origin,
            pool=pool,
            sequencer=sequencer,
            publisher=publisher,
            witnessing=witnessing,
            receipts=receipts,
            verifying=verifying,
            follower=follower,
            revising=revising,
            computing=Computing(pool, settings.read_connections),
            pack_places=Room(PACKS_AT_ONCE),
            printing=Printing(),
            enrolment=enrolment,
            issuing=Issuing(pool, registrar, certificates, origin, publisher.published.key.name),
            status_lists=StatusLists(pool, certificates, origin),
            authentication=Authentication(sequencer, origin, time.time, UsedTokens()),
        )


async def _prepared(dsn: str, settings: Settings) -> str:
    """Bring the tables up to date; the ledger's origin."""
    connection = await asyncpg.connect(dsn)
    try:
        await migrate(connection)
        origin = settings.origin or await reading.origin(connection) or settings.address
        await take_origin(connection, origin)
        await contents.prepare(connection)
        await policies.prepare(connection)
    finally:
        await connection.close()
    return origin
