"""Taking matter from batches: never more than is left, never before it was there."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from ..matter.quantity import kilograms
from ..problem import Problem
from .batch import Batch, Draw
from .issuer import Issuer
from .state import State


def draw(
    issuer: Issuer,
    inputs: Sequence[str],
    masses: Sequence[int],
    time: datetime,
    pointer: str,
    state: State,
) -> tuple[tuple[Batch, ...], tuple[Draw, ...]]:
    """The input batches as they were, and what is taken of each; `pointer` names the member with `time`."""
    batches, draws = [], []
    for index, (batch_id, mass) in enumerate(zip(inputs, masses, strict=True)):
        batch = issuer.held(batch_id, index, state)
        if mass > batch.remaining:
            raise Problem(
                "insufficient-mass",
                f"{batch_id}: available {kilograms(batch.remaining)} kg, asked {kilograms(mass)} kg.",
                pointer=f"/record/quantities/inputs/{index}/mass",
                figures={
                    "availableKg": kilograms(batch.remaining),
                    "askedKg": kilograms(mass),
                },
            )
        if time < batch.available_at:
            raise Problem(
                "time-reversed",
                f"{batch_id} was there at {batch.available_at.isoformat()}, "
                f"the record says {time.isoformat()}.",
                pointer=pointer,
                figures={"availableAt": batch.available_at.isoformat(), "at": time.isoformat()},
            )
        batches.append(batch)
        draws.append(Draw(batch_id, mass, batch.remaining))
    return tuple(batches), tuple(draws)


def less(batches: Sequence[Batch], draws: Sequence[Draw]) -> tuple[Batch, ...]:
    """The batches with what is left after the draws."""
    return tuple(
        msgspec.structs.replace(batch, remaining=batch.remaining - taken.mass)
        for batch, taken in zip(batches, draws, strict=True)
    )
