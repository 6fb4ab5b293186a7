"""A strict claim that fails for what is not known: 7 % of the neodymium, and the record that is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import rules
from firms import Firm
from rich.console import Console

from provenite import AssessmentAnswer
from provenite.cli.showing import day, share_text
from provenite.cli.terminal import WIDTH, wrapped
from provenite_proto.answers import TraceNode

POLICY = "claim.non-covered-nation"
CLAIMED = date(2026, 6, 30)


@dataclass(frozen=True)
class Found:
    """What came out, and the statement that lacks a fact."""

    answer: AssessmentAnswer
    lacking: TraceNode


def ask(firms: Mapping[str, Firm], batches: Mapping[str, str]) -> Found:
    """The recycler asks of the magnets for which it has bought hydride."""
    client = firms["recycler"].client
    answer = client.assessment(batches["enriched"], POLICY, as_of=CLAIMED)
    (gap,) = answer.gaps
    nodes = {node.statement: node for node in client.trace(batches["enriched"]).nodes}
    return Found(answer, nodes[gap.at])


def show(console: Console, found: Found) -> None:
    """The scene for people."""
    (gap,), lacking = found.answer.gaps, found.lacking
    rules.show(
        console,
        "May the magnets GL-0001 be sold as without any step in China?",
        f"{POLICY}: nor in Iran, North Korea or Russia",
        [found.answer],
        f"Why: {rules.share_of(found.answer, gap.element, 'unknown')} of the {gap.element} is "
        "unknown, and what is unknown counts against a claim. The gap list names what is missing:",
    )
    if lacking.stage is not None and lacking.occurred_at is not None:
        console.print(
            f"    {gap.at}\n"
            f"    {lacking.stage} {lacking.country} {day(lacking.occurred_at)}: the origin of "
            f"{int(gap.mass) / 1_000_000:.3f} kg of {gap.element}",
            soft_wrap=True,
        )
    console.print(
        wrapped(
            f"With it the share is {share_text(gap.best)} at best, and the claim is met; at worst "
            f"it stays at {share_text(gap.worst)}. Ask the seller of the hydride for it, not all suppliers.",
            WIDTH,
            "  ",
        )
    )
