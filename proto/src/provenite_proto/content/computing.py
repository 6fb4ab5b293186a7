"""The content of what a statement makes, from the record, its standing and the content of its inputs.

The one place where records are read as events; a ledger, and an auditor who replays one, both call it.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from ..matter.quantity import milligrams
from ..record import Collection, CustodyModel, Extraction, Transformation
from .averaging import Run, averaged, run_of
from .lens import Event, Lens
from .pooling import Credit, Flow, Taken, entered, transformed, void
from .ranges import Shares
from .standing import Standing


class Made(msgspec.Struct, frozen=True):
    """The content of each output, and what later rolling averages need when the transformation is one."""

    outputs: tuple[Shares, ...]
    run: Run | None = None


def event_of(record: Extraction | Collection | Transformation, standing: Standing) -> Event:
    """What happens to matter at a statement."""
    match record:
        case Extraction():
            event = Event(record.country, "extraction", stage="extraction")
        case Collection():
            event = Event(record.country, "collection", source=record.source)
        case Transformation():
            event = Event(record.country, stage=record.stage)
    return msgspec.structs.replace(
        event,
        custody=record.custody_model
        if isinstance(record, Transformation)
        else CustodyModel.IDENTITY_PRESERVED,
        attested=standing.attested,
        controllers=standing.controllers,
    )


def flow_of(
    record: Transformation, taken: Sequence[Taken], outputs: Sequence[Mapping[str, int]]
) -> Flow:
    """What goes in and comes out; `ValueError` when the record's quantities are withheld."""
    quantities = record.quantities
    if quantities is None:
        raise ValueError("the quantities of the transformation are withheld")
    return Flow(
        taken,
        {element: milligrams(mass) for element, mass in quantities.untraced.items()},
        outputs,
        {element: milligrams(mass) for element, mass in quantities.losses.items()},
        tuple(
            Credit(each.input, each.output, each.element, milligrams(each.mass))
            for each in quantities.allocation
        ),
    )


def of_source(
    record: Extraction | Collection,
    outputs: Sequence[Mapping[str, int]],
    lenses: Iterable[Lens],
    standing: Standing,
) -> tuple[Shares, ...]:
    """The content of what an extraction or collection makes; `outputs` are element masses in milligrams."""
    lenses = tuple(lenses)
    if standing.void:
        return tuple(void(elements, lenses) for elements in outputs)
    event = event_of(record, standing)
    return tuple(entered(elements, event, lenses) for elements in outputs)


def of_transformation(
    record: Transformation,
    taken: Sequence[Taken],
    outputs: Sequence[Mapping[str, int]],
    lenses: Iterable[Lens],
    standing: Standing,
    earlier: Sequence[Run] = (),
) -> Made:
    """The content of what a transformation makes; `outputs` are element masses in milligrams.

    `earlier` are the runs of the statements in its `Admission.averaged`, without those that are void.
    `ValueError` when the record's quantities are withheld.
    """
    lenses = tuple(lenses)
    if standing.void:
        return Made(tuple(void(elements, lenses) for elements in outputs))
    flow, event = flow_of(record, taken, outputs), event_of(record, standing)
    made = transformed(flow, event, lenses)
    if record.custody_model is not CustodyModel.MASS_BALANCE_ROLLING_AVERAGE:
        return Made(made)
    over = averaged(record.occurred_at, flow, event, lenses, earlier)
    made = tuple(
        {element: lenses_of | claimed[element] for element, lenses_of in shares.items()}
        for shares, claimed in zip(made, over, strict=True)
    )
    return Made(made, run_of(record.occurred_at, flow, event, made, lenses))
