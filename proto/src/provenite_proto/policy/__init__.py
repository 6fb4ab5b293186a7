"""Policies: rules as data, which say what is measured in a batch and against which dated thresholds."""

from .assessing import Assessment, Outcome, assess, lenses_needed
from .catalogue import CATALOGUE, asked_as, policy_named
from .considering import considered, considers, unknown
from .definition import MAX_DEFINITION, definition, digest
from .facts import Facts, Part
from .figures import Deciding, Figure, Missing
from .gaps import Gap, gaps
from .lenses import lens_named, lenses_of
from .model import Policy, Row
from .own import (
    EXAMPLE,
    OWN,
    PREFIX,
    as_told,
    draft,
    has_shipped_version,
    is_own,
    is_shipped,
    quoted,
    read_file,
    read_own,
)
from .reading import NotOffered, read_definition, read_policy
from .wording import Line, explained

__all__ = [
    "CATALOGUE",
    "EXAMPLE",
    "MAX_DEFINITION",
    "OWN",
    "PREFIX",
    "Assessment",
    "Deciding",
    "Facts",
    "Figure",
    "Gap",
    "Line",
    "Missing",
    "NotOffered",
    "Outcome",
    "Part",
    "Policy",
    "Row",
    "as_told",
    "asked_as",
    "assess",
    "considered",
    "considers",
    "definition",
    "digest",
    "draft",
    "explained",
    "gaps",
    "has_shipped_version",
    "is_own",
    "is_shipped",
    "lens_named",
    "lenses_needed",
    "lenses_of",
    "policy_named",
    "quoted",
    "read_definition",
    "read_file",
    "read_own",
    "read_policy",
    "unknown",
]
