"""What a ledger remembers of statements so that later ones can refer to them, or be doubted beside them."""

from datetime import datetime

import msgspec

from ..record import Supplier
from .batch import Draw


class Recorded(msgspec.Struct, frozen=True):
    """A statement in the log, at its `index`: what a retraction, an attestation or a grant needs of it.

    `batches` are what it made and `draws` what it took, in order; `transfer` the one that a receipt closed;
    `supplier` on whose behalf it was made; `site_year` the id of the `SiteYear` in which its output counts.
    `recorded_at` in seconds since 1970, `retracted_by` a digest.
    """

    id: str
    index: int
    kind: str
    issuer: str
    key_id: str
    recorded_at: int
    batches: tuple[str, ...] = ()
    draws: tuple[Draw, ...] = ()
    transfer: str | None = None
    supplier: Supplier | None = None
    site_year: str | None = None
    retracted_by: str | None = None


class SiteYear(msgspec.Struct, frozen=True):
    """The milligrams of dry output that statements place at `site` in a calendar year (UTC)."""

    site: str
    year: int
    mass: int

    @property
    def id(self) -> str:
        """Site and year."""
        return f"{self.site}/{self.year}"


class PerfectRun(msgspec.Struct, frozen=True):
    """How many transformations of a party in a row balanced too well: the earliest at `since`, the latest at `until`.

    The row is that of the log. With a `count` of 0 both times are those of the one that ended it.
    """

    party: str
    count: int
    since: datetime
    until: datetime

    @property
    def id(self) -> str:
        """The party."""
        return self.party


class UsedAssay(msgspec.Struct, frozen=True):
    """The first standing statement that names the assay document `id` (SHA-256 in base64url) for its batches."""

    id: str
    statement: str


class Place(msgspec.Struct, frozen=True):
    """The first `site` in a cell of 0.001° by 0.001°, and its party.

    `id` is `<latitude>/<longitude>` of the south-western corner, in thousandths of a degree.
    """

    id: str
    party: str
    site: str


class Averaged(msgspec.Struct, frozen=True):
    """A transformation under the rolling average at a site: one of those that a later one averages over."""

    statement: str
    occurred_at: datetime


class Averaging(msgspec.Struct, frozen=True):
    """The latest transformations under the rolling average at the site `id`, in the order of the log."""

    id: str
    members: tuple[Averaged, ...]
