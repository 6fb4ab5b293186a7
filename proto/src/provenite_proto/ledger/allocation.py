"""Mass-balance credit (ISO 22095-2:2026): which input an output is credited with, never more than there is."""

from collections.abc import Mapping, Sequence

from ..matter.quantity import kilograms, milligrams
from ..problem import Problem
from ..record import Allocation, CustodyModel, Transformation

_POINTER = "/record/quantities/allocation"


def allowed(record: Transformation) -> None:
    """Raise `allocation-not-allowed` for an allocation under another model than mass-balance credit."""
    if (
        record.quantities is not None
        and record.quantities.allocation
        and record.custody_model is not CustodyModel.MASS_BALANCE_CREDIT
    ):
        raise Problem(
            "allocation-not-allowed",
            f"The record allocates inputs to outputs, and its model is {record.custody_model}.",
            pointer=_POINTER,
            figures={"custodyModel": record.custody_model},
        )


def check(
    entries: Sequence[Allocation],
    drawn: Sequence[Mapping[str, int]],
    outputs: Sequence[Mapping[str, int]],
) -> None:
    """Raise unless every entry is about what there is, and all together are no more than that.

    `drawn` by input and `outputs` are element masses in milligrams. `composition-mismatch` for an input or
    output that the record does not have, or an element that is not in it; `mass-missing` for nothing;
    `allocation-exceeded` at the entry with which the sum is too large.
    """
    taken: dict[tuple[int, str], int] = {}
    given: dict[tuple[int, str], int] = {}
    for number, entry in enumerate(entries):
        place = f"{_POINTER}/{number}"
        for name, index, sides in (
            ("input", entry.input, drawn),
            ("output", entry.output, outputs),
        ):
            if index >= len(sides):
                raise Problem(
                    "composition-mismatch",
                    f"The record has {len(sides)} {name}s, counted from 0; there is no {name} {index}.",
                    pointer=f"{place}/{name}",
                    figures={f"{name}s": str(len(sides)), name: str(index)},
                )
            if entry.element not in sides[index]:
                raise Problem(
                    "composition-mismatch",
                    f"There is no {entry.element} in {name} {index}.",
                    pointer=f"{place}/element",
                    figures={"element": entry.element, name: str(index)},
                )
        mass = milligrams(entry.mass)
        if mass == 0:
            raise Problem(
                "mass-missing",
                "The mass is zero.",
                pointer=f"{place}/mass",
                figures={"kg": entry.mass},
            )
        for name, index, sides, sums in (
            ("input", entry.input, drawn, taken),
            ("output", entry.output, outputs, given),
        ):
            key = (index, entry.element)
            sums[key] = sums.get(key, 0) + mass
            if sums[key] > sides[index][entry.element]:
                raise _exceeded(name, entry, index, sides[index][entry.element], sums[key], place)


def _exceeded(
    name: str, entry: Allocation, index: int, available: int, asked: int, place: str
) -> Problem:
    return Problem(
        "allocation-exceeded",
        f"{name.capitalize()} {index} has {kilograms(available)} kg of {entry.element}; "
        f"{kilograms(asked)} kg are allocated.",
        pointer=f"{place}/mass",
        figures={
            "element": entry.element,
            name: str(index),
            "availableKg": kilograms(available),
            "allocatedKg": kilograms(asked),
        },
    )
