"""Migrations: numbered SQL files, each applied once, in order, in one transaction."""

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


async def migrate(connection: asyncpg.Connection) -> tuple[str, ...]:
    """Bring the tables up to date; the names of the migrations that were applied now."""
    applied = []
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", _LOCK)
        await connection.execute(
            "create table if not exists migration (number integer primary key, name text not null)"
        )
        done = {row["number"] for row in await connection.fetch("select number from migration")}
        for number, name, text in migrations():
            if number not in done:
                await connection.execute(text)
                await connection.execute("insert into migration values ($1, $2)", number, name)
                applied.append(name)
    return tuple(applied)
