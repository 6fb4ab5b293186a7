"""The cases of `proto/vectors/assessment/`: batches by the paths of their matter, and what a policy says of them.

Figures are written by hand, as exact fractions.
"""

from collections.abc import Iterator
from typing import Any

from .outcomes import Case

Event = dict[str, Any]
Path = list[Event]
Matter = tuple[str, str, Path]
"""An element, its kilograms, and the events that it went through."""

UNTRACED: Path = [{"region": "unknown", "entry": "untraced", "custody": "unknown"}]
DFARS = "us.dfars.252.225-7052"
CATHODE = "nmc622-cathode"
EV = {"product": "ev-battery"}


def mined(country: str, *steps: tuple[str, str], **more: Any) -> Path:
    """Extracted in a country, then through stages, each in a country."""
    entry = {"region": country, "entry": "extraction", "stage": "extraction"}
    return _path(entry, steps, more)


def collected(country: str, source: str, *steps: tuple[str, str], **more: Any) -> Path:
    """Collected in a country as of a source class, then through stages."""
    return _path({"region": country, "entry": "collection", "source": source}, steps, more)


def untraced(country: str, *steps: tuple[str, str]) -> Path:
    """Entered without a statement at the first of the stages."""
    return _path({"region": country, "entry": "untraced"}, steps, {})


def _path(entry: Event, steps: tuple[tuple[str, str], ...], more: dict[str, Any]) -> Path:
    begin = {"custody": "identity_preserved", "attested": "not_attested"} | more
    later = {"custody": "segregated", "attested": "not_attested"} | more
    if entry["entry"] == "untraced":
        begin = {}
    return [entry | begin, *({"stage": stage, "region": at} | later for stage, at in steps)]


def batch(material: str, *matter: Matter, mass: str | None = None) -> dict[str, Any]:
    """A batch of a material, and its matter; its mass is that of the matter unless it is given."""
    return {
        "material": material,
        "mass": mass or f"{sum(float(kilograms) for _, kilograms, _ in matter):g}",
        "matter": [
            {"element": element, "mass": kilograms, "path": path}
            for element, kilograms, path in matter
        ],
    }


def case(
    description: str,
    policy: str,
    day: str,
    batches: list[dict[str, Any]],
    outcome: str,
    *figures: tuple[str, str, str, str],
    facts: dict[str, Any] | None = None,
    row: int | None = 0,
    missing: tuple[str, ...] = (),
    exemption: str | None = None,
    credit: bool = False,
    in_transit: bool = False,
) -> Case:
    """A case; each figure is what it is of, its bounds and its verdict."""
    made: Case = {
        "description": description,
        ("policyText" if "\n" in policy else "policy"): policy,
        "asOf": day,
        "batches": batches,
    }
    if facts:
        made["facts"] = facts
    return made | {
        "expected": {
            "outcome": outcome,
            "row": row,
            "figures": [
                {"of": of, "lower": lower, "upper": upper, "verdict": verdict}
                for of, lower, upper, verdict in figures
            ],
            "missing": list(missing),
            "exemption": exemption,
            "byCredit": credit,
            **({"inTransit": True} if in_transit else {}),
        }
    }


def cases() -> Iterator[tuple[str, Case]]:
    """File name below `assessment/` and the case."""
    yield from _shares()
    yield from _magnets()
    yield from _metals_and_exemptions()
    yield from _batteries()
    yield from _value_and_cost()
    yield from _disclosures_and_flags()
    yield from _scopes()
    yield from _custody()


