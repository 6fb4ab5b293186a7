"""Policies: rules as data, which say what is measured in a batch and against which dated thresholds."""

from .catalogue import CATALOGUE, policy_named
from .lenses import lens_named, lenses_of
from .model import Policy, Row
from .reading import digest, read_policy

__all__ = [
    "CATALOGUE",
    "Policy",
    "Row",
    "digest",
    "lens_named",
    "lenses_of",
    "policy_named",
    "read_policy",
]
