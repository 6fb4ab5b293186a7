"""The cases of `proto/vectors/admission/` about what holds for a time: accreditation, ownership, grants."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from provenite_proto.record import (
    Accreditation,
    AnyRecord,
    Audience,
    Grant,
    Grantee,
    Ownership,
    OwnershipLink,
    OwnershipParties,
)

from .firms import Firms
from .outcomes import CONCENTRATE, NOBODY, Case, admitted, refused

LINKS = "/record/parties/links"


def cases() -> Iterator[tuple[str, Case]]:
    """File name below `admission/` and the case."""
    for group in (_accrediting, _owning, _owned_impossibly, _granting):
        yield from group()


def _accrediting() -> Iterator[tuple[str, Case]]:
    firms = Firms("auditor")
    start = firms.time()

    def accredited(party: str, **members: Any) -> Accreditation:
        said: dict[str, Any] = {"scheme": "copper-mark", "valid_from": start} | members
        return Accreditation(party=party, **said)

    auditor = firms.ids["auditor"]
    until = start + timedelta(days=365)
    yield "accreditation", admitted(firms, "registrar", accredited(auditor, valid_until=until))
    nobody = accredited(NOBODY)
    found = ("party-unknown", "/record/party")
    yield "accreditation-of-nobody", refused(firms, "registrar", nobody, found)
    found = ("role-not-allowed", "/record/type")
    yield "accreditation-of-oneself", refused(firms, "auditor", accredited(auditor), found)
    before = start - timedelta(seconds=1)
    reversed_ = accredited(auditor, valid_until=before)
    figures = {"from": start.isoformat(), "until": before.isoformat()}
    found = ("validity-reversed", "/record/validUntil")
    yield (
        "accreditation-that-ends-before-it-begins",
        refused(firms, "registrar", reversed_, found, **figures),
    )


def link(
    holder: str, share: str, country: str | None = None, held: str | None = None
) -> OwnershipLink:
    """The same share of board, votes and equity."""
    return OwnershipLink(
        holder=holder, held=held, country=country, board=share, votes=share, equity=share
    )


def _owning() -> Iterator[tuple[str, Case]]:
    firms = Firms("refiner")

    def owned(*links: OwnershipLink) -> Case:
        parties = OwnershipParties(links=links)
        record = Ownership(valid_from=firms.time(), parties=parties)
        return admitted(firms, "refiner", record)

    rest = link("Stiftung", "0.75", "DE")
    yield "ownership-of-a-quarter", owned(link("Fund", "0.25", "CN"), rest)
    # 0.000000001 is missing to a quarter, and nobody says who holds it.
    yield "ownership-just-below-a-quarter", owned(link("Fund", "0.249999999", "CN"), rest)
    # Each state is counted by itself: 15 % and 10 % of two of them control nothing.
    yield (
        "ownership-of-a-quarter-by-two-states-together",
        owned(
            link("Fund", "0.15", "CN"), link("Agency", "0.1", "RU"), link("Stiftung", "0.75", "DE")
        ),
    )
    yield "ownership-undisclosed", owned()
    # 10 % and 49 % of 30 % are 24.7 %, of which one more percent of the holding would make a quarter.
    yield (
        "ownership-direct-and-indirect",
        owned(
            link("Fund", "0.1", "CN"),
            link("Holding", "0.3", "LU"),
            link("Stiftung", "0.6", "DE"),
            link("Fund", "0.49", "CN", "Holding"),
            link("Others", "0.51", "LU", "Holding"),
        ),
    )
    yield (
        "ownership-through-a-majority",
        owned(
            link("Holding", "0.5", "LU"),
            link("Stiftung", "0.5", "DE"),
            link("Fund", "0.5", "CN", "Holding"),
            link("Others", "0.5", "LU", "Holding"),
        ),
    )
    yield (
        "ownership-through-a-majority-in-two-links",
        owned(
            link("Holding", "0.3", "LU"),
            link("Holding", "0.3", "LU"),
            link("Stiftung", "0.4", "DE"),
            link("Fund", "0.3", "CN", "Holding"),
            link("Others", "0.7", "LU", "Holding"),
        ),
    )
    chain = [link(str(each + 1), "1", held=str(each)) for each in range(7)]
    yield (
        "ownership-through-eight-firms",
        owned(link("0", "1"), *chain, link("State", "1", "CN", "7")),
    )
    only_votes = OwnershipLink(holder="Fund", country="CN", votes="0.25")
    whole = OwnershipLink(holder="Stiftung", country="DE", board="1", votes="0.75", equity="1")
    yield "ownership-of-votes-alone", owned(only_votes, whole)


def _owned_impossibly() -> Iterator[tuple[str, Case]]:
    firms = Firms("refiner")

    def case(slug: str, pointer: str, *links: OwnershipLink, **figures: str) -> Case:
        parties = OwnershipParties(links=links)
        record = Ownership(valid_from=firms.time(), parties=parties)
        return refused(firms, "refiner", record, (slug, pointer), **figures)

    impossible = "ownership-impossible"
    more = (link("Fund", "0.5", "CN"), link("Stiftung", "0.500000001", "DE"))
    figures = {"measure": "board", "sum": "1.000000001", "limit": "1"}
    yield "ownership-of-more-than-all", case(impossible, LINKS, *more, **figures)
    circle = (link("A", "0.5"), link("B", "0.5", held="A"), link("A", "0.5", held="B"))
    yield "ownership-in-a-circle", case(impossible, LINKS, *circle, firm="A")
    loose = (link("Fund", "1", "CN"), link("B", "1", "DE", held="Other"))
    yield (
        "ownership-that-leads-nowhere",
        case(impossible, f"{LINKS}/1/held", *loose, held="Other"),
    )
    chain = [
        link("0", "1"),
        *(link(str(each + 1), "1", held=str(each)) for each in range(9)),
    ]
    yield "ownership-through-nine-firms", case(impossible, LINKS, *chain, limit="8")
    nowhere = link("Fund", "1", "XX")
    yield "ownership-from-country-xx", case("country-unknown", f"{LINKS}/0/country", nowhere)
    bare = Ownership(valid_from=firms.time())
    found = ("section-missing", "/record/parties")
    yield "ownership-without-holders", refused(firms, "refiner", bare, found)


def _granting() -> Iterator[tuple[str, Case]]:
    firms = Firms("miner", "refiner", "auditor")
    mined = firms.add("miner", firms.extracted(CONCENTRATE))

    def granted(to: str | None, *sections: str, **members: Any) -> Grant:
        return Grant(
            audience=Audience.PARTY if to else Audience.HOLDERS,
            opened=sections,
            parties=Grantee(to=to) if to else None,
            **members,
        )

    def case(record: AnyRecord, slug: str, pointer: str, **figures: str) -> Case:
        return refused(firms, "miner", record, (slug, pointer), **figures)

    auditor = firms.ids["auditor"]
    everything = ("documents", "identities", "parties", "quantities")
    yield "grant-of-all-to-a-party", admitted(firms, "miner", granted(auditor, *everything))
    start = firms.time()
    period = {"valid_from": start, "valid_until": start + timedelta(days=30)}
    one = granted(None, "quantities", statements=(mined,), **period)
    yield "grant-of-a-statement-to-holders", admitted(firms, "miner", one)
    nobody = Grant(audience=Audience.PARTY, opened=("quantities",))
    yield "grant-to-an-unnamed-party", case(nobody, "grant-mismatch", "/record/audience")
    both = Grant(audience=Audience.HOLDERS, opened=("quantities",), parties=Grantee(to=auditor))
    yield "grant-to-holders-and-a-party", case(both, "grant-mismatch", "/record/audience")
    own = granted(firms.ids["miner"], "quantities")
    yield "grant-to-oneself", case(own, "grant-mismatch", "/record/parties/to")
    stranger = granted(NOBODY, "quantities")
    yield "grant-to-nobody", case(stranger, "party-unknown", "/record/parties/to")
    strange = granted(auditor, "quantities", "country")
    yield "grant-of-no-section", case(strange, "section-unknown", "/record/opened/1")
    of_none = granted(auditor, "quantities", statements=(mined, NOBODY))
    place = "/record/statements/1"
    yield "grant-of-no-statement", case(of_none, "statement-unknown", place)
    enrolment = granted(auditor, "identities", statements=(mined, firms.ids["miner"]))
    yield "grant-of-anothers-statement", case(enrolment, "statement-not-own", place)
    figures = {"from": start.isoformat(), "until": start.isoformat()}
    never = granted(auditor, "quantities", valid_from=start, valid_until=start)
    found = ("validity-reversed", "/record/validUntil")
    yield "grant-for-no-time", case(never, *found, **figures)
    by_registrar = granted(auditor, *everything)
    yield "grant-by-the-registrar", admitted(firms, "registrar", by_registrar)
