"""The cases of `proto/vectors/admission/` in which the receiver of a shipment confirms or refuses it."""

from collections.abc import Iterator
from datetime import timedelta

from provenite_proto.record import (
    AnyRecord,
    Receipt,
    ReceiptQuantities,
    ReceivedQuantity,
    ShipmentIdentities,
    Site,
    Stage,
)

from .firms import Assay, Firms
from .outcomes import CONCENTRATE, NOBODY, Case, admitted, doubted, refused

PLACE = "/record/quantities/inputs/0"


def cases() -> Iterator[tuple[str, Case]]:
    """File name below `admission/` and the case."""
    for group in (_receiving, _in_part, _assaying, _afterwards):
        yield from group()


def _receiving() -> Iterator[tuple[str, Case]]:
    firms = Firms("miner", "refiner", "trader")
    mined = firms.add("miner", firms.extracted(CONCENTRATE)) + ".0"

    def case(name: str, record: AnyRecord, slug: str, pointer: str, **figures: str) -> Case:
        return refused(firms, name, record, (slug, pointer), **figures)

    transfer = firms.add("miner", firms.shipped("refiner", {mined: "30000"}))
    brought = f"{transfer}.0"
    departed = firms.replay.state.shipments[transfer].departed_at
    half: Assay = ("copper-cathode", "4500", {"Cu": "1"})
    unreceived = firms.transformed({brought: "30000"}, half)
    found = ("transfer-not-received", "/record/inputs/0")
    yield "used-before-the-receipt", case("refiner", unreceived, *found)
    yield "used-by-the-sender", case("miner", unreceived, "not-holder", "/record/inputs/0")
    of = "/record/transfer"
    lost = firms.received(NOBODY)
    yield "receipt-of-no-transfer", case("refiner", lost, "transfer-unknown", of)
    receipt = firms.received(transfer)
    yield "receipt-by-another", case("trader", receipt, "not-counterparty", of)
    yield "receipt-by-the-sender", case("miner", receipt, "not-counterparty", of)
    early_receipt = firms.received(transfer, received_at=departed - timedelta(seconds=1))
    figures = {
        "departedAt": departed.isoformat(),
        "receivedAt": (departed - timedelta(seconds=1)).isoformat(),
    }
    found = ("time-reversed", "/record/receivedAt")
    yield "received-before-departure", case("refiner", early_receipt, *found, **figures)
    yield "receipt", admitted(firms, "refiner", receipt)
    yield "receipt-that-refuses", admitted(firms, "refiner", firms.received(transfer, False))
    firms.add("refiner", firms.received(transfer, False))
    again = firms.received(transfer)
    yield (
        "receipt-after-refusal",
        case("refiner", again, "transfer-closed", of, status="refused"),
    )
    back = firms.transformed({brought: "30000"}, half)
    yield (
        "refused-matter-is-not-the-receivers",
        case("refiner", back, "not-holder", "/record/inputs/0"),
    )
    yield "refused-matter-is-the-senders", admitted(firms, "miner", back)


def shipment(*assays: Assay) -> tuple[Firms, str, list[str]]:
    """A shipment of the miner's that is on its way to the refiner: firms, transfer, batches."""
    firms = Firms("miner", "refiner", "trader")
    mined = firms.add("miner", firms.extracted(*assays))
    masses = {f"{mined}.{index}": mass for index, (_, mass, _) in enumerate(assays)}
    transfer = firms.add("miner", firms.shipped("refiner", masses))
    return firms, transfer, [f"{transfer}.{index}" for index in range(len(assays))]


def weighed(
    firms: Firms, transfer: str, *found: ReceivedQuantity, accepted: bool = True
) -> Receipt:
    """A receipt that says what was found of each batch."""
    return firms.received(transfer, accepted, quantities=ReceiptQuantities(inputs=found))


