"""From an admission to the content of what it makes, whoever has admitted it."""

from collections.abc import Iterable, Mapping

from ..content import (
    Lens,
    Made,
    Shares,
    Standing,
    Step,
    Taken,
    of_source,
    of_transformation,
)
from ..ledger import Admission, State
from ..record import Collection, Extraction, Transformation


def step_of(
    index: int,
    record: Extraction | Collection | Transformation,
    admission: Admission,
    state: State,
) -> Step:
    """The statement at `index` as content is computed from it; `state` has its inputs."""
    drawn = [(state.batches[draw.batch], draw) for draw in admission.draws]
    return Step(
        statement=admission.digest,
        index=index,
        record=record,
        batches=tuple(batch.id for batch in admission.created),
        outputs=tuple(batch.elements for batch in admission.created),
        drawn=tuple((batch.root, batch.spans(draw)) for batch, draw in drawn),
        averaged=admission.averaged,
    )


def computed(
    step: Step,
    standing: Standing,
    lenses: Iterable[Lens],
    shares: Mapping[str, Shares],
    made: Mapping[str, Made],
) -> Made:
    """What the statement makes; `shares` are those of the roots that it draws from, `made` has what it averages over."""
    if not isinstance(step.record, Transformation):
        return Made(of_source(step.record, step.outputs, lenses, standing))
    return of_transformation(
        step.record,
        [Taken(shares[root], ranges) for root, ranges in step.drawn],
        step.outputs,
        lenses,
        standing,
        [run for name in step.averaged if (run := made[name].run) is not None],
    )
