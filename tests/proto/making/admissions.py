"""The cases of `proto/vectors/admission/`: statements in order, then one and what becomes of it.

What is refused has its slug, pointer and figures written here by hand; the effects of what is admitted come
from the code, and the tests of custody and balance say that they are right.
"""

from collections.abc import Iterator
from datetime import timedelta

from provenite_proto.record import (
    Extraction,
    OutputQuantity,
    Party,
    Role,
    Site,
    SiteIdentities,
    SourceQuantities,
    Stage,
)

from ..replay import effects
from . import (
    certifying,
    custody,
    doubting,
    evidence,
    models,
    receiving,
    registry,
    standing,
    withdrawing,
)
from .firms import Assay, Firms, sealed
from .keys import AUDIENCE, START, signed
from .outcomes import CONCENTRATE, NOBODY, Case, admitted, case_of, refused


def cases() -> Iterator[tuple[str, Case]]:
    """File name below `admission/` and the case."""
    for group in (_issuing, _entering, _matter):
        yield from group()
    for module in (
        custody,
        receiving,
        doubting,
        evidence,
        withdrawing,
        registry,
        standing,
        certifying,
    ):
        yield from module.cases()
    yield from models.admissions()


def _issuing() -> Iterator[tuple[str, Case]]:
    def record(firms: Firms) -> Extraction:
        return firms.extracted(CONCENTRATE)

    firms = Firms("miner", "auditor")
    early = firms.extracted(CONCENTRATE, occurred_at=firms.time(-600))
    elsewhere = signed(record(firms), firms.keys["miner"], firms.now, "https://other.example")
    yield (
        "for-another-ledger",
        refused(
            firms,
            "",
            elsewhere,
            ("audience-mismatch", "/aud"),
            signedFor="https://other.example",
            ledger=AUDIENCE,
        ),
    )
    ahead = signed(early, firms.keys["miner"], firms.now + 301)
    wrong = {"aheadSeconds": "301", "limit": "300"}
    yield "issued-301-seconds-ahead", refused(firms, "", ahead, ("issued-ahead", "/iat"), **wrong)
    limit = signed(early, firms.keys["miner"], firms.now + 300)
    fine = effects(firms.replay.check(limit, firms.now))
    yield "issued-300-seconds-ahead", case_of(firms, limit, fine)
    yield (
        "key-unknown",
        refused(
            firms, "trader", record(firms), ("key-unknown", ""), key=firms.keys["trader"].key_id
        ),
    )
    old = signed(early, firms.keys["miner"], START + 60 - 301)
    window = {"iat": str(START - 241), "validFrom": str(START + 60), "toleranceSeconds": "300"}
    yield "before-the-key", refused(firms, "", old, ("key-not-yet-valid", "/iat"), **window)
    mine, tail = firms.sign("miner", record(firms)).split("~", 1)
    other = firms.sign("miner", early).split("~")[0].rpartition(".")[2]
    swapped = f"{mine.rpartition('.')[0]}.{other}~{tail}"
    yield "signature-of-another-statement", refused(firms, "", swapped, ("signature-invalid", ""))
    yield (
        "auditor-cannot-mine",
        refused(firms, "auditor", record(firms), ("role-not-allowed", "/record/type")),
    )
    empty = Firms(founded=False)
    miner = Party(country="CL", roles=(Role.MINER,), key=empty.keys["miner"].jwk)
    yield "ledger-begins-with-a-miner", refused(empty, "miner", miner, ("key-unknown", ""))
    founder = Party(country="CH", roles=(Role.REGISTRAR,), key=empty.keys["registrar"].jwk)
    yield "ledger-begins", admitted(empty, "registrar", founder)
    yield "ledger-begins-with-another-kid", refused(empty, "miner", founder, ("key-unknown", ""))


