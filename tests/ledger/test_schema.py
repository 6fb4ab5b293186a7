"""The migrations lead to the tables that schema.sql describes, and migrating again changes nothing."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from importlib.resources import files
from pathlib import Path

import asyncpg
import pytest

from provenite_ledger.postgres import EmbeddedPostgres
from provenite_ledger.store.migrate import migrate, migrations

COLUMNS = """
select table_name, column_name, udt_name, is_nullable, column_default
from information_schema.columns where table_schema = 'public' and table_name <> 'migration'
order by 1, ordinal_position
"""
CONSTRAINTS = """
select conrelid::regclass::text, pg_get_constraintdef(oid) from pg_constraint
where connamespace = 'public'::regnamespace and conrelid <> 'migration'::regclass
order by 1, 2
"""
INDEXES = """
select tablename, indexdef from pg_indexes
where schemaname = 'public' and tablename <> 'migration' order by 1, 2
"""


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[EmbeddedPostgres]:
    folder = Path(tempfile.mkdtemp(prefix="provenite-test-"))
    # PostgreSQL may run as another user.
    folder.chmod(0o711)
    async with EmbeddedPostgres(folder / "postgres") as running:
        yield running
    shutil.rmtree(folder, ignore_errors=True)


async def emptied(server: EmbeddedPostgres) -> asyncpg.Connection:
    connection = await asyncpg.connect(server.dsn)
    await connection.execute("drop schema public cascade; create schema public")
    return connection


async def described(connection: asyncpg.Connection) -> list[list[tuple[object, ...]]]:
    return [
        [tuple(row) for row in await connection.fetch(query)]
        for query in (COLUMNS, CONSTRAINTS, INDEXES)
    ]


async def test_migrations_lead_to_the_schema(server: EmbeddedPostgres) -> None:
    connection = await emptied(server)
    await migrate(connection)
    migrated = await described(connection)
    await connection.close()

    connection = await emptied(server)
    schema = (files("provenite_ledger.store") / "schema.sql").read_text("utf-8")
    await connection.execute("create table migration (number integer primary key)")
    await connection.execute(schema)
    assert migrated == await described(connection)
    assert all(migrated)
    await connection.close()


async def test_migrating_again_changes_nothing(server: EmbeddedPostgres) -> None:
    connection = await emptied(server)
    names = tuple(name for _, name, _ in migrations())
    assert await migrate(connection) == names
    assert await migrate(connection) == ()
    await connection.close()
