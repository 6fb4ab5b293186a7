"""Groups of countries as dated data: `data/groups.toml`, the one place where they are listed.

A group says who belongs to it on a day, and how sure that is. Nothing is assumed about days before
`known_from`: for them the list of that day is taken, with low confidence.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from importlib.resources import files
from types import MappingProxyType
from typing import Annotated, Literal

from msgspec import Meta, Struct

from ..record.country import COUNTRIES, alpha2
from ..strict_toml import Malformed, line_of, read

Confidence = Literal["high", "medium", "low"]
"""`high`: read in the source named; `medium`: known, not read there; `low`: sources are silent or disagree."""
_RANK: Mapping[Confidence, int] = {"low": 0, "medium": 1, "high": 2}
Note = Annotated[str, Meta(min_length=1, max_length=400)]


class Dated(
    Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "from", "until": "to"}
):
    """A member that was not always one, or of which less is known: both days are the first and last of it."""

    country: str
    since: date | None = None
    until: date | None = None
    confidence: Confidence | None = None
    source: Note | None = None

    def __post_init__(self) -> None:
        _codes((self.country,))
        if self.since and self.until and self.until < self.since:
            raise ValueError(f"{self.country} leaves on {self.until}, before it joins")
        if self.since is None and self.until is None and self.confidence is None:
            raise ValueError(
                f"{self.country} has no date and no confidence: list it with the members"
            )


class Membership(Struct, frozen=True):
    """Whether a country belongs to a group on a day, and how sure that is."""

    member: bool
    confidence: Confidence


class Group(Struct, frozen=True, forbid_unknown_fields=True):
    """Countries (ISO 3166-1 alpha-2), with what is known of them.

    `one` is what one of them is called, such as a covered nation. `includes` are groups whose members are members of this one too; `territories` are codes of their own whose
    membership follows that of a state; of `uncertain` codes the source says nothing clear; `as_of` is the day the list was made, `verify_by` the day by which it
    has to be compared with its source again.
    """

    id: Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$(?!\n)")]
    title: Note
    source: Note
    confidence: Confidence
    as_of: date
    verify_by: date
    known_from: date
    members: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()
    territories: dict[str, str] = {}
    uncertain: tuple[str, ...] = ()
    dated: tuple[Dated, ...] = ()
    one: Note | None = None
    note: Note | None = None

    def __post_init__(self) -> None:
        dated = dict.fromkeys(row.country for row in self.dated)
        named = [*self.members, *self.territories, *self.uncertain, *dated]
        _codes((*named, *self.territories.values()))
        twice = sorted({each for each in named if named.count(each) > 1})
        if twice:
            raise ValueError(
                f"{', '.join(twice)}: in more than one of members, territories, uncertain and dated"
            )
        if not named and not self.includes:
            raise ValueError("the group has no members")
        if self.verify_by < self.as_of:
            raise ValueError("verify_by is before as_of")

    def own(self, country: str, day: date) -> Membership:
        """The membership that the group lists itself, without the groups that it includes."""
        state = self.territories.get(country, country)
        rows = [row for row in self.dated if row.country == state]
        member, confidence = state in self.members, self.confidence
        for row in rows:
            if (row.since or day) <= day <= (row.until or day):
                member, confidence = True, row.confidence or self.confidence
        if rows and not member:
            confidence = least(row.confidence or self.confidence for row in rows)
        if state in self.uncertain:
            confidence = "low"
        return Membership(member, "low" if day < self.known_from else confidence)


def least(confidences: Iterable[Confidence]) -> Confidence:
    """The lowest of the confidences."""
    return min(confidences, key=_RANK.__getitem__)


def _codes(codes: Iterable[str]) -> None:
    wrong = sorted(set(codes) - COUNTRIES)
    if wrong:
        raise ValueError(f"no such country: {', '.join(wrong)}")


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    group: tuple[Group, ...]


def read_groups(text: str, name: str) -> Mapping[str, Group]:
    """The groups of a TOML text by id; `Malformed` with line and reason when it does not hold groups."""
    groups: dict[str, Group] = {}
    file = read(text, _File, name)
    single = {each.id for each in file.group if not each.includes}
    for number, group in enumerate(file.group):
        line = line_of(text, ("group", number))
        if group.id in groups:
            raise Malformed(name, line, f"{group.id} is listed twice.")
        for other in group.includes:
            if other not in single:
                raise Malformed(name, line, f"{other} is no group that includes none itself.")
        groups[group.id] = group
    return MappingProxyType(groups)


GROUPS: Mapping[str, Group] = read_groups(
    (files(__package__) / "data" / "groups.toml").read_text("utf-8"), "groups.toml"
)
"""Every group by id."""


def membership(group: str, country: str, day: date) -> Membership:
    """Whether the country (or that of a subdivision, `CN-XJ`) belongs to the group on this day."""
    found = [GROUPS[each].own(alpha2(country), day) for each in (group, *GROUPS[group].includes)]
    members = [each for each in found if each.member]
    if members:
        return max(members, key=lambda each: _RANK[each.confidence])
    return Membership(False, least(each.confidence for each in found))


def holds(group: str, country: str, day: date) -> bool:
    """Whether the country belongs to the group on this day, however sure that is."""
    return membership(group, country, day).member
