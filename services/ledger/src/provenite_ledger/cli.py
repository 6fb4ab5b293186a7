"""The command `provenite-ledger`."""

import asyncio
import os
import sys
from typing import Annotated, NoReturn

import asyncpg
import typer
import uvloop

from provenite_proto.answers import InvitationRequest
from provenite_proto.record import Role

from . import __version__, inviting, logs, serving
from .app import database
from .enrolment import OriginChanged
from .postgres import PostgresUnavailable
from .replaying import cli as replaying
from .settings import Settings, SettingsError, read
from .store import migrate as migrations
from .store.locked import AnotherLedger

_FAILURES = (
    SettingsError,
    PostgresUnavailable,
    AnotherLedger,
    OriginChanged,
    inviting.NotInvited,
    asyncpg.PostgresError,
    OSError,
    ValueError,
)
"""What the operator can put right: said in a line, without a traceback."""

main = typer.Typer(
    name="provenite-ledger",
    help="Run a Provenite ledger: it checks, orders, stores and serves signed batch statements.",
    epilog="The environment configures it; without any, the ledger serves this machine from its own PostgreSQL.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@main.command()
def serve() -> None:
    """Run the ledger until SIGTERM or Ctrl-C; its URL is printed when it is ready."""
    settings = _settings()
    logs.configure(settings.log_level)

    def announce(address: str) -> None:
        print(f"Provenite ledger {__version__} at {address}", flush=True)

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serving.serve(settings, announce))
    except _FAILURES as error:
        _fail(error)


@main.command()
def invite(
    name: Annotated[str, typer.Option(help="The firm's name, as it will be recorded.")],
    country: Annotated[str, typer.Option(help="Its country, ISO 3166-1 alpha-2.")],
    roles: Annotated[
        str, typer.Option(help=f"Its roles, separated by commas, of: {', '.join(Role)}.")
    ],
    days: Annotated[int, typer.Option(help="How long it can be used.", min=1, max=30)] = 7,
    ledger: Annotated[
        str | None, typer.Option(help="The ledger's URL, if not the one that the settings give.")
    ] = None,
) -> None:
    """Print a one-time code with which a firm can join the running ledger."""
    settings = _settings()
    try:
        answer = inviting.invite(
            (ledger or settings.address).rstrip("/"),
            settings.data,
            InvitationRequest(
                name=name,
                country=country,
                roles=tuple(Role(role.strip()) for role in roles.split(",")),
                lifetime=days * 24 * 3600,
            ),
        )
    except _FAILURES as error:
        _fail(error)
    print(answer.code)
    print(f"Can be used once, until {answer.expires_at.isoformat()}.", file=sys.stderr)


@main.command()
def migrate() -> None:
    """Bring the database's tables up to date, as `serve` does when it starts."""
    settings = _settings()
    try:
        applied = asyncio.run(_migrate(settings))
    except _FAILURES as error:
        _fail(error)
    for name in applied:
        print(name)
    print("The tables are up to date.", file=sys.stderr)


@main.command(
    epilog="Examples:  `provenite-ledger replay`  what the log comes to;  `provenite-ledger replay --compare`  "
    "whether the tables hold the same;  `provenite-ledger replay --compare --json`  for programs.  "
    "Exits with 0, with 1 for a difference, with 3 when it could not be done."
)
def replay(
    compare: Annotated[
        bool,
        typer.Option("--compare", help="Compare with the tables, and print the first difference."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Replay the whole log of the database and print what it comes to; the ledger may be running.

    It reads one snapshot and writes nothing. A difference may quote what firms have sealed.
    """
    settings = _settings(replaying.NOT_DONE)
    try:
        code = asyncio.run(replaying.run(settings, compare=compare, as_json=as_json))
    except _FAILURES as error:
        _fail(error, replaying.NOT_DONE)
    raise typer.Exit(code)


async def _migrate(settings: Settings) -> tuple[str, ...]:
    async with database(settings) as dsn:
        connection = await asyncpg.connect(dsn)
        try:
            return await migrations.migrate(connection)
        finally:
            await connection.close()


def _settings(failure: int = 1) -> Settings:
    try:
        return read(os.environ)
    except SettingsError as error:
        _fail(error, failure)


def _fail(error: Exception, code: int = 1) -> NoReturn:
    print(f"provenite-ledger: {error or type(error).__name__}", file=sys.stderr)
    raise typer.Exit(code)
