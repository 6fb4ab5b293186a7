"""The register: who counts at which time of the log, who controls a firm, how far places are from each other."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenite_proto.ledger import Accredited, Enrolled, Owned, RegisteredKey, RegisteredSite, State
from provenite_proto.ledger.control import controllers
from provenite_proto.ledger.issuer import Issuer
from provenite_proto.ledger.place import kilometres, microdegrees
from provenite_proto.ledger.registry import admit_revocation
from provenite_proto.ledger.vouching import (
    Compromise,
    accredited,
    compromised_from,
    disowned,
    owned,
    standing,
    within,
)
from provenite_proto.problem import Problem
from provenite_proto.record import OwnershipLink, Revocation, RevocationReason, Role, SiteDetails
from provenite_proto.statement import PublicKey
from tests.proto.making.keys import TestKey

TIME = datetime(2026, 1, 5, tzinfo=UTC)
SECONDS = int(TIME.timestamp())


def test_a_compromise_is_known_once_it_is_told() -> None:
    told = [Compromise(compromised_from=150, recorded_at=300), Compromise(50, 400)]
    known = {time: compromised_from(told, time) for time in (200, 299, 300, 399, 400)}
    assert known == {200: None, 299: None, 300: 150, 399: 150, 400: 50}
    assert compromised_from([], 10**9) is None
    # What was recorded in the second from which on the key is compromised goes with it.
    assert [disowned(time, 150) for time in (149, 150, 151)] == [False, True, True]
    assert not disowned(151, None)


class Scanned(dict[str, RegisteredKey]):
    """Counts how often somebody goes through all keys."""

    scans = 0

    def values(self) -> Any:
        self.scans += 1
        return super().values()


def test_a_compromise_goes_through_the_register_once_however_many_keys_it_takes() -> None:
    firm = Enrolled("firm", "CL", (Role.MINER,))
    state = State()
    state.put(firm)
    before = first = PublicKey(TestKey("0", "Ed25519").jwk)
    for number in range(40):
        key = PublicKey(TestKey(str(number), "Ed25519").jwk)
        state.put(RegisteredKey(key, firm.id, 0, SECONDS + number, before.key_id))
        before = key
    state.keys = scanned = Scanned(state.keys)
    issuer = Issuer("revocation", "revocation", first.key_id, SECONDS, SECONDS + 99, firm, TIME)
    stolen = Revocation(
        key=first.key_id, reason=RevocationReason.KEY_COMPROMISE, compromised_at=TIME
    )
    admission = admit_revocation(stolen, issuer, state)
    assert [each.id for each in admission.effects] == list(scanned)
    # Once for the keys that go, and once to see whether the registrar keeps one.
    assert scanned.scans == 2


def accreditation(index: int, **members: object) -> Accredited:
    record = Accredited(
        id=str(index),
        index=index,
        recorded_at=SECONDS + index,
        party="auditor",
        scheme="copper-mark",
        valid_from=TIME,
        valid_until=None,
    )
    return msgspec.structs.replace(record, **members)


def test_the_newest_accreditation_counts_as_of_a_time_of_the_log() -> None:
    first = accreditation(1, retracted_at=SECONDS + 40)
    ended = accreditation(10, valid_until=TIME + timedelta(seconds=20), retracted_at=SECONDS + 30)

    def at(seconds: int, scheme: str = "copper-mark") -> bool:
        return accredited([first, ended], "auditor", scheme, SECONDS + seconds)

    # Recorded at 1; superseded at 10 by one that ends at 20 and is withdrawn at 30; withdrawn at 40.
    expected = {0: False, 1: True, 10: True, 19: True, 20: False, 29: False, 30: True, 40: False}
    assert {seconds: at(seconds) for seconds in expected} == expected
    assert not at(5, "irma")


def known(ownerships: list[Owned], days: int, recorded: int) -> Owned | None:
    """The refiner's ownership after so many days, as known at a time of the log."""
    time = TIME + timedelta(days=days)
    return owned(ownerships, "refiner", time, lambda each: standing(each, SECONDS + recorded))


