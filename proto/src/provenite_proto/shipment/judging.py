"""The verdict on a shipment of waste: a pure function of the leg, its day and the evidence that there is."""

from msgspec import structs

from ..countries import least, membership
from .case import Case, sovereign, state
from .codes import meaning, successors
from .leg import Leg, Outcome, Verdict
from .rules import RULES

_NEEDS_TRANSIT: frozenset[Outcome] = frozenset(
    {"allowed_with_consent", "review", "domestic", "not_governed"}
)


def judge(leg: Leg) -> Verdict:
    """The verdict of the Basel Convention, the OECD Decision and the EU's law on waste, as of the leg's day."""
    return _sure(leg, _through(leg, _between(leg)))


def _between(leg: Leg) -> Verdict:
    """The verdict on exporter and importer, whatever lies on the way."""
    if sovereign(leg.exporter) == sovereign(leg.importer):
        return Verdict(
            outcome="domestic",
            reason="The waste does not leave the country.",
            day=leg.day,
            confidence="high",
            hook="Basel Convention, Article 2(3)",
        )
    code = meaning(leg.code, leg.day)
    exporter, importer = state(leg.exporter, leg.day), state(leg.importer, leg.day)
    in_eu = exporter.eu.member and importer.eu.member
    if code is None or (code.list == "eu_green" and not in_eu):
        later = code.successors if code is not None else successors(leg.code, leg.day)
        return _without_code(leg, later)
    case = Case(leg, code, exporter, importer)
    return next(verdict for rule in RULES if (verdict := rule(case)) is not None)


def _without_code(leg: Leg, later: tuple[str, ...]) -> Verdict:
    """The verdict when the code means nothing: that of its successors, when all have the same."""
    verdicts = [_between(structs.replace(leg, code=each)) for each in later]
    if not verdicts or len({each.outcome for each in verdicts}) > 1:
        return Verdict(
            outcome="review",
            reason=f"{leg.code} is no code of waste that is known for {leg.day}.",
            day=leg.day,
            confidence="low",
        )
    first = verdicts[0]
    return structs.replace(
        first,
        reason=f"{leg.code} is no code there on {leg.day}; as {' or '.join(later)}: {first.reason}",
        confidence=least(each.confidence for each in verdicts),
    )


def _through(leg: Leg, verdict: Verdict) -> Verdict:
    """The verdict with the consents of the states of transit (Basel Convention, Article 6(4))."""
    if verdict.outcome not in _NEEDS_TRANSIT:
        return verdict
    ends = {sovereign(leg.exporter), sovereign(leg.importer)}
    states = dict.fromkeys(sovereign(each) for each in leg.transit)
    crossed = [
        each
        for each in states
        if each not in ends and membership("basel-party", each, leg.day).member
    ]
    missing = [f"consent-{each.lower()}" for each in crossed]
    missing = [each for each in missing if each not in leg.evidence]
    if not missing:
        return verdict
    return structs.replace(
        verdict,
        outcome="review",
        reason=f"{verdict.reason} On the way {', '.join(crossed)} has to consent.",
        hook=verdict.hook if verdict.outcome == "review" else "Basel Convention, Article 6(4)",
        evidence_missing=(*verdict.evidence_missing, *missing),
    )


def _sure(leg: Leg, verdict: Verdict) -> Verdict:
    """The verdict, for review when a fact that decides it is not known."""
    if verdict.confidence != "low" or verdict.outcome == "review":
        return verdict
    return structs.replace(
        verdict,
        outcome="review",
        breach=None,
        reason=f"Not all is known of {leg.exporter} and {leg.importer} on {leg.day}; otherwise: {verdict.reason}",
    )
