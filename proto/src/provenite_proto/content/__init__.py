"""Content: how much of each element comes from where, seen through lenses."""

from .computing import of_source, of_transformation
from .lens import LENSES, UNKNOWN, Event, Lens, Rule
from .pooling import Shares, Taken, entered, scaled, transformed

__all__ = [
    "LENSES",
    "UNKNOWN",
    "Event",
    "Lens",
    "Rule",
    "Shares",
    "Taken",
    "entered",
    "of_source",
    "of_transformation",
    "scaled",
    "transformed",
]