def _shares() -> Iterator[tuple[str, Case]]:
    spodumene = batch(
        "spodumene-concentrate",
        ("Li", "1672.344", mined("AU")),
        ("Li", "1021.988", mined("CN")),
        mass="100000",
    )
    share = "claim.non-covered-nation.share?stage=extraction&share="
    exact = "18/29"
    yield (
        "mixed-feed-by-element",
        case(
            "60 t from AU at 6.0 % Li2O and 40 t from CN at 5.5 %: 62.07 % of the lithium, not 60 % of the mass.",
            f"{share}0.62",
            "2026-11-24",
            [spodumene],
            "pass",
            ("Li", exact, exact, "pass"),
        ),
    )
    yield (
        "mixed-feed-below-the-share",
        case(
            "The same does not reach 62.07 %.",
            f"{share}0.6207",
            "2026-11-24",
            [spodumene],
            "fail",
            ("Li", exact, exact, "fail"),
        ),
    )
    part_known = batch("nd-metal", ("Nd", "900", mined("AU")), ("Nd", "100", UNTRACED))
    yield (
        "unknown-counts-against-strictly",
        case(
            "A tenth is unknown: it may have been in a covered nation.",
            "claim.non-covered-nation",
            "2026-11-24",
            [part_known],
            "fail",
            ("Nd", "9/10", "1", "fail"),
        ),
    )
    for name, text, verdict in (
        ("share-at-the-boundary", "0.9", "pass"),
        ("share-just-below-the-boundary", "0.9001", "fail"),
    ):
        yield (
            name,
            case(
                "900 of 1000 kg are known to be of AU.",
                share + text,
                "2026-11-24",
                [part_known],
                verdict,
                ("Nd", "9/10", "1", verdict),
            ),
        )
    yield (
        "no-such-stage-counts-against",
        case(
            "Recycled matter has no mine: that it was not mined in a covered nation is not known.",
            f"{share}0.5",
            "2026-11-24",
            [
                batch(
                    "nd-metal",
                    ("Nd", "2", mined("AU")),
                    ("Nd", "3", collected("US", "post_consumer")),
                )
            ],
            "fail",
            ("Nd", "2/5", "1", "fail"),
        ),
    )
    yield (
        "each-element-by-itself",
        case(
            "One element is of known source, the other is not: together they would pass.",
            "claim.recycled?share=0.5",
            "2026-11-24",
            [
                batch(
                    "ndpr-metal",
                    ("Nd", "90", collected("US", "post_consumer")),
                    ("Nd", "10", mined("US")),
                    ("Pr", "10", mined("US")),
                )
            ],
            "fail",
            ("Nd", "9/10", "9/10", "pass"),
            ("Pr", "0", "0", "fail"),
        ),
    )


CHAIN = (("separation", "CN"), ("metal_making", "VN"))
IN_JP = (("alloying", "JP"), ("powder", "JP"), ("forming", "JP"))
NEW = "2027-01-01"
OLD = "2026-12-31"


