"""Replay: from statements in order to the state of a ledger and the content of every batch, late facts included."""

from .digest import digest, tables_of
from .facts import Facts, Making, making_of, standing
from .reach import Reach, reach
from .replaying import Change, Replay
from .stepping import computed, step_of

__all__ = [
    "Change",
    "Facts",
    "Making",
    "Reach",
    "Replay",
    "computed",
    "digest",
    "making_of",
    "reach",
    "standing",
    "step_of",
    "tables_of",
]
