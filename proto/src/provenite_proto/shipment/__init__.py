"""Shipments of waste: whether the Basel Convention, the OECD and the EU let them happen on a day, and what else."""

from .alternatives import LAWFUL, Alternative, alternatives
from .codes import CODES, Code, meaning
from .judging import judge
from .leg import Leg, Outcome, Purpose, Verdict
from .of_transfer import leg_of

__all__ = [
    "CODES",
    "LAWFUL",
    "Alternative",
    "Code",
    "Leg",
    "Outcome",
    "Purpose",
    "Verdict",
    "alternatives",
    "judge",
    "leg_of",
    "meaning",
]