def _magnets() -> Iterator[tuple[str, Case]]:
    nd = batch("ndfeb-magnet", ("Nd", "100", mined("US", *CHAIN, *IN_JP)))
    yield (
        "separated-in-a-covered-country-until-2026",
        case(
            "Mined in US, separated in CN, metal in VN, alloy and magnet in JP: only what follows the melting counts.",
            DFARS,
            OLD,
            [nd],
            "pass",
            ("Nd", "1", "1", "pass"),
        ),
    )
    iron = ("Fe", "200", mined("AU", *IN_JP)), ("B", "3", mined("TR", *IN_JP))
    yield (
        "separated-in-a-covered-country-from-2027",
        case(
            "The same magnet a day later, when separation counts too.",
            DFARS,
            NEW,
            [batch("ndfeb-magnet", ("Nd", "100", mined("US", *CHAIN, *IN_JP)), *iron)],
            "fail",
            ("Nd", "0", "0", "fail"),
            ("Fe", "1", "1", "pass"),
            ("B", "1", "1", "pass"),
            row=1,
        ),
    )
    yield (
        "separated-in-a-covered-country-strictly",
        case(
            "No stage at all in a covered nation: separation was.",
            "claim.non-covered-nation",
            OLD,
            [nd],
            "fail",
            ("Nd", "0", "0", "fail"),
        ),
    )
    yield (
        "extraction-is-not-separation",
        case(
            "By extraction the same matter is wholly outside.",
            "claim.non-covered-nation.share?stage=extraction&share=1",
            OLD,
            [nd],
            "pass",
            ("Nd", "1", "1", "pass"),
        ),
    )
    yield (
        "separation-is-not-extraction",
        case(
            "By separation it is not at all.",
            "claim.non-covered-nation.share?stage=separation&share=0.000000001",
            OLD,
            [nd],
            "fail",
            ("Nd", "0", "0", "fail"),
        ),
    )
    whole = (
        ("separation", "US"),
        ("metal_making", "GB"),
        ("alloying", "GB"),
        ("powder", "EE"),
        ("forming", "EE"),
    )
    yield (
        "whole-chain-outside-from-2027",
        case(
            "Every stage from the mine on is recorded, none in a covered country.",
            DFARS,
            NEW,
            [
                batch(
                    "ndfeb-magnet",
                    ("Nd", "100", mined("US", *whole)),
                    ("Fe", "200", mined("AU", *whole[2:])),
                    ("B", "3", mined("TR", *whole[2:])),
                )
            ],
            "pass",
            ("Nd", "1", "1", "pass"),
            ("Fe", "1", "1", "pass"),
            ("B", "1", "1", "pass"),
            row=1,
        ),
    )
    yield (
        "stage-not-recorded-from-2027",
        case(
            "Nobody recorded where the metal was made: that counts as unknown.",
            DFARS,
            NEW,
            [
                batch(
                    "ndfeb-magnet",
                    ("Nd", "100", mined("US", ("separation", "US"), *whole[2:])),
                    ("Fe", "200", mined("AU", *whole[2:])),
                    ("B", "3", mined("TR", *whole[2:])),
                )
            ],
            "fail",
            ("Nd", "0", "1", "fail"),
            ("Fe", "1", "1", "pass"),
            ("B", "1", "1", "pass"),
            row=1,
        ),
    )
    yield (
        "iron-and-boron-not-assayed-from-2027",
        case(
            "The chain of Nd is whole, and no assay says how much iron and boron there is.",
            DFARS,
            NEW,
            [batch("ndfeb-magnet", ("Nd", "100", mined("US", *whole)))],
            "indeterminate",
            ("Nd", "1", "1", "pass"),
            row=1,
            missing=("Fe", "B"),
        ),
    )
    yield (
        "untraced-before-the-melting-until-2026",
        case(
            "Metal that nobody recorded, melted and all after it in GB and EE: what was before does not count.",
            DFARS,
            OLD,
            [
                batch(
                    "ndfeb-magnet",
                    ("Nd", "93", mined("CN", *whole)),
                    ("Nd", "7", untraced("GB", *whole[2:])),
                    ("Fe", "200", untraced("GB", *whole[2:])),
                )
            ],
            "pass",
            ("Nd", "1", "1", "pass"),
            ("Fe", "1", "1", "pass"),
        ),
    )
    yield (
        "untraced-after-the-melting-until-2026",
        case(
            "A part of the powder is of nobody knows which alloy.",
            DFARS,
            OLD,
            [
                batch(
                    "ndfeb-magnet",
                    ("Nd", "93", mined("CN", *whole)),
                    ("Nd", "7", untraced("EE", *whole[3:])),
                )
            ],
            "fail",
            ("Nd", "93/100", "1", "fail"),
        ),
    )
    recycled = "post_consumer"
    us = (("powder", "US"), ("forming", "US"))
    disks = [
        ("Nd", "30", collected("US", recycled, ("dismantling", "US"), *us)),
        ("Fe", "68", collected("US", recycled, ("dismantling", "US"), *us)),
        ("B", "1", collected("US", recycled, ("dismantling", "US"), *us)),
    ]
    for day, row, order in ((OLD, 0, ("Nd", "Fe", "B")), (NEW, 1, ("Nd", "Fe", "B"))):
        yield (
            f"recycled-milled-and-sintered-in-us-{day}",
            case(
                "Magnets of hard disks, milled and sintered in the US: the exception for recycled matter.",
                DFARS,
                day,
                [batch("ndfeb-magnet", *disks)],
                "pass",
                *((of, "1", "1", "pass") for of in order),
                row=row,
            ),
        )
    jp = [
        (of, mass, collected("US", recycled, ("powder", "US"), ("forming", "JP")))
        for of, mass in (("Nd", "30"), ("Fe", "68"), ("B", "1"))
    ]
    yield (
        "recycled-sintered-in-jp-until-2026",
        case(
            "Milled in the US and sintered in JP: the exception is not met, and whether the melting of the alloy that "
            "they once were counts is not settled.",
            DFARS,
            OLD,
            [batch("ndfeb-magnet", *jp)],
            "review",
            *((of, "0", "1", "review") for of in ("Nd", "Fe", "B")),
        ),
    )
    yield (
        "recycled-sintered-in-jp-from-2027",
        case(
            "From 2027 the mine counts, and of recycled matter it is unknown.",
            DFARS,
            NEW,
            [batch("ndfeb-magnet", *jp)],
            "fail",
            *((of, "0", "1", "fail") for of in ("Nd", "Fe", "B")),
            row=1,
        ),
    )
    yield (
        "recycled-sintered-in-a-covered-country",
        case(
            "Sintered in CN: barred at any time.",
            DFARS,
            OLD,
            [
                batch(
                    "ndfeb-magnet",
                    ("Nd", "30", collected("US", recycled, ("powder", "US"), ("forming", "CN"))),
                )
            ],
            "fail",
            ("Nd", "0", "0", "fail"),
        ),
    )
    yield (
        "melted-in-a-covered-country-until-2026",
        case(
            "A third of the Nd was melted to alloy in CN.",
            DFARS,
            OLD,
            [
                batch(
                    "ndfeb-magnet",
                    ("Nd", "20", mined("US", *whole)),
                    ("Nd", "10", mined("US", *whole[:2], ("alloying", "CN"), *whole[3:])),
                )
            ],
            "fail",
            ("Nd", "2/3", "2/3", "fail"),
        ),
    )
    gb = (("powder", "GB"), ("forming", "GB"))
    for name, where, outcome, upper in (
        ("smco-swarf-recycled-in-a-covered-country", "CN", "fail", "0"),
        ("smco-swarf-recycled-elsewhere", "GB", "review", "1"),
    ):
        yield (
            name,
            case(
                "SmCo swarf, recycled feedstock: where it was recycled counts from 2027; the first mine is not known.",
                DFARS,
                NEW,
                [
                    batch(
                        "smco-magnet",
                        *(
                            (of, mass, collected("GB", "pre_consumer", ("leaching", where), *gb))
                            for of, mass in (("Sm", "25"), ("Co", "52"))
                        ),
                    )
                ],
                outcome,
                ("Sm", "0", upper, outcome),
                ("Co", "0", upper, outcome),
                row=1,
            ),
        )


