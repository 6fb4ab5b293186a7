"""Batches by the paths of their matter, as vectors have them: their content is what the lenses make of the paths."""

from collections.abc import Iterable
from typing import Any

import msgspec

from provenite_proto.content import Event, Lens
from provenite_proto.content.ranges import Shares
from provenite_proto.matter.quantity import milligrams
from provenite_proto.policy import Part


def part_of(batch: dict[str, Any], lenses: Iterable[Lens]) -> Part:
    """The batch, its content through the lenses."""
    lenses = tuple(lenses)
    shares: Shares = {}
    for matter in batch["matter"]:
        by_lens = shares.setdefault(matter["element"], {lens.id: {} for lens in lenses})
        entry, *steps = msgspec.convert(matter["path"], list[Event])
        for lens in lenses:
            label = lens.first(entry)
            for step in steps:
                label = lens.next(label, step)
            labels = by_lens[lens.id]
            labels[label] = labels.get(label, 0) + milligrams(matter["mass"])
    mass = milligrams(batch["mass"])
    return Part(batch["material"], mass, shares, batch.get("inTransit", False))
