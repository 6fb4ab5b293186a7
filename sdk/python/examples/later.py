"""What comes later: a smelter shows an auditor what it has sealed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from firms import Firm, ship
from rich.console import Console

from provenite import (
    BatchAnswer,
    BatchOf,
    CustodyModel,
    Mode,
    Stage,
    extraction,
    grant,
    transformation,
)

FIRMS = {"auditor": ("Aurora Assurance", "NO", ("auditor",))}


@dataclass(frozen=True)
class Found:
    """The smelter's batch as the auditor saw it before and after the grant, and the mine's statement behind it."""

    sealed: BatchAnswer
    granted: BatchAnswer
    mined: str


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
    sealed = auditor.client.batch(cathode)
    smelter.submit(grant(["quantities"], to=auditor.party, statements=[smelted.digest]))
    return Found(sealed, auditor.client.batch(cathode), mined.digest)


def show(console: Console, found: Found) -> None:
    """The scene for people."""
    console.print("\nWhat comes later\n")
    console.print("[bold]the smelter shows its auditor the quantities of a statement[/]")
    console.print(f"  before: {', '.join(found.sealed.withheld)} withheld")
    console.print(f"  after: {found.granted.mass} kg of {found.granted.material}")
