"""Groups of countries by date, and the strictness with which their file is read."""

from datetime import date, timedelta
from importlib.resources import files

import pytest

from provenite_proto.countries import GROUPS, Membership, holds, membership, read_groups
from provenite_proto.record.country import COUNTRIES
from provenite_proto.strict_toml import Malformed

DAY = date(2026, 11, 24)
TEXT = (files("provenite_proto.countries") / "data" / "groups.toml").read_text("utf-8")


def members(group: str, day: date = DAY) -> set[str]:
    """The members that are states: territories follow theirs."""
    found = {country for country in COUNTRIES if holds(group, country, day)}
    return found - {code for each in GROUPS.values() for code in each.territories}


@pytest.mark.parametrize(
    ("group", "count"),
    [
        ("basel-party", 190),  # and the European Union: the 191 of the UN Treaty Collection
        ("oecd", 38),
        ("eu", 27),
        ("annex-vii", 44),
        ("us-fta", 20),
        ("us-30d-partner", 21),
        ("covered-nation", 4),
        ("dodd-frank-covered", 10),
    ],
)
def test_the_number_of_members_is_what_the_source_says(group: str, count: int) -> None:
    assert len(members(group)) == count


def test_the_parties_are_the_united_nations_but_five_and_two_more() -> None:
    # 193 members of the United Nations; the Cayman Islands are a territory and no Party.
    assert not members("basel-party") & {"US", "HT", "FJ", "SS", "TL", "TW", "VA", "KY"}
    assert members("basel-party") >= {"CK", "PS", "SM"}


@pytest.mark.parametrize(
    ("group", "country", "last_out", "first_in"),
    [
        ("basel-party", "SM", date(2023, 8, 28), date(2023, 8, 29)),
        ("oecd", "CR", date(2021, 5, 24), date(2021, 5, 25)),
        ("eu", "GB", date(2020, 2, 1), date(2020, 1, 31)),
        ("basel-ban", "CR", date(2020, 2, 18), date(2020, 2, 19)),
        ("annex-vii", "CO", date(2020, 4, 27), date(2020, 4, 28)),
        ("us-30d-partner", "JP", date(2023, 3, 27), date(2023, 3, 28)),
    ],
)
def test_membership_begins_and_ends_on_its_day(
    group: str, country: str, last_out: date, first_in: date
) -> None:
    assert abs(last_out - first_in) == timedelta(days=1)
    assert (holds(group, country, last_out), holds(group, country, first_in)) == (False, True)


def test_territories_and_subdivisions_follow_their_state() -> None:
    for group, code in (
        ("basel-party", "HK"),
        ("covered-nation", "MO"),
        ("covered-nation", "CN-XJ"),
        ("eu", "RE"),
        ("oecd", "PR"),
    ):
        assert holds(group, code, DAY)
    assert not holds("basel-party", "PR", DAY)
    assert not holds("covered-nation", "TW", DAY)


def test_what_is_not_known_has_low_confidence() -> None:
    assert membership("basel-party", "KY", DAY) == Membership(False, "low")
    assert membership("basel-party", "GH", DAY) == Membership(True, "high")
    assert membership("basel-party", "GH", date(2019, 12, 4)) == Membership(True, "low")
    assert membership("annex-vii", "NO", DAY) == Membership(True, "high")


def test_every_group_has_been_compared_with_its_source() -> None:
    for group in GROUPS.values():
        assert group.known_from <= group.as_of < group.verify_by
        assert set(group.includes) <= GROUPS.keys()


@pytest.mark.parametrize(
    ("right", "wrong", "line", "reason"),
    [
        ('country = "TV"', 'country = "ZZ"', "[[group.dated]]", "no such country: ZZ"),
        ("from = 2013-07-01", "from = 12", "from = 12", "`date"),
        ("to = 2020-01-31", 'to = "2020-01-31"', 'to = "2020-01-31"', "date"),
        ('title = "Quad', 'titel = "Quad', "[[group]]", "unknown field `titel`"),
        ('"AU", "IN", "JP"', '"AU", 3, "JP"', 'members = ["AU", 3, "JP", "US"]', "got `int`"),
        ('"AU", "IN", "JP"', '"AU", "AU", "JP"', "[[group]]", "AU: in more than one"),
        ("known_from = 2017-11-12\n", "", "[[group]]", "missing required field `known_from`"),
        ('"oecd", "eu"', '"oecd", "annex-vii"', "[[group]]", "annex-vii is no group"),
        ('"oecd", "eu"', '"oecd", "eu', 'includes = ["oecd", "eu]', "Illegal character"),
        ('id = "quad"', 'id = "eu"', "[[group]]", "eu is listed twice"),
        ('id = "quad"', 'id = "The Quad"', 'id = "The Quad"', "regex"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(
    right: str, wrong: str, line: str, reason: str
) -> None:
    text = TEXT.replace(right, wrong)
    assert text != TEXT
    with pytest.raises(Malformed) as refused:
        read_groups(text, "groups.toml")
    assert text.splitlines()[refused.value.line - 1] == line
    assert reason in refused.value.reason
    assert str(refused.value).startswith(f"groups.toml, line {refused.value.line}: ")
