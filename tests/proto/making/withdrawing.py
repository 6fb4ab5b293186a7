"""The cases of `proto/vectors/admission/` in which a statement is retracted."""

from collections.abc import Iterator
from typing import Any

from provenite_proto.record import (
    AnyRecord,
    Grant,
    ReceiptQuantities,
    ReceivedQuantity,
    Retraction,
    RetractionReason,
)
from provenite_proto.record import Audience as To

from .firms import Assay, Firms
from .outcomes import CONCENTRATE, NOBODY, Case, admitted, doubted, held, refused

HALF: Assay = ("copper-cathode", "4500", {"Cu": "1"})
STATEMENT = "/record/statement"


def cases() -> Iterator[tuple[str, Case]]:
    """File name below `admission/` and the case."""
    for group in (_sources, _transformations, _nested, _shipments, _receipts, _wrongly, _replaced):
        yield from group()


def retracted(
    statement: str, reason: RetractionReason = RetractionReason.INCORRECT_DATA, **members: Any
) -> Retraction:
    return Retraction(statement=statement, reason=reason, **members)


def used(batches: str = "1") -> tuple[str, str, dict[str, str]]:
    return "retraction-of-used", STATEMENT, {"batches": batches}


def _sources() -> Iterator[tuple[str, Case]]:
    firms = Firms("miner", "refiner")
    mined = firms.add("miner", firms.extracted(CONCENTRATE, CONCENTRATE))
    yield "retraction-of-an-extraction", doubted(firms, "miner", retracted(mined))
    going = firms.copy()
    going.add("miner", retracted(mined))
    gone = going.shipped("refiner", {f"{mined}.0": "1"})
    found = ("batch-retracted", "/record/inputs/0")
    figures = {"batch": f"{mined}.0", "root": f"{mined}.0"}
    yield "use-of-a-retracted-batch", refused(going, "miner", gone, found, **figures)
    brought = firms.delivered("miner", "refiner", {f"{mined}.1": "7.5"})
    yield (
        "retraction-of-an-extraction-that-was-shipped",
        doubted(firms, "miner", retracted(mined), used()),
    )
    firms.add("miner", retracted(mined))
    step = firms.transformed({f"{brought}.0": "7.5"}, ("copper-cathode", "2.25", {"Cu": "1"}))
    yield "use-by-another-of-a-part-of-what-is-retracted", admitted(firms, "refiner", step)


def _transformations() -> Iterator[tuple[str, Case]]:
    firms, batch = held()
    other = firms.add("refiner", firms.transformed({batch: "10000"}, HALF, untraced={"Cu": "1500"}))
    step = firms.transformed({batch: "20000", f"{other}.0": "4500"}, HALF, HALF)
    made = firms.add("refiner", step)
    yield "retraction-of-a-transformation", doubted(firms, "refiner", retracted(made))
    going = firms.copy()
    back = going.add("refiner", retracted(made))
    again = going.transformed({f"{back}.0": "20000"}, HALF)
    yield "use-of-what-a-retraction-gave-back", admitted(going, "refiner", again)
    too_much = going.transformed({f"{back}.0": "20000.000001"}, HALF)
    place = "/record/quantities/inputs/0/mass"
    figures = {"availableKg": "20000", "askedKg": "20000.000001"}
    found = ("insufficient-mass", place)
    yield (
        "use-of-more-than-a-retraction-gave-back",
        refused(going, "refiner", too_much, found, **figures),
    )
    firms.add("refiner", firms.shipped("trader", {f"{made}.1": "0.5"}))
    yield (
        "retraction-of-a-transformation-that-was-used",
        doubted(firms, "refiner", retracted(made), used()),
    )


def _nested() -> Iterator[tuple[str, Case]]:
    """What is given back of a withdrawn batch is withdrawn, and of a part it is a part."""
    firms = Firms("miner", "refiner")
    mined = firms.add("miner", firms.extracted(CONCENTRATE))
    made = firms.add("miner", firms.transformed({f"{mined}.0": "15000"}, HALF))
    going = firms.copy()
    firms.add("miner", retracted(mined))
    yield "retraction-after-that-of-the-input", doubted(firms, "miner", retracted(made))
    back = going.add("miner", retracted(made))
    withdrawn = going.copy()
    withdrawn.add("miner", retracted(mined))
    gone = withdrawn.shipped("refiner", {f"{back}.0": "1"})
    figures = {"batch": f"{back}.0", "root": f"{mined}.0"}
    found = ("batch-retracted", "/record/inputs/0")
    yield (
        "use-of-a-part-that-came-back-of-what-is-retracted",
        refused(withdrawn, "miner", gone, found, **figures),
    )
    step = going.transformed({f"{back}.0": "5000"}, ("copper-cathode", "1000", {"Cu": "1"}))
    second = going.add("miner", step)
    yield "retraction-of-what-was-made-of-a-part", doubted(going, "miner", retracted(second))


