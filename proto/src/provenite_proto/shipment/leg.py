"""What is asked of a shipment, and what is answered."""

from datetime import date
from typing import Literal

from msgspec import Struct

from ..countries import Confidence

Purpose = Literal["recovery", "disposal"]
Outcome = Literal["allowed", "allowed_with_consent", "review", "barred", "not_governed", "domestic"]


class Leg(Struct, frozen=True):
    """A shipment of waste from one country to another, as of the day on which it departs.

    Countries are ISO 3166-1 alpha-2, or a subdivision of one; `transit` has those on the way. `evidence` are the
    kinds of the documents that there are: `notification`, `consent` (of the importing state), `consent-nl` (of a
    state of transit), `movement-document`, `annex-vii-document`, `facility-audit`.
    """

    exporter: str
    importer: str
    code: str
    day: date
    purpose: Purpose = "recovery"
    transit: tuple[str, ...] = ()
    evidence: frozenset[str] = frozenset()


class Verdict(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Whether the shipment may take place, and why.

    `allowed_with_consent` is lawful only with the evidence that `evidence_missing` does not name; `review` is for
    a person to decide; `not_governed` means that these treaties are silent, not that national law is. `hook` is
    the rule that decides, `breach` the state (alpha-2) that breaks it when it lets the shipment happen, and
    `confidence` the lowest of the facts that decide.
    """

    outcome: Outcome
    reason: str
    day: date
    confidence: Confidence
    hook: str | None = None
    breach: str | None = None
    evidence_missing: tuple[str, ...] = ()
