"""What must hold of every verdict on a shipment of waste, and of what is proposed instead."""

import itertools
from datetime import date, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from provenite_proto.countries import GROUPS, holds
from provenite_proto.record import Document, Documents, Mode, Transfer, Waste
from provenite_proto.record.country import COUNTRIES
from provenite_proto.shipment import CODES, LAWFUL, Leg, alternatives, judge, leg_of, meaning
from provenite_proto.shipment.national import AGREEMENTS, BANS

EVIDENCE = ("notification", "consent", "movement-document", "facility-audit", "annex-vii-document")
countries = st.sampled_from(sorted(COUNTRIES))
days = st.dates(date(2019, 1, 1), date(2030, 12, 31))
legs = st.builds(
    Leg,
    exporter=countries,
    importer=countries,
    code=st.sampled_from([*sorted(CODES), "A1010", "A1160", "B1010", "B3011", "Z1"]),
    day=days,
    purpose=st.sampled_from(["recovery", "disposal"]),
    transit=st.lists(countries, max_size=3).map(tuple),
    evidence=st.frozensets(st.sampled_from(EVIDENCE)),
)


@given(legs)
def test_a_verdict_says_who_breaks_which_rule(leg: Leg) -> None:
    verdict = judge(leg)
    assert verdict.day == leg.day
    assert verdict.reason.endswith(".")
    assert (verdict.breach is not None) == (verdict.outcome == "barred")
    assert verdict.hook is not None or verdict.outcome == "review"
    if verdict.breach is not None:
        ends = {leg.exporter, leg.importer}
        parties = GROUPS["basel-party"].territories
        assert verdict.breach in ends | {parties.get(each, each) for each in ends}
        assert holds("basel-party", verdict.breach, leg.day)
    if verdict.confidence == "low":
        assert verdict.outcome == "review"


@given(legs, st.sampled_from(EVIDENCE))
def test_evidence_changes_only_what_is_missing(leg: Leg, more: str) -> None:
    before = judge(leg)
    after = judge(structs.replace(leg, evidence=leg.evidence | {more}))
    assert after.outcome == before.outcome
    assert set(after.evidence_missing) == set(before.evidence_missing) - {more}
    assert not set(before.evidence_missing) & leg.evidence


@given(legs, st.data())
def test_the_order_of_transit_does_not_matter(leg: Leg, data: st.DataObject) -> None:
    other = tuple(data.draw(st.permutations(leg.transit)))
    verdict, shuffled = judge(leg), judge(structs.replace(leg, transit=other))
    assert verdict.outcome == shuffled.outcome
    assert sorted(verdict.evidence_missing) == sorted(shuffled.evidence_missing)


@given(legs)
def test_transit_never_makes_a_shipment_lawful(leg: Leg) -> None:
    direct, through = judge(structs.replace(leg, transit=())), judge(leg)
    assert through.outcome == direct.outcome or (
        direct.outcome in LAWFUL and through.outcome == "review"
    )


@given(legs)
def test_every_alternative_is_lawful_by_itself(leg: Leg) -> None:
    found = alternatives(leg, among=("GH", "JP", "US", "DE", "CN"))
    if judge(leg).outcome in LAWFUL:
        assert found == ()
    for each in found:
        assert each.verdict.outcome in {"allowed", "allowed_with_consent", "domestic"}
        if each.way == "elsewhere":
            assert each.to not in {leg.exporter, leg.importer}
            again = structs.replace(leg, importer=each.to, transit=())
            assert judge(again) == each.verdict


def test_ghana_s_waste_may_be_processed_at_home_or_by_a_party() -> None:
    leg = Leg("GH", "US", "Y49", date(2026, 3, 1))
    found = alternatives(leg)
    assert (found[0].way, found[0].to) == ("at_home", "GH")
    elsewhere = [each.to for each in found if each.way == "elsewhere"]
    assert {"BE", "JP", "KR", "IN", "NG"} < set(elsewhere)
    # China prohibits the import; the others are no Parties.
    assert not {"US", "HT", "FJ", "SS", "TL", "CN", "TW"} & set(elsewhere)
    first_outside = next(
        number for number, each in enumerate(elsewhere) if not holds("oecd", each, leg.day)
    )
    assert not any(holds("oecd", each, leg.day) for each in elsewhere[first_outside:])


def test_another_way_and_another_purpose_are_proposed() -> None:
    through = Leg("US", "DE", "A1181", date(2026, 6, 1), transit=("EG",))
    assert (alternatives(through)[0].way, alternatives(through)[0].to) == ("direct", "DE")
    dumped = Leg("US", "JP", "A1181", date(2026, 6, 1), purpose="disposal")
    assert [each.way for each in alternatives(dumped, among=())] == ["recovery", "at_home"]


def test_the_leg_of_a_transfer_has_its_day_where_it_departs() -> None:
    record = Transfer(
        inputs=("A" * 43 + ".0",),
        from_country="GH",
        to_country="US",
        transit=("BE",),
        departed_at=datetime(2026, 3, 1, 23, 30, tzinfo=timezone(timedelta(hours=-5))),
        mode=Mode.SEA,
        documents=Documents(documents=(Document(kind="consent-be", digest="A" * 43),)),
    )
    assert leg_of(record) is None
    waste = structs.replace(record, waste=Waste(code="Y49", purpose="disposal"))
    assert leg_of(waste) == Leg(
        "GH", "US", "Y49", date(2026, 3, 1), "disposal", ("BE",), frozenset({"consent-be"})
    )
    bare = structs.replace(waste, documents=None)
    assert leg_of(bare) == Leg("GH", "US", "Y49", date(2026, 3, 1), "disposal", ("BE",))


def test_codes_do_not_overlap_and_name_successors_that_exist() -> None:
    for code, rows in CODES.items():
        for earlier, later in itertools.pairwise(rows):
            assert earlier.until is not None
            assert later.since is not None
            assert earlier.until < later.since, code
        assert all(each in CODES for row in rows for each in row.successors)
        assert not any(row.successors and row.until is None for row in rows)


def test_data_speaks_of_countries() -> None:
    assert {each for row in AGREEMENTS for each in (row.exporter, row.importer)} <= COUNTRIES
    assert {row.country for row in BANS} <= COUNTRIES
    day = date(2026, 6, 1)
    for row in AGREEMENTS:
        assert holds("basel-party", row.exporter, day) != holds("basel-party", row.importer, day)
    known = meaning("A1010", day)
    assert known is not None
    assert (known.list, known.confidence) == ("annex_viii", "medium")
    assert meaning("A9999", day) is None
