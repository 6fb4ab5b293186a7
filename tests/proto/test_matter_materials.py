"""The table of materials, recomputed from formulas and atomic weights: `matter.material`."""

import math
import re

import pytest

from provenite_proto.matter.formula import mass_fractions
from provenite_proto.matter.material import MATERIALS, Material, Row
from provenite_proto.matter.quantity import FRACTION_ONE
from provenite_proto.matter.table import parse

RARE_EARTHS = tuple(re.findall("[A-Z][a-z]?", "LaCePrNdSmEuGdTbDyHoErTmYbLuY"))
every_material = pytest.mark.parametrize("material", MATERIALS.values(), ids=lambda each: each.id)

# Six digits, computed apart from this code.
PUBLISHED = """
Li2CO3 Li .187852 | LiOH Li .289807 | LiOH·H2O Li .165388 | Li2O Li .464540 | LiAlSi2O6 Li .037295
LiCl Li .163718 | Li2SO4·H2O Li .108479 | Li3PO4 Li .179808 | LiFePO4 Li .043992
LiCoO2 Co .602150 Li .070910
LiNi0.8Mn0.1Co0.1O2 Ni .482675 Co .060581 Mn .056474 Li .071341
LiNi0.6Mn0.2Co0.2O2 Ni .363319 Co .121602 Mn .113358 Li .071600
Co(OH)2 Co .634050 | CoSO4·7H2O Co .209656 | Co3O4 Co .734230 | CoO Co .786486
Ni(OH)2 Ni .633102 | NiSO4·6H2O Ni .223304 | NiO Ni .785800
MnSO4·H2O Mn .325060 | MnO2 Mn .631936 | Mn3O4 Mn .720309
Cu2S Cu .798557 | CuFeS2 Cu .346279 | CuSO4·5H2O Cu .254513
Nd2O3 Nd .857354 | Pr6O11 Pr .827707 | Dy2O3 Dy .871321 | Tb4O7 Tb .850219 | Sm2O3 Sm .862361
Gd2O3 Gd .867593 | CeO2 Ce .814093 | La2O3 La .852687 | Y2O3 Y .787444 | Eu2O3 Eu .863613
Nd2Fe14B Nd .266834 Fe .723167 B .009999 | SmCo5 Sm .337869 Co .662131 | Sm2Co17 Sm .230865 Co .769135
WO3 W .792971 | WC W .938673 | (NH4)10H2W12O42·4H2O W .704254 | CaWO4 W .638524
Ta2O5 Ta .818973 | K2TaF7 Ta .461452 | Nb2O5 Nb .699049 | SnO2 Sn .787682
Ga2O3 Ga .743938 | GaAs Ga .482028 | GaN Ga .832712 | GeO2 Ge .694174 | In2O3 In .827123
Sb2O3 Sb .835354 | Sb2S3 Sb .716868 | PbO Pb .928320 | PbO2 Pb .866228 | PbSO4 Pb .683251
V2O5 V .560175 | TiO2 Ti .599349
"""


def published() -> list[tuple[str, str, str]]:
    rows = [row.split() for row in re.split(r"[|\n]", PUBLISHED) if row.strip()]
    return [
        (formula, element, fraction)
        for formula, *figures in rows
        for element, fraction in zip(figures[::2], figures[1::2], strict=True)
    ]


def compounds(formula: str) -> list[str]:
    """The formula itself, or one for each rare earth that `RE` in it stands for."""
    if "RE" not in formula:
        return [formula]
    return [formula.replace("RE", element) for element in RARE_EARTHS]


@pytest.mark.parametrize(("formula", "element", "fraction"), published())
def test_mass_fractions_are_the_published_ones(formula: str, element: str, fraction: str) -> None:
    assert f"{float(mass_fractions(formula)[element]):.6f}" == f"0{fraction}"


