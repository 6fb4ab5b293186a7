"""What comes later: a firm shows an auditor what it has sealed, and a mine withdraws what it has said."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from firms import Firm, ship
from rich.console import Console

from provenite import (
    BatchAnswer,
    BatchOf,
    Consequences,
    CustodyModel,
    Mode,
    RetractionReason,
    Stage,
    extraction,
    grant,
    retraction,
    transformation,
)
from provenite.cli.showing import share_text

FIRMS = {"auditor": ("Aurora Assurance", "NO", ("auditor",))}
_PATIENCE_SECONDS = 20.0


@dataclass(frozen=True)
class Found:
    """A batch as the auditor saw it before and after the grant, and what the retraction has changed of it."""

    sealed: BatchAnswer
    granted: BatchAnswer
    changed: Consequences


def later(firms: Mapping[str, Firm]) -> Found:
    """The scene, with firms of the demo: a copper mine, a smelter and an auditor."""
    mine, smelter, auditor = firms["copper_mine"], firms["smelter"], firms["auditor"]
    mined = mine.submit(
        extraction(
            country="ZM",
            occurred_at=datetime(2026, 5, 1, 8, tzinfo=UTC),
            outputs=[
                BatchOf(
                    "copper-concentrate", mass="12000", composition={"Cu": "0.3"}, moisture="0.08"
                )
            ],
        )
    )
    received = ship(
        mine,
        smelter,
        mined.batches[0],
        "12000",
        datetime(2026, 5, 3, tzinfo=UTC),
        datetime(2026, 6, 1, tzinfo=UTC),
        Mode.SEA,
    )
    # 99 % of the copper recovered, as cathode of 99.99 %.
    smelted = smelter.submit(
        transformation(
            country="JP",
            occurred_at=datetime(2026, 6, 12, tzinfo=UTC),
            stage=Stage.REFINING,
            custody_model=CustodyModel.SEGREGATED,
            inputs={received: "12000"},
            outputs=[BatchOf("copper-cathode", mass="3564.356", composition={"Cu": "0.9999"})],
            losses={"Cu": "36"},
        )
    )
    cathode = smelted.batches[0]
    smelter.client.content(cathode)
    sealed = auditor.client.batch(cathode)
    smelter.submit(grant(["quantities"], to=auditor.party, statements=[smelted.digest]))
    granted = auditor.client.batch(cathode)
    withdrawn = mine.submit(retraction(mined.digest, reason=RetractionReason.INCORRECT_DATA))
    return Found(sealed, granted, _settled(smelter, withdrawn.digest))


def _settled(firm: Firm, statement: str) -> Consequences:
    """What the statement has changed, once the ledger has worked it out."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        found = firm.client.consequences(statement)
        if found.settled or time.monotonic() > until:
            return found
        time.sleep(0.1)


def show(console: Console, found: Found) -> None:
    """The scene for people."""
    console.print("\nWhat comes later\n")
    console.print("[bold]the smelter shows its auditor the quantities of a statement[/]")
    console.print(f"  before: {', '.join(found.sealed.withheld)} withheld")
    console.print(f"  after: {found.granted.mass} kg of {found.granted.material}")
    console.print("[bold]the copper mine withdraws its extraction: the data were incorrect[/]")
    for batch in found.changed.items:
        for change in batch.changes:
            if change.lens == "origin":
                before, after = (
                    ", ".join(f"{share_text(each.share)} {each.label}" for each in labels)
                    for labels in (change.before, change.after)
                )
                console.print(
                    f"  {change.element} of {batch.batch}:\n    by origin {before}; now {after}"
                )