def _in_part() -> Iterator[tuple[str, Case]]:
    firms, transfer, (batch,) = shipment(CONCENTRATE)

    def receipt(mass: str, sent_back: str | None = None, accepted: bool = True) -> Receipt:
        found = ReceivedQuantity(mass=mass, refused=sent_back)
        return weighed(firms, transfer, found, accepted=accepted)

    def case(record: AnyRecord, slug: str, pointer: str, **figures: str) -> Case:
        return refused(firms, "refiner", record, (slug, pointer), **figures)

    def differs(sent: str, found: str, tolerance: str) -> tuple[str, str, dict[str, str]]:
        figures = {"batch": batch, "sentKg": sent, "foundKg": found, "toleranceKg": tolerance}
        return "receipt-differs", f"{PLACE}/mass", figures

    yield "receipt-of-all-that-was-sent", admitted(firms, "refiner", receipt("30000"))
    # Both sides are uncertain by 0.5 %: together 300 kg of 30 t.
    short = receipt("29700")
    yield "receipt-short-within-the-uncertainties", doubted(firms, "refiner", short)
    short = receipt("29699.999999")
    yield (
        "receipt-short-beyond-the-uncertainties",
        doubted(firms, "refiner", short, differs("30000", "29699.999999", "300")),
    )
    over = receipt("30300.000001")
    yield (
        "receipt-of-more-than-was-sent",
        doubted(firms, "refiner", over, differs("30000", "30300.000001", "300")),
    )
    part = receipt("20000", "10000")
    yield "receipt-that-refuses-a-part", doubted(firms, "refiner", part)
    part = receipt("19000", "10000")
    yield (
        "receipt-that-refuses-a-part-and-misses-another",
        doubted(firms, "refiner", part, differs("20000", "19000", "200")),
    )
    yield "receipt-that-refuses-every-part", admitted(firms, "refiner", receipt("0", "30000"))
    yield "receipt-that-refuses-nothing", admitted(firms, "refiner", receipt("30000", "0"))
    too_much = receipt("0", "30000.000001")
    figures = {"batch": batch, "shippedKg": "30000", "refusedKg": "30000.000001"}
    found = ("refused-too-much", f"{PLACE}/refused")
    yield "more-refused-than-was-sent", case(too_much, *found, **figures)
    nothing = receipt("0", "29999.999999")
    yield "receipt-of-nothing", case(nothing, "mass-missing", f"{PLACE}/mass", kg="0")
    twice = receipt("30000", "1", accepted=False)
    found = ("composition-mismatch", f"{PLACE}/refused")
    yield "part-refused-of-what-is-refused", case(twice, *found, refusedKg="1")
    unweighed = receipt("0", accepted=False)
    yield "receipt-that-refuses-unweighed", doubted(firms, "refiner", unweighed)
    light = receipt("20000", accepted=False)
    yield (
        "receipt-that-refuses-what-is-too-light",
        doubted(firms, "refiner", light, differs("30000", "20000", "300")),
    )
    two = weighed(firms, transfer, ReceivedQuantity(mass="1"), ReceivedQuantity(mass="1"))
    found = ("composition-mismatch", "/record/quantities/inputs")
    yield "one-batch-two-quantities", case(two, *found, open="1", sealed="2")
    vague = weighed(firms, transfer, ReceivedQuantity(mass="30000", uncertainty="0.050000001"))
    found = ("uncertainty-too-large", f"{PLACE}/uncertainty")
    figures = {"uncertainty": "0.050000001", "limit": "0.05"}
    yield "receipt-uncertain-above-5-percent", case(vague, *found, **figures)
    gold: Assay = ("gold-dore", "10", {"Au": "0.9"})
    several, transfer, _ = shipment(CONCENTRATE, gold, gold)
    parts = (
        ReceivedQuantity(mass="30000"),
        ReceivedQuantity(mass="3.95", refused="6"),
        ReceivedQuantity(mass="0", refused="10"),
    )
    mixed = weighed(several, transfer, *parts)
    figures = {"sentKg": "4", "foundKg": "3.95", "toleranceKg": "0.04"}
    doubt = {"batch": f"{transfer}.1"} | figures
    found = ("receipt-differs", "/record/quantities/inputs/1/mass")
    yield (
        "receipt-of-several-batches-in-part",
        doubted(several, "refiner", mixed, (*found, doubt)),
    )


