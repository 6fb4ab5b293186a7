"""Replay: from statements in order to the state of a ledger and the content of every batch, late facts included."""

from .digest import digest, tables_of
from .facts import Facts, Making, making_of, standing
from .reach import Reach, reach
from .replaying import Change, Replay

__all__ = [
    "Change",
    "Facts",
    "Making",
    "Reach",
    "Replay",
    "digest",
    "making_of",
    "reach",
    "standing",
    "tables_of",
]
