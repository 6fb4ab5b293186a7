"""Who issued a statement, and the checks that every kind of record makes of its issuer."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

import msgspec

from ..problem import Problem
from ..record import Supplier, is_country
from .batch import Batch, BatchStatus, Draw
from .register import Enrolled, RegisteredSite
from .remembered import Recorded
from .state import State

T = TypeVar("T")


class Issuer(msgspec.Struct, frozen=True):
    """The statement's digest, kind and key, its times (seconds since 1970), its party.

    `latest_event` is the latest time that its event may have.
    """

    digest: str
    kind: str
    key_id: str
    issued_at: int
    recorded_at: int
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

    def recorded(
        self,
        *,
        index: int,
        batches: tuple[str, ...],
        draws: tuple[Draw, ...],
        transfer: str | None,
        supplier: Supplier | None,
        site_year: str | None,
    ) -> Recorded:
        """The statement as later ones will refer to it."""
        return Recorded(
            id=self.digest,
            index=index,
            kind=self.kind,
            issuer=self.party.id,
            key_id=self.key_id,
            recorded_at=self.recorded_at,
            batches=batches,
            draws=draws,
            transfer=transfer,
            supplier=supplier,
            site_year=site_year,
        )

    def site(
        self,
        site_id: str | None,
        state: State,
        country: str | None = None,
        country_pointer: str = "/record/country",
    ) -> RegisteredSite | None:
        """The site, if one is named; raise unless it is the issuer's own and, if one is given, in `country`."""
        if site_id is None:
            return None
        pointer = "/record/identities/site"
        site = state.sites.get(site_id)
        if site is None:
            raise Problem(
                "site-unknown",
                f"No site {site_id} is registered.",
                pointer=pointer,
                figures={"site": site_id},
            )
        if site.party != self.party.id:
            raise Problem(
                "site-not-own",
                f"Site {site_id} is another party's.",
                pointer=pointer,
                figures={"site": site_id},
            )
        if country is not None and site.country[:2] != country[:2]:
            raise Problem(
                "site-country-mismatch",
                f"The site lies in {site.country}, the record says {country}.",
                pointer=country_pointer,
                figures={"site": site.country, "record": country},
            )
        return site

    def statement(self, digest: str, pointer: str, state: State) -> Recorded:
        """The statement, which must be the issuer's."""
        statement = said(digest, pointer, state.statements)
        if statement.issuer != self.party.id:
            raise Problem(
                "statement-not-own",
                f"Statement {digest} is another party's.",
                pointer=pointer,
                figures={"statement": digest},
            )
        return statement

    def held(self, batch_id: str, index: int, state: State) -> Batch:
        """The batch, which the issuer must hold."""
        pointer = f"/record/inputs/{index}"
        batch = state.batches.get(batch_id)
        if batch is None:
            raise Problem(
                "batch-unknown",
                f"No batch {batch_id} is recorded.",
                pointer=pointer,
                figures={"batch": batch_id},
            )
        if batch.holder != self.party.id:
            raise Problem(
                "not-holder",
                f"The issuer does not hold {batch_id}.",
                pointer=pointer,
                figures={"batch": batch_id},
            )
        # Who withdraws what he made cannot go on with parts of it that came back to him.
        root = state.batches[batch.root]
        withdrawn = root.status is BatchStatus.RETRACTED and root.holder == self.party.id
        if batch.status is BatchStatus.RETRACTED or withdrawn:
            raise Problem(
                "batch-retracted",
                f"The statement that made {batch_id}, or the batch that it is a part of, has been retracted.",
                pointer=pointer,
                figures={"batch": batch_id, "root": batch.root},
            )
        if batch.status is not BatchStatus.HELD:
            raise Problem(
                "transfer-not-received",
                f"{batch_id} has not been received yet.",
                pointer=pointer,
                figures={"batch": batch_id},
            )
        return batch


def said(digest: str, pointer: str, table: Mapping[str, T], kind: str = "statement") -> T:
    """What is kept in the table of the statement that the record names there; `statement-unknown` otherwise."""
    found = table.get(digest)
    if found is None:
        raise Problem(
            "statement-unknown",
            f"No {kind} {digest} is recorded.",
            pointer=pointer,
            figures={"statement": digest},
        )
    return found


def needed(section: T | None, name: str) -> T:
    """The section, which this record must have; `section-missing` otherwise.

    An audit says without the rules which sections a record must have (`audit.filling.required`): a test holds both
    together.
    """
    if section is None:
        raise Problem(
            "section-missing",
            f"The section {name!r} is absent.",
            pointer=f"/record/{name}",
            figures={"section": name},
        )
    return section


def in_order(
    valid_from: datetime | None, valid_until: datetime | None, pointer: str = "/record/validUntil"
) -> None:
    """Raise `validity-reversed` for a period that ends before it begins, or is empty."""
    if valid_from is not None and valid_until is not None and valid_until <= valid_from:
        raise Problem(
            "validity-reversed",
            f"The period begins at {valid_from.isoformat()} and ends at {valid_until.isoformat()}.",
            pointer=pointer,
            figures={"from": valid_from.isoformat(), "until": valid_until.isoformat()},
        )


def known_country(code: str, pointer: str) -> None:
    """Raise `country-unknown` for a code that ISO 3166-1 does not assign."""
    if not is_country(code):
        raise Problem(
            "country-unknown",
            f"{code} is not an ISO 3166 code.",
            pointer=pointer,
            figures={"country": code},
        )
