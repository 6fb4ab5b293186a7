"""Logs: one JSON object a line on standard error, without bodies, tokens or keys, or what firms have sealed."""

import logging
import sys
import traceback
from datetime import UTC, datetime

import asyncpg
import msgspec

from provenite_proto.problem import Problem

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname.lower(),
            "from": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info is not None and record.exc_info[1] is not None:
            line["error"] = _traced(record.exc_info[1])
        return msgspec.json.encode(line, enc_hook=str).decode()


def _traced(error: BaseException) -> str:
    """The error with where it was raised, and those that led to it.

    What a database says of an error can quote a row or a parameter, and a problem has figures: both may hold what
    firms have sealed, so only their names are told.
    """
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    before = "" if cause is None else f"{_traced(cause)}\nThis led to:\n"
    match error:
        case asyncpg.PostgresError():
            said = f"SQLSTATE {error.sqlstate}"
        case asyncpg.InterfaceError():
            said = ""
        case Problem():
            said = error.slug
        case _:
            said = str(error)
    where = "".join(traceback.format_tb(error.__traceback__))
    return f"{before}{where}{type(error).__qualname__}: {said}"


def configure(level: str) -> None:
    """Send this process's log to standard error, from `level` on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # One has a line for each request to a witness, one or more a second, the other a hundred for a certificate's page.
    for chatty in ("httpx", "fontTools"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.root.level))
