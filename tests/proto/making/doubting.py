"""The cases of `proto/vectors/admission/` in which a statement is admitted and doubted."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from provenite_proto.record import (
    Collection,
    CustodyModel,
    Document,
    Documents,
    Extraction,
    Mode,
    OutputQuantity,
    Receipt,
    Retraction,
    RetractionReason,
    ShipmentIdentities,
    Site,
    SiteDetails,
    SiteIdentities,
    SiteQuantities,
    SourceQuantities,
    Stage,
    Transformation,
    Waste,
)

from .firms import Assay, Firms
from .keys import START, digest_of
from .outcomes import CONCENTRATE, Case, Doubt, admitted, doubted, held

CATHODE: Assay = ("copper-cathode", "100", {"Cu": "1"})


def cases() -> Iterator[tuple[str, Case]]:
    """File name below `admission/` and the case."""
    for group in (_wet, _fast, _beyond_capacity, _too_perfect, _certificates, _identity, _waste):
        yield from group()


def _wet() -> Iterator[tuple[str, Case]]:
    firms = Firms("miner")
    dry = SourceQuantities(outputs=(OutputQuantity(mass="30000", composition={"Cu": "0.3"}),))
    record = firms.extracted(CONCENTRATE, quantities=dry)
    place = "/record/quantities/outputs/0/moisture"
    doubt = ("moisture-missing", place, {"material": "copper-concentrate"})
    yield "concentrate-without-moisture", doubted(firms, "miner", record, doubt)
    yield "cathode-without-moisture", doubted(firms, "miner", firms.extracted(CATHODE))


def _fast() -> Iterator[tuple[str, Case]]:
    # A quarter of the equator is 6371.0088 km times pi/2: 10007.557 km. By sea 55 km/h take 181.95 hours.
    firms = Firms("miner", "refiner")

    def site(name: str, longitude: str, country: str) -> str:
        details = SiteDetails(name=name, latitude="0", longitude=longitude)
        return firms.add(name, Site(country=country, stages=(Stage.REFINING,), identities=details))

    mine, works = site("miner", "-90", "CL"), site("refiner", "0", "DE")
    mined = firms.extracted(CONCENTRATE, occurred_at=firms.time() - timedelta(days=30))
    batch = firms.add("miner", mined) + ".0"

    def case(hours: int, mode: Mode, *doubts: Doubt, at: str | None = works) -> Case:
        going = firms.copy()
        departed = going.time() - timedelta(hours=hours)
        shipped = going.shipped(
            "refiner",
            {batch: "30000"},
            departed_at=departed,
            mode=mode,
            identities=ShipmentIdentities(site=mine),
        )
        transfer = going.add("miner", shipped)
        receipt: Receipt = going.received(
            transfer,
            received_at=departed + timedelta(hours=hours),
            identities=ShipmentIdentities(site=at),
        )
        return doubted(going, "refiner", receipt, *doubts)

    def too_fast(seconds: int, limit: int, mode: Mode) -> Doubt:
        figures = {
            "seconds": str(seconds),
            "limitKilometresPerHour": str(limit),
            "mode": mode,
        }
        return "transit-too-fast", "/record/identities/site", figures

    yield "transit-by-sea-in-182-hours", case(182, Mode.SEA)
    yield "transit-by-sea-in-181-hours", case(181, Mode.SEA, too_fast(651_600, 55, Mode.SEA))
    yield "transit-by-air-in-10-hours", case(10, Mode.AIR)
    yield "transit-by-air-in-9-hours", case(9, Mode.AIR, too_fast(32_400, 1050, Mode.AIR))
    yield "transit-by-road-in-83-hours", case(83, Mode.ROAD, too_fast(298_800, 120, Mode.ROAD))
    yield "transit-by-rail-in-no-time", case(0, Mode.RAIL, too_fast(0, 160, Mode.RAIL))
    yield "transit-to-no-site-in-no-time", case(0, Mode.RAIL, at=None)


def _beyond_capacity() -> Iterator[tuple[str, Case]]:
    firms = Firms("miner", "recycler")

    def site(name: str, country: str) -> str:
        quantities = SiteQuantities(capacity="45000")
        return firms.add(
            name, Site(country=country, stages=(Stage.EXTRACTION,), quantities=quantities)
        )

    mine, yard = site("miner", "CL"), site("recycler", "BE")

    def mined(mass: str, **members: Any) -> Extraction:
        assay: Assay = ("copper-concentrate", mass, {"Cu": "0.3"})
        return firms.extracted(assay, identities=SiteIdentities(site=mine), **members)

    def beyond(output: str) -> Doubt:
        figures = {"year": "2026", "outputKg": output, "capacityKg": "45000"}
        return "capacity-exceeded", "/record/identities/site", figures

    last_year = mined("30000", occurred_at=firms.time() - timedelta(days=30))
    yield "output-counts-in-its-year", admitted(firms, "miner", last_year)
    firms.add("miner", last_year)
    first = firms.add("miner", mined("30000"))
    yield "output-up-to-capacity", doubted(firms, "miner", mined("15000"))
    over = mined("15000.000001")
    yield "output-beyond-capacity", doubted(firms, "miner", over, beyond("45000.000001"))
    scrap: Collection = firms.collected(
        ("copper-scrap", "45001", {"Cu": "0.95"}), identities=SiteIdentities(site=yard)
    )
    yield "collection-beyond-capacity", doubted(firms, "recycler", scrap, beyond("45001"))
    reason = RetractionReason.INCORRECT_DATA
    taken_back = Retraction(statement=first, reason=reason)
    yield "output-that-is-retracted-does-not-count", admitted(firms, "miner", taken_back)


def _too_perfect() -> Iterator[tuple[str, Case]]:
    start = datetime.fromtimestamp(START, UTC) - timedelta(days=100)

    def made(firms: Firms, batch: str, days: int, **members: Any) -> Transformation:
        """100 kg of the batch, made into as much: so many days after the first one."""
        at = start + timedelta(days=days)
        stage = members.pop("stage", Stage.FORMING)
        assay = members.pop("assay", CATHODE)
        return firms.transformed({batch: "100"}, assay, stage=stage, occurred_at=at, **members)

    def run(*days: int, **last: Any) -> tuple[Firms, str]:
        firms = Firms("refiner", "miner")
        whole: Assay = ("copper-cathode", "10000", {"Cu": "1"})
        mined = firms.extracted(whole, occurred_at=start)
        batch = firms.add("miner", mined) + ".0"
        for day in days:
            firms.add("miner", made(firms, batch, day))
        if last:
            firms.add("miner", made(firms, batch, 50, **last))
        return firms, batch

    def case(firms: Firms, batch: str, days: int, *doubts: Doubt, **members: Any) -> Case:
        return doubted(firms, "miner", made(firms, batch, days, **members), *doubts)

    def perfect(firms: Firms, count: int, days: int) -> Doubt:
        since = next(iter(firms.replay.state.perfect_runs.values())).since
        figures = {"count": str(count), "since": since.isoformat(), "days": str(days)}
        return "balance-too-perfect", "/record/quantities", figures

    eleven = [5 * number for number in range(11)]
    firms, batch = run(*eleven)
    yield "eleven-perfect-balances-and-one-in-59-days", case(firms, batch, 59)
    yield (
        "twelve-perfect-balances-in-60-days",
        case(firms, batch, 60, perfect(firms, 12, 60)),
    )
    # 10 g of 100 kg is a part in ten thousand, and 10.001 g is more.
    close: Assay = ("copper-cathode", "99.99", {"Cu": "1"})
    yield (
        "twelfth-balance-within-a-ten-thousandth",
        case(firms, batch, 60, perfect(firms, 12, 60), assay=close),
    )
    loose: Assay = ("copper-cathode", "99.989999", {"Cu": "1"})
    yield "twelfth-balance-beyond-a-ten-thousandth", case(firms, batch, 60, assay=loose)
    lossy: Assay = ("copper-cathode", "99.999999", {"Cu": "1"})
    yield (
        "twelfth-balance-with-a-loss",
        case(firms, batch, 60, assay=lossy, losses={"Cu": "0.000001"}),
    )
    yield "blending-is-not-counted", case(firms, batch, 60, stage=Stage.BLENDING)
    firms, batch = run(*eleven, 60)
    yield (
        "thirteenth-perfect-balance",
        case(firms, batch, 61, perfect(firms, 13, 61)),
    )
    firms, batch = run(*eleven, losses={"Cu": "1"}, assay=("copper-cathode", "99", {"Cu": "1"}))
    yield "perfect-balance-after-an-imperfect-one", case(firms, batch, 60)


def _certificates() -> Iterator[tuple[str, Case]]:
    firms = Firms("miner", "recycler")
    certificate = digest_of("certificate 7")

    def named(*kinds: str) -> Documents:
        return Documents(documents=tuple(Document(kind=kind, digest=certificate) for kind in kinds))

    both = firms.extracted(CONCENTRATE, CONCENTRATE, documents=named("assay", "assay"))
    yield "certificate-for-two-batches-of-a-statement", doubted(firms, "miner", both)
    first = firms.add("miner", both)
    doubt = (
        "document-reused",
        "/record/documents/documents/1/digest",
        {"document": certificate, "statement": first},
    )
    scrap: Assay = ("copper-scrap", "12.5", {"Cu": "0.95"})
    again = firms.collected(scrap, documents=named("photograph", "assay"))
    yield "certificate-of-another-statement", doubted(firms, "recycler", again, doubt)
    other = firms.collected(scrap, documents=named("photograph"))
    yield "document-that-is-no-certificate", doubted(firms, "recycler", other)
    firms.add("miner", Retraction(statement=first, reason=RetractionReason.INCORRECT_DATA))
    corrected = firms.extracted(CONCENTRATE, documents=named("assay"))
    yield "certificate-of-a-retracted-statement", doubted(firms, "miner", corrected)


def _identity() -> Iterator[tuple[str, Case]]:
    firms, batch = held("30000")
    other = firms.add("miner", firms.extracted(CONCENTRATE)) + ".0"
    halves = [
        firms.delivered("miner", "refiner", {other: mass}) + ".0" for mass in ("10000", "20000")
    ]
    kept = CustodyModel.IDENTITY_PRESERVED

    def step(*inputs: str) -> Transformation:
        masses = dict.fromkeys(inputs, "10")
        return firms.transformed(masses, ("copper-cathode", "1", {"Cu": "1"}), custody_model=kept)

    yield "identity-of-two-parts-of-a-batch", doubted(firms, "refiner", step(*halves))
    doubt = ("custody-model-doubtful", "/record/custodyModel", {"sources": "2"})
    yield (
        "identity-of-two-batches",
        doubted(firms, "refiner", step(batch, *halves), doubt),
    )


def _waste() -> Iterator[tuple[str, Case]]:
    firms = Firms("recycler", "refiner")
    collected = firms.collected(
        ("copper-scrap", "10", {"Cu": "0.95"}), occurred_at=datetime(2024, 6, 1, tzinfo=UTC)
    )
    scrap = firms.add("recycler", collected) + ".0"
    # The first instant lies in 2025 by UTC, the second in 2024: the day is that of the place.
    late = datetime(2024, 12, 31, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    early = datetime(2025, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=1)))
    documents = ("notification", "consent", "movement-document")

    def case(
        code: str, way: str, *doubts: Doubt, kinds: tuple[str, ...] = (), **members: Any
    ) -> Case:
        exporter, importer = way.split()
        named = tuple(Document(kind=kind, digest=digest_of(kind)) for kind in kinds)
        record = firms.shipped(
            "refiner",
            {scrap: "10"},
            from_country=exporter,
            to_country=importer,
            waste=Waste(code=code, purpose="recovery"),
            documents=Documents(documents=named) if named else None,
            **members,
        )
        return doubted(firms, "recycler", record, *doubts)

    def barred(code: str, day: str, hook: str, breach: str) -> Doubt:
        figures = {"code": code, "departed": day, "hook": hook, "breach": breach}
        return "shipment-barred", "/record/waste", figures

    def lacking(code: str, missing: str) -> Doubt:
        day = firms.time().date().isoformat()
        figures = {"code": code, "departed": day, "missing": missing}
        return "consent-missing", "/record/documents", figures

    today = firms.time().date().isoformat()
    non_party = "Basel Convention, Article 4(5)"
    yield (
        "waste-from-a-party-to-none",
        case("Y49", "GH US", barred("Y49", today, non_party, "GH"), kinds=documents),
    )
    yield "waste-on-the-last-day-of-its-code", case("B1110", "US TH", departed_at=late)
    yield (
        "waste-on-the-first-day-after-its-code",
        case("B1110", "US TH", barred("B1110", "2025-01-01", non_party, "TH"), departed_at=early),
    )
    yield "waste-with-its-documents", case("Y49", "GH BE", kinds=documents)
    yield (
        "waste-without-a-movement-document",
        case("Y49", "GH BE", lacking("Y49", "movement-document"), kinds=documents[:2]),
    )
    yield (
        "waste-without-the-consent-of-transit",
        case("A1181", "GH BE", lacking("A1181", "consent-nl"), kinds=documents, transit=("NL",)),
    )
    yield "waste-that-is-not-controlled", case("B1010", "GH US")
    yield "waste-within-a-country", case("Y49", "GH GH")
