"""Doubts about a shipment of waste: what the law on its day says of it."""

from ..problem import Finding
from ..record import Transfer
from ..shipment import judge, leg_of


def doubts(record: Transfer) -> tuple[Finding, ...]:
    """A finding when the shipment is barred, or lacks documents without which it is not lawful."""
    leg = leg_of(record)
    if leg is None:
        return ()
    verdict = judge(leg)
    if verdict.outcome == "barred":
        return (
            Finding(
                "shipment-barred",
                verdict.reason,
                pointer="/record/waste",
                figures={
                    "code": leg.code,
                    "departed": leg.day.isoformat(),
                    "hook": verdict.hook or "",
                    "breach": verdict.breach or "",
                },
            ),
        )
    if verdict.outcome == "allowed" or not verdict.evidence_missing:
        return ()
    return (
        Finding(
            "consent-missing",
            verdict.reason,
            pointer="/record/documents",
            figures={
                "code": leg.code,
                "departed": leg.day.isoformat(),
                "missing": ", ".join(verdict.evidence_missing),
            },
        ),
    )
