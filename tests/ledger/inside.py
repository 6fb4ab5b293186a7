"""A ledger's inside in the test's own process: databases of a real PostgreSQL, and firms that sign for them."""

import asyncio
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from provenite_ledger import issuer_keys
from provenite_ledger.admitting import Admitted
from provenite_ledger.app import PACKS_AT_ONCE, create_app
from provenite_ledger.computing import Computing, Room
from provenite_ledger.contents import prepare
from provenite_ledger.enrolment import Enrolment, take_origin
from provenite_ledger.follower import Follower
from provenite_ledger.http.authentication import Authentication, UsedTokens
from provenite_ledger.http.parts import Parts
from provenite_ledger.issuing import Issuing
from provenite_ledger.postgres import EmbeddedPostgres
from provenite_ledger.printing import Printing
from provenite_ledger.publishing.publisher import Publisher
from provenite_ledger.publishing.receipts import Receipts
from provenite_ledger.publishing.storage import Disk
from provenite_ledger.registrar import Registrar
from provenite_ledger.revising import Revising
from provenite_ledger.sequencer import Sequencer
from provenite_ledger.settings import Settings
from provenite_ledger.starting import disk, publisher
from provenite_ledger.status_lists import StatusLists
from provenite_ledger.store import loading
from provenite_ledger.store.locked import AnotherLedger, LockedStore
from provenite_ledger.store.migrate import migrate
from provenite_ledger.store.rows import text
from provenite_ledger.verifying import Verifying
from provenite_proto import token
from provenite_proto.problem import Problem
from provenite_proto.record import AnyRecord, Party, Role
from provenite_proto.statement import SigningKey, Statement, issue, parse
from tests.ledger.running import extraction, newcomer

ORIGIN = "https://ledger.example"


async def new_database(server: EmbeddedPostgres, *, tablespace: str = "pg_default") -> str:
    """A database with the ledger's tables; its DSN."""
    name = f"ledger_{secrets.token_hex(4)}"
    connection = await asyncpg.connect(server.dsn)
    await connection.execute(f"create database {name} tablespace {tablespace}")
    await connection.close()
    dsn = server.dsn.replace("/postgres?", f"/{name}?")
    connection = await asyncpg.connect(dsn)
    await migrate(connection)
    await take_origin(connection, ORIGIN)
    await prepare(connection)
    await connection.close()
    return dsn


def sign(record: AnyRecord, key: SigningKey) -> Statement:
    """A statement for this ledger, issued now."""
    return parse(
        issue(
            record,
            key=key,
            audience=ORIGIN,
            issued_at=int(time.time()),
            salt=lambda: secrets.token_bytes(16),
        )
    )


@dataclass(frozen=True)
class Firm:
    """A party with its key."""

    key: SigningKey
    id: str

    def sign(self, record: AnyRecord) -> Statement:
        return sign(record, self.key)

    def mined(self, kg: str = "1", count: int = 1) -> list[Statement]:
        """So many extractions."""
        return [self.sign(extraction(kg)) for _ in range(count)]


async def submit(
    sequencer: Sequencer, *statements: Statement, atomic: bool = False
) -> list[Admitted | Problem]:
    """Submit with signatures still to be verified."""
    return await sequencer.submit(statements, verified=[None] * len(statements), atomic=atomic)


async def recorded(sequencer: Sequencer, *statements: Statement) -> list[Admitted]:
    """Submit what is to be admitted."""
    return admitted(await submit(sequencer, *statements))


def admitted(answers: Sequence[Admitted | Problem]) -> list[Admitted]:
    """The answers, none of which is a refusal."""
    for answer in answers:
        assert isinstance(answer, Admitted), answer
    return [answer for answer in answers if isinstance(answer, Admitted)]


async def found(sequencer: Sequencer, *firms: Role | tuple[Role, ...]) -> tuple[Firm, ...]:
    """Found the ledger: the registrar, then firms of these roles."""
    registrar = SigningKey.generate()
    keys = [SigningKey.generate() for _ in firms]
    roles = [each if isinstance(each, tuple) else (each,) for each in firms]
    parties: Sequence[Party] = [
        newcomer(registrar, Role.REGISTRAR),
        *(newcomer(key, *each) for key, each in zip(keys, roles, strict=True)),
    ]
    answers = await recorded(sequencer, *(sign(party, registrar) for party in parties))
    return tuple(
        Firm(key, answer.submitted.digest)
        for key, answer in zip([registrar, *keys], answers, strict=True)
    )


@asynccontextmanager
async def published(
    store: LockedStore, folder: Path, places: Disk | None = None, *, adopt: bool = False
) -> AsyncIterator[Publisher]:
    """The log in a data folder, opened and published as the service does it; files and guard may be elsewhere."""
    settings = Settings(data=folder)
    opening = publisher(settings, places or disk(settings), store, ORIGIN, adopt=adopt)
    async with await opening as publishing:
        yield publishing


