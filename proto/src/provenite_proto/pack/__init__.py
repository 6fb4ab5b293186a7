"""The pack: one file from which anyone can find out offline what is true of a batch (SPEC.md, "The pack")."""

from .certified import NOTHING, Certified, Issued
from .container import is_pack
from .errors import KINDS, BadPack
from .members import (
    FORMAT,
    WITHHELD,
    Content,
    ElementClaim,
    Entry,
    Head,
    Line,
    Manifest,
    read_lines,
)
from .reading import Pack, Statements
from .report import Report, subject_facts
from .subject import Subject
from .writing import Writer, write

__all__ = [
    "FORMAT",
    "KINDS",
    "NOTHING",
    "WITHHELD",
    "BadPack",
    "Certified",
    "Content",
    "ElementClaim",
    "Entry",
    "Head",
    "Issued",
    "Line",
    "Manifest",
    "Pack",
    "Report",
    "Statements",
    "Subject",
    "Writer",
    "is_pack",
    "read_lines",
    "subject_facts",
    "write",
]
