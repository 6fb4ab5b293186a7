"""What the law says of waste: circuit boards shipped from Ghana to the US, against the Basel Convention."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from firms import Firm
from rich.console import Console

from provenite import (
    BatchOf,
    FindingAnswer,
    Mode,
    ShipmentAnswer,
    Source,
    Waste,
    collection,
    transfer,
)
from provenite.cli.checking import verdict_line
from provenite_proto.shipment import Alternative, Leg, alternatives

FIRMS = {"gh_collector": ("Accra Electronics Recovery", "GH", ("collector",))}
_DEPARTED = datetime(2026, 3, 1, 8, tzinfo=UTC)


@dataclass(frozen=True)
class Found:
    """The shipment with its verdict, the doubt with which it was recorded, and what could be done instead."""

    shipment: ShipmentAnswer
    findings: tuple[FindingAnswer, ...]
    instead: tuple[Alternative, ...]


def barred(firms: Mapping[str, Firm]) -> Found:
    """The scene: the ledger records what has happened, and flags it."""
    sender, receiver = firms["gh_collector"], firms["dismantler"]
    collected = sender.submit(
        collection(
            country="GH",
            occurred_at=datetime(2026, 2, 20, 8, tzinfo=UTC),
            source=Source.POST_CONSUMER,
            stream="printed-circuit-boards",
            outputs=[BatchOf("printed-circuit-boards", mass="500", composition={"Cu": "0.2"})],
        )
    )
    sent = sender.submit(
        transfer(
            inputs={collected.batches[0]: "500"},
            to=receiver.party,
            from_country="GH",
            to_country="US",
            departed_at=_DEPARTED,
            mode=Mode.SEA,
            waste=Waste(code="Y49", purpose="recovery"),
        )
    )
    instead = alternatives(Leg("GH", "US", "Y49", _DEPARTED.date()))
    return Found(sender.client.shipment(sent.digest), sent.findings, instead)


def show(console: Console, found: Found) -> None:
    """The scene for people."""
    console.print("\nWhat the law says of waste\n")
    console.print("[bold]500 kg of circuit boards (Y49) shipped from Ghana to the US[/]")
    if found.shipment.verdict is not None:
        console.print(f"  {verdict_line(found.shipment.verdict)}")
        console.print(f"  {found.shipment.verdict.reason}")
    console.print(f"  recorded, and doubted: {', '.join(each.slug for each in found.findings)}")
    home, *abroad = found.instead
    some, missing = abroad[:5], ", ".join(abroad[0].verdict.evidence_missing)
    console.print(f"  lawful instead: to process it in {home.to} and ship the product; or, with")
    console.print(f"  {missing}, in")
    console.print(
        f"  {', '.join(each.to for each in some)} or one of {len(abroad) - len(some)} other states."
    )
    console.print("  Ask before you ship:")
    console.print("  provenite shipment check --from GH --to US --code Y49 --date 2026-03-01")
