"""What the receiver of a shipment found, beside what its sender says."""

from collections.abc import Sequence

import msgspec

from ..matter.material import MATERIALS
from ..matter.quantity import FRACTION_ONE, fraction_text, kilograms, milligrams
from ..problem import Finding, Problem
from ..record import Receipt, ReceivedQuantity
from .batch import Batch, Draw
from .matter import allowed_uncertainty, nonzero, possible_fractions, same_number


class Measured(msgspec.Struct, frozen=True):
    """Of a batch in transit: the milligrams that are sent back, and those that were not found."""

    refused: int = 0
    missing: int = 0

    def draws(self, batch: Batch) -> tuple[Draw, ...]:
        """What is taken of the batch, the refused part first."""
        taken = (
            Draw(batch.id, self.refused, batch.mass),
            Draw(batch.id, self.missing, batch.mass - self.refused),
        )
        return tuple(draw for draw in taken if draw.mass)


def measured(
    record: Receipt, shipped: Sequence[Batch]
) -> tuple[tuple[Measured, ...], tuple[Finding, ...]]:
    """What was found of each batch, and where it differs by more than the uncertainties of both sides.

    Without quantities the receiver takes, or sends back, what the sender says. Raises `composition-mismatch`,
    `refused-too-much`, `mass-missing`, `uncertainty-too-large` or `impossible-assay`.
    """
    if record.quantities is None:
        return tuple(Measured() for _ in shipped), ()
    same_number("inputs", len(shipped), len(record.quantities.inputs))
    findings: list[Finding] = []
    found = tuple(
        _found(index, batch, quantity, record.accepted, findings)
        for index, (batch, quantity) in enumerate(
            zip(shipped, record.quantities.inputs, strict=True)
        )
    )
    return found, tuple(findings)


def _found(
    index: int,
    batch: Batch,
    quantity: ReceivedQuantity,
    accepted: bool,
    findings: list[Finding],
) -> Measured:
    place = f"/record/quantities/inputs/{index}"
    refused = _refused(batch, quantity, accepted, place)
    expected = batch.mass - refused
    mass = milligrams(quantity.mass)
    if accepted and expected:
        nonzero(quantity.mass, f"{place}/mass")
    uncertainty = allowed_uncertainty(quantity.uncertainty, place)
    _check_assay(batch, quantity, uncertainty, place, findings)
    tolerance = expected * (uncertainty + batch.uncertainty) // FRACTION_ONE
    weighed = mass > 0 or accepted
    if weighed and abs(mass - expected) > tolerance:
        findings.append(
            Finding(
                "receipt-differs",
                f"{batch.id}: {kilograms(expected)} kg sent, {kilograms(mass)} kg found.",
                pointer=f"{place}/mass",
                figures={
                    "batch": batch.id,
                    "sentKg": kilograms(expected),
                    "foundKg": kilograms(mass),
                    "toleranceKg": kilograms(tolerance),
                },
            )
        )
    return Measured(refused, max(expected - mass, 0)) if accepted else Measured()


def _refused(batch: Batch, quantity: ReceivedQuantity, accepted: bool, place: str) -> int:
    if quantity.refused is None:
        return 0
    pointer = f"{place}/refused"
    if not accepted:
        raise Problem(
            "composition-mismatch",
            "The receipt refuses all of the transfer: no part of a batch is refused besides.",
            pointer=pointer,
            figures={"refusedKg": quantity.refused},
        )
    refused = milligrams(quantity.refused)
    if refused > batch.mass:
        raise Problem(
            "refused-too-much",
            f"{batch.id}: {kilograms(batch.mass)} kg shipped, {kilograms(refused)} kg refused.",
            pointer=pointer,
            figures={
                "batch": batch.id,
                "shippedKg": kilograms(batch.mass),
                "refusedKg": kilograms(refused),
            },
        )
    return refused


def _check_assay(
    batch: Batch,
    quantity: ReceivedQuantity,
    uncertainty: int,
    place: str,
    findings: list[Finding],
) -> None:
    """The receiver's assay is possible; a finding for each element of which the sender's says otherwise."""
    strange = [element for element in quantity.composition if element not in batch.elements]
    if strange:
        raise Problem(
            "composition-mismatch",
            f"{strange[0]} is no element of {batch.id}: those are {', '.join(batch.elements)}.",
            pointer=f"{place}/composition/{strange[0]}",
            figures={"batch": batch.id, "element": strange[0]},
        )
    found = possible_fractions(MATERIALS[batch.material], quantity.composition, place, findings)
    for element, fraction in found.items():
        sent = (2 * batch.elements[element] * FRACTION_ONE + batch.mass) // (2 * batch.mass)
        # An element's mass is known to the milligram, which counts where there is little of it.
        milligram = -(-FRACTION_ONE // batch.mass)
        tolerance = (sent * batch.uncertainty + fraction * uncertainty) // FRACTION_ONE + milligram
        if abs(fraction - sent) > tolerance:
            findings.append(
                Finding(
                    "receipt-differs",
                    f"{element} in {batch.id}: {fraction_text(sent)} sent, "
                    f"{fraction_text(fraction)} found.",
                    pointer=f"{place}/composition/{element}",
                    figures={
                        "batch": batch.id,
                        "element": element,
                        "sent": fraction_text(sent),
                        "found": fraction_text(fraction),
                        "tolerance": fraction_text(tolerance),
                    },
                )
            )
