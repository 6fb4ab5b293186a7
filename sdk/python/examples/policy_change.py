"""A rule is about to change: which certificates would fall, asked before it does."""

from collections.abc import Mapping
from importlib.resources import files

import defence
from firms import Firm
from rich.console import Console

from provenite import Cascade
from provenite.cli.showing import share_text
from provenite.cli.terminal import WIDTH, wrapped

# The days of the two regimes, in the file that ships and in a draft that brings the second one forward.
_DAYS = {
    "until = 2026-12-31": "until = 2026-05-31",
    "from = 2027-01-01": "from = 2026-06-01",
    'version = "2024-05"': 'version = "draft"',
}


def draft() -> str:
    """The policy's file with the regime of 2027 from June 2026 on."""
    catalogue = files("provenite_proto.policy") / "catalogue"
    text = (catalogue / f"{defence.POLICY}.toml").read_text("utf-8")
    for shipped, drafted in _DAYS.items():
        text = text.replace(shipped, drafted)
    return text


def ask(firms: Mapping[str, Firm]) -> Cascade:
    """The magnets' maker asks what the draft would do to its certificates."""
    return firms["magnet_maker"].client.impact(file=draft())


def show(console: Console, found: Cascade) -> None:
    """The scene for people."""
    console.print(
        "\n[bold]a draft brings the rule of 2027 forward to June 2026: whose certificates fall?[/]"
    )
    for each in found.items:
        console.print(
            f"  {each.policy} as of {each.as_of}: {each.before and each.before.outcome} now, "
            f"{each.after and each.after.outcome} by the draft"
        )
        if each.after is not None:
            shares = (
                f"{figure.of} {share_text(figure.lower)} to {share_text(figure.upper)}"
                for figure in each.after.figures
            )
            console.print(wrapped("; ".join(shares), WIDTH, "    "))
    console.print(
        wrapped(
            f"Why: {len(found.items)} of {found.checked} certificates of the firm would fall, and it knows "
            "before the rule is in force which contracts they stand behind.",
            WIDTH,
            "  ",
        )
    )
