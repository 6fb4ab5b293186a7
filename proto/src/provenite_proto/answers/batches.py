"""Batches, and where they came from or went to."""

from datetime import datetime
from typing import Literal

from ..record import Stage
from .answer import Answer


class ElementMass(Answer, frozen=True, kw_only=True):
    """An element's mass in a batch, in kilograms, and its fraction of dry mass."""

    element: str
    mass: str
    fraction: str


class BatchAnswer(Answer, frozen=True, kw_only=True):
    """A batch. Its masses, holder and lot are absent when withheld."""

    id: str
    statement: str
    index: int
    material: str
    elements: tuple[str, ...]
    status: Literal["held", "in_transit", "retracted"]
    type: str
    stage: Stage | None = None
    country: str | None = None
    available_at: datetime
    holder: str | None = None
    mass: str | None = None
    remaining: str | None = None
    composition: tuple[ElementMass, ...] = ()
    lot: str | None = None
    product: str | None = None
    withheld: tuple[str, ...] = ()


class TraceNode(Answer, frozen=True, kw_only=True):
    """A statement on the path, by its open part; `depth` is the number of steps from the batch asked for.

    `proxy` marks what was recorded on a supplier's behalf, `retracted` what its issuer has withdrawn.
    """

    statement: str
    type: str
    depth: int
    issuer: str
    occurred_at: datetime | None = None
    retracted: bool = False
    proxy: bool = False
    country: str | None = None
    to_country: str | None = None
    stage: Stage | None = None
    source: str | None = None
    stream: str | None = None
    materials: tuple[str, ...] = ()


class TraceEdge(Answer, frozen=True, kw_only=True):
    """`batch`, made by one node, is an input of the node `consumer`; `mass` in kilograms unless withheld."""

    batch: str
    consumer: str
    mass: str | None = None


class Trace(Answer, frozen=True, kw_only=True):
    """Where a batch came from (`upstream`) or went to (`downstream`): nodes by depth, and the edges between them.

    `truncated` says that the limit of nodes or the depth asked for cut it off.
    """

    batch: str
    direction: Literal["upstream", "downstream"]
    nodes: tuple[TraceNode, ...]
    edges: tuple[TraceEdge, ...]
    truncated: bool = False
