"""Who issued a statement, and the checks that every kind of record makes of its issuer."""

from datetime import datetime
from typing import TypeVar

import msgspec

from ..problem import Problem
from ..record import is_country
from .state import Batch, BatchStatus, Enrolled, State

T = TypeVar("T")


class Issuer(msgspec.Struct, frozen=True):
    """The statement's digest and time (seconds since 1970), its party, and the latest time of its event."""

    digest: str
    issued_at: int
    party: Enrolled
    latest_event: datetime

    def batch_id(self, index: int) -> str:
        """The id of the statement's output `index`."""
        return f"{self.digest}.{index}"

    def event_at(self, time: datetime, pointer: str) -> None:
        """Raise `time-ahead` for an event after the statement was issued."""
        if time > self.latest_event:
            raise Problem(
                "time-ahead",
                f"{time.isoformat()} lies after the statement was issued.",
                pointer=pointer,
                figures={"at": time.isoformat(), "latest": self.latest_event.isoformat()},
            )

    def site(self, site_id: str | None, country: str, state: State) -> None:
        """Raise unless the site, if one is named, is the issuer's own and lies in `country`."""
        if site_id is None:
            return
        pointer = "/record/identities/site"
        site = state.sites.get(site_id)
        if site is None:
            raise Problem("site-unknown", f"No site {site_id} is registered.", pointer=pointer)
        if site.party != self.party.id:
            raise Problem("site-not-own", f"Site {site_id} is another party's.", pointer=pointer)
        if site.country[:2] != country[:2]:
            raise Problem(
                "site-country-mismatch",
                f"The site lies in {site.country}, the record says {country}.",
                pointer="/record/country",
                figures={"site": site.country, "record": country},
            )

    def held(self, batch_id: str, index: int, state: State) -> Batch:
        """The batch, which the issuer must hold."""
        pointer = f"/record/inputs/{index}"
        batch = state.batches.get(batch_id)
        if batch is None:
            raise Problem("batch-unknown", f"No batch {batch_id} is recorded.", pointer=pointer)
        if batch.holder != self.party.id:
            raise Problem("not-holder", f"The issuer does not hold {batch_id}.", pointer=pointer)
        if batch.status is not BatchStatus.HELD:
            raise Problem(
                "transfer-not-received", f"{batch_id} has not been received yet.", pointer=pointer
            )
        return batch


def needed(section: T | None, name: str) -> T:
    """The section, which this record must have; `section-missing` otherwise."""
    if section is None:
        raise Problem(
            "section-missing", f"The section {name!r} is absent.", pointer=f"/record/{name}"
        )
    return section


def known_country(code: str, pointer: str) -> None:
    """Raise `country-unknown` for a code that ISO 3166-1 does not assign."""
    if not is_country(code):
        raise Problem("country-unknown", f"{code} is not an ISO 3166 code.", pointer=pointer)