def _metals_and_exemptions() -> Iterator[tuple[str, Case]]:
    powder = [("W", "100", mined("CN", ("refining", "CN"), ("powder", "CN")))]
    barred = [batch("tungsten-metal", *powder)]
    for day, row in ((OLD, 0), (NEW, 1)):
        yield (
            f"tungsten-powder-of-a-covered-country-{day}",
            case(
                "Reduced to powder in CN.",
                DFARS,
                day,
                barred,
                "fail",
                ("W", "0", "0", "fail"),
                row=row,
            ),
        )
    mixed = [
        batch("tungsten-metal", ("W", "100", mined("CN", ("refining", "CN"), ("powder", "US"))))
    ]
    yield (
        "tungsten-ore-of-a-covered-country-until-2026",
        case(
            "Ore and oxide of CN, powder of US.",
            DFARS,
            OLD,
            mixed,
            "pass",
            ("W", "1", "1", "pass"),
        ),
    )
    yield (
        "tungsten-ore-of-a-covered-country-from-2027",
        case("The same from 2027.", DFARS, NEW, mixed, "fail", ("W", "0", "0", "fail"), row=1),
    )
    bad = ("W", "0", "0", "fail")

    def cots(day: str, weights: dict[str, str], *claims: str) -> dict[str, Any]:
        return {"facts": {"claims": ["cots", *claims], "weights": weights}, "row": int(day == NEW)}

    parts = {"ndfeb": "0.2", "smco": "0.1", "tantalum": "0.1"}
    for name, day, weights, claims, outcome in (
        ("cots-49.9-percent-tungsten", OLD, {"tungsten": "0.499"}, (), "pass"),
        ("cots-50-percent-tungsten", OLD, {"tungsten": "0.5"}, (), "fail"),
        ("cots-other-materials-until-2026", OLD, {**parts, "tungsten": "0.4"}, (), "pass"),
        ("cots-all-together-from-2027", NEW, {**parts, "tungsten": "0.1"}, (), "fail"),
        ("cots-below-together-from-2027", NEW, {**parts, "tungsten": "0.099"}, (), "pass"),
        ("cots-mill-product", NEW, {**parts, "tungsten": "0"}, ("mill-product",), "fail"),
        ("cots-weights-missing", NEW, parts, (), "indeterminate"),
    ):
        yield (
            name,
            case(
                "An off-the-shelf item with tungsten of CN in it.",
                DFARS,
                day,
                barred,
                outcome,
                bad,
                exemption="cots" if outcome == "pass" else None,
                missing=("weights",) if outcome == "indeterminate" else (),
                **cots(day, weights, *claims),
            ),
        )


