"""The cases of `proto/vectors/admission/` in which batches are used and shipped."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec

from provenite_proto.record import (
    AnyRecord,
    ShipmentIdentities,
    Site,
    Stage,
    Transfer,
    Transformation,
    TransformationQuantities,
)

from .firms import Assay, Firms, masses, sealed
from .outcomes import CATHODE, CONCENTRATE, NOBODY, Case, admitted, doubted, held, refused


def cases() -> Iterator[tuple[str, Case]]:
    """File name below `admission/` and the case."""
    for group in (_transforming, _recycled_cobalt, _balancing, _shipping, _sites):
        yield from group()


def _transforming() -> Iterator[tuple[str, Case]]:
    firms, batch = held()

    def case(record: AnyRecord, slug: str, pointer: str, **figures: str) -> Case:
        return refused(firms, "refiner", record, (slug, pointer), **figures)

    half: Assay = ("copper-cathode", "4500", {"Cu": "1"})
    whole = firms.transformed({batch: "30000"}, ("copper-cathode", "8999", {"Cu": "1"}))
    yield "transformation", admitted(firms, "refiner", whole)
    unknown = firms.transformed({f"{NOBODY}.0": "1"}, CATHODE)
    yield "batch-unknown", case(unknown, "batch-unknown", "/record/inputs/0")
    too_much = firms.transformed({batch: "30000.000001"}, half)
    place = "/record/quantities/inputs/0/mass"
    figures = {"availableKg": "30000", "askedKg": "30000.000001"}
    yield "one-milligram-too-much", case(too_much, "insufficient-mass", place, **figures)
    twice = firms.transformed(
        {},
        half,
        inputs=(batch, batch),
        quantities=TransformationQuantities(
            inputs=masses({"a": "15000", "b": "15000"}), outputs=sealed([half])
        ),
    )
    yield "input-twice", case(twice, "input-repeated", "/record/inputs/1", batch=batch)
    nothing = firms.transformed({batch: "0"}, half)
    yield "input-of-nothing", case(nothing, "mass-missing", place, kg="0")
    one = firms.transformed({batch: "1"}, half, quantities=None)
    yield "without-quantities", case(one, "section-missing", "/record/quantities")
    received = firms.replay.state.batches[batch].available_at
    before = received - timedelta(seconds=1)
    early = firms.transformed({batch: "30000"}, half, occurred_at=before)
    figures = {"availableAt": received.isoformat(), "at": before.isoformat()}
    yield "before-the-receipt", case(early, "time-reversed", "/record/occurredAt", **figures)
    told = firms.transformed({batch: "30000"}, half, untraced={"Cu": "1"})
    hidden = firms.transformed({batch: "30000"}, half, quantities=told.quantities)
    found = ("composition-mismatch", "/record/quantities/untraced")
    yield "untraced-in-the-sealed-part-only", case(hidden, *found)
    strange = firms.transformed({batch: "30000"}, half, losses={"Xx": "1"})
    yield (
        "loss-of-no-element",
        case(strange, "element-unknown", "/record/quantities/losses", element="Xx"),
    )
    stolen = firms.transformed({batch: "1"}, half)
    yield "not-holder", refused(firms, "trader", stolen, ("not-holder", "/record/inputs/0"))
    firms.add("refiner", firms.transformed({batch: "15000"}, half))
    rest = firms.transformed({batch: "15000.000001"}, half)
    figures = {"availableKg": "15000", "askedKg": "15000.000001"}
    yield "more-than-is-left", case(rest, "insufficient-mass", place, **figures)
    yield "all-that-is-left", admitted(firms, "refiner", firms.transformed({batch: "15000"}, half))


def _recycled_cobalt() -> Iterator[tuple[str, Case]]:
    firms = Firms("recycler")
    lot: Assay = ("cobalt-metal", "100", {"Co": "1"})
    batch = firms.add("recycler", firms.collected(lot)) + ".0"

    def refined(mass: str) -> Transformation:
        record = firms.transformed({batch: "100"}, ("cobalt-metal", mass, {"Co": "1"}))
        assert record.quantities is not None
        (output,) = record.quantities.outputs
        uncertain = msgspec.structs.replace(output, uncertainty="0.02")
        quantities = msgspec.structs.replace(record.quantities, outputs=(uncertain,))
        return msgspec.structs.replace(record, quantities=quantities)

    doubt = ("balance-excess", "/record/quantities/outputs", {"element": "Co", "excessKg": "1.5"})
    yield "101.5-of-100-kg-cobalt", doubted(firms, "recycler", refined("101.5"), doubt)
    yield (
        "105-of-100-kg-cobalt",
        refused(
            firms,
            "recycler",
            refined("105"),
            ("element-created", "/record/quantities/outputs"),
            element="Co",
            inKg="100",
            outKg="105",
            toleranceKg="2.1",
            ratio="105.0 %",
        ),
    )
    whole = firms.transformed({batch: "100"}, lot)
    firms.add("recycler", whole)
    again = firms.transformed({batch: "100"}, lot, stage=Stage.FORMING)
    yield (
        "recycled-lot-used-twice",
        refused(
            firms,
            "recycler",
            again,
            ("insufficient-mass", "/record/quantities/inputs/0/mass"),
            availableKg="0",
            askedKg="100",
        ),
    )


def _balancing() -> Iterator[tuple[str, Case]]:
    firms, batch = held()
    place = "/record/quantities/outputs"

    def created(record: AnyRecord, **figures: str) -> Case:
        return refused(firms, "refiner", record, ("element-created", place), **figures)

    yield (
        "published-copper-9000-in-9999-out",
        created(
            firms.transformed({batch: "30000"}, CATHODE),
            element="Cu",
            inKg="9000",
            outKg="9999",
            toleranceKg="49.995",
            ratio="111.1 %",
        ),
    )
    # 9045.226130 kg exceed 9000 kg by 45.22613 kg; the tolerance is 0.5 % of what comes out, 45.226130 kg.
    limit: Assay = ("copper-cathode", "9045.22613", {"Cu": "1"})
    at_limit = firms.transformed({batch: "30000"}, limit)
    yield "excess-at-the-tolerance", admitted(firms, "refiner", at_limit)
    beyond: Assay = ("copper-cathode", "9045.226131", {"Cu": "1"})
    yield (
        "excess-one-milligram-beyond",
        created(
            firms.transformed({batch: "30000"}, beyond),
            element="Cu",
            inKg="9000",
            outKg="9045.226131",
            toleranceKg="45.22613",
            ratio="100.5 %",
        ),
    )
    half: Assay = ("copper-cathode", "4500", {"Cu": "1"})
    lossy = firms.transformed({batch: "30000"}, half, losses={"Cu": "4522.500001"})
    yield (
        "losses-count",
        created(
            lossy,
            element="Cu",
            inKg="9000",
            outKg="9022.500001",
            toleranceKg="22.5",
            ratio="100.3 %",
        ),
    )
    gold = firms.transformed({batch: "30000"}, ("gold-dore", "1", {"Au": "0.9"}))
    yield (
        "element-out-of-nothing",
        created(gold, element="Au", inKg="0", outKg="0.9", toleranceKg="0.0045"),
    )
    traced = firms.transformed(
        {batch: "30000"}, ("gold-dore", "1", {"Au": "0.9"}), untraced={"Au": "0.9"}
    )
    yield "untraced-matter-counts", admitted(firms, "refiner", traced)


def _shipping() -> Iterator[tuple[str, Case]]:
    firms = Firms("miner", "refiner", "trader")
    mined = firms.add("miner", firms.extracted(CONCENTRATE)) + ".0"

    def case(name: str, record: AnyRecord, slug: str, pointer: str, **figures: str) -> Case:
        return refused(firms, name, record, (slug, pointer), **figures)

    all_of_it = {mined: "30000"}
    yield "transfer", admitted(firms, "miner", firms.shipped("refiner", all_of_it))
    yield "transfer-of-a-part", admitted(firms, "miner", firms.shipped("refiner", {mined: "7"}))
    to = "/record/parties/to"
    own = firms.shipped("miner", all_of_it)
    yield "transfer-to-oneself", case("miner", own, "transfer-to-self", to)
    firms.ids["nobody"] = NOBODY
    nobody = firms.shipped("nobody", all_of_it)
    yield "transfer-to-nobody", case("miner", nobody, "party-unknown", to)
    blind = firms.shipped("refiner", all_of_it, parties=None)
    yield "transfer-without-receiver", case("miner", blind, "section-missing", "/record/parties")
    via = firms.shipped("refiner", all_of_it, transit=("PA", "XX"))
    yield "transit-country-xx", case("miner", via, "country-unknown", "/record/transit/1")
    stolen = firms.shipped("trader", all_of_it)
    yield "transfer-of-anothers", case("refiner", stolen, "not-holder", "/record/inputs/0")
    too_much = firms.shipped("refiner", {mined: "30001"})
    place = "/record/quantities/inputs/0/mass"
    figures = {"availableKg": "30000", "askedKg": "30001"}
    yield "transfer-of-too-much", case("miner", too_much, "insufficient-mass", place, **figures)
    made = firms.replay.state.batches[mined].available_at
    early = firms.shipped("refiner", all_of_it, departed_at=made - timedelta(seconds=1))
    figures = {"availableAt": made.isoformat(), "at": (made - timedelta(seconds=1)).isoformat()}
    found = ("time-reversed", "/record/departedAt")
    yield "departed-before-it-was-made", case("miner", early, *found, **figures)
    departs = firms.time()
    hasty = firms.shipped("refiner", all_of_it, expected_at=departs - timedelta(seconds=1))
    figures = {
        "departedAt": departs.isoformat(),
        "expectedAt": (departs - timedelta(seconds=1)).isoformat(),
    }
    found = ("time-reversed", "/record/expectedAt")
    yield "expected-before-departure", case("miner", hasty, *found, **figures)


def _sites() -> Iterator[tuple[str, Case]]:
    firms = Firms("miner", "refiner")
    mined = firms.add("miner", firms.extracted(CONCENTRATE)) + ".0"
    mine = firms.add("miner", Site(country="CL", stages=(Stage.EXTRACTION,)))
    works = firms.add("refiner", Site(country="DE", stages=(Stage.REFINING,)))

    def shipped(site: str, **members: Any) -> Transfer:
        identities = ShipmentIdentities(site=site, reference="B/L 7")
        return firms.shipped("refiner", {mined: "30000"}, identities=identities, **members)

    due = firms.time() + timedelta(days=30)
    yield "transfer-from-own-site", admitted(firms, "miner", shipped(mine, expected_at=due))
    place = "/record/identities/site"
    strange, other = shipped(NOBODY), shipped(works)
    yield (
        "transfer-from-an-unknown-site",
        refused(firms, "miner", strange, ("site-unknown", place)),
    )
    yield "transfer-from-anothers-site", refused(firms, "miner", other, ("site-not-own", place))
    found = ("site-country-mismatch", "/record/fromCountry")
    figures = {"site": "CL", "record": "PE"}
    abroad = shipped(mine, from_country="PE")
    yield (
        "transfer-from-a-site-in-another-country",
        refused(firms, "miner", abroad, found, **figures),
    )
