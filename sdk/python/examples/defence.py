"""A rule with two regimes: magnets for the US Department of Defense, before 2027 and from then on."""

from collections.abc import Mapping
from datetime import date

import rules
from firms import Firm
from rich.console import Console

from provenite import AssessmentAnswer

POLICY = "us.dfars.252.225-7052"
DELIVERED = (date(2026, 6, 30), date(2027, 1, 1))


def ask(firms: Mapping[str, Firm], batches: Mapping[str, str]) -> tuple[AssessmentAnswer, ...]:
    """The magnets' maker asks for a delivery under each regime."""
    maker = firms["magnet_maker"].client
    return tuple(maker.assessment(batches["magnets"], POLICY, as_of=day) for day in DELIVERED)


def show(console: Console, found: tuple[AssessmentAnswer, ...]) -> None:
    """The scene for people."""
    _, later = found
    rules.show(
        console,
        "May the magnets NM-0001 be delivered to the US Department of Defense?",
        POLICY,
        found,
        "Why: until the end of 2026 it counts where the alloy was melted and worked, which was "
        "in Great Britain and Estonia. From 2027 every step from the mine on counts: "
        f"{rules.share_of(later, 'Nd', 'bad')} of the Nd went through China, of "
        f"{rules.share_of(later, 'Nd', 'unknown')} the mine is unknown (recycled or bought without a "
        "record), and where iron and boron were mined no record says. A contract for 2027 needs other "
        "oxide, and these records.",
    )
