"""Content: how much of each element comes from where, seen through lenses."""

from .averaging import Run
from .computing import Made, event_of, flow_of, of_source, of_transformation
from .contributing import Contribution, Reader, Step, contributions
from .lens import LENSES, UNKNOWN, Event, Lens, Rule
from .own import own_lens, read_own
from .pooling import Credit, Flow, Taken, entered, transformed
from .ranges import Labels, Range, Shares, part_of, within
from .standing import Standing

__all__ = [
    "LENSES",
    "UNKNOWN",
    "Contribution",
    "Credit",
    "Event",
    "Flow",
    "Labels",
    "Lens",
    "Made",
    "Range",
    "Reader",
    "Rule",
    "Run",
    "Shares",
    "Standing",
    "Step",
    "Taken",
    "contributions",
    "entered",
    "event_of",
    "flow_of",
    "of_source",
    "of_transformation",
    "own_lens",
    "part_of",
    "read_own",
    "transformed",
    "within",
]