def _batteries() -> Iterator[tuple[str, Case]]:
    art8 = "eu.battery.art8"
    early, late = "2031-08-18", "2036-08-18"
    post = collected("DE", "post_consumer")
    nickel = [
        ("Ni", "100", post),
        ("Ni", "50", collected("DE", "pre_consumer")),
        ("Ni", "850", mined("ID")),
    ]
    rework = [nickel[0], ("Ni", "50", collected("DE", "same_process_rework")), nickel[2]]
    for name, matter, day, share, verdict in (
        ("nickel-2031", nickel, early, "3/20", "pass"),
        ("nickel-2036-at-the-boundary", nickel, late, "3/20", "pass"),
        ("nickel-rework-2031", rework, early, "1/10", "pass"),
        ("nickel-rework-2036", rework, late, "1/10", "fail"),
    ):
        yield (
            name,
            case(
                "Nickel after use and from manufacturing counts; rework in the same process does not.",
                art8,
                day,
                [batch(CATHODE, *matter)],
                verdict,
                ("Ni", share, share, verdict),
                facts=EV,
                row=int(day == late),
            ),
        )
    yield (
        "nickel-after-use-only",
        case(
            "By post-consumer matter alone it is a tenth.",
            "claim.recycled?share=0.1&class=post_consumer",
            early,
            [batch(CATHODE, *nickel)],
            "pass",
            ("Ni", "1/10", "1/10", "pass"),
        ),
    )
    cobalt = [
        batch(CATHODE, ("Co", "16", post), ("Co", "84", mined("CD"))),
        batch("li-ion-batteries", ("Co", "5", mined("CD"))),
    ]
    for day, verdict in ((early, "pass"), (late, "fail")):
        yield (
            f"cobalt-of-the-active-material-{day[:4]}",
            case(
                "Cobalt is counted in the cathode only: 16 of 100 kg, not of 105.",
                art8,
                day,
                cobalt,
                verdict,
                ("Co", "4/25", "4/25", verdict),
                facts=EV,
                row=int(day == late),
            ),
        )
    for recovered, rest, verdict in (("8.5", "1.5", "pass"), ("8.49", "1.51", "fail")):
        share = {"8.5": "17/20", "8.49": "849/1000"}[recovered]
        yield (
            f"lead-{recovered}-of-10",
            case(
                "Lead is counted in the whole battery.",
                art8,
                early,
                [batch("lead-acid-batteries", ("Pb", recovered, post), ("Pb", rest, mined("AU")))],
                verdict,
                ("Pb", share, share, verdict),
                facts={"product": "sli-battery"},
            ),
        )
    yield (
        "before-the-first-row",
        case(
            "Nothing has to be reached yet.",
            art8,
            "2031-08-17",
            cobalt,
            "not_yet_in_force",
            facts=EV,
            row=None,
        ),
    )
    yield (
        "light-transport-joins-later",
        case(
            "Batteries of light means of transport are in the second row only.",
            art8,
            early,
            cobalt,
            "not_yet_in_force",
            facts={"product": "lmt-battery"},
            row=None,
        ),
    )
    yield (
        "product-not-told",
        case(
            "Which battery it is decides which row applies.",
            art8,
            early,
            cobalt,
            "indeterminate",
            row=None,
            missing=("product",),
        ),
    )
    annex = "eu.battery.annex12"

    def recovery(day: str, outcome: str, figures: list[tuple[str, str, str]], row: int) -> Case:
        facts = {
            "product": "lithium-based",
            "whole": {"into": "1000", "out": "660"},
            "recovered": {"Co": {"into": "100", "out": "91"}, "Li": {"into": "20", "out": "11"}},
        }
        return case(
            "91 of 100 kg Co, 11 of 20 kg Li and 660 of 1000 kg in all came out.",
            annex,
            day,
            [],
            outcome,
            *((of, share, share, verdict) for of, share, verdict in figures),
            facts=facts,
            row=row,
        )

    mass, cobalt_out, lithium_out = "33/50", "91/100", "11/20"
    for day, row, verdicts in (
        ("2025-12-31", 4, ("pass",)),
        ("2027-12-31", 5, ("pass", "pass", "pass")),
        ("2030-12-31", 6, ("fail", "pass", "pass")),
        ("2031-12-31", 7, ("fail", "fail", "fail")),
    ):
        found = [
            (of, share, verdict)
            for (of, share), verdict in zip(
                (("mass", mass), ("Co", cobalt_out), ("Li", lithium_out)), verdicts, strict=False
            )
        ]
        outcome = "fail" if "fail" in verdicts else "pass"
        yield f"recovery-{day}", recovery(day, outcome, found, row)
    yield (
        "recovery-figures-missing",
        case(
            "Nobody says what went in and came out.",
            annex,
            "2027-12-31",
            [],
            "indeterminate",
            facts={"product": "lithium-based"},
            row=5,
            missing=("recovery", "recovery", "recovery"),
        ),
    )