def _shipments() -> Iterator[tuple[str, Case]]:
    firms = Firms("miner", "refiner")
    mined = firms.add("miner", firms.extracted(CONCENTRATE)) + ".0"
    transfer = firms.add("miner", firms.shipped("refiner", {mined: "20000"}))
    yield "retraction-of-a-transfer", doubted(firms, "miner", retracted(transfer))
    going = firms.copy()
    going.add("miner", retracted(transfer))
    found = ("transfer-closed", "/record/transfer")
    yield (
        "receipt-after-retraction",
        refused(going, "refiner", going.received(transfer), found, status="retracted"),
    )
    again = going.shipped("refiner", {f"{transfer}.0": "20000"})
    yield "transfer-of-what-a-retraction-gave-back", admitted(going, "miner", again)
    firms.add("refiner", firms.received(transfer, False))
    late = retracted(transfer)
    found = ("retraction-too-late", STATEMENT)
    yield (
        "retraction-of-a-transfer-that-was-refused",
        refused(firms, "miner", late, found, status="refused"),
    )


def _receipts() -> Iterator[tuple[str, Case]]:
    firms = Firms("miner", "refiner")
    mined = firms.add("miner", firms.extracted(CONCENTRATE)) + ".0"
    transfer = firms.add("miner", firms.shipped("refiner", {mined: "30000"}))
    found = ReceivedQuantity(mass="19900", refused="10000")
    part = firms.received(transfer, quantities=ReceiptQuantities(inputs=(found,)))
    receipt = firms.add("refiner", part)
    yield "retraction-of-a-receipt", doubted(firms, "refiner", retracted(receipt))
    reopened = firms.copy()
    reopened.add("refiner", retracted(receipt))
    yield (
        "receipt-after-a-retracted-one",
        admitted(reopened, "refiner", reopened.received(transfer)),
    )
    back = reopened.shipped("refiner", {f"{receipt}.0": "1"})
    yield (
        "use-of-a-part-whose-refusal-is-retracted",
        refused(
            reopened,
            "miner",
            back,
            ("batch-retracted", "/record/inputs/0"),
            batch=f"{receipt}.0",
            root=mined,
        ),
    )
    yield (
        "retraction-of-a-transfer-whose-receipt-is-retracted",
        doubted(reopened, "miner", retracted(transfer)),
    )
    late = ("retraction-too-late", STATEMENT)
    going = firms.copy()
    going.add("miner", going.shipped("refiner", {f"{receipt}.0": "1"}))
    yield (
        "retraction-of-a-receipt-whose-refused-part-has-gone-on",
        refused(going, "refiner", retracted(receipt), late, status="accepted"),
    )
    firms.add(
        "refiner", firms.transformed({f"{transfer}.0": "0.000001"}, HALF, untraced={"Cu": "4500"})
    )
    yield (
        "retraction-of-a-receipt-of-what-is-used",
        refused(firms, "refiner", retracted(receipt), late, status="accepted"),
    )


def _wrongly() -> Iterator[tuple[str, Case]]:
    firms = Firms("miner", "refiner")
    mined = firms.add("miner", firms.extracted(CONCENTRATE))

    def case(name: str, record: AnyRecord, slug: str, pointer: str, **figures: str) -> Case:
        return refused(firms, name, record, (slug, pointer), **figures)

    yield (
        "retraction-of-no-statement",
        case("miner", retracted(NOBODY), "statement-unknown", STATEMENT),
    )
    yield (
        "retraction-of-anothers-statement",
        case("refiner", retracted(mined), "statement-not-own", STATEMENT),
    )
    found = ("retraction-not-allowed", STATEMENT)
    party = retracted(firms.ids["miner"])
    yield "retraction-of-a-party", case("registrar", party, *found, type="party")
    withdrawn = retracted(mined, RetractionReason.WITHDRAWN)
    found = ("retraction-not-allowed", "/record/reason")
    yield "withdrawal-of-what-happened", case("miner", withdrawn, *found, type="extraction")
    opened = firms.add("miner", Grant(audience=To.HOLDERS, opened=("quantities",)))
    ended = retracted(opened, RetractionReason.WITHDRAWN)
    yield "withdrawal-of-a-grant", admitted(firms, "miner", ended)
    done = firms.add("miner", retracted(mined))
    twice = case("miner", retracted(mined), "already-retracted", STATEMENT, retractedBy=done)
    yield "retraction-twice", twice
    undone = case("miner", retracted(done), "retraction-not-allowed", STATEMENT, type="retraction")
    yield "retraction-of-a-retraction", undone


def _replaced() -> Iterator[tuple[str, Case]]:
    firms = Firms("miner", "refiner")
    mined = firms.add("miner", firms.extracted(CONCENTRATE))
    corrected = firms.add("miner", firms.extracted(("copper-concentrate", "29000", {"Cu": "0.3"})))
    transfer = firms.add("miner", firms.shipped("refiner", {f"{corrected}.0": "1"}))
    dead = firms.add("miner", firms.extracted(CONCENTRATE))
    firms.add("miner", retracted(dead))
    yield (
        "retraction-with-a-replacement",
        doubted(firms, "miner", retracted(mined, replacement=corrected)),
    )
    place = "/record/replacement"
    unknown = retracted(mined, replacement=NOBODY)
    yield (
        "replacement-that-is-unknown",
        refused(firms, "miner", unknown, ("statement-unknown", place)),
    )
    for name, replacement, kind in (
        ("replacement-by-itself", mined, "extraction"),
        ("replacement-of-another-type", transfer, "transfer"),
        ("replacement-that-is-retracted", dead, "extraction"),
    ):
        record = retracted(mined, replacement=replacement)
        figures = {"type": "extraction", "replacementType": kind}
        yield name, refused(firms, "miner", record, ("replacement-mismatch", place), **figures)
