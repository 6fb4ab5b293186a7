"""Refusals and doubts: the stable names under which a ledger explains itself.

A refusal is a `Problem`: it is raised, carries a slug from `KINDS`, the JSON pointer (RFC 6901) of the
offending member and the figures. A doubt on an admitted statement is a `Finding` with the same members, its
slug from `FINDINGS`. How a problem maps to an HTTP status is the service's business, not the protocol's.
"""

from collections.abc import Mapping

import msgspec

from .doubts import CONFIDENTIAL, FINDINGS, UNSHARED
from .kind import Kind
from .refusals import KINDS

__all__ = ["CONFIDENTIAL", "FINDINGS", "KINDS", "UNSHARED", "Finding", "Kind", "Problem"]


class Problem(Exception):
    """A statement that cannot be admitted, or a form that cannot be read.

    `slug` is a key of `KINDS`; `detail` one sentence for this case; `pointer` the RFC 6901 pointer
    into the payload (empty for the whole statement); `figures` the numbers, ids and codes by name, as text.
    """

    def __init__(
        self, slug: str, detail: str, *, pointer: str = "", figures: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"{slug}: {detail}")
        self.slug = slug
        self.detail = detail
        self.pointer = pointer
        self.figures = dict(figures or {})

    @property
    def kind(self) -> Kind:
        """Title and remedy of the slug."""
        return KINDS[self.slug]


class Finding(msgspec.Struct, frozen=True):
    """A doubt about an admitted statement: recorded with it, never a reason to refuse it."""

    slug: str
    detail: str
    pointer: str = ""
    figures: dict[str, str] = {}

    @property
    def kind(self) -> Kind:
        """Title and remedy of the slug."""
        return FINDINGS[self.slug]


def open_to_issuer(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings without those that tell of another party's sealed sections."""
    return tuple(finding for finding in findings if finding.slug not in CONFIDENTIAL)
