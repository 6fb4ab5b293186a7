"""What a walk through the graph of draws has found, as the tables name things."""

from typing import Literal

from msgspec import Struct, field

Direction = Literal["upstream", "downstream"]


class Edge(Struct, frozen=True):
    """`mass` milligrams of `batch` (its key) went into the statement `consumer` (its index)."""

    batch: int
    consumer: int
    mass: int


class Walk(Struct):
    """Statements reached, by index, each with its depth; the edges between them; whether it was cut off."""

    depths: dict[int, int]
    edges: list[Edge] = field(default_factory=list)
    truncated: bool = False