def _value_and_cost() -> Iterator[tuple[str, Case]]:
    minerals = [
        {
            "name": "lithium",
            "value": "1000",
            "extraction": {"AU": "0.7", "CN": "0.3"},
            "processing": {"CN": "1"},
        },
        {
            "name": "nickel",
            "value": "2000",
            "extraction": {"ID": "1"},
            "processing": {"KR": "0.6", "CN": "0.4"},
        },
        {"name": "cobalt", "value": "600", "recycling": {"CA": "1"}},
    ]
    facts = {"minerals": minerals, "claims": ["impracticable-to-trace"]}
    owned = {"controllers": ["AU"]}
    clean = [batch("lithium-carbonate", ("Li", "1", mined("AU", ("refining", "AU"), **owned)))]
    for day, row, verdict in (("2025-06-01", 2, "pass"), ("2026-06-01", 3, "fail")):
        yield (
            f"value-traced-{day[:4]}",
            case(
                "700 of 1000 Li, 1200 of 2000 Ni and all of 600 Co qualify: 69.4 %.",
                "us.ira.30d",
                day,
                clean,
                verdict,
                ("value", "25/36", "25/36", verdict),
                ("Li", "1", "1", "pass"),
                facts={"minerals": minerals},
                row=row,
            ),
        )
    yield (
        "value-half",
        case(
            "By the test of the transition each mineral counts wholly: 70, 60 and 100 % are at least one half.",
            "us.ira.30d.vat",
            "2026-06-01",
            clean,
            "pass",
            ("value", "1", "1", "pass"),
            ("Li", "1", "1", "pass"),
            facts={"minerals": minerals},
            row=3,
        ),
    )
    concern = [batch("lithium-carbonate", ("Li", "1", mined("AU", ("refining", "CN"), **owned)))]
    yield (
        "value-with-an-entity-of-concern",
        case(
            "Processed in CN: no share of value makes up for it.",
            "us.ira.30d.vat",
            "2026-06-01",
            concern,
            "fail",
            ("value", "1", "1", "pass"),
            ("Li", "0", "0", "fail"),
            facts={"minerals": minerals},
            row=3,
        ),
    )
    controlled = [
        batch(
            "lithium-carbonate",
            ("Li", "1", mined("AU", ("refining", "AU"), controllers=["AU", "CN"])),
        )
    ]
    yield (
        "value-with-an-operator-of-concern",
        case(
            "Processed in AU by a firm that CN controls by a quarter.",
            "us.ira.30d",
            "2025-06-01",
            controlled,
            "fail",
            ("value", "25/36", "25/36", "pass"),
            ("Li", "0", "0", "fail"),
            facts={"minerals": minerals},
            row=2,
        ),
    )
    yield (
        "value-missing",
        case(
            "Masses say nothing of values.",
            "us.ira.30d",
            "2026-06-01",
            clean,
            "indeterminate",
            ("Li", "1", "1", "pass"),
            row=3,
            missing=("minerals",),
        ),
    )
    yield (
        "value-of-unknown-steps",
        case(
            "Where nickel was processed is known of a half only.",
            "us.ira.30d",
            "2024-06-01",
            [],
            "fail",
            ("value", "2/5", "9/10", "fail"),
            facts={
                "minerals": [
                    {
                        "name": "nickel",
                        "value": "1",
                        "extraction": {"ID": "1"},
                        "processing": {"KR": "0.4", "CN": "0.1"},
                    }
                ]
            },
            row=1,
        ),
    )
    yield (
        "value-acquired-after-its-end",
        case(
            "The credit ended for what was acquired after 2025-09-30.",
            "us.ira.30d",
            "2026-06-01",
            clean,
            "not_in_scope",
            facts={"minerals": minerals, "acquired": "2025-10-01"},
            row=None,
        ),
    )
    yield (
        "value-impracticable-to-trace",
        case(
            "Minerals that cannot practicably be traced were exempt until 2026.",
            "us.ira.30d",
            "2026-12-31",
            concern,
            "pass",
            ("value", "25/36", "25/36", "fail"),
            ("Li", "0", "0", "fail"),
            facts=facts,
            row=3,
            exemption="impracticable-to-trace",
        ),
    )
    macr = "us.obbba.macr"
    none: list[dict[str, Any]] = []
    ok = [(of, "0", "0", "pass") for of in ("equity of one", "equity together", "debt")]

    def cost(product: str, total: str, prohibited: str, **more: Any) -> dict[str, Any]:
        return {
            "product": product,
            "cost": {"total": total, "prohibited": prohibited},
            "holdings": none,
        } | more

    for name, day, row, facts_of, share, verdict in (
        (
            "cost-battery-2026",
            "2026-03-01",
            8,
            cost("45x-battery-component", "80", "30"),
            "5/8",
            "pass",
        ),
        (
            "cost-battery-2027",
            "2027-03-01",
            9,
            cost("45x-battery-component", "80", "30"),
            "5/8",
            "fail",
        ),
        (
            "cost-mineral-2029",
            "2029-03-01",
            3,
            cost("45x-critical-mineral", "500", "380"),
            "6/25",
            "pass",
        ),
        (
            "cost-mineral-2030",
            "2030-03-01",
            4,
            cost("45x-critical-mineral", "500", "380"),
            "6/25",
            "fail",
        ),
        (
            "cost-storage-2026",
            "2026-03-01",
            18,
            cost("48e-storage", "1000", "656"),
            "43/125",
            "fail",
        ),
    ):
        yield (
            name,
            case(
                "What is not a prohibited foreign entity's, over all direct costs.",
                macr,
                day,
                none,
                verdict,
                ("cost", share, share, verdict),
                *ok,
                facts=facts_of,
                row=row,
            ),
        )
    yield (
        "cost-unknown-counts-against",
        case(
            "Whose a tenth of the cost is nobody knows.",
            macr,
            "2026-03-01",
            none,
            "fail",
            ("cost", "11/20", "13/20", "fail"),
            *ok,
            facts={
                "product": "45x-battery-component",
                "cost": {"total": "100", "prohibited": "35", "unknown": "10"},
                "holdings": none,
            },
            row=8,
        ),
    )
    yield (
        "cost-missing",
        case(
            "Masses say nothing of costs, nor of owners.",
            macr,
            "2026-03-01",
            none,
            "indeterminate",
            facts={"product": "45x-battery-component"},
            row=8,
            missing=("cost", "holdings"),
        ),
    )
    for name, held, bounds, outcome in (
        (
            "holdings-at-40-percent",
            (("A", "equity", "0.24"), ("B", "equity", "0.16")),
            ("6/25", "2/5", "0"),
            "fail",
        ),
        (
            "holdings-below-40-percent",
            (("A", "equity", "0.2499"), ("B", "equity", "0.15")),
            ("2499/10000", "3999/10000", "0"),
            "pass",
        ),
        ("holdings-of-one-at-25-percent", (("A", "equity", "0.25"),), ("1/4", "1/4", "0"), "fail"),
        (
            "debt-at-15-percent",
            (("A", "debt", "0.1"), ("B", "debt", "0.05")),
            ("0", "0", "3/20"),
            "fail",
        ),
    ):
        limits = (("equity of one", 0.25), ("equity together", 0.4), ("debt", 0.15))
        figures = []
        for (of, limit), bound in zip(limits, bounds, strict=True):
            above, _, below = bound.partition("/")
            figures.append(
                (of, bound, bound, "fail" if int(above) / int(below or 1) >= limit else "pass")
            )
        yield (
            name,
            case(
                "What specified foreign entities hold of the maker.",
                macr,
                "2026-03-01",
                none,
                outcome,
                ("cost", "1", "1", "pass"),
                *figures,
                facts={
                    "product": "45x-battery-component",
                    "cost": {"total": "100", "prohibited": "0"},
                    "holdings": [
                        {"holder": who, "of": of, "fraction": part} for who, of, part in held
                    ],
                },
                row=8,
            ),
        )


