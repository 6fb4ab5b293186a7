"""A policy in plain words: what is measured, against which thresholds from when on, and by which automaton."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import msgspec

from ..content import LENSES, Lens
from ..countries import GROUPS
from ..matter.quantity import FRACTION_ONE, parts
from ..record import CustodyModel
from .automaton import exactly, in_words, marks, places
from .lenses import GROUP, members
from .model import Cost, DateBasis, Influence, OwnLens, Policy, Recovery, Row, Share, Test, Value
from .own import OWN, called, draft, in_quotation_marks, is_own, quoted


class Line(msgspec.Struct, frozen=True):
    """A line for people, how deep it is set in, and whether it begins a part."""

    text: str
    depth: int = 0
    heading: bool = False


def explained(policy: Policy, day: date) -> Iterator[Line]:
    """The policy line by line; groups of countries are those of the day."""
    if told_first := draft(policy):
        yield Line(told_first, heading=True)
    yield Line(f"{policy.id}  version {policy.version}  {words(policy.status)}", heading=True)
    told = quoted if is_own(policy.id) else str
    if is_own(policy.id):
        yield Line(OWN, 1)
    yield Line(told(policy.title))
    yield Line(told(policy.summary), 1)
    for parameter, what in policy.parameter.items():
        if what.value is None:
            yield Line(f"You can set {parameter}: {what.title}, otherwise {what.default}.", 1)
        else:
            yield Line(f"{_first(what.title)} is set to {what.value}, not {what.default}.", 1)
    yield Line("What it applies to", heading=True)
    for text in _scope(policy):
        yield Line(text, 1)
    yield from _rows(policy)
    yield from _marks(policy)
    yield from _besides(policy, day)
    if policy.caveat:
        yield Line("What to know", heading=True)
    for caveat in policy.caveat:
        yield Line(told(caveat), 1)
    yield Line("Source", heading=True)
    for source in policy.source:
        yield Line(f"{told(source.title)} (confidence {source.confidence}).", 1)
    yield Line(f"As of {policy.as_of}; look it up again by {policy.verify_by}.", 1)


def _rows(policy: Policy) -> Iterator[Line]:
    told = quoted if is_own(policy.id) else str
    for number, row in enumerate(in_quotation_marks(policy).row, 1):
        yield Line(f"Rule {number}: {period(row)}{_about(row)}", heading=True)
        for test in row.test:
            yield Line(words(threshold(test)), 1)
            for text in (*_counted(test), *_claimed(test)):
                yield Line(text, 2)
        if row.note:
            yield Line(told(row.note), 1)


def _marks(policy: Policy) -> Iterator[Line]:
    told = quoted if is_own(policy.id) else str
    for name, lens in _lenses(policy):
        title = told(lens.title) if isinstance(lens, OwnLens) else lens.title
        yield Line(f"Lens {name}: {title}", heading=True)
        for text in in_words(lens):
            yield Line(text, 1)
        yield Line("Exactly:", 1)
        for text in exactly(lens):
            yield Line(text, 2)


def _lenses(policy: Policy) -> Iterator[tuple[str, OwnLens | Lens]]:
    """The lenses that a test looks through, each once: those of the policy, then those that ship."""
    for lens in policy.lens:
        yield lens.name, lens
    asked = {test.lens for row in policy.row for test in row.test if isinstance(test, Share)}
    for name in sorted(asked & LENSES.keys()):
        yield name, LENSES[name]


def _besides(policy: Policy, day: date) -> Iterator[Line]:
    if policy.exemption:
        yield Line("What a firm can claim instead", heading=True)
        for each in policy.exemption:
            limit = f" (below {percent(each.below)}: {_list(each.of)})" if each.below else ""
            dates = f" [{_dates(each.since, each.until)}]" if each.since or each.until else ""
            title = quoted(each.title) if is_own(policy.id) else each.title
            yield Line(f"{each.id}: {title}{limit}{dates}.", 1)
    if groups := sorted(_groups(policy)):
        yield Line(f"Countries of groups on {day}", heading=True)
        for group in groups:
            yield Line(f"{group}: {_list(sorted(members(group, day)))}. {GROUPS[group].title}.", 1)


def named(policy: Policy) -> str:
    """What a certificate is called: after the policy's title and how it is set, or after the id alone of a firm's own."""
    if is_own(policy.id):
        return called(policy.id)
    set_to = [
        f"{name} {percent(each.value) if each.kind == 'share' else each.value.replace('_', ' ')}"
        for name, each in sorted(policy.parameter.items())
        if each.value is not None
    ]
    return f"{policy.title} ({', '.join(set_to)})" if set_to else policy.title


def period(row: Row) -> str:
    """The row's days: `from 2027-01-01`, `until 2026-12-31`, `at any time`."""
    return _dates(row.since, row.until) or "at any time"


