"""A policy in plain words: what is measured, against which thresholds from when on, and by which automaton."""

from collections.abc import Iterable, Iterator
from datetime import date

import msgspec

from ..content import Rule
from ..countries import GROUPS
from ..matter.quantity import FRACTION_ONE, parts
from ..record import CustodyModel
from .lenses import GROUP, members
from .model import Cost, Influence, OwnLens, Policy, Recovery, Row, Share, Test, Value


class Line(msgspec.Struct, frozen=True):
    """A line for people, how deep it is set in, and whether it begins a part."""

    text: str
    depth: int = 0
    heading: bool = False


def explained(policy: Policy, day: date) -> Iterator[Line]:
    """The policy line by line; groups of countries are those of the day."""
    yield Line(f"{policy.id}  version {policy.version}  {_words(policy.status)}", heading=True)
    yield Line(policy.title)
    yield Line(policy.summary, 1)
    for parameter, what in policy.parameter.items():
        yield Line(f"You can set {parameter}: {what.title}, otherwise {what.default}.", 1)
    yield Line("What it applies to", heading=True)
    for text in _scope(policy):
        yield Line(text, 1)
    for number, row in enumerate(policy.row, 1):
        yield Line(f"Rule {number}: {period(row)}{_about(row)}", heading=True)
        for test in row.test:
            yield Line(threshold(test), 1)
            for text in (*_counted(test), *_claimed(test)):
                yield Line(text, 2)
        if row.note:
            yield Line(row.note, 1)
    for lens in policy.lens:
        yield Line(f"Lens {lens.name}: {lens.title}", heading=True)
        for text in _automaton(lens):
            yield Line(text, 1)
    yield from _besides(policy, day)
    yield Line("What to know", heading=True)
    for caveat in policy.caveat:
        yield Line(caveat, 1)
    yield Line("Source", heading=True)
    for source in policy.source:
        yield Line(f"{source.title} (confidence {source.confidence}).", 1)
    yield Line(f"As of {policy.as_of}; look it up again by {policy.verify_by}.", 1)


def _besides(policy: Policy, day: date) -> Iterator[Line]:
    if policy.exemption:
        yield Line("What a firm can claim instead", heading=True)
        for each in policy.exemption:
            limit = f" (below {percent(each.below)}: {_list(each.of)})" if each.below else ""
            dates = f" [{_dates(each.since, each.until)}]" if each.since or each.until else ""
            yield Line(f"{each.id}: {each.title}{limit}{dates}.", 1)
    if groups := sorted(_groups(policy)):
        yield Line(f"Countries of groups on {day}", heading=True)
        for group in groups:
            yield Line(f"{group}: {_list(sorted(members(group, day)))}. {GROUPS[group].title}.", 1)


def period(row: Row) -> str:
    """The row's days: `from 2027-01-01`, `until 2026-12-31`, `at any time`."""
    return _dates(row.since, row.until) or "at any time"


def percent(fraction: str | None) -> str:
    """A fraction in per cent, exactly: `16 %`."""
    whole, rest = divmod(parts(fraction or "0") * 100, FRACTION_ONE)
    return f"{whole}.{rest:09}".rstrip("0").rstrip(".") + " %"


def threshold(test: Test) -> str:
    """What has to be reached, in a sentence."""
    match test:
        case Share(at_least=None):
            return f"{_of(test.elements)}: {test.name}; the share is published, there is no smallest one."
        case Share():
            return f"{_of(test.elements)}: {test.name}, at least {percent(test.at_least)}."
        case Recovery(elements=()):
            return f"{_first(test.name)}: at least {percent(test.at_least)}."
        case Recovery():
            return f"{_list(test.elements)}: {test.name}, at least {percent(test.at_least)}."
        case Value() | Cost():
            return f"{_first(test.name)}: at least {percent(test.at_least)}."
        case Influence():
            return (
                f"{_first(test.name)}: one holds less than {percent(test.single)} and all together less than "
                f"{percent(test.together)} of equity, and less than {percent(test.debt)} of debt."
            )


