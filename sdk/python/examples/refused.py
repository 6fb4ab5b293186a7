"""What a ledger does not believe: four statements of the demo that it refuses, each with its problem."""

from collections.abc import Mapping
from datetime import UTC, datetime

from firms import Firm, ship
from rich.console import Console

from provenite import (
    BatchOf,
    Client,
    CustodyModel,
    Mode,
    RefusedError,
    Signer,
    Stage,
    extraction,
    transformation,
)
from provenite_proto.record import AnyRecord

FIRMS = {
    "copper_mine": ("Copperbelt Mining", "ZM", ("miner",)),
    "smelter": ("Seto Smelting and Refining", "JP", ("refiner",)),
}
_WHEN = datetime(2026, 5, 1, 8, tzinfo=UTC)


class Forger:
    """A signer that names another firm's key and signs with its own."""

    def __init__(self, victim: str) -> None:
        """Pretend to hold the key with the thumbprint `victim`."""
        self._own = Signer.generate()
        self.key_id = victim
        self.algorithm = self._own.algorithm

    def sign(self, message: bytes) -> bytes:
        """A good signature of the wrong key."""
        return self._own.sign(message)


def refusals(
    url: str, firms: Mapping[str, Firm], batches: Mapping[str, str]
) -> dict[str, tuple[str, RefusedError]]:
    """Each refusal by name, with what was tried."""
    metal_maker, alloy_maker = firms["metal_maker"], firms["alloy_maker"]
    forger = Client(url, Forger(firms["mine"].key_id))
    return {
        "copper": (
            "10000 kg of copper cathode at 99.99 % made of 30000 kg of concentrate at 30 %",
            _copper(firms["copper_mine"], firms["smelter"]),
        ),
        "spent-twice": (
            "the 200 kg of recycled oxide that went into the blend, used once more",
            _attempt(metal_maker.client, _metal_from(batches["recycled_received"], "200")),
        ),
        "forged": (
            "an extraction in the American mine's name, signed with another key",
            _attempt(forger, _concentrate("US", "bastnaesite-concentrate", "1000", {"Nd": "0.06"})),
        ),
        "not-the-holder": (
            "the oxide that the metal maker holds, used by the alloy maker",
            _attempt(alloy_maker.client, _metal_from(batches["recycled_received"], "1")),
        ),
    }


def _attempt(client: Client, record: AnyRecord) -> RefusedError:
    try:
        admitted = client.submit(record)
    except RefusedError as refusal:
        return refusal
    raise SystemExit(f"the ledger admitted what it has to refuse: {admitted}")


def _copper(mine: Firm, smelter: Firm) -> RefusedError:
    """The published sample of the UN Transparency Protocol 0.7.0: 9000 kg of copper in, 9999 kg out.

    Masses and grades stand in its pages "Digital Traceability Events" (Make Event) and "Mass Balance": a
    sample for illustration, whose figures a balance check has to stop.
    """
    mined = mine.submit(_concentrate("ZM", "copper-concentrate", "30000", {"Cu": "0.3"}))
    received = ship(
        mine,
        smelter,
        mined.batches[0],
        "30000",
        datetime(2026, 5, 3, tzinfo=UTC),
        datetime(2026, 6, 1, tzinfo=UTC),
        Mode.SEA,
    )
    return _attempt(
        smelter.client,
        transformation(
            country="JP",
            occurred_at=datetime(2026, 6, 10, tzinfo=UTC),
            stage=Stage.REFINING,
            custody_model=CustodyModel.SEGREGATED,
            inputs={received: "30000"},
            outputs=[BatchOf("copper-cathode", mass="10000", composition={"Cu": "0.9999"})],
        ),
    )


def _concentrate(country: str, material: str, mass: str, composition: dict[str, str]) -> AnyRecord:
    return extraction(
        country=country,
        occurred_at=_WHEN,
        outputs=[BatchOf(material, mass=mass, composition=composition)],
    )


def _metal_from(batch: str, mass: str) -> AnyRecord:
    return transformation(
        country="GB",
        occurred_at=_WHEN,
        stage=Stage.METAL_MAKING,
        custody_model=CustodyModel.SEGREGATED,
        inputs={batch: mass},
        outputs=[BatchOf("ndpr-metal", mass="0.5", composition={"Nd": "0.8", "Pr": "0.1"})],
    )


def show(console: Console, found: Mapping[str, tuple[str, RefusedError]]) -> None:
    """The scene for people."""
    console.print("\nWhat the ledger refuses\n")
    for tried, refusal in found.values():
        console.print(f"[bold]{tried}[/]")
        console.print(f"  refused: [red]{refusal.slug}[/] at {refusal.pointer or 'the statement'}")
        console.print(f"  {refusal.detail}")
