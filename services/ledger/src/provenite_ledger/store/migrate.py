"""Migrations: numbered SQL files, each applied once, in order, in one transaction."""

from hashlib import sha256
from importlib.resources import files

import asyncpg

_LOCK = 0x50524F56_4D494752
"""Advisory lock under which one process at a time migrates."""


def migrations() -> tuple[tuple[int, str, str], ...]:
    """Number, name and SQL of each migration, in order."""
    found = sorted(
        (file.name, file.read_text("utf-8"))
        for file in (files(__package__) / "migrations").iterdir()
        if file.name.endswith(".sql")
    )
    return tuple((int(name[:4]), name, text) for name, text in found)


class ForeignTables(Exception):
    """The database's tables were made by migrations that this version does not have."""


async def migrate(connection: asyncpg.Connection) -> tuple[str, ...]:
    """Bring the tables up to date; the names of the migrations that were applied now.

    `ForeignTables` when one that was applied has another text here, or is not known here.
    """
    applied = []
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", _LOCK)
        await connection.execute(
            "create table if not exists migration "
            "(number integer primary key, name text not null, digest bytea)"
        )
        await connection.execute("alter table migration add column if not exists digest bytea")
        done = {
            row["number"]: row["digest"]
            for row in await connection.fetch("select number, digest from migration")
        }
        known = {number: sha256(text.encode()).digest() for number, _, text in migrations()}
        for number, digest in done.items():
            if known.get(number) != digest:
                raise ForeignTables(
                    f"the tables were made by migration {number} of another version: "
                    "run the version that made them, or begin with an empty database"
                )
        for number, name, text in migrations():
            if number not in done:
                await connection.execute(text)
                await connection.execute(
                    "insert into migration values ($1, $2, $3)", number, name, known[number]
                )
                applied.append(name)
    return tuple(applied)