def _scope(policy: Policy) -> Iterator[str]:
    scope = policy.scope
    yield f"Materials: {_list(scope.materials) or 'all'}."
    yield f"Elements, each by itself: {_list(scope.elements) or 'all'}."
    if scope.products:
        yield f"Products: {_list(scope.products)}."
    if scope.mass_above or scope.mass_at_least:
        least = (
            f"more than {scope.mass_above}"
            if scope.mass_above
            else f"at least {scope.mass_at_least}"
        )
        yield f"From a mass of {least} kg."
    yield f"Assessed for a {policy.granularity}; the date that decides is that of the {_words(policy.date_basis)}."
    if len(policy.custody) < len(CustodyModel):
        refused = [each.value for each in CustodyModel if each not in policy.custody]
        yield f"Matter of these chain-of-custody models does not count: {_words(_list(refused))}."
    if policy.attestation == "required":
        yield "Only matter whose every step is attested counts."
    if policy.unmet == "review":
        yield "When a threshold is not reached, the outcome is review."
    if policy.ended:
        yield f"It ended: nothing after {policy.ended} is in its scope."


def _about(row: Row) -> str:
    about = [_list(row.products)] if row.products else []
    about += [_words(row.status)] if row.status else []
    about += [f"look it up by {row.verify_by}"] if row.verify_by else []
    return f" ({'; '.join(about)})" if about else ""


def _counted(test: Test) -> Iterator[str]:
    match test:
        case Share():
            if test.materials:
                yield f"in {_list(test.materials)}"
            yield f"seen through the lens {test.lens}"
            for name, labels in (
                ("counts", test.good),
                ("does not count", test.bad),
                ("is to be reviewed", test.review),
                ("counts as unknown", test.unknown),
            ):
                if labels:
                    yield f"{name}: {_named(labels)}"
            if test.other != "unknown":
                yield f"every other label {'counts' if test.other == 'good' else 'does not count'}"
        case Value():
            how = (
                "with the larger of those shares"
                if test.method == "traced"
                else "wholly from half of it on"
            )
            yield f"a mineral counts {how} of the value added by extraction or processing in {_named(test.primary)}"
            yield f"recycled, with the value added by recycling in {_named(test.recycled)}"
        case _:
            return


def _claimed(test: Test) -> Iterator[str]:
    if isinstance(test, Share) and test.none and test.at_least == "1":
        yield f"what a certificate says: none of it {_words(test.none)}"
    elif test.claim:
        yield f"what a certificate says: {_subject(test)} {_words(test.claim)}"


def _subject(test: Test) -> str:
    match test:
        case Share() | Recovery(elements=(_, *_)):
            return "so much of it"
        case Recovery():
            return "so much of the mass"
        case Value():
            return "so much of the value"
        case Cost():
            return "so much of the costs"
        case Influence():
            return "its maker"


def _automaton(lens: OwnLens) -> Iterator[str]:
    for rule in lens.start:
        which = _conditions(rule) or (" otherwise" if len(lens.start) > 1 else "")
        yield f"Matter that enters{which} is {rule.label}."
    for rule in lens.step:
        become = f"adds {rule.label}" if rule.join else f"makes it {rule.label}"
        yield f"A step{_conditions(rule)} {become}."
    yield "The first that fits decides. A step that none fits changes nothing."


def _conditions(rule: Rule) -> str:
    text = ""
    for word, values in (
        (" by", rule.on),
        (" of", rule.stage),
        (" in", rule.country),
        (" in", rule.region),
        (" of the source", rule.source),
        (" with the custody", rule.custody),
        (" that is", rule.attested),
        (" controlled from", rule.controllers),
        (", of what was", rule.coming_from),
    ):
        if values is not None:
            text += f"{word} {_either(_named_each(values))}"
    return f"{text}," if rule.coming_from is not None else text


def _groups(policy: Policy) -> set[str]:
    text = msgspec.json.encode(policy).decode()
    return {group for group in GROUPS if f'"{GROUP}{group}"' in text}


def _named_each(values: Iterable[str]) -> list[str]:
    return [
        f"a country of {each.removeprefix(GROUP)}" if each.startswith(GROUP) else _words(each)
        for each in values
    ]


def _named(values: Iterable[str]) -> str:
    return _list(_named_each(values))


def _dates(since: date | None, until: date | None) -> str:
    both = [f"from {since}"] if since else []
    both += [f"until {until}"] if until else []
    return " ".join(both)


def _of(elements: tuple[str, ...]) -> str:
    return _list(elements) if elements else "Every element"


def _first(text: str) -> str:
    return text[:1].upper() + text[1:]


def _either(values: list[str]) -> str:
    *others, last = values
    return f"{', '.join(others)} or {last}" if others else last


def _list(values: Iterable[str]) -> str:
    return ", ".join(values)


def _words(text: str) -> str:
    return text.replace("_", " ")
