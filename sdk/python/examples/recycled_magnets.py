"""American magnets made of old ones: taken out of motors after use, powdered with hydrogen, sintered anew.

Kilograms of dry matter. The sources of the figures:

SH    R. S. Sheridan, PhD thesis, University of Birmingham, 2014 (etheses.bham.ac.uk/id/eprint/4929): a sintered
      magnet that is recycled is Nd13.4 Dy0.7 Fe78.6 Al0.7 Nb0.4 B6.3, in atoms of a hundred.
JO    C. Jönsson, PhD thesis, University of Birmingham, 2018 (etheses.bham.ac.uk/id/eprint/8717): hydrogen takes
      more than 95 % of the magnets out of the rotors of vehicles' motors, as powder.
WA    A. Walton et al., J. Clean. Prod. 104 (2015) 236: such powder keeps 90 % of the magnetic properties.
ZA    M. Zakotnik, I. R. Harris, A. J. Williams, J. Alloys Compd. 469 (2009) 314: one atom of neodymium in a
      hundred is added, as hydride, to make good what has oxidized. P. A. Prokofev et al., Materials 13 (2020)
      3049, blend such powder with NdHx too.
CH    As in the chain of rare earths: 6 to 73 % of the matter becomes swarf over the steps of magnet making.
AW    IUPAC 2021 atomic weights, for masses that follow from atoms: with [ZA] in [SH], 11.27 kg of NdH2 in 500 kg
      of powder, which is 7.02 % of the neodymium of the magnets.

The tonnages and the swarf (12 % and 11 %) are chosen by us, within what these works report. Al and Nb are not assayed.
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
    transformation,
)

# Mass fractions of [SH] by [AW].
SCRAP = {"Nd": "0.294633", "Dy": "0.01734", "Fe": "0.669102", "B": "0.010381"}
# 11.27 kg of NdH2, whose hydrogen leaves in the furnace.
BOUGHT = {"Nd": "11.114656"}
# 500 kg of powder and what is bought.
ENRICHED = {"Nd": "0.309972", "Dy": "0.016963", "Fe": "0.654552", "B": "0.010155"}


def submit(firms: Mapping[str, Firm], told: Callable[[str], None]) -> dict[str, str]:
    """Record it; the ids of the two batches of magnets by name: `enriched`, `reclaimed`."""
    collector, recycler = firms["collector"], firms["recycler"]
    scrap = collector.submit(
        collection(
            country="US",
            occurred_at=_on(105),
            source=Source.POST_CONSUMER,
            stream="electric-motors",
            outputs=[BatchOf("ndfeb-magnet-scrap", mass="1000", composition=SCRAP)],
        )
    )
    told(f"{collector.name} (US) collects 1000 kg of magnets in used motors")
    received = ship(collector, recycler, scrap.batches[0], "1000", _on(107), _on(109), Mode.ROAD)
    powder = recycler.submit(
        transformation(
            country="US",
            occurred_at=_on(112),
            stage=Stage.POWDER,
            custody_model=CustodyModel.SEGREGATED,
            inputs={received: "1000"},
            outputs=[BatchOf("ndfeb-powder", mass="950", composition=SCRAP)],
            losses={"Nd": "14.73165", "Dy": "0.867", "Fe": "33.4551", "B": "0.51905"},
        )
    )
    enriched = recycler.submit(
        transformation(
            country="US",
            occurred_at=_on(115),
            stage=Stage.FORMING,
            custody_model=CustodyModel.SEGREGATED,
            inputs={powder.batches[0]: "500"},
            outputs=[BatchOf("ndfeb-magnet", mass="450", composition=ENRICHED, lot="GL-0001")],
            losses={"Nd": "18.943756", "Dy": "1.03665", "Fe": "40.0026", "B": "0.62075"},
            # The hydride was bought from a firm that is not on the ledger.
            untraced=BOUGHT,
        )
    )
    reclaimed = recycler.submit(
        transformation(
            country="US",
            occurred_at=_on(116),
            stage=Stage.FORMING,
            custody_model=CustodyModel.SEGREGATED,
            inputs={powder.batches[0]: "450"},
            outputs=[BatchOf("ndfeb-magnet", mass="400", composition=SCRAP, lot="GL-0002")],
            losses={"Nd": "14.73165", "Dy": "0.867", "Fe": "33.4551", "B": "0.51905"},
        )
    )
    told(f"{recycler.name} (US) makes 450 + 400 kg of new magnets of them,")
    told("  the 450 kg with 11.27 kg of neodymium hydride of a firm that records nothing")
    return {"enriched": enriched.batches[0], "reclaimed": reclaimed.batches[0]}


def _on(day: int) -> datetime:
    """The chain's day `day`, after those of the other chain."""
    return datetime(2026, 1, 1, 8, tzinfo=UTC) + timedelta(days=day)