def _entering() -> Iterator[tuple[str, Case]]:
    firms = Firms("miner", "refiner", "recycler")
    yield "extraction", admitted(firms, "miner", firms.extracted(CONCENTRATE))
    scrap: Assay = ("copper-scrap", "12.5", {"Cu": "0.95"})
    yield "collection", admitted(firms, "recycler", firms.collected(scrap))
    late = firms.extracted(CONCENTRATE, occurred_at=firms.time() + timedelta(seconds=301))
    figures = {
        "at": (firms.time() + timedelta(seconds=301)).isoformat(),
        "latest": (firms.time() + timedelta(seconds=300)).isoformat(),
    }
    found = ("time-ahead", "/record/occurredAt")
    yield "event-301-seconds-ahead", refused(firms, "miner", late, found, **figures)
    bare = firms.extracted(CONCENTRATE, quantities=None)
    found = ("section-missing", "/record/quantities")
    yield "extraction-without-quantities", refused(firms, "miner", bare, found)
    nowhere = firms.extracted(CONCENTRATE, country="XX")
    yield "country-xx", refused(firms, "miner", nowhere, ("country-unknown", "/record/country"))
    region = firms.extracted(CONCENTRATE, country="CN-XJ")
    yield "country-with-region", admitted(firms, "miner", region)
    place = "/record/identities/site"
    mine = firms.add("miner", Site(country="CL", stages=(Stage.EXTRACTION,)))
    works = firms.add("refiner", Site(country="CL", stages=(Stage.REFINING,)))

    def at(site: str, country: str = "CL") -> Extraction:
        identities = SiteIdentities(site=site)
        return firms.extracted(CONCENTRATE, country=country, identities=identities)

    yield "extraction-at-own-site", admitted(firms, "miner", at(mine))
    yield "site-unknown", refused(firms, "miner", at(NOBODY), ("site-unknown", place))
    yield "site-not-own", refused(firms, "miner", at(works), ("site-not-own", place))
    found = ("site-country-mismatch", "/record/country")
    figures = {"site": "CL", "record": "PE"}
    yield "site-in-another-country", refused(firms, "miner", at(mine, "PE"), found, **figures)


def _matter() -> Iterator[tuple[str, Case]]:
    firms = Firms("miner")
    place = "/record/quantities/outputs/0"

    def case(assay: Assay, slug: str, pointer: str, **figures: str) -> Case:
        return refused(firms, "miner", firms.extracted(assay), (slug, pointer), **figures)

    yield (
        "material-unknown",
        case(("unobtainium", "1", {"Cu": "0.1"}), "material-unknown", "/record/outputs/0/material"),
    )
    yield (
        "element-unknown",
        case(
            ("copper-concentrate", "1", {"Xx": "0.1"}),
            "element-unknown",
            "/record/outputs/0/elements",
            element="Xx",
        ),
    )
    yield (
        "mass-zero",
        case(
            ("copper-concentrate", "0.0", {"Cu": "0.3"}), "mass-missing", f"{place}/mass", kg="0.0"
        ),
    )
    sealed_other = firms.extracted(
        CONCENTRATE,
        quantities=SourceQuantities(outputs=sealed([("", "30000", {"Cu": "0.3", "Au": "0.1"})])),
    )
    found = ("composition-mismatch", f"{place}/composition")
    yield "sealed-element-not-open", refused(firms, "miner", sealed_other, found)
    two = firms.extracted(
        CONCENTRATE, quantities=SourceQuantities(outputs=sealed([CONCENTRATE, CONCENTRATE]))
    )
    found = ("composition-mismatch", "/record/quantities/outputs")
    figures = {"open": "1", "sealed": "2"}
    yield "one-output-two-quantities", refused(firms, "miner", two, found, **figures)
    quantity = OutputQuantity(mass="1", composition={"Cu": "0.3"}, uncertainty="0.050000001")
    doubtful = firms.extracted(CONCENTRATE, quantities=SourceQuantities(outputs=(quantity,)))
    found = ("uncertainty-too-large", f"{place}/uncertainty")
    figures = {"uncertainty": "0.050000001", "limit": "0.05"}
    yield "uncertainty-above-5-percent", refused(firms, "miner", doubtful, found, **figures)
    # Li in LiAlSi2O6 is 0.037294585 of the mass; 0.5 % more is 0.037481057 when rounded down.
    yield (
        "assay-at-the-limit",
        admitted(
            firms,
            "miner",
            firms.extracted(("spodumene-concentrate", "1000", {"Li": "0.037481057"})),
        ),
    )
    yield (
        "assay-above-the-limit",
        case(
            ("spodumene-concentrate", "1000", {"Li": "0.037481058"}),
            "impossible-assay",
            f"{place}/composition/Li",
            element="Li",
            fraction="0.037481058",
            limit="0.037481057",
        ),
    )
    yield (
        "fractions-above-one",
        case(
            ("copper-concentrate", "1", {"Cu": "0.5", "Fe": "0.5", "S": "0.000000001"}),
            "impossible-assay",
            f"{place}/composition",
            sum="1.000000001",
            limit="1",
        ),
    )
    quantity = OutputQuantity(mass="1", composition={"Cu": "0.3"}, moisture="1")
    water = firms.extracted(CONCENTRATE, quantities=SourceQuantities(outputs=(quantity,)))
    found = ("impossible-assay", f"{place}/moisture")
    yield "matter-that-is-all-water", refused(firms, "miner", water, found, moisture="1")
    yield (
        "assay-unusual-is-a-finding",
        admitted(firms, "miner", firms.extracted(("copper-concentrate", "1", {"Cu": "0.36"}))),
    )
