"""The two servers under test on one PostgreSQL, each with a database of its own, and firms enrolled in both."""

import asyncio
import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from provenite_ledger import enrolment, keys, registrar
from provenite_ledger.sequencer import Sequencer
from provenite_ledger.settings import Settings
from provenite_ledger.starting import disk, publisher
from provenite_ledger.store.locked import LockedStore
from provenite_ledger.store.migrate import migrate
from provenite_ledger.store.packing import unpacked
from provenite_proto import paths, token
from provenite_proto.answers import EnrolmentRequest, InvitationRequest
from provenite_proto.record import Role
from provenite_proto.statement import SigningKey
from tests.bench.statements import Enrolled, Pair

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ORIGIN = "https://bench.example"


@dataclass(frozen=True)
class Server:
    """A server under test."""

    name: str
    dsn: str
    port: int
    pairs: list[Pair]


async def database(admin: str, name: str) -> str:
    """A new database on the server; its DSN."""
    connection = await asyncpg.connect(admin)
    try:
        await connection.execute(f"create database {name}")
    finally:
        await connection.close()
    return admin.replace("/postgres?", f"/{name}?")


async def enrol(dsn: str, folder: Path, pairs: int) -> list[Pair]:
    """Found a ledger in the database and enrol firms, as the service does."""
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2) as pool:
        async with pool.acquire() as connection:
            await migrate(connection)
            await enrolment.take_origin(connection, ORIGIN)
        async with (
            LockedStore(dsn) as store,
            await publisher(
                Settings(data=folder), disk(Settings(data=folder)), store, ORIGIN
            ) as publishing,
            Sequencer(store, publishing, ORIGIN) as sequencer,
        ):
            joining = enrolment.Enrolment(
                pool,
                registrar.Registrar(sequencer, keys.registrar(folder), ORIGIN),
                sequencer,
                ORIGIN,
            )
            await joining.found("US")
            return [
                Pair(await _join(joining, Role.MINER), await _join(joining, Role.REFINER))
                for _ in range(pairs)
            ]


async def _join(joining: enrolment.Enrolment, role: Role) -> Enrolled:
    code = (await joining.invite(InvitationRequest(name="Firm", country="US", roles=(role,)))).code
    key = SigningKey.generate()
    proof = token.issue(
        key=key,
        audience=ORIGIN,
        now=int(time.time()),
        jti=secrets.token_urlsafe(16),
        typ=token.PROOF_TYP,
    )
    answer = await joining.enrol(EnrolmentRequest(code=code, key=key.public.jwk, proof=proof))
    return Enrolled(key, answer.party)


@contextlib.contextmanager
def process(name: str, dsn: str, folder: Path, pairs: list[Pair]) -> Iterator[Server]:
    """Run the ledger or the peer, one worker each, with uvloop and httptools."""
    port = _free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": dsn,
        "PEER_ORIGIN": ORIGIN,
        "PROVENITE_ORIGIN": ORIGIN,
        "PROVENITE_DATA": str(folder),
        "PROVENITE_PORT": str(port),
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
    }
    command = {
        "ledger": ["-m", "provenite_ledger", "serve"],
        "peer": [
            *("-m", "uvicorn", "tests.bench.peer:app", "--port", str(port)),
            *("--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "error"),
        ],
    }[name]
    with (folder / f"{name}.log").open("wb") as log:
        running = subprocess.Popen(
            [sys.executable, *command], env=environment, stdout=log, stderr=log
        )
    try:
        _wait(f"http://127.0.0.1:{port}", running, folder / f"{name}.log")
        yield Server(name, dsn, port, pairs)
    finally:
        running.terminate()
        running.wait(30)


async def load(server: Server, bodies: list[list[str]], *, lines: bool, rate: int = 0) -> Any:
    """Run the load generator against a server; what it measured."""
    plan = {
        "host": "127.0.0.1",
        "port": server.port,
        "path": "/v1/statements/batch" if lines else "/v1/statements",
        "type": "application/sd-jwt+lines" if lines else "application/sd-jwt",
        "connections": bodies,
        **({"rate": rate} if rate else {}),
    }
    generator = await asyncio.create_subprocess_exec(
        sys.executable, HERE / "load.py", stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    out, _ = await generator.communicate(json.dumps(plan).encode())
    if generator.returncode != 0:
        raise SystemExit(f"the load on {server.name} failed")
    return json.loads(out)


async def count(dsn: str) -> tuple[int, int]:
    """How many statements a server has recorded, and its highest index plus one."""
    connection = await asyncpg.connect(dsn)
    try:
        row = await connection.fetchrow("select count(*), max(index) + 1 from statement")
    finally:
        await connection.close()
    return row[0], row[1]


async def storage(dsn: str) -> float:
    """Bytes in tables and indices, content aside, for each byte of a statement."""
    connection = await asyncpg.connect(dsn)
    try:
        stored = await connection.fetchval(
            "select sum(pg_total_relation_size(oid)) from pg_class "
            "where relkind = 'r' and relnamespace = 'public'::regnamespace "
            "and relname not in ('content', 'run', 'late', 'revision')"
        )
        texts = await connection.fetch("select compact from statement")
    finally:
        await connection.close()
    return float(stored) / sum(len(unpacked(row["compact"])) for row in texts)


def start() -> float:
    """Seconds until an empty ledger with its own PostgreSQL, started as an operator would, is ready."""
    folder = Path(tempfile.mkdtemp(prefix="provenite-bench-"))
    folder.chmod(0o711)
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "provenite_ledger", "serve"],
        env={"PATH": os.environ["PATH"], "PROVENITE_PORT": "0", "PROVENITE_DATA": f"{folder}/data"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        # The line that says the URL comes once requests are taken.
        url = process.stdout.readline().split()[-1]
        httpx.get(url + paths.READY).raise_for_status()
        return time.perf_counter() - began
    finally:
        process.terminate()
        process.communicate(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(url: str, running: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(600):
        with contextlib.suppress(httpx.TransportError):
            httpx.get(url)
            return
        if running.poll() is not None:
            break
        time.sleep(0.05)
    raise SystemExit(f"the server did not start:\n{log.read_text(errors='replace')}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.asynccontextmanager
async def both(admin: str, folder: Path, pairs: int) -> AsyncIterator[tuple[Server, Server]]:
    """The ledger and the peer, idle until they are loaded."""
    with contextlib.ExitStack() as stack:
        servers = []
        for name in ("ledger", "peer"):
            own = folder / name
            own.mkdir()
            dsn = await database(admin, f"bench_{name}")
            enrolled = await enrol(dsn, own, pairs)
            servers.append(stack.enter_context(process(name, dsn, own, enrolled)))
        yield servers[0], servers[1]
