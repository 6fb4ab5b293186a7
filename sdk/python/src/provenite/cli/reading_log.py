"""Reading all of a ledger's log, to audit it: in pieces, and from where an earlier audit was left."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import msgspec

from provenite_proto.answers import MAX_LOGGED, LogAnswer, LogStatements
from provenite_proto.audit import Evidence, LedgerAudit, Trust, Verdict, evidence_of, go_on, save

from .. import Client
from .._verifying import Verifying
from .connecting import Connection
from .failing import failures, unable
from .replacing import replace

_SAVE_SECONDS = 60.0
"""How often it is kept how far the audit is; seldomer when keeping it takes long."""


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
) -> Verdict | Left:
    """Audit the ledger from where the file says, or from the beginning; what was read is not read again."""
    with (
        failures(as_json, of_verdict=True),
        connection.client(connection.signer()) as client,
        _interruptions() as interrupted,
    ):
        origin, log = client.ledger().origin, client.log()
        audit = _begun(origin, log, trust, state)
        keeping = _Keeping(audit, log.key, state)
        try:
            for verified in verifying(audit.works(_answers(client, audit.next, audit.size))):
                audit.add(verified)
                told(audit.next, audit.size)
                if interrupted():
                    break
                keeping.now_and_then()
        finally:
            keeping.now()
    if interrupted():
        return Left(audit.next, audit.size)
    return audit.verdict()


def _begun(origin: str, log: LogAnswer, trust: Trust, state: Path) -> LedgerAudit:
    def evidence_for(covered: int) -> Evidence:
        return evidence_of(origin, log, covered)

    try:
        saved = state.read_bytes()
    except FileNotFoundError:
        return LedgerAudit(evidence_for(0), trust)
    except OSError as error:
        unable(f"{state}: {error.strerror}")
    try:
        return go_on(saved, evidence_for, trust)
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


class _Keeping:
    """Keeps how far an audit is, in a file."""

    def __init__(self, audit: LedgerAudit, log_key: str, state: Path) -> None:
        self._audit = audit
        self._log_key = log_key
        self._state = state
        self._kept = audit.next
        self._due = time.monotonic() + _SAVE_SECONDS

    def now_and_then(self) -> None:
        if time.monotonic() > self._due:
            began = time.monotonic()
            self.now()
            # A twentieth of the time at the most.
            ended = time.monotonic()
            self._due = ended + max(_SAVE_SECONDS, 20 * (ended - began))

    def now(self) -> None:
        if self._audit.next == self._kept:
            return
        try:
            replace(self._state, save(self._audit, self._log_key))
        except OSError as error:
            unable(f"{self._state}: {error.strerror}")
        self._kept = self._audit.next


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
