"""Shipments, with both sides' figures."""

from datetime import datetime
from typing import Literal

from ..shipment import Verdict
from .answer import Answer
from .batches import ElementMass


class ShippedBatch(Answer, frozen=True, kw_only=True):
    """A batch of a shipment: `mass` as shipped, and what the receiver found, in kilograms.

    `received` is what it kept and `refused` what it sent back; `difference` is what was shipped and is neither
    (a loss in transit, or with a minus sign more than was shipped). `composition` is the sender's assay,
    `measured` the receiver's.
    """

    id: str
    material: str
    mass: str
    composition: tuple[ElementMass, ...] = ()
    received: str | None = None
    refused: str | None = None
    difference: str | None = None
    measured: dict[str, str] = {}


class ShipmentAnswer(Answer, frozen=True, kw_only=True):
    """A shipment, for its sender and its receiver; `overdue` when it is in transit after `due_at`.

    `receipt` is the digest of the statement that closed it. `verdict` is what the law of the day of its
    departure says of a shipment of waste; absent when it is none.
    """

    transfer: str
    index: int
    sender: str
    receiver: str
    status: Literal["in_transit", "accepted", "refused", "retracted"]
    mode: str
    departed_at: datetime
    due_at: datetime
    received_at: datetime | None = None
    overdue: bool = False
    batches: tuple[ShippedBatch, ...]
    reference: str | None = None
    receipt: str | None = None
    verdict: Verdict | None = None
