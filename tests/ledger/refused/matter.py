"""Matter that cannot be so."""

from provenite_proto.record import (
    Allocation,
    CustodyModel,
    InputQuantity,
    Output,
    OutputQuantity,
    TransferQuantities,
    TransformationQuantities,
)
from tests.ledger.refused.cast import Case, Cases, Cast, held, mined, quantities
from tests.ledger.running import extraction, refining, transfer


def allocated(cast: Cast, mass: str, model: CustodyModel) -> str:
    """3 kg of copper out of 3, of which so much is credited to the one input."""
    entry = Allocation(input=0, output=0, element="Cu", mass=mass)
    found = TransformationQuantities(
        inputs=(InputQuantity(mass="10"),),
        outputs=(OutputQuantity(mass="3", composition={"Cu": "0.9999"}),),
        allocation=(entry,),
    )
    record = refining([(held(cast, "10"), "10")], "3", quantities=found, custody_model=model)
    return cast.refiner.sign(record)


CASES: Cases = {
    "material-unknown": Case(
        lambda c: c.miner.sign(
            extraction(outputs=(Output(material="unobtainium", elements=("Cu",)),))
        ),
        "/record/outputs/0/material",
        ("material",),
    ),
    "element-unknown": Case(
        lambda c: c.miner.sign(
            extraction(
                outputs=(Output(material="copper-concentrate", elements=("Xx",)),),
                quantities=quantities(OutputQuantity(mass="1", composition={"Xx": "0.1"})),
            )
        ),
        "/record/outputs/0/elements",
        ("element",),
    ),
    "country-unknown": Case(
        lambda c: c.miner.sign(extraction(country="XX")), "/record/country", ("country",)
    ),
    "composition-mismatch": Case(
        lambda c: c.miner.sign(
            extraction(
                quantities=quantities(
                    OutputQuantity(mass="1", composition={"Cu": "0.3", "Fe": "0.2"})
                )
            )
        ),
        "/record/quantities/outputs/0/composition",
    ),
    "impossible-assay": Case(
        lambda c: c.miner.sign(
            extraction(quantities=quantities(OutputQuantity(mass="1", composition={"Cu": "0.9"})))
        ),
        "/record/quantities/outputs/0/composition/Cu",
        ("element", "fraction", "limit"),
    ),
    "element-created": Case(
        lambda c: c.refiner.sign(refining([(held(c, "30000"), "30000")], "10000")),
        "/record/quantities/outputs",
        ("element", "inKg", "outKg", "toleranceKg", "ratio"),
    ),
    "uncertainty-too-large": Case(
        lambda c: c.miner.sign(
            extraction(
                quantities=quantities(
                    OutputQuantity(mass="1", composition={"Cu": "0.3"}, uncertainty="0.06")
                )
            )
        ),
        "/record/quantities/outputs/0/uncertainty",
        ("uncertainty", "limit"),
    ),
    "mass-missing": Case(
        lambda c: c.miner.sign(
            transfer(
                mined(c),
                c.refiner.id,
                "1",
                quantities=TransferQuantities(inputs=(InputQuantity(mass="0"),)),
            )
        ),
        "/record/quantities/inputs/0/mass",
        ("kg",),
    ),
    "allocation-not-allowed": Case(
        lambda c: allocated(c, "1", CustodyModel.SEGREGATED),
        "/record/quantities/allocation",
        ("custodyModel",),
    ),
    "allocation-exceeded": Case(
        lambda c: allocated(c, "3.000001", CustodyModel.MASS_BALANCE_CREDIT),
        "/record/quantities/allocation/0/mass",
        ("element", "input", "availableKg", "allocatedKg"),
    ),
    "site-missing": Case(
        lambda c: c.refiner.sign(
            refining(
                [(held(c), "10")],
                "3",
                custody_model=CustodyModel.MASS_BALANCE_ROLLING_AVERAGE,
            )
        ),
        "/record/identities/site",
    ),
}
