"""An audit: statements in the order of the log, verified one by one, admitted one after the other, and weighed."""

from ..counting import counted
from ..ledger import CLOCK_TOLERANCE
from ..tables import Tables
from .admitting import Admitted, Admitting
from .trust import Opened
from .verdict import Tally, Verdict
from .verifying import Checked


class Auditing:
    """What packs and whole ledgers have in common: order, time, and each statement's own checks."""

    def __init__(self, ledger: str, tally: Tally, tables: Tables, *, whole: bool) -> None:
        self.ledger = ledger
        self.tally = tally
        self.admitting = Admitting(ledger, tally, tables, whole=whole)
        self.last_index = -1
        self.last_time = 0
        self._witnessed_at: int | None = None

    def witnessed(self, opened: Opened | None) -> None:
        """By when the statements to come have been recorded: a quorum of witnesses has seen them in the log."""
        self._witnessed_at = opened.witnessed_at if opened else None

    def take(self, checked: Checked) -> Admitted | None:
        """The next statement, after its own checks; what became of it when it could be admitted."""
        tally, statement = self.tally, checked.statement
        digest = statement.digest if statement else None
        self._in_order(checked, digest)
        for fault in checked.faults:
            tally.fail(fault.slug, fault.detail, statement=digest, index=checked.index)
        if statement is None:
            return None
        tally.verified["form"] += 1
        tally.verified["signature"] += checked.signed
        tally.verified["inclusion"] += checked.included
        return self.admitting.take(checked, statement)

    def verdict(self, tally: Tally, opened: Opened | None, batch: str | None = None) -> Verdict:
        """What has been found, which `tally` has."""
        for name, time in opened.witnesses.items() if opened else ():
            if (
                time + CLOCK_TOLERANCE
                < self.last_time
                <= (self._witnessed_at or 0) + CLOCK_TOLERANCE
            ):
                tally.claim(
                    "witness-time",
                    f"The witness {name} dates its cosignature {counted(self.last_time - time, 'second')} before the last "
                    "statement that it saw; others make a quorum that does not.",
                )
        return Verdict(
            outcome=tally.outcome,
            ledger=self.ledger,
            log=opened.checkpoint.origin if opened else "",
            size=opened.checkpoint.size if opened else 0,
            root=opened.checkpoint.text.split("\n")[2] if opened else "",
            batch=batch,
            witnesses=dict(opened.witnesses) if opened else {},
            verified={name: count for name, count in sorted(tally.verified.items()) if count},
            counts={name: count for name, count in sorted(tally.counts.items()) if count},
            failures=tuple(tally.failures),
            missing=tuple(tally.missing),
            withheld=tuple(tally.withheld),
            claims=tuple(tally.claims),
            doubts=tuple(tally.doubts),
        )

    def _in_order(self, checked: Checked, digest: str | None) -> None:
        tally, index, time = self.tally, checked.index, checked.recorded_at
        if index <= self.last_index:
            tally.fail(
                "order-false",
                f"Statement {index} stands behind statement {self.last_index}.",
                statement=digest,
                index=index,
            )
        if time < self.last_time:
            tally.fail(
                "recorded-backwards",
                f"It was recorded {counted(self.last_time - time, 'second')} before the one that it follows.",
                statement=digest,
                index=index,
            )
        if self._witnessed_at is not None and time > self._witnessed_at + CLOCK_TOLERANCE:
            tally.fail(
                "recorded-ahead",
                f"It is said to be recorded {counted(time - self._witnessed_at, 'second')} after a quorum of witnesses saw it in the log.",
                statement=digest,
                index=index,
            )
        tally.verified["order"] += 1
        self.last_index, self.last_time = max(index, self.last_index), max(time, self.last_time)
