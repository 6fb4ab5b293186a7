"""Settings: the one place that reads the environment."""

import os
import re
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path

from msgspec import Struct

from provenite_proto.certificate import did_of
from provenite_proto.log import Unproven, WitnessPolicy, parse_policy
from provenite_proto.record import COUNTRIES

_LEVELS = ("debug", "info", "warning", "error")


_LOG_STORE = re.compile(r"s3://[a-z0-9.-]{3,63}(/[A-Za-z0-9._-]+)*")


class SettingsError(Exception):
    """An environment variable does not have a usable value; the message begins with its name."""


class Settings(Struct, frozen=True, kw_only=True):
    """How a ledger is run. Without any setting it runs on this machine only, with its own PostgreSQL."""

    host: str = "127.0.0.1"
    """`PROVENITE_HOST`: the IP address or name to listen on."""

    port: int = 8080
    """`PROVENITE_PORT`: the TCP port to listen on; 0 takes any free one."""

    origin: str | None = None
    """`PROVENITE_ORIGIN`: the ledger's name and public address, such as `https://ledger.example`.

    Every statement is signed for it (`aud`), so it cannot change later. By default the origin under which
    the ledger was founded, which is `http://<host>:<port>` when it was not set then either.
    """

    country: str = "US"
    """`PROVENITE_COUNTRY`: the operator's country, ISO 3166-1 alpha-2; it is recorded when the ledger is founded."""

    data: Path = Path("provenite-data")
    """`PROVENITE_DATA`: the folder with the ledger's keys, its log and its guard and, unless `DATABASE_URL` is set, the database."""

    database_url: str | None = None
    """`DATABASE_URL`: a PostgreSQL 15 or later to use instead of the ledger's own, as a `postgresql://` URL.

    `DATABASE_URL_FILE`: a file that holds that URL, which keeps its password out of the environment.
    """

    log_store: str | None = None
    """`PROVENITE_LOG_STORE`: object storage for the log and its guard instead of the data folder, as `s3://bucket/prefix`.

    Credentials, region and endpoint are what the AWS_… variables say. Needs `provenite-ledger[objects]`.
    """

    witness_policy: WitnessPolicy | None = None
    """`PROVENITE_WITNESS_POLICY`: a file that names the witnesses of the log, and how many make a quorum (C2SP tlog-policy).

    The public checkpoint is then the newest that they have cosigned.
    """

    postgres_bin: Path | None = None
    """`PROVENITE_POSTGRES_BIN`: the folder with the PostgreSQL programs that the ledger's own database runs."""

    log_level: str = "info"
    """`PROVENITE_LOG_LEVEL`: the least serious messages to log: `debug`, `info`, `warning` or `error`."""

    read_connections: int = 8
    """`PROVENITE_READ_CONNECTIONS`: database connections for reading; the sequencer has one of its own, content three."""

    read_seconds: int = 10
    """`PROVENITE_READ_SECONDS`: how long a query for a reader may take."""

    trace_nodes: int = 10_000
    """`PROVENITE_TRACE_NODES`: the statements that one trace may return, at the most."""

    verifying_processes: int = min(4, len(os.sched_getaffinity(0)) - 1)
    """`PROVENITE_VERIFYING_PROCESSES`: processes that verify the signatures of bulk requests; 0 does it in the ledger's own.

    By default one for each further processor, at most 4.
    """

    pack_statements: int = 100_000
    """`PROVENITE_PACK_STATEMENTS`: the statements that one pack may hold, at the most."""

    @property
    def address(self) -> str:
        """The URL at which this machine reaches the ledger."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def read(environment: Mapping[str, str]) -> Settings:
    """The settings of an environment; `SettingsError` names the variable that cannot be used."""
    defaults = Settings()
    settings = Settings(
        host=environment.get("PROVENITE_HOST", defaults.host),
        port=_integer(environment, "PROVENITE_PORT", defaults.port, 0, 65535),
        origin=_origin(environment),
        country=_country(environment, defaults.country),
        data=Path(environment.get("PROVENITE_DATA", defaults.data)),
        database_url=_database(environment),
        log_store=_log_store(environment),
        witness_policy=_policy(environment),
        postgres_bin=_folder(environment, "PROVENITE_POSTGRES_BIN"),
        log_level=_level(environment, defaults.log_level),
        read_connections=_integer(
            environment, "PROVENITE_READ_CONNECTIONS", defaults.read_connections, 1, 1000
        ),
        read_seconds=_integer(
            environment, "PROVENITE_READ_SECONDS", defaults.read_seconds, 1, 3600
        ),
        trace_nodes=_integer(
            environment, "PROVENITE_TRACE_NODES", defaults.trace_nodes, 1, 1_000_000
        ),
        pack_statements=_integer(
            environment, "PROVENITE_PACK_STATEMENTS", defaults.pack_statements, 1, 1_000_000
        ),
        verifying_processes=_integer(
            environment, "PROVENITE_VERIFYING_PROCESSES", defaults.verifying_processes, 0, 64
        ),
    )
    if settings.origin is None and not _loopback(settings.host):
        raise SettingsError(
            f"PROVENITE_ORIGIN: must be set when PROVENITE_HOST is {settings.host}: "
            "statements are signed for the address by which others know the ledger"
        )
    return settings


def _integer(environment: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = environment.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal() and least <= int(text) <= most):
        raise SettingsError(f"{name}: {text!r} is not a whole number from {least} to {most}")
    return int(text)


def _origin(environment: Mapping[str, str]) -> str | None:
    text = environment.get("PROVENITE_ORIGIN")
    if text is None:
        return None
    try:
        # What names no issuer of certificates is no origin.
        did_of(text)
    except ValueError as error:
        raise SettingsError(
            f"PROVENITE_ORIGIN: {error} (scheme, host and port in lower case, and no slash at the end)"
        ) from error
    return text


def _database(environment: Mapping[str, str]) -> str | None:
    name, text = "DATABASE_URL", environment.get("DATABASE_URL")
    if (file := environment.get("DATABASE_URL_FILE")) is not None:
        if text is not None:
            raise SettingsError("DATABASE_URL_FILE: DATABASE_URL is set too")
        name = "DATABASE_URL_FILE"
        try:
            text = Path(file).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{name}: cannot be read: {error}") from error
    if text is not None and not text.startswith(("postgresql://", "postgres://")):
        # The value may hold a password and is not repeated.
        raise SettingsError(f"{name}: not a postgresql:// URL")
    return text


def _policy(environment: Mapping[str, str]) -> WitnessPolicy | None:
    file = environment.get("PROVENITE_WITNESS_POLICY")
    if file is None:
        return None
    try:
        return parse_policy(Path(file).read_bytes())
    except OSError as error:
        raise SettingsError(f"PROVENITE_WITNESS_POLICY: cannot be read: {error}") from error
    except Unproven as error:
        raise SettingsError(f"PROVENITE_WITNESS_POLICY: {file}: {error.detail}") from error


def _log_store(environment: Mapping[str, str]) -> str | None:
    text = environment.get("PROVENITE_LOG_STORE")
    if text is not None and not _LOG_STORE.fullmatch(text):
        raise SettingsError(f"PROVENITE_LOG_STORE: {text!r} is not of the form s3://bucket/prefix")
    return text


def _folder(environment: Mapping[str, str], name: str) -> Path | None:
    text = environment.get(name)
    if text is None:
        return None
    if not Path(text).is_dir():
        raise SettingsError(f"{name}: {text!r} is not a folder")
    return Path(text)


def _country(environment: Mapping[str, str], default: str) -> str:
    text = environment.get("PROVENITE_COUNTRY", default)
    if text not in COUNTRIES:
        raise SettingsError(f"PROVENITE_COUNTRY: {text!r} is not an ISO 3166-1 alpha-2 code")
    return text


def _level(environment: Mapping[str, str], default: str) -> str:
    text = environment.get("PROVENITE_LOG_LEVEL", default)
    if text not in _LEVELS:
        raise SettingsError(f"PROVENITE_LOG_LEVEL: {text!r} is not one of {', '.join(_LEVELS)}")
    return text


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
