"""Reading all of a ledger's log, to audit it: in pieces, and from where an earlier audit was left."""

import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import msgspec

from provenite_proto.answers import MAX_LOGGED, LogAnswer, LogStatements
from provenite_proto.audit import Evidence, LedgerAudit, Trust, Verdict, evidence_of, go_on, save

from .. import Client
from .._tables import FileTables
from .._verifying import Verifying
from .connecting import Connection
from .failing import failures, unable


class Audited(msgspec.Struct, frozen=True):
    """What an audit has come to, and what it has not looked at.

    `beyond` are statements that the ledger says that it has signed behind those of the checkpoint, `before` those
    that an earlier run has read, when something of them was withheld then.
    """

    verdict: Verdict
    beyond: int
    before: int


class Left(msgspec.Struct, frozen=True):
    """An audit that Ctrl-C has ended after so many statements of how many; the file knows how far it is."""

    statements: int
    of: int


def audit_ledger(
    connection: Connection,
    trust: Trust,
    verifying: Verifying,
    state: Path,
    *,
    told: Callable[[int, int], None],
    as_json: bool,
) -> Audited | Left:
    """Audit the ledger from where the file says, or from the beginning; what was read is not read again.

    What was found is kept page by page: whatever ends the audit, no more than what was not yet kept is read again.
    """
    with (
        failures(as_json, of_verdict=True),
        connection.client(connection.signer()) as client,
        _interruptions() as interrupted,
    ):
        origin, log = client.ledger().origin, client.log()
        with _tables(state) as tables:
            audit = _begun(origin, log, trust, state, tables)
            before = audit.next if audit.auditing.tally.counts["withheld"] else 0
            for verified in verifying(audit.works(_answers(client, audit.next, audit.size))):
                audit.add(verified)
                tables.keep(save(audit, log.key))
                told(audit.next, audit.size)
                if interrupted():
                    break
    if interrupted():
        return Left(audit.next, audit.size)
    return Audited(audit.verdict(), max(log.size - audit.size, 0) if audit.size else 0, before)


@contextmanager
def _tables(state: Path) -> Iterator[FileTables]:
    """The tables in the file, for as long as the audit runs."""
    try:
        opened = FileTables(state)
    except OSError as error:
        unable(f"{state}: {error.strerror}")
    except (ValueError, sqlite3.Error) as error:
        unable(f"{state}: {error}; name another file with --state")
    try:
        with opened as tables:
            yield tables
    except sqlite3.Error as error:
        unable(f"{state}: {error}; what was kept before is still there")


def _begun(
    origin: str, log: LogAnswer, trust: Trust, state: Path, tables: FileTables
) -> LedgerAudit:
    def evidence_for(covered: int) -> Evidence:
        return evidence_of(origin, log, covered)

    if tables.state is None:
        return LedgerAudit(evidence_for(0), trust, tables)
    try:
        return go_on(tables.state, tables, evidence_for, trust)
    except ValueError as error:
        unable(f"{state}: {error}; name another file with --state")


def _answers(client: Client, first: int, size: int) -> Iterator[LogStatements]:
    while first < size:
        answer = client.log_statements(first, min(MAX_LOGGED, size - first))
        if not answer.statements:
            return
        yield answer
        # Whatever indices it claims: as many statements as there should be are asked for, and no more.
        first += len(answer.statements)


@contextmanager
def _interruptions() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed: it ends the audit between two answers, the second time at once."""
    pressed: list[int] = []

    def press(number: int, frame: FrameType | None) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(number)

    before = signal.signal(signal.SIGINT, press)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)
