"""What an audit comes to: what was verified, what is false, what could not be checked, and what stays a claim."""

from collections import Counter
from datetime import date
from enum import StrEnum
from typing import TypeVar

import msgspec

from ..certificate import CertifiedFigure, Check, Result
from ..pack import Subject
from ..policy import Outcome as Assessed
from ..policy.answers import AssessmentAnswer
from ..problem import Finding
from ..record import Validity

MAX_LISTED = 1_000
"""Entries of each list of a verdict that are kept; all are counted."""


F = TypeVar("F", bound=msgspec.Struct)


class Outcome(StrEnum):
    """The verdict in a word. What is false outweighs what could not be checked, and that what was verified."""

    VERIFIED = "verified"
    FALSE = "false"
    UNCHECKED = "unchecked"


class Form(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Base of a verdict's parts."""


class Failure(Form, frozen=True, kw_only=True):
    """Something is false: `slug` says what kind of thing, `detail` is one sentence.

    `statement` is the digest and `index` the place in the log, when it is about a statement.
    """

    slug: str
    detail: str
    statement: str | None = None
    index: int | None = None


class Withheld(Form, frozen=True, kw_only=True):
    """A check of a statement was not made, since it needs a sealed section that the auditor was not shown.

    `section` names it, or lists those that it may be: a digest does not tell of which section it is. When it
    is another statement's, `of` is that one's digest.
    """

    check: str
    section: str
    statement: str
    index: int
    of: str | None = None


class Missing(Form, frozen=True, kw_only=True):
    """A check was not made, since something is not there that it needs; `detail` is one sentence."""

    what: str
    detail: str
    statement: str | None = None
    index: int | None = None


class Claim(Form, frozen=True, kw_only=True):
    """What rests on somebody's word, and what would show it."""

    slug: str
    detail: str


class Doubt(Form, frozen=True, kw_only=True):
    """A finding on a statement, as the ledger must have made it."""

    statement: str
    index: int
    finding: Finding


class FigureVerdict(Form, frozen=True, kw_only=True):
    """A figure as the certificate says it, as it follows from the statements that it is about, and from all of the pack.

    What is not there was not said, or does not follow; `holds` is left out where it could not be computed.
    """

    test: str
    of: str
    said: CertifiedFigure | None = None
    then: CertifiedFigure | None = None
    now: CertifiedFigure | None = None
    holds: bool | None = None


class CertificateVerdict(Form, frozen=True, kw_only=True):
    """What an audit comes to about a certificate: `id` is its address, `digest` that of its text.

    It is `carried` by the pack, or was brought. `statement` and `index` are of the statement that commits to it,
    `status` is what the statements say of it, `since` when that was recorded, in seconds since 1970, `reason` why, in
    the words of the ledger; `then` is the outcome as of its own size of the log, `now` that as of the pack's.
    """

    result: Result
    id: str
    digest: str
    carried: bool
    policy: str
    version: str
    policy_digest: str
    as_of: date
    size: int
    statement: str | None = None
    index: int | None = None
    status: Validity | None = None
    since: int | None = None
    reason: str | None = None
    then: Assessed | None = None
    now: Assessed | None = None
    figures: tuple[FigureVerdict, ...] = ()
    checks: tuple[Check, ...] = ()


class AssessmentVerdict(Form, frozen=True, kw_only=True):
    """What a policy that the auditor brings says of the batch on a day, by the statements that are audited alone.

    It is `found` as of all of them, or could not be checked: then `reason` says why, in one sentence.
    """

    policy: str
    version: str
    policy_digest: str
    as_of: date
    found: AssessmentAnswer | None = None
    reason: str | None = None


class Verdict(Form, frozen=True, kw_only=True):
    """The result of an audit.

    `verified` counts the checks that were made and held, by name; `counts` how many entries each list would
    have in full. `size` is that of the tree of the checkpoint. `certificates` are those that were brought, and
    then those of the pack; what was brought does not count in the outcome. `assessments` are what was asked for: what
    they come to does not count, that one could not be made does.
    """

    outcome: Outcome
    ledger: str
    log: str
    size: int
    root: str
    batch: str | None = None
    subject: Subject | None = None
    witnesses: dict[str, int] = {}
    verified: dict[str, int] = {}
    counts: dict[str, int] = {}
    failures: tuple[Failure, ...] = ()
    missing: tuple[Missing, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    claims: tuple[Claim, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    certificates: tuple[CertificateVerdict, ...] = ()
    assessments: tuple[AssessmentVerdict, ...] = ()


class Tally:
    """What has been found so far. Lists are bounded, counts are not."""

    def __init__(self) -> None:
        self.verified: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self.failures: list[Failure] = []
        self.missing: list[Missing] = []
        self.withheld: list[Withheld] = []
        self.claims: list[Claim] = []
        self.doubts: list[Doubt] = []

    def fail(
        self, slug: str, detail: str, *, statement: str | None = None, index: int | None = None
    ) -> None:
        """Something is false."""
        self._add(
            "failures",
            self.failures,
            Failure(slug=slug, detail=detail, statement=statement, index=index),
        )

    def miss(
        self, what: str, detail: str, *, statement: str | None = None, index: int | None = None
    ) -> None:
        """Something that a check needs is not there."""
        self._add(
            "missing",
            self.missing,
            Missing(what=what, detail=detail, statement=statement, index=index),
        )

    def withhold(self, entry: Withheld) -> None:
        """A check needs what is withheld."""
        self._add("withheld", self.withheld, entry)

    def claim(self, slug: str, detail: str) -> None:
        """Something rests on somebody's word."""
        self._add("claims", self.claims, Claim(slug=slug, detail=detail))

    def doubt(self, entry: Doubt) -> None:
        """A finding on a statement."""
        self._add("doubts", self.doubts, entry)

    @property
    def outcome(self) -> Outcome:
        """The verdict in a word."""
        if self.counts["failures"]:
            return Outcome.FALSE
        unchecked = self.counts["missing"] or self.counts["withheld"]
        return Outcome.UNCHECKED if unchecked else Outcome.VERIFIED

    def with_all_of(self, other: "Tally") -> "Tally":
        """Both together, this one's entries first."""
        both = Tally()
        for each in (self, other):
            both.verified.update(each.verified)
            both.counts.update(each.counts)
            both.failures += each.failures[: MAX_LISTED - len(both.failures)]
            both.missing += each.missing[: MAX_LISTED - len(both.missing)]
            both.withheld += each.withheld[: MAX_LISTED - len(both.withheld)]
            both.claims += each.claims[: MAX_LISTED - len(both.claims)]
            both.doubts += each.doubts[: MAX_LISTED - len(both.doubts)]
        return both

    def _add(self, name: str, entries: list[F], entry: F) -> None:
        self.counts[name] += 1
        if len(entries) < MAX_LISTED:
            entries.append(entry)
