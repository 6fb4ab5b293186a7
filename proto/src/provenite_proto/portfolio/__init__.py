"""Portfolios: many batches added up, by country, stage and source, for whoever buys and has to report."""

from .adding import add, left, without
from .computing import STAGES, Bounds, Exposure, Step, Supply, Verdict, at_stage, exposures
from .strategic import LIST, STRATEGIC, Strategic, StrategicList, read_strategic

__all__ = [
    "LIST",
    "STAGES",
    "STRATEGIC",
    "Bounds",
    "Exposure",
    "Step",
    "Strategic",
    "StrategicList",
    "Supply",
    "Verdict",
    "add",
    "at_stage",
    "exposures",
    "left",
    "read_strategic",
    "without",
]
