"""From a record's outputs to assayed matter: both sides agree, and the assay is physically possible."""

from collections.abc import Mapping, Sequence

from ..matter.balance import Assayed
from ..matter.element import ELEMENTS
from ..matter.material import MATERIALS, Material
from ..matter.quantity import (
    FRACTION_ONE,
    element_mass,
    fraction_text,
    milligrams,
    parts,
)
from ..problem import Finding, Problem
from ..record import InputQuantity, Output, OutputQuantity

MAX_UNCERTAINTY = 50_000_000
"""Largest relative uncertainty, in parts per 10^9: 5 %."""
ASSAY_TOLERANCE = 5_000_000
"""By how much, relative, an assay may exceed the stoichiometric maximum: 0.5 %, in parts per 10^9."""


def assayed(
    outputs: Sequence[Output], quantities: Sequence[OutputQuantity]
) -> tuple[tuple[Assayed, ...], tuple[Finding, ...]]:
    """The outputs in milligrams, and a finding for each assay outside its material's usual range."""
    same_number("outputs", len(outputs), len(quantities))
    findings: list[Finding] = []
    matter = tuple(
        _assay(index, output, quantity, findings)
        for index, (output, quantity) in enumerate(zip(outputs, quantities, strict=True))
    )
    return matter, tuple(findings)


def input_masses(inputs: Sequence[str], quantities: Sequence[InputQuantity]) -> tuple[int, ...]:
    """The masses taken of the inputs, in milligrams: one for each, none of them zero, no input twice."""
    same_number("inputs", len(inputs), len(quantities))
    if len(set(inputs)) != len(inputs):
        twice = next(index for index, batch in enumerate(inputs) if batch in inputs[:index])
        raise Problem(
            "input-repeated",
            f"{inputs[twice]} is named twice.",
            pointer=f"/record/inputs/{twice}",
            figures={"batch": inputs[twice]},
        )
    return tuple(
        nonzero(quantity.mass, f"/record/quantities/inputs/{index}/mass")
        for index, quantity in enumerate(quantities)
    )


def known_elements(symbols: Sequence[str], pointer: str) -> None:
    """Raise `element-unknown` for a symbol that is not in the periodic table."""
    for symbol in symbols:
        if symbol not in ELEMENTS:
            raise Problem(
                "element-unknown",
                f"There is no element {symbol}.",
                pointer=pointer,
                figures={"element": symbol},
            )


def same_number(what: str, opened: int, sealed: int) -> None:
    """Raise `composition-mismatch` unless each of the open part has its quantity."""
    if opened != sealed:
        raise Problem(
            "composition-mismatch",
            f"{opened} {what} in the open part, {sealed} in the quantities.",
            pointer=f"/record/quantities/{what}",
            figures={"open": str(opened), "sealed": str(sealed)},
        )


def nonzero(text: str, pointer: str) -> int:
    """A mass in milligrams; `mass-missing` when it is zero."""
    mass = milligrams(text)
    if mass == 0:
        raise Problem("mass-missing", "The mass is zero.", pointer=pointer, figures={"kg": text})
    return mass


def _assay(
    index: int, output: Output, quantity: OutputQuantity, findings: list[Finding]
) -> Assayed:
    place = f"/record/quantities/outputs/{index}"
    material = MATERIALS.get(output.material)
    if material is None:
        raise Problem(
            "material-unknown",
            f"There is no material {output.material!r} in the table.",
            pointer=f"/record/outputs/{index}/material",
            figures={"material": output.material},
        )
    known_elements(output.elements, f"/record/outputs/{index}/elements")
    if quantity.composition.keys() != set(output.elements) or len(output.elements) != len(
        quantity.composition
    ):
        raise Problem(
            "composition-mismatch",
            f"Open elements {', '.join(output.elements)}; assayed {', '.join(quantity.composition)}.",
            pointer=f"{place}/composition",
        )
    uncertainty = allowed_uncertainty(quantity.uncertainty, place)
    mass = nonzero(quantity.mass, f"{place}/mass")
    _check_moisture(material, quantity.moisture, place, findings)
    fractions = possible_fractions(material, quantity.composition, place, findings)
    elements = {element: element_mass(mass, fraction) for element, fraction in fractions.items()}
    return Assayed(mass, elements, uncertainty)


def allowed_uncertainty(text: str, place: str) -> int:
    """A relative uncertainty in parts per 10^9; `uncertainty-too-large` beyond 5 %."""
    uncertainty = parts(text)
    if uncertainty > MAX_UNCERTAINTY:
        raise Problem(
            "uncertainty-too-large",
            f"The uncertainty is {text}; at most {fraction_text(MAX_UNCERTAINTY)}.",
            pointer=f"{place}/uncertainty",
            figures={"uncertainty": text, "limit": fraction_text(MAX_UNCERTAINTY)},
        )
    return uncertainty


def possible_fractions(
    material: Material, composition: Mapping[str, str], place: str, findings: list[Finding]
) -> dict[str, int]:
    """An assay in parts per 10^9 by element; `impossible-assay` beyond the material's formula or the whole.

    Adds a finding for each fraction outside the usual range. `place` points to the quantity.
    """
    fractions: dict[str, int] = {}
    for element, text in composition.items():
        fractions[element] = parts(text)
        pointer = f"{place}/composition/{element}"
        _possible(material, element, fractions[element], pointer, findings)
    whole = sum(fractions.values())
    if whole > FRACTION_ONE:
        raise Problem(
            "impossible-assay",
            f"The fractions sum to {fraction_text(whole)}; they can sum to 1 at the most.",
            pointer=f"{place}/composition",
            figures={"sum": fraction_text(whole), "limit": "1"},
        )
    return fractions


def _check_moisture(
    material: Material, moisture: str | None, place: str, findings: list[Finding]
) -> None:
    pointer = f"{place}/moisture"
    if moisture is not None and parts(moisture) == FRACTION_ONE:
        raise Problem(
            "impossible-assay",
            "Matter that is all water has no dry mass.",
            pointer=pointer,
            figures={"moisture": moisture},
        )
    if moisture is None and material.wet:
        findings.append(
            Finding(
                "moisture-missing",
                f"{material.id} is traded wet, and its moisture is not given.",
                pointer=pointer,
                figures={"material": material.id},
            )
        )


def _possible(
    material: Material, element: str, fraction: int, pointer: str, findings: list[Finding]
) -> None:
    limit = material.maximum.get(element, FRACTION_ONE)
    # The limit's tolerance is integer arithmetic: 0.5 % of the maximum, never above 1.
    ceiling = min(FRACTION_ONE, limit + limit * ASSAY_TOLERANCE // FRACTION_ONE)
    if fraction > ceiling:
        raise Problem(
            "impossible-assay",
            f"{element} {fraction_text(fraction)} in {material.id}: "
            f"its formula allows {fraction_text(limit)}, with tolerance {fraction_text(ceiling)}.",
            pointer=pointer,
            figures={
                "element": element,
                "fraction": fraction_text(fraction),
                "limit": fraction_text(ceiling),
            },
        )
    usual = material.usual.get(element)
    if usual is not None and not usual[0] <= fraction <= usual[1]:
        findings.append(
            Finding(
                "assay-unusual",
                f"{element} {fraction_text(fraction)} in {material.id}: "
                f"usual are {fraction_text(usual[0])} to {fraction_text(usual[1])}.",
                pointer=pointer,
                figures={
                    "element": element,
                    "fraction": fraction_text(fraction),
                    "low": fraction_text(usual[0]),
                    "high": fraction_text(usual[1]),
                },
            )
        )