def _disclosures_and_flags() -> Iterator[tuple[str, Case]]:
    crma = "eu.crma.art29"

    def magnets(mass: str) -> list[dict[str, Any]]:
        return [
            batch(
                "ndfeb-magnet",
                ("Nd", "0.012", collected("DE", "post_consumer")),
                ("Nd", "0.038", mined("AU")),
                mass=mass,
            )
        ]

    yield (
        "magnets-of-200-grams",
        case(
            "More than 0.2 kg are needed.",
            crma,
            "2027-06-01",
            magnets("0.2"),
            "not_in_scope",
        ),
    )
    yield (
        "magnets-of-201-grams",
        case(
            "The share is published; there is no smallest one.",
            crma,
            "2027-06-01",
            magnets("0.201"),
            "pass",
            ("Nd", "6/25", "6/25", "pass"),
        ),
    )
    stages = (("separation", "CN"), ("metal_making", "VN"), ("alloying", "JP"), ("forming", "JP"))
    told = batch("ndfeb-magnet", ("Nd", "1", mined("US", *stages)))
    yield (
        "provenance-told-at-four-stages",
        case(
            "Where it was mined, made to oxide, to metal and alloy, and to a magnet is known, covered nation or not.",
            "us.ndaa23.857",
            "2026-11-24",
            [told],
            "pass",
            *[("Nd", "1", "1", "pass")] * 4,
        ),
    )
    yield (
        "provenance-not-told-at-one-stage",
        case(
            "Where it was alloyed is not known: 180 days to find out.",
            "us.ndaa23.857",
            "2026-11-24",
            [batch("ndfeb-magnet", ("Nd", "1", mined("US", *stages[:2], stages[3])))],
            "review",
            ("Nd", "1", "1", "pass"),
            ("Nd", "1", "1", "pass"),
            ("Nd", "0", "1", "review"),
            ("Nd", "1", "1", "pass"),
        ),
    )
    for name, where, outcome, upper in (
        ("xinjiang", "CN-XJ", "review", "0"),
        ("region-not-told", "CN", "review", "1"),
        ("another-region", "CN-JX", "pass", "1"),
    ):
        yield (
            f"flag-{name}",
            case(
                "A step in Xinjiang is flagged, and one in CN of which the region is not told.",
                "us.uflpa",
                "2026-11-24",
                [batch("copper-cathode", ("Cu", "1", mined("PE", ("refining", where))))],
                outcome,
                ("Cu", "1" if outcome == "pass" else "0", upper, outcome),
            ),
        )


