"""The rare-earth chain of the demo: mined in the US and in China, recycled from American hard disks, blended.

Kilograms of dry matter. The sources of the figures:

MP    MP Materials Corp., Form 10-K for 2021 (SEC accession 0001801368-22-000010): Nd and Pr are 15.7 % of
      the rare-earth oxides, as Nd2O3 0.66 to Pr6O11 0.24: 11.513 % and 4.187 %.
BT    Contract basis of Bayan Obo concentrate, "dry basis, REO = 50 %": SMM, 9 January 2025,
      https://news.metal.com/newscontent/103130256/
HW    "Rare earth elements in WEEE: Case study of Neodymium potential in hard disk drives": magnets are
      nearly 3.5 % of a drive.
BE    S. Belfqueh et al., J. Rare Earths 41 (2023) 621: magnets of end-of-life hard disks hold 22.8 % Nd,
      3.3 % Pr, 1.2 % Dy by mass.
CH    N. A. Chowdhury et al., ACS Sustainable Chem. Eng. 2021, 15915: recycled oxide above 99.5 % pure;
      swarf is 6 to 73 % of the matter over the steps of magnet making.
YANG  Y. Yang et al., J. Sustain. Metall. 3 (2017), doi 10.1007/s40831-016-0090-4: NdFeB magnets hold 31
      to 32 % rare earths.
LC    Less Common Metals (MMTA): NdPr metal is made by molten-salt electrolysis in Great Britain.
NE    Argus, 2023: sintered NdFeB magnets are made in Narva, Estonia.
AW    IUPAC 2021 atomic weights (doi 10.1515/pac-2019-0603), for what follows by stoichiometry.

All tonnages, the recoveries (90 % in separation, 95 % in dismantling, 93 % in recycling, 97 % in
electrolysis), the other losses and the blend are chosen by us, within what these works report; so are the
grade of the American concentrate (60 % REO) and the oxide shares of the Chinese one (18.5 % Nd2O3, 6.2 %
Pr6O11). Firms and lots are invented.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from firms import Firm, ship

from provenite import (
    BatchOf,
    CustodyModel,
    Mode,
    Source,
    Stage,
    collection,
    extraction,
    site,
    transformation,
)

FIRMS = {
    "mine": ("Sierra Bastnaesite Mining", "US", ("miner",)),
    "separator": ("Mojave Oxides", "US", ("refiner",)),
    "cn_mine": ("Northern Steppe Mining", "CN", ("miner",)),
    "cn_separator": ("Northern Steppe Separation", "CN", ("refiner",)),
    "collector": ("Harbor Electronics Recovery", "US", ("collector",)),
    "dismantler": ("Prairie Disk Dismantling", "US", ("recycler",)),
    "recycler": ("Great Lakes Magnet Recycling", "US", ("recycler",)),
    "metal_maker": ("Mersey Rare Metals", "GB", ("refiner",)),
    "alloy_maker": ("Cheshire Strip Cast", "GB", ("manufacturer",)),
    "magnet_maker": ("Narva Magnets", "EE", ("manufacturer",)),
}

# Mountain Pass: 60 % REO, of it 11.513 % Nd2O3 and 4.187 % Pr6O11 [MP], times the oxides' Nd and Pr [AW].
US_CONCENTRATE = {"Nd": "0.059226", "Pr": "0.020791"}
# 90 % of both recovered, as oxide of 99.5 %.
US_OXIDE = {"Nd": "0.625591", "Pr": "0.21961"}
# Bayan Obo: 50 % REO [BT], 18.5 % Nd2O3 and 6.2 % Pr6O11 of it.
CN_CONCENTRATE = {"Nd": "0.079305", "Pr": "0.025658"}
CN_OXIDE = {"Nd": "0.638943", "Pr": "0.206721"}
# Magnets are 3.5 % of a drive [HW] and hold 22.8 % Nd, 3.3 % Pr, 1.2 % Dy [BE].
DISKS = {"Nd": "0.00798", "Pr": "0.001155", "Dy": "0.00042"}
DISK_MAGNETS = {"Nd": "0.228", "Pr": "0.033", "Dy": "0.012"}
# 93 % recovered, 99.5 % pure [CH]: poorer in Pr than primary oxide, as the disks' magnets are.
RECYCLED_OXIDE = {"Nd": "0.74185", "Pr": "0.107373"}
DYSPROSIUM_OXIDE = {"Dy": "0.866985"}
# 500 : 300 : 200 of the three oxides.
BLEND = {"Nd": "0.652848", "Pr": "0.193295"}
# 97 % of it reduced to metal of 99.5 % [LC].
METAL = {"Nd": "0.767699", "Pr": "0.2273"}
# 30.6 % rare earths [YANG]; Fe and B near Nd2Fe14B's [AW].
ALLOY = {"Nd": "0.235797", "Pr": "0.070429", "Fe": "0.67", "B": "0.01"}
SWARF = {"Nd": "0.224007", "Pr": "0.066907", "Fe": "0.6365", "B": "0.0095"}


def submit(firms: Mapping[str, Firm], told: Callable[[str], None]) -> dict[str, str]:
    """Record the chain; the ids of its batches by name. `told` hears of each step."""
    us_oxide = _mined_and_separated(
        firms["mine"],
        firms["separator"],
        ("bastnaesite-concentrate", "6000", US_CONCENTRATE),
        ("511.229", US_OXIDE, {"Nd": "35.535739", "Pr": "12.474999"}),
        told,
    )
    cn_oxide = _mined_and_separated(
        firms["cn_mine"],
        firms["cn_separator"],
        ("mixed-rare-earth-concentrate", "3000", CN_CONCENTRATE),
        ("335.121", CN_OXIDE, {"Nd": "23.791783", "Pr": "7.697452"}),
        told,
    )
    recycled_oxide = _recycled(firms, told)
    maker = firms["metal_maker"]
    shipped = {
        "us_received": ship(firms["separator"], maker, us_oxide, "500", _on(30), _on(52), Mode.SEA),
        "cn_received": ship(
            firms["cn_separator"], maker, cn_oxide, "300", _on(30), _on(58), Mode.SEA
        ),
        "recycled_received": ship(
            firms["recycler"], maker, recycled_oxide, "200", _on(30), _on(50), Mode.SEA
        ),
    }
    masses = dict(zip(shipped.values(), ("500", "300", "200"), strict=True))
    alloy = _blended_and_alloyed(maker, firms["alloy_maker"], masses, told)
    received = ship(
        firms["alloy_maker"], firms["magnet_maker"], alloy, "2830", _on(82), _on(90), Mode.SEA
    )
    return {**shipped, "magnets": _magnets(firms["magnet_maker"], received, told)}


def _mined_and_separated(
    mine: Firm,
    separator: Firm,
    ore: tuple[str, str, dict[str, str]],
    oxide: tuple[str, dict[str, str], dict[str, str]],
    told: Callable[[str], None],
) -> str:
    material, mass, composition = ore
    pit = mine.submit(
        site(country=mine.country, stages=[Stage.EXTRACTION], name=f"{mine.name}, pit 1")
    )
    mined = mine.submit(
        extraction(
            country=mine.country,
            occurred_at=_on(3),
            site=pit.digest,
            outputs=[
                BatchOf(material, mass=mass, composition=composition, lot=f"{mine.country}-C1")
            ],
        )
    )
    told(f"{mine.name} ({mine.country}) extracts {mass} kg of {material}")
    received = ship(mine, separator, mined.batches[0], mass, _on(5), _on(8), Mode.RAIL)
    made, assay, losses = oxide
    separated = separator.submit(
        transformation(
            country=separator.country,
            occurred_at=_on(20),
            stage=Stage.SEPARATION,
            custody_model=CustodyModel.SEGREGATED,
            inputs={received: mass},
            outputs=[BatchOf("ndpr-oxide", mass=made, composition=assay)],
            losses=losses,
        )
    )
    told(f"{separator.name} ({separator.country}) separates {made} kg of NdPr oxide from it")
    return separated.batches[0]


def _recycled(firms: Mapping[str, Firm], told: Callable[[str], None]) -> str:
    collector, dismantler, recycler = (firms[n] for n in ("collector", "dismantler", "recycler"))
    disks = collector.submit(
        collection(
            country="US",
            occurred_at=_on(2),
            source=Source.POST_CONSUMER,
            stream="hard-disk-drives",
            outputs=[BatchOf("hard-disk-drives", mass="24000", composition=DISKS)],
        )
    )
    told(f"{collector.name} (US) collects 24000 kg of hard disks after use")
    received = ship(collector, dismantler, disks.batches[0], "24000", _on(4), _on(6), Mode.ROAD)
    scrap = dismantler.submit(
        transformation(
            country="US",
            occurred_at=_on(10),
            stage=Stage.DISMANTLING,
            custody_model=CustodyModel.SEGREGATED,
            inputs={received: "24000"},
            outputs=[BatchOf("ndfeb-magnet-scrap", mass="798", composition=DISK_MAGNETS)],
            losses={"Nd": "9.576", "Pr": "1.386", "Dy": "0.504"},
        )
    )
    told(f"{dismantler.name} (US) takes 798 kg of magnets out of them")
    received = ship(dismantler, recycler, scrap.batches[0], "798", _on(12), _on(14), Mode.ROAD)
    oxide = recycler.submit(
        transformation(
            country="US",
            occurred_at=_on(24),
            stage=Stage.LEACHING,
            custody_model=CustodyModel.SEGREGATED,
            inputs={received: "798"},
            outputs=[
                BatchOf("ndpr-oxide", mass="228.089", composition=RECYCLED_OXIDE),
                BatchOf("dy-oxide", mass="10.272", composition=DYSPROSIUM_OXIDE),
            ],
            losses={"Nd": "12.736175", "Pr": "1.8434", "Dy": "0.67033"},
        )
    )
    told(f"{recycler.name} (US) recycles them to 228.089 kg of NdPr oxide")
    for doubt in oxide.findings:
        told(f"  doubt {doubt.slug}: {doubt.detail}")
    return oxide.batches[0]


def _blended_and_alloyed(
    metal_maker: Firm, alloy_maker: Firm, oxides: Mapping[str, str], told: Callable[[str], None]
) -> str:
    blend = metal_maker.submit(
        transformation(
            country="GB",
            occurred_at=_on(60),
            stage=Stage.BLENDING,
            custody_model=CustodyModel.CONTROLLED_BLENDING,
            inputs=oxides,
            outputs=[BatchOf("ndpr-oxide", mass="1000", composition=BLEND)],
            losses={"Nd": "0.000401", "Pr": "0.000901"},
        )
    )
    told(f"{metal_maker.name} (GB) blends 500 + 300 + 200 kg of the three oxides")
    metal = metal_maker.submit(
        transformation(
            country="GB",
            occurred_at=_on(70),
            stage=Stage.METAL_MAKING,
            custody_model=CustodyModel.CONTROLLED_BLENDING,
            inputs={blend.batches[0]: "1000"},
            outputs=[BatchOf("ndpr-metal", mass="824.883", composition=METAL)],
            losses={"Nd": "19.586146", "Pr": "5.799094"},
        )
    )
    told(f"{metal_maker.name} (GB) makes 824.883 kg of NdPr metal")
    received = ship(
        metal_maker, alloy_maker, metal.batches[0], "824.883", _on(72), _on(73), Mode.ROAD
    )
    alloy = alloy_maker.submit(
        transformation(
            country="GB",
            occurred_at=_on(80),
            stage=Stage.ALLOYING,
            custody_model=CustodyModel.CONTROLLED_BLENDING,
            inputs={received: "824.883"},
            outputs=[BatchOf("ndfeb-alloy", mass="2830", composition=ALLOY)],
            losses={"Nd": "13.621214", "Pr": "4.070126", "Fe": "38.695", "B": "0.577"},
            # 7 % of the Nd is bought metal that no statement records; so are all Fe and B.
            untraced={"Nd": "47.66487", "Pr": "15.88829", "Fe": "1934.795", "B": "28.877"},
        )
    )
    told(f"{alloy_maker.name} (GB) casts 2830 kg of NdFeB alloy, 7 % of its Nd untraced")
    return alloy.batches[0]


def _magnets(maker: Firm, alloy: str, told: Callable[[str], None]) -> str:
    powder = maker.submit(
        transformation(
            country="EE",
            occurred_at=_on(95),
            stage=Stage.POWDER,
            custody_model=CustodyModel.SEGREGATED,
            inputs={alloy: "2830"},
            outputs=[BatchOf("ndfeb-powder", mass="2773.4", composition=ALLOY)],
            losses={"Nd": "13.34611", "Pr": "3.986281", "Fe": "37.922", "B": "0.566"},
        )
    )
    formed = maker.submit(
        transformation(
            country="EE",
            occurred_at=_on(100),
            stage=Stage.FORMING,
            custody_model=CustodyModel.SEGREGATED,
            inputs={powder.batches[0]: "2773.4"},
            # A quarter of the powder becomes swarf [CH].
            outputs=[
                BatchOf("ndfeb-magnet", mass="2000", composition=ALLOY, lot="NM-0001"),
                BatchOf("ndfeb-swarf", mass="700", composition=SWARF),
            ],
            losses={"Nd": "25.5605", "Pr": "7.634889", "Fe": "72.628", "B": "1.084"},
        )
    )
    told(f"{maker.name} (EE) mills, presses and sinters 2000 kg of magnets")
    return formed.batches[0]


def _on(day: int) -> datetime:
    """The chain's day `day`."""
    return datetime(2026, 1, 1, 8, tzinfo=UTC) + timedelta(days=day)
