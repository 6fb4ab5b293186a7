"""Batches, what is drawn from them, and the shipments that move them."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from ..record import Mode


class BatchStatus(StrEnum):
    """Where a batch is: with its holder, between two parties, or withdrawn with the statement that made it."""

    HELD = "held"
    IN_TRANSIT = "in_transit"
    RETRACTED = "retracted"


class Draw(msgspec.Struct, frozen=True):
    """`mass` milligrams taken from `batch` when `before` were left."""

    batch: str
    mass: int
    before: int


class Batch(msgspec.Struct, frozen=True):
    """A batch: masses in milligrams of dry matter.

    `mass` and `elements` are what it was made with, `remaining` what is left. `holder` is a party id; in
    transit it is the receiver. It cannot be used before `available_at`.

    `root` is the batch whose content it is a part of: itself, or for what a transfer, a receipt or a
    retraction brought the batch that was first made. Of each element it is the milligrams from `offsets`
    on in the root, as if the root's were numbered: so parts never overlap and together are the whole.
    """

    id: str
    material: str
    holder: str
    status: BatchStatus
    mass: int
    remaining: int
    elements: dict[str, int]
    uncertainty: int
    available_at: datetime
    root: str
    offsets: dict[str, int]

    def drawn(self, mass: int) -> dict[str, int]:
        """Element masses in the next `mass` milligrams that are taken."""
        return drawn(self.elements, self.mass, self.remaining, mass)

    def spans(self, draw: Draw) -> dict[str, tuple[int, int]]:
        """Of each element the milligrams that a draw took, as a half-open range of the root's."""
        return spans(self.elements, self.offsets, self.mass, draw)

    def part(self, batch_id: str, draw: Draw, **members: Any) -> "Batch":
        """What a draw took, as a batch of its own; `members` replace others."""
        taken = self.spans(draw)
        return msgspec.structs.replace(
            self,
            id=batch_id,
            mass=draw.mass,
            remaining=draw.mass,
            elements={element: high - low for element, (low, high) in taken.items()},
            offsets={element: low for element, (low, _) in taken.items()},
            **members,
        )


def drawn(elements: Mapping[str, int], whole: int, before: int, taken: int) -> dict[str, int]:
    """Element masses in `taken` milligrams out of `before` left of a batch of `whole` with `elements`.

    Differences of floors telescope: whatever the draws, they sum to `elements` when all is taken.
    """
    return {
        element: mass * before // whole - mass * (before - taken) // whole
        for element, mass in elements.items()
    }


def spans(
    elements: Mapping[str, int], offsets: Mapping[str, int], whole: int, draw: Draw
) -> dict[str, tuple[int, int]]:
    """Of each element the milligrams that a draw took of a batch of `whole`, as a half-open range of its root's."""
    return {
        element: (
            offsets[element] + mass * (draw.before - draw.mass) // whole,
            offsets[element] + mass * draw.before // whole,
        )
        for element, mass in elements.items()
    }


class TransferStatus(StrEnum):
    """How far a transfer is."""

    IN_TRANSIT = "in_transit"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    RETRACTED = "retracted"


class Shipment(msgspec.Struct, frozen=True):
    """A transfer: `id` is its statement's digest, `batches` what it brings, in order.

    `site` is where it left, as far as the sender says; `receipt` the digest of the statement that closed it.
    """

    id: str
    sender: str
    receiver: str
    batches: tuple[str, ...]
    departed_at: datetime
    status: TransferStatus
    mode: Mode
    expected_at: datetime | None = None
    site: str | None = None
    receipt: str | None = None
