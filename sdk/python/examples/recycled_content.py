"""A claim that is met: magnets made wholly of old ones, and the same claim for those that were enriched."""

from collections.abc import Mapping
from datetime import date

import rules
from firms import Firm
from rich.console import Console

from provenite import AssessmentAnswer

POLICY = "claim.recycled?class=post_consumer&share=0.95"
CLAIMED = date(2026, 6, 30)


def ask(firms: Mapping[str, Firm], batches: Mapping[str, str]) -> tuple[AssessmentAnswer, ...]:
    """The recycler asks of the magnets made of reclaimed powder alone, then of the enriched ones."""
    client = firms["recycler"].client
    return tuple(
        client.assessment(batches[name], POLICY, as_of=CLAIMED)
        for name in ("reclaimed", "enriched")
    )


def show(console: Console, found: tuple[AssessmentAnswer, ...]) -> None:
    """The scene for people."""
    reclaimed, enriched = found
    (nd,) = (each for each in enriched.figures if each.of == "Nd")
    rules.show(
        console,
        "May the magnets GL-0002 be sold as recycled after use, 95 % of each element?",
        POLICY,
        [reclaimed],
        "Why: they are sintered of old magnets alone, and each step since their collection is "
        "recorded. GL-0001, made of the same powder with bought hydride, does not meet it "
        f"({rules.bounds(nd)} of the Nd): every batch is asked by itself.",
    )
