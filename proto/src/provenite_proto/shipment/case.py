"""A leg with all that the rules ask about it: who is bound by what on the day, and what the code means."""

from datetime import date

from msgspec import Struct

from ..countries import GROUPS, Confidence, Membership, least, membership
from ..record.country import alpha2
from .codes import CONTROLLED, HAZARDOUS, Code
from .leg import Leg, Outcome, Verdict

CONSENT = ("notification", "consent", "movement-document")
"""The documents without which a shipment that needs consent is not lawful (Basel Convention, Article 6)."""
DOCUMENT = "annex-vii-document"
"""What accompanies green-listed waste from or within the EU (Regulation (EU) 2024/1157, Article 18)."""
AUDIT = "facility-audit"
AUDIT_SINCE = date(2027, 5, 21)
"""From then exports from the EU need an audit of the facility (Regulation (EU) 2024/1157, Articles 46 and 86)."""
KINDS = (*CONSENT, DOCUMENT, AUDIT)
"""Every kind of document that decides, but for `consent-nl` and the like: the consent of a state of transit."""
NEW_REGULATION = date(2026, 5, 21)
"""The day on which Regulation (EU) 2024/1157 replaced Regulation (EC) No 1013/2006 (Articles 85 and 86)."""


class State(Struct, frozen=True):
    """A state that takes part, and its memberships on the day."""

    code: str
    party: Membership
    oecd: Membership
    eu: Membership
    efta: Membership
    annex_vii: Membership
    ban: Membership


def sovereign(country: str) -> str:
    """The state to whose territory a country code belongs: Hong Kong is one country code and no state."""
    code = alpha2(country)
    return GROUPS["basel-party"].territories.get(code, code)


def state(country: str, day: date) -> State:
    """The state of a country code, with its memberships, which are those of the code."""

    def of(group: str) -> Membership:
        return membership(group, country, day)

    return State(
        sovereign(country),
        of("basel-party"),
        of("oecd"),
        of("eu"),
        of("efta"),
        of("annex-vii"),
        of("basel-ban"),
    )


class Case(Struct, frozen=True):
    """A leg between two states, of a code that means something on the day."""

    leg: Leg
    code: Code
    exporter: State
    importer: State

    @property
    def controlled(self) -> bool:
        """Whether the waste is on a list that needs consent."""
        return self.code.list in CONTROLLED

    @property
    def hazardous(self) -> bool:
        """Whether the waste is hazardous by the list that it is on."""
        return self.code.list in HAZARDOUS

    @property
    def leaves_eu(self) -> bool:
        """Whether the waste is exported from the European Union."""
        return self.exporter.eu.member and not self.importer.eu.member

    @property
    def in_oecd(self) -> bool:
        """Whether the OECD Decision applies: both are members, and the waste is to be recovered."""
        both = self.exporter.oecd.member and self.importer.oecd.member
        return both and self.leg.purpose == "recovery"

    def regulation(self, new: str, old: str) -> str:
        """The EU's rule of the day, by the article of the new and of the old regulation."""
        if self.leg.day >= NEW_REGULATION:
            return f"Regulation (EU) 2024/1157, {new}"
        return f"Regulation (EC) No 1013/2006, {old}"

    def verdict(
        self,
        outcome: Outcome,
        reason: str,
        hook: str,
        *facts: Membership | Confidence,
        breach: str | None = None,
        needed: tuple[str, ...] | None = None,
    ) -> Verdict:
        """A verdict by these facts and what the code means.

        `needed` are the documents that it takes, by default those that follow from outcome and code.
        """
        sure = [each if isinstance(each, str) else each.confidence for each in facts]
        return Verdict(
            outcome=outcome,
            reason=reason,
            day=self.leg.day,
            confidence=least([self.code.confidence, *sure]),
            hook=hook,
            breach=breach,
            evidence_missing=self._missing(self._needed(outcome) if needed is None else needed),
        )

    def _missing(self, needed: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(each for each in needed if each not in self.leg.evidence)

    def _needed(self, outcome: Outcome) -> tuple[str, ...]:
        needed: tuple[str, ...] = ()
        if outcome == "allowed_with_consent" or (outcome == "review" and self.controlled):
            needed = CONSENT
        elif outcome == "allowed" and self.exporter.eu.member:
            needed = (DOCUMENT,)
        if needed and self.leaves_eu and self.leg.day >= AUDIT_SINCE:
            needed = (*needed, AUDIT)
        return needed