def test_conversion_factors_are_those_of_the_trade() -> None:
    # The usual multipliers to lithium carbonate equivalent, and tungsten in a unit of WO3.
    carbonate = mass_fractions("Li2CO3")["Li"]
    assert f"{float(1 / carbonate):.4f}" == "5.3233"
    assert f"{float(mass_fractions('Li2O')['Li'] / carbonate):.4f}" == "2.4729"
    assert f"{float(mass_fractions('LiOH·H2O')['Li'] / carbonate):.4f}" == "0.8804"
    assert f"{float(mass_fractions('LiOH')['Li'] / carbonate):.4f}" == "1.5427"
    assert f"{float(mass_fractions('WO3')['W'] * 10):.2f}" == "7.93"


@every_material
def test_a_maximum_is_that_of_the_richest_constituent_rounded_up(material: Material) -> None:
    fractions = [
        mass_fractions(compound)
        for formula in material.constituents
        for compound in compounds(formula)
    ]
    assert material.maximum == {
        element: math.ceil(max(each.get(element, 0) for each in fractions) * FRACTION_ONE)
        for element in material.maximum
    }
    assert all(material.maximum.values())


@every_material
def test_every_constituent_carries_an_element_that_is_bounded(material: Material) -> None:
    for formula in material.constituents:
        for compound in compounds(formula):
            assert material.maximum.keys() & mass_fractions(compound).keys(), compound


@every_material
def test_a_usual_range_lies_below_the_maximum(material: Material) -> None:
    for element, (low, high) in material.usual.items():
        assert 0 <= low <= high <= material.maximum.get(element, FRACTION_ONE)


@every_material
def test_a_material_is_named_as_records_can_name_it(material: Material) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", material.id)
    assert len(material.id) <= 64
    assert material is MATERIALS[material.id]


def test_a_range_of_high_confidence_names_its_source() -> None:
    assert all(each.source for each in MATERIALS.values() if each.confidence == "high")


def test_no_two_materials_share_a_name() -> None:
    assert len({each.name for each in MATERIALS.values()}) == len(MATERIALS)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ('constituents = ["Cu"]', "missing required field `name`"),
        ('name = "Copper"\nmaxima = {}', "unknown field `maxima`"),
        ('name = "Copper"\nwet = 1', "`bool`"),
        ('name = "Copper"\nhs = "7403.11"', "`array`"),
        ('name = "Copper"\nhs = ["740311"]', "regex"),
        ('name = "Copper"\nconstituents = ["Cu"]\nmaximum = { Cu = 1 }', "`str`"),
        ('name = "Copper"\nconstituents = ["Cu"]\nmaximum = { Cu = "1.1" }', "regex"),
        ('name = "Copper"\nconstituents = ["Cu"]\nmaximum = { Cv = "1" }', "no such element: Cv"),
        ('name = "Copper"\nconstituents = ["Cu"]', "come together"),
        ('name = "Copper"\nusual = { Cu = ["0.1", "0.2"] }', "come together"),
        ('name = "Copper"\nconfidence = "high"', "come together"),
        (
            'name = "Copper"\nusual = { Cu = ["0.2", "0.1"] }\nconfidence = "low"',
            "Cu is reversed or above",
        ),
        (
            'name = "Copper"\nusual = { Cu = ["0.1", "0.6"] }\nconfidence = "low"\n'
            'constituents = ["CuS"]\nmaximum = { Cu = "0.5" }',
            "Cu is reversed or above",
        ),
        ('name = "Copper"\nconfidence = "certain"', "enum"),
    ],
)
def test_a_wrong_entry_fails_and_is_named(entry: str, message: str) -> None:
    text = f'[copper-cathode]\nname = "Copper cathode"\n\n[wrong-entry]\n{entry}\n'
    with pytest.raises(ValueError, match=re.escape(message)) as refused:
        parse(text, Row, "materials.toml")
    assert str(refused.value).startswith("materials.toml, wrong-entry: ")
