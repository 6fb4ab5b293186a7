"""The cases of `proto/vectors/content/`: a chain, and the milligrams by label that it leads to.

Every figure is written by hand, from the constructed cases of the policies or by a sum in the comment.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from provenite_proto.record import Source, Stage

from . import late_facts, models
from .firms import Assay, Firms
from .keys import AUDIENCE

Case = dict[str, Any]
Expected = dict[str, dict[str, dict[str, int]]]


def _case(description: str, firms: Firms, batch: str, expected: Expected) -> Case:
    """`expected` by element, lens and label."""
    return {
        "description": description,
        "audience": AUDIENCE,
        "statements": list(firms.earlier),
        "batch": batch,
        "expected": expected,
    }


def cases() -> Iterator[tuple[str, Case]]:
    """File name below `content/` and the case."""
    yield "mixed-feed-by-element", _mixed_feed()
    yield "untraced-is-unknown", _untraced()
    yield "excess-is-unknown", _excess()
    yield "stages-by-country", _stages()
    yield "recycled-classes", _recycled()
    yield "ties-go-to-the-first-label", _ties()
    yield "a-part-of-a-shipment", _part()
    yield "outputs-deal-from-what-is-left", _dealt()
    for number, country in enumerate(("CN", "US", "US")):
        yield f"milligram-{number + 1}-of-3", _milligram(number, country)
    # One after the other: a case is what has been recorded when it is made.
    for name, made in chain(models.contents(), late_facts.contents()):
        yield name, _case(*made)


def _mixed_feed() -> Case:
    # 60 t at 6.0 % Li2O and 40 t at 5.5 % Li2O; 13 t carbonate of 99.5 %. Lithium: 1672.344 kg and 1021.988 kg,
    # so 62.0690 % from Australia, where gross mass would say 60 %. Out: 13 t × 0.186912769 = 2429.865997 kg,
    # of which 1672344 / 2694332 are 1508192687.79 mg and 1021988 / 2694332 are 921673309.21 mg.
    firms = Firms("miner")
    feeds: dict[str, str] = {}
    for country, mass, fraction in (("AU", "60000", "0.0278724"), ("CN", "40000", "0.0255497")):
        ore: Assay = ("spodumene-concentrate", mass, {"Li": fraction})
        feeds[firms.add("miner", firms.extracted(ore, country=country)) + ".0"] = mass
    carbonate: Assay = ("lithium-carbonate", "13000", {"Li": "0.186912769"})
    made = firms.add("miner", firms.transformed(feeds, carbonate, country="CN"))
    return _case(
        "Two countries' feed counts by its lithium, not by its gross mass.",
        firms,
        f"{made}.0",
        {
            "Li": {
                "origin": {"AU": 1_508_192_688, "CN": 921_673_309},
                "source": {"primary": 2_429_865_997},
                "stage/refining": {"CN": 2_429_865_997},
                "stage/extraction": {"AU": 1_508_192_688, "CN": 921_673_309},
            }
        },
    )


def _untraced() -> Case:
    firms = Firms("miner")
    ore = firms.add("miner", firms.extracted(("nd-oxide", "1200", {"Nd": "0.75"}), country="AU"))
    metal: Assay = ("nd-metal", "1000", {"Nd": "1"})
    step = firms.transformed({f"{ore}.0": "1200"}, metal, untraced={"Nd": "100"}, country="VN")
    return _case(
        "900 kg of neodymium mined in Australia and 100 kg from inputs that nothing records.",
        firms,
        firms.add("miner", step) + ".0",
        {
            "Nd": {
                "origin": {"AU": 900_000_000, "unknown": 100_000_000},
                "source": {"primary": 900_000_000, "unknown": 100_000_000},
                "stage/extraction": {"AU": 900_000_000, "unknown": 100_000_000},
                "stage/refining": {"VN": 1_000_000_000},
                "stage/separation": {"none": 900_000_000, "unknown": 100_000_000},
            }
        },
    )


def _excess() -> Case:
    firms = Firms("miner")
    ore = firms.add("miner", firms.extracted(("nd-oxide", "1200", {"Nd": "0.75"}), country="AU"))
    step = firms.transformed({f"{ore}.0": "1200"}, ("nd-metal", "904.5", {"Nd": "1"}))
    return _case(
        "What comes out beyond what went in, within the uncertainty, is of unknown origin.",
        firms,
        firms.add("miner", step) + ".0",
        {"Nd": {"origin": {"AU": 900_000_000, "unknown": 4_500_000}}},
    )


def _stages() -> Case:
    firms = Firms("miner", "refiner")
    mined: Assay = ("bastnaesite-concentrate", "1000", {"Nd": "0.1"})
    batch = firms.add("miner", firms.extracted(mined, country="US")) + ".0"
    batch = firms.delivered("miner", "refiner", {batch: "1000"}) + ".0"
    mass = "1000"
    for stage, country, assay in (
        (Stage.SEPARATION, "CN-JX", ("nd-oxide", "125", {"Nd": "0.8"})),
        (Stage.METAL_MAKING, "VN", ("nd-metal", "100", {"Nd": "1"})),
        (Stage.FORMING, "JP", ("ndfeb-magnet", "400", {"Nd": "0.25"})),
    ):
        step = firms.transformed({batch: mass}, assay, stage=stage, country=country)
        batch = firms.add("refiner", step) + ".0"
        mass = assay[1]
    kilogram = 100_000_000
    return _case(
        "100 kg of neodymium mined in US, separated in CN, made metal in VN and magnets in JP.",
        firms,
        batch,
        {
            "Nd": {
                "origin": {"US": kilogram},
                "stage/extraction": {"US": kilogram},
                "stage/separation": {"CN": kilogram},
                "stage/metal_making": {"VN": kilogram},
                "stage/forming": {"JP": kilogram},
                "stage/alloying": {"none": kilogram},
            }
        },
    )


def _recycled() -> Case:
    # 100 kg post-consumer, 50 kg pre-consumer and 850 kg primary nickel.
    firms = Firms("miner", "recycler")
    scrap = {}
    for source, mass in ((Source.POST_CONSUMER, "100"), (Source.PRE_CONSUMER, "50")):
        record = firms.collected(("nickel-scrap", mass, {"Ni": "1"}), source=source)
        scrap[firms.add("recycler", record) + ".0"] = mass
    mined = firms.add("miner", firms.extracted(("nickel-metal", "850", {"Ni": "1"}), country="ID"))
    brought = firms.delivered("miner", "recycler", {f"{mined}.0": "850"})
    step = firms.transformed(scrap | {f"{brought}.0": "850"}, ("nickel-metal", "1000", {"Ni": "1"}))
    return _case(
        "15 % of the nickel is recycled, 10 % of it from consumers.",
        firms,
        firms.add("recycler", step) + ".0",
        {
            "Ni": {
                "origin": {"BE": 150_000_000, "ID": 850_000_000},
                "source": {
                    "post_consumer": 100_000_000,
                    "pre_consumer": 50_000_000,
                    "primary": 850_000_000,
                },
                "stage/extraction": {"ID": 850_000_000, "none": 150_000_000},
            }
        },
    )


def _ties() -> Case:
    # Three countries bring 1 mg each. Of 2 mg each has a quota of 2/3: the two first labels get one each.
    firms = Firms("miner")
    inputs = {}
    for country in ("PE", "CL", "AU"):
        record = firms.extracted(("copper-cathode", "0.000001", {"Cu": "1"}), country=country)
        inputs[firms.add("miner", record) + ".0"] = "0.000001"
    step = firms.transformed(inputs, ("copper-cathode", "0.000002", {"Cu": "1"}))
    return _case(
        "Equal remainders: the label that comes first in code-point order.",
        firms,
        firms.add("miner", step) + ".0",
        {"Cu": {"origin": {"AU": 1, "CL": 1}, "source": {"primary": 2}}},
    )


def _part() -> Case:
    # The batch of 3 kg holds 1 kg CL and 2 kg PE, and its last kilogram is shipped. Of the first 2 kg
    # ⌊2000000 / 3⌋ = 666666 mg are CL and 1333334 mg PE; what is left is the part's.
    firms = Firms("miner", "refiner")
    inputs = {}
    for country, mass in (("CL", "1"), ("PE", "2")):
        record = firms.extracted(("copper-cathode", mass, {"Cu": "1"}), country=country)
        inputs[firms.add("miner", record) + ".0"] = mass
    mixed = firms.transformed(inputs, ("copper-cathode", "3", {"Cu": "1"}), stage=Stage.BLENDING)
    batch = firms.add("miner", mixed) + ".0"
    return _case(
        "A part of a batch has the shares of the whole.",
        firms,
        firms.delivered("miner", "refiner", {batch: "1"}) + ".0",
        {"Cu": {"origin": {"CL": 333_334, "PE": 666_666}}},
    )


def _dealt() -> Case:
    # A pool of CL 1 mg, PE 1 mg goes into two outputs of 1 mg. Both remainders tie: the first output
    # takes CL, so the second has PE, and the milligrams of each country are as many as before.
    firms = Firms("miner")
    inputs = {}
    for country in ("PE", "CL"):
        record = firms.extracted(("copper-cathode", "0.000001", {"Cu": "1"}), country=country)
        inputs[firms.add("miner", record) + ".0"] = "0.000001"
    one: Assay = ("copper-cathode", "0.000001", {"Cu": "1"})
    made = firms.add("miner", firms.transformed(inputs, one, one))
    return _case(
        "The second output is dealt from what the first has left.",
        firms,
        f"{made}.1",
        {"Cu": {"origin": {"PE": 1}}},
    )


def _milligram(number: int, country: str) -> Case:
    # CN 1 mg and US 2 mg, drawn 1 mg at a time from the end. Of the first 1, 2 and 3 mg are CN ⌊1/3⌋ = 0,
    # ⌊2/3⌋ = 0 and 1: so the last milligram, which is drawn first, is CN.
    firms = Firms("miner")
    inputs = {}
    for each, mass in (("CN", "0.000001"), ("US", "0.000002")):
        record = firms.extracted(("copper-cathode", mass, {"Cu": "1"}), country=each)
        inputs[firms.add("miner", record) + ".0"] = mass
    one: Assay = ("copper-cathode", "0.000001", {"Cu": "1"})
    mixed = firms.transformed(inputs, ("copper-cathode", "0.000003", {"Cu": "1"}))
    batch = firms.add("miner", mixed) + ".0"
    for _ in range(number + 1):
        made = firms.add("miner", firms.transformed({batch: "0.000001"}, one))
    return _case(
        "A batch used a milligram at a time gives out each country as often as it has it.",
        firms,
        f"{made}.0",
        {"Cu": {"origin": {country: 1}}},
    )
