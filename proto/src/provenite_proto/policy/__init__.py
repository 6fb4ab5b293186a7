"""Policies: rules as data, which say what is measured in a batch and against which dated thresholds."""

from .catalogue import CATALOGUE, policy_named
from .lenses import lens_named, lenses_of
from .model import Policy, Row
from .reading import NotOffered, digest, read_policy
from .wording import Line, explained

__all__ = [
    "CATALOGUE",
    "Line",
    "NotOffered",
    "Policy",
    "Row",
    "digest",
    "explained",
    "lens_named",
    "lenses_of",
    "policy_named",
    "read_policy",
]
