"""Lenses: questions about the path of matter, as small deterministic automata over labels.

A lens gives matter a label where it enters the record and may change the label at each step. The first
rule that matches decides; a step that no rule matches leaves the label as it is. A condition that a rule
does not have is always met.
"""

import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

import msgspec

from ..record import Stage

UNKNOWN = "unknown"
"""The label of matter about which the record does not say."""
NONE = "none"
"""The label that stands for a set without members."""
MANY = "many"
"""The label that stands for a set of more than `MAX_SET` members, whichever they are."""
MAX_SET = 8

Entry = Literal["extraction", "collection", "untraced"]


class Event(msgspec.Struct, frozen=True):
    """What happens to matter at one statement: how it enters, or the stage it goes through, where and how.

    `custody` is the ISO 22095 model, `attested` and `controllers` are those of the statement's `Standing`.
    """

    region: str
    entry: Entry | None = None
    stage: str | None = None
    source: str | None = None
    custody: str | None = None
    attested: str | None = None
    controllers: tuple[str, ...] = (UNKNOWN,)

    @property
    def country(self) -> str:
        """The region's country (ISO 3166-1 alpha-2)."""
        return self.region.partition("-")[0]


NOWHERE = Event(UNKNOWN, "untraced")
"""The entry of matter of which nothing is known."""


class Rule(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename={"coming_from": "from"},
):
    """When the conditions are met, matter gets the label; with `join` its members are added to the label's.

    A label may hold `{country}` (ISO 3166-1 alpha-2), `{region}` (the code as recorded, such as CN-XJ),
    `{source}`, `{stage}`, `{custody}` and `{controllers}` (joined by `+`).
    """

    label: str
    on: tuple[Entry, ...] | None = None
    coming_from: tuple[str, ...] | None = None
    stage: tuple[str, ...] | None = None
    country: tuple[str, ...] | None = None
    region: tuple[str, ...] | None = None
    source: tuple[str, ...] | None = None
    custody: tuple[str, ...] | None = None
    attested: tuple[str, ...] | None = None
    controllers: tuple[str, ...] | None = None
    join: bool = False

    def matches(self, event: Event, label: str | None) -> bool:
        """Whether every condition that the rule has is met."""
        return (
            (self.on is None or event.entry in self.on)
            and (self.coming_from is None or label in self.coming_from)
            and (self.stage is None or event.stage in self.stage)
            and (self.country is None or event.country in self.country)
            and (self.region is None or event.region in self.region)
            and (self.source is None or event.source in self.source)
            and (self.custody is None or event.custody in self.custody)
            and (self.attested is None or event.attested in self.attested)
            and (
                self.controllers is None or not set(self.controllers).isdisjoint(event.controllers)
            )
        )

    def labelled(self, event: Event, before: str | None) -> str:
        """The label, filled in, and joined to the one before."""
        text = self.label
        if "{" in text:
            text = (
                text.replace("{country}", event.country)
                .replace("{region}", event.region)
                .replace("{source}", event.source or UNKNOWN)
                .replace("{stage}", event.stage or UNKNOWN)
                .replace("{custody}", event.custody or UNKNOWN)
                .replace("{controllers}", set_label(event.controllers))
            )
        if self.join and before is not None:
            return set_label((*before.split("+"), *text.split("+")))
        return text


class Lens(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question about the path of matter: `start` rules at its entry, `step` rules at each stage."""

    id: str
    title: str
    start: tuple[Rule, ...]
    step: tuple[Rule, ...] = ()

    def first(self, event: Event) -> str:
        """The label of matter that enters with this event; `unknown` when no rule matches."""
        return _decide(self.start, event, None) or UNKNOWN

    def next(self, label: str, event: Event) -> str:
        """The label after a step."""
        return _decide(self.step, event, label) or label


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    title: str
    start: tuple[Rule, ...]
    step: tuple[Rule, ...] = ()
    each: Literal["stage"] | None = None


def set_label(members: Iterable[str]) -> str:
    """The label of a set: its members in code-point order joined by `+`; `none`, `many` when it is empty, large."""
    found = set(members) - {NONE}
    if not found:
        return NONE
    return MANY if MANY in found or len(found) > MAX_SET else "+".join(sorted(found))


def read(text: str) -> tuple[Lens, ...]:
    """The lens of a TOML file, or with `each` one for every stage; `ValueError` when it is not one."""
    if "{each}" not in text:
        return (msgspec.convert(tomllib.loads(text), Lens),)
    return tuple(_of_file(text.replace("{each}", stage)) for stage in Stage)


def _of_file(text: str) -> Lens:
    file = msgspec.convert(tomllib.loads(text), _File)
    return Lens(file.id, file.title, file.start, file.step)


def _decide(rules: tuple[Rule, ...], event: Event, label: str | None) -> str | None:
    for rule in rules:
        if rule.matches(event, label):
            return rule.labelled(event, label)
    return None


def _shipped() -> Mapping[str, Lens]:
    folder = files(__package__) / "lenses"
    texts = sorted(
        (file.name, file.read_text("utf-8"))
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    )
    return MappingProxyType({lens.id: lens for _, text in texts for lens in read(text)})


LENSES: Mapping[str, Lens] = _shipped()
"""The lenses that ship with the protocol, by id; `stage/<stage>` is one for each stage."""
