"""Statements: submitted, and read."""

from datetime import datetime

from .answer import Answer
from .problems import FindingAnswer, ProblemAnswer


class Submitted(Answer, frozen=True, kw_only=True):
    """An admitted statement: its digest, its place in the log, and the ids of the batches that it made.

    `receipt` is the proof that it is in the log (C2SP tlog-proof); of many together, when it was asked for.
    """

    digest: str
    index: int
    recorded_at: datetime
    batches: tuple[str, ...] = ()
    findings: tuple[FindingAnswer, ...] = ()
    receipt: str | None = None


class Line(Answer, frozen=True, kw_only=True):
    """The result of one line of a bulk submission: the HTTP status it would have had alone."""

    status: int
    submitted: Submitted | None = None
    problem: ProblemAnswer | None = None


class Lines(Answer, frozen=True, kw_only=True):
    """The results of a bulk submission, in the order of its lines."""

    lines: tuple[Line, ...]


class StatementAnswer(Answer, frozen=True, kw_only=True):
    """A recorded statement as the reader may see it: `statement` is the SD-JWT with the withheld sections left out.

    `retracted_by` is the digest of the statement that withdraws it.
    """

    digest: str
    index: int
    recorded_at: datetime
    type: str
    issuer: str
    statement: str
    withheld: tuple[str, ...] = ()
    findings: tuple[FindingAnswer, ...] = ()
    retracted_by: str | None = None
