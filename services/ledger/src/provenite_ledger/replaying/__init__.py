"""Replaying: the log of a live database from its first statement on, and what differs from what the tables hold."""

from .differing import Difference, Differs
from .run import Summary, replay

__all__ = ["Difference", "Differs", "Summary", "replay"]