@asynccontextmanager
async def ordering(
    store: LockedStore,
    *,
    folder: Path | None = None,
    places: Disk | None = None,
    **options: Any,
) -> AsyncIterator[Sequencer]:
    """A sequencer with its publisher, as the service runs them; the log is in a folder of its own if none is given."""
    with tempfile.TemporaryDirectory(prefix="provenite-test-log-") as own:
        async with (
            published(store, folder or Path(own), places) as publishing,
            Sequencer(store, publishing, ORIGIN, **options) as sequencer,
        ):
            yield sequencer


@asynccontextmanager
async def at_work(
    dsn: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> AsyncIterator[Sequencer]:
    """A sequencer as the service runs it."""
    async with LockedStore(dsn) as store, ordering(store, clock=clock) as sequencer:
        yield sequencer


@asynccontextmanager
async def connected(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the test's own, which may be lost meanwhile."""
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        connection.terminate()


async def log_of(dsn: str) -> list[str]:
    """The digests in the log, whose indices have been checked to have no gap."""
    async with connected(dsn) as connection:
        rows = await connection.fetch("select index, digest from statement order by index")
    assert [row["index"] for row in rows] == list(range(len(rows)))
    return [text(row["digest"]) for row in rows]


async def check(dsn: str, sequencer: Sequencer, parties: int, *statements: Statement) -> None:
    """The log has the parties and these statements, each once, and answers each as it did before."""
    log = await log_of(dsn)
    assert sorted(log[parties:]) == sorted(statement.digest for statement in statements)
    again = await recorded(sequencer, *statements)
    assert not any(answer.fresh for answer in again)
    assert [answer.submitted.index for answer in again] == [
        log.index(statement.digest) for statement in statements
    ]
    assert sequencer.size == len(log)
    async with connected(dsn) as connection:
        batches = await connection.fetchval("select count(*) from batch")
    assert batches == len(statements)


async def sequencer_pid(dsn: str) -> int:
    """The process that serves the connection which holds the ledger's lock."""
    async with connected(dsn) as connection:
        pid: int = await connection.fetchval(
            "select pid from pg_locks where locktype = 'advisory' and database ="
            " (select oid from pg_database where datname = current_database())"
        )
    return pid


@asynccontextmanager
async def taken_over(dsn: str, folder: Path | None = None) -> AsyncIterator[Sequencer]:
    """A ledger that is started until it starts: PostgreSQL may not have noticed yet that another one is dead."""
    store = LockedStore(dsn)
    while not store.connected:
        try:
            await store.connect()
        except AnotherLedger:
            await asyncio.sleep(0.01)
    async with ordering(store, folder=folder) as sequencer:
        yield sequencer
    store.drop()


@asynccontextmanager
async def at_rest(
    dsn: str, sequencer: Sequencer, revising: Callable[[asyncpg.Pool], Revising] = Revising
) -> AsyncIterator[Follower]:
    """A follower that has not been started, with a pool of its own."""
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2) as pool:
        yield Follower(sequencer, revising(pool))


@asynccontextmanager
async def served(
    dsn: str, sequencer: Sequencer, follower: Follower, settings: Settings | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    """The ledger's HTTP in this process."""
    async with asyncpg.create_pool(dsn, min_size=1, max_size=4) as pool:
        registrar = Registrar(sequencer, SigningKey.generate(), ORIGIN)
        signing = SigningKey.generate()
        await issuer_keys.sign_with(pool, signing.public)
        parts = Parts(
            settings=settings or Settings(),
            origin=ORIGIN,
            pool=pool,
            sequencer=sequencer,
            publisher=sequencer.publisher,
            witnessing=None,
            receipts=Receipts(
                sequencer.publisher, SigningKey.generate(), partial(loading.entries, pool)
            ),
            follower=follower,
            revising=follower.revising,
            computing=Computing(pool, 4),
            pack_places=Room(PACKS_AT_ONCE),
            verifying=Verifying(0),
            printing=Printing(),
            enrolment=Enrolment(pool, registrar, sequencer, ORIGIN),
            issuing=Issuing(
                pool, registrar, signing, ORIGIN, sequencer.publisher.published.key.name
            ),
            status_lists=StatusLists(pool, signing, ORIGIN),
            authentication=Authentication(sequencer, ORIGIN, time.time, UsedTokens()),
        )
        transport = httpx.ASGITransport(create_app(parts))  # type: ignore[arg-type] # scopes are typed narrower
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
            yield client


async def ask(client: httpx.AsyncClient, firm: Firm, path: str, **query: Any) -> httpx.Response:
    """What a firm is answered."""
    bearer = token.issue(
        key=firm.key, audience=ORIGIN, now=int(time.time()), jti=secrets.token_urlsafe(16)
    )
    return await client.get(
        path, params=query or None, headers={"Authorization": f"Bearer {bearer}"}
    )