def test_ownership_is_that_of_a_day_as_it_was_known_on_another() -> None:
    def said(index: int, start: int, end: int | None, country: str) -> Owned:
        return Owned(
            id=str(index),
            index=index,
            recorded_at=SECONDS + index,
            party="refiner",
            valid_from=TIME + timedelta(days=start),
            valid_until=None if end is None else TIME + timedelta(days=end),
            controllers=(country,),
        )

    first, sold = said(1, 0, None, "DE"), said(2, 10, 20, "CN")

    def at(days: int, recorded: int) -> str | None:
        found = known([first, sold], days, recorded)
        return found.controllers[0] if found else None

    assert [at(-1, 2), at(0, 0), at(0, 1), at(10, 1), at(10, 2), at(20, 2)] == [
        None,
        None,
        "DE",
        "DE",
        "CN",
        "DE",
    ]
    withdrawn = msgspec.structs.replace(sold, retracted_at=SECONDS + 3)
    assert known([first, withdrawn], 10, 3) == first


def test_a_period_holds_its_beginning_and_not_its_end() -> None:
    end = TIME + timedelta(days=1)
    assert within(TIME, TIME, end)
    assert not within(end, TIME, end)
    assert within(TIME, None, None)


def link(
    holder: str, share: str, country: str | None = None, held: str | None = None
) -> OwnershipLink:
    return OwnershipLink(
        holder=holder, held=held, country=country, board=share, votes=share, equity=share
    )


def test_a_firms_own_country_hides_no_holder_of_it() -> None:
    links = [link("GmbH", "1", "DE"), link("State", "0.3", "CN", "GmbH")]
    # Nobody says who holds the other 70 %.
    assert controllers(links) == ("CN", "DE", "unknown")


def test_two_halves_do_not_make_more_than_the_whole() -> None:
    links = [
        link("Holding", "0.2", "LU"),
        link("Stiftung", "0.8", "DE"),
        link("One", "0.5", "CN", "Holding"),
        link("Two", "0.5", "CN", "Holding"),
    ]
    assert controllers(links) == ("DE",)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=4))
def test_direct_holdings_control_from_a_quarter_on(quarters: list[int]) -> None:
    countries = ["CN", "DE", "JP", "US"][: len(quarters)]
    links = [
        link(country, f"{share / 4:.2f}" if share < 4 else "1", country)
        for country, share in zip(countries, quarters, strict=True)
    ]
    if sum(quarters) > 4:
        with pytest.raises(Problem, match="ownership-impossible"):
            controllers(links)
        return
    holding = tuple(c for c, share in zip(countries, quarters, strict=True) if share)
    assert controllers(links) == holding + (("unknown",) if sum(quarters) < 4 else ())


def site(latitude: int, longitude: int) -> RegisteredSite:
    return RegisteredSite("site", "party", "CL", latitude, longitude)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (site(0, 0), site(0, 90_000_000), 10007),
        (site(90_000_000, 0), site(-90_000_000, 77_000_000), 20015),
        (site(0, 179_500_000), site(0, -179_500_000), 111),
        (site(12_345_678, 1), site(12_345_678, 1), 0),
    ],
)
def test_distances(one: RegisteredSite, other: RegisteredSite, expected: int) -> None:
    assert kilometres(one, other) == kilometres(other, one) == expected
    assert kilometres(one, msgspec.structs.replace(other, latitude=None)) is None


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        ("90.000001", "0"),
        ("91", "0"),
        ("0", "180.000001"),
        ("0", "181"),
        ("01", "0"),
        ("0", "1.0000001"),
    ],
)
def test_no_place_lies_beyond_the_earth(latitude: str, longitude: str) -> None:
    raw = {"name": "Mina 7", "latitude": latitude, "longitude": longitude}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(raw, SiteDetails)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("90", 90_000_000), ("-90.000000", -90_000_000), ("-0.000001", -1), ("180.0", 180_000_000)],
)
def test_microdegrees(text: str, expected: int) -> None:
    assert microdegrees(text) == expected
    name = "latitude" if abs(expected) <= 90_000_000 else "longitude"
    msgspec.convert({"name": "Mina 7", name: text}, SiteDetails)