def percent(fraction: str | None) -> str:
    """A fraction in per cent, exactly: `16 %`."""
    whole, rest = divmod(parts(fraction or "0") * 100, FRACTION_ONE)
    return f"{whole}.{rest:09}".rstrip("0").rstrip(".") + " %"


def threshold_of(at_least: str | None, below: str | None) -> str | None:
    """What is asked of a figure, exactly: `at least 16 %`; `None` where no threshold is."""
    if below is not None:
        return f"below {percent(below)}"
    return None if at_least is None else f"at least {percent(at_least)}"


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
    a = "an" if policy.granularity[:1] in "aeiou" else "a"
    yield f"Assessed for {a} {policy.granularity}; the date that decides is {_DATES[policy.date_basis]}."
    if len(policy.custody) < len(CustodyModel):
        refused = [each.value for each in CustodyModel if each not in policy.custody]
        yield f"Matter of these chain-of-custody models does not count: {words(_list(refused))}."
    if policy.attestation == "required":
        yield "Only matter whose every step is attested counts."
    if policy.unmet == "review":
        yield "When a threshold is not reached, the outcome is review."
    if policy.ended:
        yield f"It ended: nothing after {policy.ended} is in its scope."


def _about(row: Row) -> str:
    about = [_list(row.products)] if row.products else []
    about += [words(row.status)] if row.status else []
    about += [f"look it up by {row.verify_by}"] if row.verify_by else []
    return f" ({'; '.join(about)})" if about else ""


def _counted(test: Test) -> Iterator[str]:
    match test:
        case Share():
            if test.materials:
                yield f"Looked at is {_list(test.materials)}."
            if test.required:
                yield "Without an assay of each of them the outcome is indeterminate."
            yield f"What decides is the mark that matter has by the lens {test.lens}:"
            for labels, how in (
                (test.good, "counts"),
                (test.bad, "does not count"),
                (test.review, "is to be reviewed"),
                (test.unknown, "is not known, and does not count"),
            ):
                if labels:
                    yield f"{marks(labels)} {how};"
            yield f"every other one {_OTHERS[test.other]}."
        case Value():
            how = (
                "with the larger of those shares"
                if test.method == "traced"
                else "wholly from half of it on"
            )
            yield f"A mineral counts {how} of the value added by extraction or processing in {places(test.primary)};"
            yield f"recycled, with the value added by recycling in {places(test.recycled)}."
        case _:
            return


def _claimed(test: Test) -> Iterator[str]:
    if isinstance(test, Share) and test.none and test.at_least == "1":
        yield f"A certificate says: none of it {words(test.none)}."
    elif test.claim:
        yield f"A certificate says: {_subject(test)} {words(test.claim)}."


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


_DATES: Mapping[DateBasis, str] = {
    "delivery": "that of the delivery",
    "placed_in_service": "the day on which it is placed in service",
    "placed_on_market": "the day on which it is placed on the market",
    "sale": "that of the sale",
    "construction_begin": "the day on which construction begins",
    "import_entry": "that of the entry for import",
    "treatment": "that of the treatment",
    "claim": "that of the claim",
}
"""Which day a policy goes by."""
_OTHERS = {
    "good": 'counts, but for "unknown", which does not',
    "bad": "does not count",
    "unknown": "is not known, and does not count",
}


def _groups(policy: Policy) -> set[str]:
    text = msgspec.json.encode(policy).decode()
    return {group for group in GROUPS if f'"{GROUP}{group}"' in text}


def _dates(since: date | None, until: date | None) -> str:
    both = [f"from {since}"] if since else []
    both += [f"until {until}"] if until else []
    return " ".join(both)


def _of(elements: tuple[str, ...]) -> str:
    return _list(elements) if elements else "Every element"


def _first(text: str) -> str:
    return text[:1].upper() + text[1:]


def _list(values: Iterable[str]) -> str:
    return ", ".join(values)


def words(text: str) -> str:
    """An identifier in plain words: `post-consumer`, `metal making`."""
    for source in ("post", "pre"):
        text = text.replace(f"{source}_consumer", f"{source}-consumer")
    return text.replace("_", " ")