ANNUAL = """\
id = "own.firm.ores"
version = "1"
title = "Ores by mass imported in a year"
summary = "In scope from a mass on."
jurisdiction = "EU"
status = "in_force"
as_of = 2026-11-01
verify_by = 2027-11-01
date_basis = "import_entry"
measure = "disclosure"

[[source]]
title = "Regulation (EU) 2017/821, Annex I"
confidence = "high"

[scope]
materials = ["{material}"]
mass_at_least = "{mass}"

[[row]]
from = 2021-01-01
[[row.test]]
kind = "share"
name = "country of extraction known"
lens = "stage/extraction"
unknown = ["none"]
other = "good"
at_least = "1"
"""


def _scopes() -> Iterator[tuple[str, Case]]:
    for material, element, least, below in (
        ("tantalum-ore", "Ta", "100000", "99999"),
        ("tungsten-ore", "W", "250000", "249999"),
    ):
        policy = ANNUAL.format(material=material, mass=least)
        for mass, outcome in ((least, "pass"), (below, "not_in_scope")):
            yield (
                f"{material}-{mass}-kg",
                case(
                    "What is imported in a year is in scope from a mass on: two batches, assessed together.",
                    policy,
                    "2026-06-01",
                    [
                        batch(material, (element, "20000", mined("RW")), mass="40000"),
                        batch(
                            material, (element, "20000", mined("RW")), mass=str(int(mass) - 40000)
                        ),
                    ],
                    outcome,
                    *([(element, "1", "1", "pass")] if outcome == "pass" else []),
                ),
            )
    yield (
        "material-out-of-scope",
        case(
            "The clause is about magnets, tantalum and tungsten.",
            DFARS,
            OLD,
            [batch("copper-cathode", ("Cu", "1", mined("CN")))],
            "not_in_scope",
        ),
    )


def _custody() -> Iterator[tuple[str, Case]]:
    credit = {"custody": "mass_balance_credit"}
    blended = batch(
        "nd-metal",
        ("Nd", "60", collected("US", "post_consumer", ("blending", "US"))),
        ("Nd", "40", collected("US", "post_consumer", ("blending", "US"), **credit)),
    )
    yield (
        "credit-is-refused-for-origin",
        case(
            "40 of 100 kg came by credit: what it is certified for has to be in it.",
            "claim.non-covered-nation",
            "2026-11-24",
            [blended],
            "fail",
            ("Nd", "3/5", "3/5", "fail"),
            credit=True,
        ),
    )
    yield (
        "nothing-depends-on-a-receipt",
        case(
            "A batch that nobody has received yet has the shares that it has; that it is on its way is said.",
            "claim.recycled?share=0.5",
            "2026-11-24",
            [blended | {"inTransit": True}],
            "pass",
            ("Nd", "1", "1", "pass"),
            credit=True,
            in_transit=True,
        ),
    )
    yield (
        "credit-is-said-for-recycled",
        case(
            "The claim of recycled content takes it, and says that it is not physically contained.",
            "claim.recycled?share=1",
            "2026-11-24",
            [blended],
            "pass",
            ("Nd", "1", "1", "pass"),
            credit=True,
        ),
    )
    attested = 'attestation = "required"\n[scope]'
    policy = ANNUAL.format(material="nd-metal", mass="1").replace("[scope]", attested)
    policy = policy.replace('attestation = "required"\n', "").replace(
        "[[source]]", 'attestation = "required"\n\n[[source]]', 1
    )
    yield (
        "only-what-is-attested-counts",
        case(
            "Mined where it is known, and attested by three quarters.",
            policy,
            "2026-11-24",
            [
                batch(
                    "nd-metal",
                    ("Nd", "75", mined("AU", attested="attested")),
                    ("Nd", "25", mined("AU")),
                )
            ],
            "fail",
            ("Nd", "3/4", "3/4", "fail"),
        ),
    )
