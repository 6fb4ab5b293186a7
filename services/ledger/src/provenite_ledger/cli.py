"""The command `provenite-ledger`."""

import asyncio
import errno
import os
import sys
from typing import Annotated, NoReturn

import asyncpg
import typer
import uvloop

from . import __version__, inviting, logs, retiring, serving, starting
from .app import database
from .enrolment import OriginChanged
from .inviting import ROLES
from .postgres import PostgresUnavailable
from .publishing.storage import LogRefused
from .replaying import cli as replaying
from .settings import Settings, SettingsError, read
from .store import migrate as migrations
from .store.loading import TreeMismatch
from .store.locked import AnotherLedger, LockedStore

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

_LOG_FAILURES = (LogRefused, TreeMismatch)
LOG_REFUSED = 4
"""What the command exits with when the database, the log's files and its guard do not go together."""

_EPILOG = """\b
Examples:
  provenite-ledger serve
  PROVENITE_PORT=8081 provenite-ledger serve
  provenite-ledger invite --name "Sierra Mining" --country US --roles miner

It needs no settings: by default it serves this machine from its own PostgreSQL.

\b
PROVENITE_ORIGIN   the ledger's public address, fixed by the first start
PROVENITE_COUNTRY  the operator's country, fixed likewise  [US]
PROVENITE_HOST     IP address or name to listen on  [127.0.0.1]
PROVENITE_PORT     TCP port to listen on; 0 takes any free one  [8080]
PROVENITE_DATA     folder of the ledger's keys, its log and its guard, and
                   of its own database  [provenite-data]
DATABASE_URL       a PostgreSQL 15 or later to use instead
DATABASE_URL_FILE  a file that holds that URL
PROVENITE_WITNESS_POLICY, PROVENITE_LOG_STORE, PROVENITE_POSTGRES_BIN,
PROVENITE_LOG_LEVEL, PROVENITE_READ_CONNECTIONS, PROVENITE_READ_SECONDS,
PROVENITE_TRACE_NODES, PROVENITE_PACK_STATEMENTS,
PROVENITE_VERIFYING_PROCESSES: see deploy/README.md
"""

main = typer.Typer(
    name="provenite-ledger",
    help="Run a Provenite ledger: it checks, orders, stores and serves signed batch statements.",
    epilog=_EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"provenite-ledger {__version__}")
        raise typer.Exit


@main.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="The version.")
    ] = False,
) -> None:
    """Nothing but the version: the environment has the settings."""


@main.command()
def serve() -> None:
    """Run the ledger until SIGTERM or Ctrl-C.

    Its URL is printed when it is ready.
    """
    settings = _settings()
    logs.configure(settings.log_level)

    def announce(address: str) -> None:
        print(f"Provenite ledger {__version__} at {address}", flush=True)

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serving.serve(settings, announce))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            _fail(
                f"port {settings.port} of {settings.host} is in use: "
                "stop what listens there, or set PROVENITE_PORT to another port"
            )
        _fail(error)
    except _LOG_FAILURES as error:
        _fail(error, LOG_REFUSED)
    except _FAILURES as error:
        _fail(error)


@main.command()
def invite(
    name: Annotated[
        str, typer.Option(metavar="NAME", help="The firm's name, as it will be recorded.")
    ],
    country: Annotated[
        str, typer.Option(metavar="CODE", help="Its country, ISO 3166-1 alpha-2, such as US.")
    ],
    roles: Annotated[
        str,
        typer.Option(
            metavar="ROLES", help=f"Its roles, separated by commas, of: {', '.join(ROLES)}."
        ),
    ],
    days: Annotated[
        int, typer.Option(metavar="DAYS", help="How long it can be used.", min=1, max=30)
    ] = 7,
    ledger: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="The ledger's URL, if not the one that the settings give."
        ),
    ] = None,
) -> None:
    """Print a one-time code with which a firm can join.

    The ledger must be running.
    """
    settings = _settings()
    try:
        answer = inviting.invite(
            (ledger or settings.address).rstrip("/"),
            settings.origin,
            settings.data,
            inviting.request(name, country, roles.split(","), days),
        )
    except _FAILURES as error:
        _fail(error)
    print(answer.code)
    print(
        f"Can be used once, until {answer.expires_at.isoformat(timespec='seconds')}.",
        file=sys.stderr,
    )


