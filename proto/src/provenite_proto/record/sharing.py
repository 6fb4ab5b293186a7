"""The record with which a firm shows sealed sections of its statements to others."""

from enum import StrEnum
from typing import Annotated, ClassVar

from msgspec import Meta

from .form import Digest, Form, Record, Slug, Time


class Audience(StrEnum):
    """To whom a grant opens sections: one party, or every party that holds matter made from it."""

    PARTY = "party"
    HOLDERS = "holders"


class Grantee(Form, frozen=True, kw_only=True):
    """The sealed section `parties` of a grant to one party."""

    to: Digest


class Grant(Record, frozen=True, kw_only=True, tag="grant"):
    """The issuer opens `sections` of its statements: those listed, or with none listed all, later ones too.

    It holds from its recording, or `valid_from` when that is later, until `valid_until` or its retraction.
    """

    sections: ClassVar = ("parties",)

    audience: Audience
    opened: Annotated[tuple[Slug, ...], Meta(min_length=1, max_length=5)]
    statements: Annotated[tuple[Digest, ...], Meta(max_length=1024)] = ()
    valid_from: Time | None = None
    valid_until: Time | None = None
    parties: Grantee | None = None
