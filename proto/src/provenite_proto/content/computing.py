"""The content of what a statement makes, from the record and the content of its inputs.

The one place where records are read as events; a ledger, and an auditor who replays one, both call it.
"""

from collections.abc import Iterable, Mapping, Sequence

from ..matter.quantity import milligrams
from ..record import Collection, Extraction, Transformation
from .lens import Event, Lens
from .pooling import Shares, Taken, entered, transformed


def of_source(
    record: Extraction | Collection,
    outputs: Sequence[Mapping[str, int]],
    lenses: Iterable[Lens],
) -> tuple[Shares, ...]:
    """The content of what an extraction or collection makes; `outputs` are element masses in milligrams."""
    if isinstance(record, Extraction):
        event = Event(record.country, "extraction", stage="extraction")
    else:
        event = Event(record.country, "collection", source=record.source)
    lenses = tuple(lenses)
    return tuple(entered(elements, event, lenses) for elements in outputs)


def of_transformation(
    record: Transformation,
    taken: Sequence[Taken],
    outputs: Sequence[Mapping[str, int]],
    lenses: Iterable[Lens],
) -> tuple[Shares, ...]:
    """The content of what a transformation makes; the record's quantities must be disclosed."""
    if record.quantities is None:
        raise ValueError("the quantities of the transformation are withheld")
    return transformed(
        taken,
        {element: milligrams(mass) for element, mass in record.quantities.untraced.items()},
        outputs,
        {element: milligrams(mass) for element, mass in record.quantities.losses.items()},
        Event(record.country, stage=record.stage),
        tuple(lenses),
    )
