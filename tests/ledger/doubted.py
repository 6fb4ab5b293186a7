"""Statements that are admitted and doubted: one for each finding."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import NamedTuple

import httpx

from provenite_proto.record import (
    AnyRecord,
    CustodyModel,
    Document,
    Documents,
    Extraction,
    InputQuantity,
    Output,
    OutputQuantity,
    Receipt,
    ReceiptQuantities,
    ReceivedQuantity,
    ShipmentIdentities,
    Site,
    SiteDetails,
    SiteIdentities,
    SiteQuantities,
    SourceQuantities,
    Stage,
    Transformation,
    TransformationQuantities,
    Waste,
)
from provenite_proto.statement import base64url
from tests.ledger.running import Firm, Ledger, day, extraction, receipt, refining, transfer
from tests.ledger.speaking import attesting, digest, retracting, submitted

SHIPPED = day(1)


class Made(NamedTuple):
    """The answer to the statement that is doubted, who signed it, and the other party that it concerns."""

    issuer: Firm
    answer: httpx.Response
    other: Firm | None = None


class Doubt(NamedTuple):
    """How to make it, where the finding points, and its figures; `None` stands for one that tests cannot foresee."""

    make: Callable[[Ledger], Made]
    pointer: str
    figures: Mapping[str, str | None]


def signed(firm: Firm, record: AnyRecord, other: Firm | None = None) -> Made:
    return Made(firm, firm.submit(record), other)


def assayed(cu: str, moisture: str | None = "0.08") -> Extraction:
    quantity = OutputQuantity(mass="1", composition={"Cu": cu}, moisture=moisture)
    return extraction(quantities=SourceQuantities(outputs=(quantity,)))


def differing(ledger: Ledger) -> Made:
    miner, refiner = ledger.enrol("miner"), ledger.enrol("refiner")
    (mined,) = miner.record(extraction("100"))
    (shipped,) = miner.record(transfer(mined, refiner.id, "100"))
    found = ReceiptQuantities(inputs=(ReceivedQuantity(mass="90"),))
    return signed(refiner, receipt(shipped, quantities=found), miner)


def hurried(ledger: Ledger) -> Made:
    """A quarter of the equator, 10,007 km, in 181 hours by sea: 55 km/h take 182."""
    miner, refiner = ledger.enrol("miner"), ledger.enrol("refiner")

    def site(firm: Firm, longitude: str, country: str) -> str:
        details = SiteDetails(name="Here", latitude="0.000001", longitude=longitude)
        record = Site(country=country, stages=(Stage.REFINING,), identities=details)
        return submitted(firm, record)

    (mined,) = miner.record(extraction("1"))
    going = ShipmentIdentities(site=site(miner, "-90", "CL"))
    (shipped,) = miner.record(transfer(mined, refiner.id, "1", identities=going))
    coming = ShipmentIdentities(site=site(refiner, "0", "US"))
    at = day(1) + timedelta(hours=181)
    record: Receipt = receipt(shipped, received_at=at, identities=coming)
    return signed(refiner, record, miner)


def beyond_capacity(ledger: Ledger) -> Made:
    miner = ledger.enrol("miner")
    place = Site(
        country="CL",
        stages=(Stage.EXTRACTION,),
        quantities=SiteQuantities(capacity="45000"),
    )
    here = SiteIdentities(site=submitted(miner, place))
    miner.record(extraction("45000", identities=here))
    return signed(miner, extraction("0.000001", identities=here))


def formed(batch: str, days: int) -> Transformation:
    """100 kg of cathode made into as much, so many days after the first time."""
    quantities = TransformationQuantities(
        inputs=(InputQuantity(mass="100"),),
        outputs=(OutputQuantity(mass="100", composition={"Cu": "1"}),),
    )
    return refining(
        [(batch, "100")],
        "100",
        stage=Stage.FORMING,
        occurred_at=day(days - 100),
        quantities=quantities,
    )


def too_perfect(ledger: Ledger) -> Made:
    """Eleven balances to the milligram in 50 days, and the twelfth on the 60th."""
    maker = ledger.enrol("miner", "refiner")
    (whole,) = maker.record(
        extraction(
            occurred_at=day(-100),
            outputs=(Output(material="copper-cathode", elements=("Cu",)),),
            quantities=SourceQuantities(
                outputs=(OutputQuantity(mass="1200", composition={"Cu": "1"}),)
            ),
        )
    )
    eleven = [maker.sign(formed(whole, 5 * number)) for number in range(11)]
    lines = ledger.send_lines(*eleven).json()["lines"]
    assert [line["submitted"].get("findings") for line in lines] == [None] * 11
    return signed(maker, formed(whole, 60))


def certified_twice(ledger: Ledger) -> Made:
    first, second = ledger.enrol("miner"), ledger.enrol("miner")
    certificate = base64url.encode(base64url.decode(first.id)[::-1])
    named = Documents(documents=(Document(kind="assay", digest=certificate),))
    first.record(extraction("1", documents=named))
    return signed(second, extraction("2", documents=named))


def side_by_side(ledger: Ledger) -> Made:
    first, second = ledger.enrol("miner"), ledger.enrol("miner")

    def site(name: str, latitude: str) -> Site:
        details = SiteDetails(name=name, latitude=latitude, longitude="-69.0707")
        return Site(country="CL", stages=(Stage.EXTRACTION,), identities=details)

    first.record(site("Norte", "-24.2701"))
    return signed(second, site("Sur", "-24.2702"))


def identity_of_two(ledger: Ledger) -> Made:
    maker = ledger.enrol("miner", "refiner")
    batches = [maker.record(extraction("10"))[0] for _ in range(2)]
    taken = [(batch, "10") for batch in batches]
    return signed(maker, refining(taken, "5", custody_model=CustodyModel.IDENTITY_PRESERVED))


def not_accredited(ledger: Ledger) -> Made:
    miner, auditor = ledger.enrol("miner"), ledger.enrol("auditor")
    (mined,) = miner.record(extraction("1"))
    return signed(auditor, attesting(digest(mined)), miner)


def used_before(ledger: Ledger) -> Made:
    miner, refiner = ledger.enrol("miner"), ledger.enrol("refiner")
    (mined,) = miner.record(extraction("10"))
    miner.record(transfer(mined, refiner.id, "4"))
    return signed(miner, retracting(mined))


def waste(ledger: Ledger, *, to: str) -> Made:
    """Hazardous electronics from Ghana, without any document."""
    sender, receiver = ledger.enrol("miner"), ledger.enrol("refiner")
    (batch,) = sender.record(extraction("1"))
    record = transfer(
        batch,
        receiver.id,
        "1",
        from_country="GH",
        to_country=to,
        departed_at=SHIPPED,
        waste=Waste(code="A1181", purpose="recovery"),
    )
    return signed(sender, record, receiver)


def more_than_went_in(ledger: Ledger) -> Made:
    """30 kg of copper in, 30.1 kg out: within the uncertainty of 0.5 %."""
    maker = ledger.enrol("miner", "refiner")
    (mined,) = maker.record(extraction("100"))
    return signed(maker, refining([(mined, "100")], "30.1", cu="1"))


DOUBTS: Mapping[str, Doubt] = {
    "moisture-missing": Doubt(
        lambda ledger: signed(ledger.enrol("miner"), assayed("0.3", moisture=None)),
        "/record/quantities/outputs/0/moisture",
        {"material": "copper-concentrate"},
    ),
    "assay-unusual": Doubt(
        lambda ledger: signed(ledger.enrol("miner"), assayed("0.5")),
        "/record/quantities/outputs/0/composition/Cu",
        {"element": "Cu", "fraction": "0.5", "low": "0.2", "high": "0.35"},
    ),
    "receipt-differs": Doubt(
        differing,
        "/record/quantities/inputs/0/mass",
        {"batch": None, "sentKg": "100", "foundKg": "90", "toleranceKg": "1"},
    ),
    "transit-too-fast": Doubt(
        hurried,
        "/record/identities/site",
        {"seconds": "651600", "limitKilometresPerHour": "55", "mode": "sea"},
    ),
    "shipment-barred": Doubt(
        lambda ledger: waste(ledger, to="US"),
        "/record/waste",
        {
            "code": "A1181",
            "departed": SHIPPED.date().isoformat(),
            "hook": "Basel Convention, Article 4(5)",
            "breach": "GH",
        },
    ),
    "consent-missing": Doubt(
        lambda ledger: waste(ledger, to="BE"),
        "/record/documents",
        {
            "code": "A1181",
            "departed": SHIPPED.date().isoformat(),
            "missing": "notification, consent, movement-document",
        },
    ),
    "capacity-exceeded": Doubt(
        beyond_capacity,
        "/record/identities/site",
        {"year": str(day(0).year), "outputKg": "45000.000001", "capacityKg": "45000"},
    ),
    "balance-too-perfect": Doubt(
        too_perfect,
        "/record/quantities",
        {"count": "12", "since": day(-100).isoformat(), "days": "60"},
    ),
    "balance-excess": Doubt(
        more_than_went_in,
        "/record/quantities/outputs",
        {"element": "Cu", "excessKg": "0.1"},
    ),
    "document-reused": Doubt(
        certified_twice,
        "/record/documents/documents/0/digest",
        {"document": None, "statement": None},
    ),
    "site-shared": Doubt(side_by_side, "/record/identities/latitude", {"site": None}),
    "custody-model-doubtful": Doubt(identity_of_two, "/record/custodyModel", {"sources": "2"}),
    "attester-not-accredited": Doubt(not_accredited, "/record/scheme", {"scheme": "rmap"}),
    "retraction-of-used": Doubt(used_before, "/record/statement", {"batches": "1"}),
}
