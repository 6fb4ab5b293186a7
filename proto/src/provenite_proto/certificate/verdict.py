"""What checks of a certificate come to: each in a sentence, and all of them together."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Literal

import msgspec

from .errors import BadCertificate

Subject = Literal[
    "form",
    "copy",
    "signature",
    "dates",
    "status",
    "log",
    "witnesses",
    "batch",
    "policy",
    "recomputed",
    "now",
]


class Result(StrEnum):
    """What a check, or all of them, came to. What is false outweighs what was not checked.

    `CLAIMED` holds on the ledger's word alone, which is said and counts as holding.
    """

    HOLDS = "holds"
    CLAIMED = "claimed"
    UNCHECKED = "unchecked"
    FALSE = "false"


Piece = Literal["document", "statusList", "statement", "receipt", "logKey"]
"""What comes with a certificate, or whoever verifies brings."""


class Check(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One check in a sentence; `slug` says what kind of thing is false (of this package, or of section 13).

    `lacks` is what was not there, so that it could not be made.
    """

    subject: Subject
    result: Result
    detail: str
    slug: str | None = None
    lacks: tuple[Piece, ...] = ()


class Verdict(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What is to be thought of a certificate: `id` is its address, `digest` that of its text.

    What cannot be read as one has neither, and no check but that of its `form`.
    """

    result: Result
    checks: tuple[Check, ...]
    id: str | None = None
    digest: str | None = None

    def completed(self, more: Iterable[Check]) -> "Verdict":
        """The verdict with other checks too: of what was not checked here, not at all, or is false there."""
        others = {each.subject: each for each in more}
        checks = tuple(_weightier(each, others.pop(each.subject, each)) for each in self.checks)
        known = {each.subject for each in checks}
        checks += tuple(each for each in others.values() if each.subject not in known)
        return msgspec.structs.replace(self, checks=checks, result=together(checks))


def unreadable(bad: BadCertificate) -> Verdict:
    """The verdict on what cannot be read as a certificate."""
    return Verdict(result=Result.FALSE, checks=(false("form", bad.slug, bad.detail),))


def _weightier(check: Check, other: Check) -> Check:
    """The other when it says more: that something is false, or what could not be checked here."""
    if check.result is Result.FALSE or other.result is Result.UNCHECKED:
        return check
    outweighs = check.result is Result.UNCHECKED or other.result is Result.FALSE
    return other if outweighs else check


def together(checks: Iterable[Check]) -> Result:
    """What all of them come to."""
    results = {each.result for each in checks}
    return next(
        (each for each in (Result.FALSE, Result.UNCHECKED) if each in results), Result.HOLDS
    )


def holds(subject: Subject, detail: str) -> Check:
    """A check that holds."""
    return Check(subject=subject, result=Result.HOLDS, detail=detail)


def claimed(subject: Subject, detail: str) -> Check:
    """A check that holds on somebody's word."""
    return Check(subject=subject, result=Result.CLAIMED, detail=detail)


def unchecked(subject: Subject, detail: str, *lacks: Piece) -> Check:
    """A check that could not be made, since these pieces are not there, or something else."""
    return Check(subject=subject, result=Result.UNCHECKED, detail=detail, lacks=lacks)


def false(subject: Subject, slug: str, detail: str) -> Check:
    """A check that came out false."""
    return Check(subject=subject, result=Result.FALSE, detail=detail, slug=slug)