@main.command()
def adopt() -> None:
    """Go on with a log whose guard is lost for good.

    Only when no statement is missing in the database: what was restored from an old backup would sign a second
    history, which every witness and monitor reports. The ledger must be stopped.
    """
    settings = _settings()
    try:
        size = asyncio.run(_adopt(settings))
    except _LOG_FAILURES as error:
        _fail(error, LOG_REFUSED)
    except _FAILURES as error:
        _fail(error)
    print(f"The guard holds the checkpoint of {size} statements.", file=sys.stderr)


@main.command()
def migrate() -> None:
    """Bring the database's tables up to date.

    `serve` does it too, when it starts.
    """
    settings = _settings()
    try:
        applied = asyncio.run(_migrate(settings))
    except _FAILURES as error:
        _fail(error)
    for name in applied:
        print(name)
    print("The tables are up to date.", file=sys.stderr)


@main.command(
    short_help="Replay the log; compare it with the tables.",
    epilog="\b\nExamples:\n"
    "  provenite-ledger replay                   what the log comes to\n"
    "  provenite-ledger replay --compare         whether the tables hold the same\n"
    "  provenite-ledger replay --compare --json  for programs\n\n"
    "Exits with 0, with 1 for a difference, with 3 when it could not be done.",
)
def replay(
    compare: Annotated[
        bool,
        typer.Option("--compare", help="Compare with the tables, and print the first difference."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Replay the whole log and compare it with the tables.

    The ledger may be running: it reads one snapshot and writes nothing. A difference may quote what firms have sealed.
    """
    settings = _settings(replaying.NOT_DONE)
    try:
        code = asyncio.run(replaying.run(settings, compare=compare, as_json=as_json))
    except _FAILURES as error:
        _fail(error, replaying.NOT_DONE)
    raise typer.Exit(code)


@main.command()
def certificate_keys() -> None:
    """List the keys that sign certificates.

    With how many certificates stand by each: neither revoked nor over.
    """
    settings = _settings()
    try:
        print(asyncio.run(retiring.listed(settings)))
    except _FAILURES as error:
        _fail(error)


# A thumbprint may begin with a hyphen.
@main.command(context_settings={"ignore_unknown_options": True})
def retire_certificate_key(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Its thumbprint, as it is listed.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Retire a key, such as one that was stolen.

    What it has signed verifies no more, from now on and for good. The key that signs now has to be replaced first:
    move certificates.pem out of the data folder, and start the ledger again. It may be running.
    """

    def agreed(meaning: str) -> bool:
        print(meaning, file=sys.stderr)
        return yes or typer.confirm("Retire it?", err=True)

    settings = _settings()
    try:
        name = asyncio.run(retiring.retired(settings, key, agreed))
    except _FAILURES as error:
        _fail(error)
    if name is None:
        _fail("nothing was changed")
    print(f"Retired {name}.", file=sys.stderr)


async def _adopt(settings: Settings) -> int:
    async with database(settings) as dsn, LockedStore(dsn) as store:
        origin = await store.origin()
        if origin is None:
            raise LogRefused("there is no ledger in this database")
        disk = starting.disk(settings)
        async with await starting.publisher(settings, disk, store, origin, adopt=True) as publisher:
            return publisher.size


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


def _fail(error: Exception | str, code: int = 1) -> NoReturn:
    print(f"provenite-ledger: {str(error) or type(error).__name__}", file=sys.stderr)
    raise typer.Exit(code)