def _assaying() -> Iterator[tuple[str, Case]]:
    firms, transfer, (batch,) = shipment(CONCENTRATE)

    def receipt(**composition: str) -> Receipt:
        return weighed(firms, transfer, ReceivedQuantity(mass="30000", composition=composition))

    # Of copper 0.5 % of 0.3 and 0.5 % of what is found, and a milligram of 30 t: 0.000000001.
    near = receipt(Cu="0.303015076")
    yield "receipt-assayed-within-the-uncertainties", doubted(firms, "refiner", near)
    far = receipt(Cu="0.303015077")
    figures = {
        "batch": batch,
        "element": "Cu",
        "sent": "0.3",
        "found": "0.303015077",
        "tolerance": "0.003015076",
    }
    doubt = ("receipt-differs", f"{PLACE}/composition/Cu", figures)
    yield "receipt-assayed-beyond-the-uncertainties", doubted(firms, "refiner", far, doubt)
    other = receipt(Cu="0.3", Au="0.00001")
    found = ("composition-mismatch", f"{PLACE}/composition/Au")
    figures = {"batch": batch, "element": "Au"}
    yield (
        "receipt-assayed-for-another-element",
        refused(firms, "refiner", other, found, **figures),
    )
    # Chalcocite, Cu2S, is the richest: 0.798557354 of it is copper, and 0.5 % more is 0.80255014.
    impossible = receipt(Cu="0.802550141")
    found = ("impossible-assay", f"{PLACE}/composition/Cu")
    figures = {"element": "Cu", "fraction": "0.802550141", "limit": "0.80255014"}
    yield "receipt-assayed-impossibly", refused(firms, "refiner", impossible, found, **figures)


def _afterwards() -> Iterator[tuple[str, Case]]:
    firms, transfer, (batch,) = shipment(CONCENTRATE)
    found = ReceivedQuantity(mass="19900", refused="10000")
    receipt = firms.add("refiner", weighed(firms, transfer, found))
    half: Assay = ("copper-cathode", "100", {"Cu": "1"})
    beyond = firms.transformed({batch: "19900.000001"}, half)
    place = "/record/quantities/inputs/0/mass"
    figures = {"availableKg": "19900", "askedKg": "19900.000001"}
    yield (
        "use-of-what-was-lost",
        refused(firms, "refiner", beyond, ("insufficient-mass", place), **figures),
    )
    kept = firms.transformed({batch: "19900"}, half)
    yield "use-of-what-was-kept", admitted(firms, "refiner", kept)
    back = firms.shipped("trader", {f"{receipt}.0": "10000"})
    yield "refused-part-goes-to-another", admitted(firms, "miner", back)
    yield (
        "refused-part-is-not-the-receivers",
        refused(firms, "refiner", back, ("not-holder", "/record/inputs/0")),
    )
    firms, transfer, (batch,) = shipment(CONCENTRATE)
    works = firms.add("refiner", Site(country="DE", stages=(Stage.REFINING,)))
    place = "/record/identities/site"
    at = firms.received(transfer, identities=ShipmentIdentities(site=works))
    yield "receipt-at-own-site", admitted(firms, "refiner", at)
    lost = firms.received(transfer, identities=ShipmentIdentities(site=NOBODY))
    yield "receipt-at-an-unknown-site", refused(firms, "refiner", lost, ("site-unknown", place))
    shop = firms.add("trader", Site(country="DE", stages=(Stage.REPACKING,)))
    strange = firms.received(transfer, identities=ShipmentIdentities(site=shop))
    yield "receipt-at-anothers-site", refused(firms, "refiner", strange, ("site-not-own", place))
