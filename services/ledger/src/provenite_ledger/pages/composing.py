"""From a certificate, how it stands and its policy to what its page says. Pure: the moment is given."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Literal

from msgspec import Struct

from provenite_proto.certificate import CertifiedFigure, Credential, digest_of, qr_text
from provenite_proto.matter.element import ELEMENTS
from provenite_proto.matter.quantity import FRACTION_ONE
from provenite_proto.policy import Policy
from provenite_proto.policy.wording import percent, period
from provenite_proto.record import CustodyModel

from .claiming import claim, hundredths, product_name, share, words
from .legible import legible, shortened, width
from .sheet import Bar, Entry, Group, Sheet, Standing, State

MOST_BARS = 12
_ROOM = 27_000
"""How much text one page holds in its smallest print, in tenths of a letter, beside the figures."""
_BAR = 1_000
"""What a figure takes of that room."""
_DENSE = (7_000, 11_000, 15_000, 20_000)
"""From how much text on the print is smaller, step by step."""
_LONGEST_NOTE = 9_000
_LONGEST_SOURCE = 3_000
_MOST_SOURCES = 3
_CONFIDENCE = {
    "high": "read in the source",
    "medium": "known, not read in the source",
    "low": "sources disagree",
}
_UNNAMED = (
    "It does not name the batch, nor who supplied it: who holds the batch can show that it is the one meant."
)
_BOUNDS = (
    "Where two figures are given, not all of the matter is known: only the lower one counts, the upper one is what "
    "would be if all of the unknown counted."
)


class Shown(Struct, frozen=True, kw_only=True):
    """A certificate to be shown, and how it stands at the moment `at`.

    `jwt` is the credential as it was signed, `policy` the policy by which it was assessed. `status` is the latest
    one that is recorded, since when and why; whether it has expired follows from `at`. `index` and `statement`
    (a digest) tell where the log commits to it.
    """

    credential: Credential
    jwt: str
    policy: Policy
    status: Literal["valid", "suspended", "revoked"]
    since: datetime | None = None
    reason: str | None = None
    index: int
    statement: str
    at: datetime


def sheet(shown: Shown) -> Sheet:
    """What the page of a certificate says."""
    credential, policy = shown.credential, shown.policy
    provenance = credential.provenance
    figures = _most_telling(provenance.figures)
    rule = shortened(legible(policy.summary), _LONGEST_NOTE)
    sources = [
        f"{legible(each.title)} ({_CONFIDENCE[each.confidence]})." for each in policy.source
    ]
    printed_sources = tuple(shortened(each, _LONGEST_SOURCE) for each in sources[:_MOST_SOURCES])
    code = qr_text(credential.id, shown.jwt)
    possible = any(share(each.lower) < share(each.upper) for each in figures)
    notes = [legible(each) for each in _notes(credential, possible=possible)]
    said = width(rule) + sum(map(width, printed_sources)) + _BAR * len(figures)
    told = _fitting(notes, _ROOM - said)
    weight = said + sum(map(width, told))
    return Sheet(
        title=legible(policy.title),
        claim=legible(claim(credential, policy)),
        standing=_standing(shown),
        entries=tuple(_entries(credential)),
        as_of=day_text(provenance.as_of),
        groups=tuple(_groups(figures)),
        unshown=len(provenance.figures) - len(figures),
        possible=possible,
        rule=rule,
        conditions=tuple(map(legible, _conditions(credential, policy))),
        sources=printed_sources,
        further_sources=tuple(sources[_MOST_SOURCES:]),
        notes=told,
        further=tuple(notes[len(told) :]),
        url=credential.id,
        code=code,
        command=f"provenite verify '{code}'",
        proofs=tuple(_proofs(shown)),
        issuer=legible(credential.issuer.name),
        dense=sum(weight > each for each in _DENSE),
    )


def day_text(day: date) -> str:
    """A day in words: `24 November 2026`."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year:04}"


def moment_text(moment: datetime) -> str:
    """A moment to the minute: `24 November 2026, 15:04 UTC`."""
    utc = moment.astimezone(UTC)
    return f"{day_text(utc.date())}, {utc:%H:%M} UTC"


def _standing(shown: Shown) -> Standing:
    state: State = shown.status
    ends = shown.credential.valid_until
    if state != "revoked" and shown.at >= ends:
        state = "expired"
    since = f" since {moment_text(shown.since)}" if shown.since else ""
    because = f" {_sentence(legible(shown.reason))}" if shown.reason else ""
    match state:
        case "valid":
            detail = f"until {moment_text(ends)}."
        case "suspended":
            detail = f"{since.strip()}. Do not rely on it while it is.{because}".lstrip(". ")
        case "revoked":
            detail = f"{since.strip()}, for good. Do not rely on it.{because}".lstrip(", ")
        case "expired":
            detail = f"on {moment_text(ends)}. It says nothing of the time after."
    return Standing(state, state.capitalize(), detail, moment_text(shown.at))


def _sentence(text: str) -> str:
    first = text[:1].upper() + text[1:]
    return first if first.endswith((".", "!", "?", "…")) else f"{first}."


def _entries(credential: Credential) -> Iterator[Entry]:
    subject = credential.credential_subject
    product = credential.assessment.assessed_product[0].product
    yield Entry("Issued to", legible(subject.issued_to_party.name))
    yield Entry("Product", legible(product_name(product.name)))
    if product.batch_number is not None:
        yield Entry("Lot", legible(product.batch_number))
    yield Entry("Assessed as of", day_text(credential.provenance.as_of))
    yield Entry("Issued on", day_text(credential.valid_from.astimezone(UTC).date()))
    yield Entry("Valid until", day_text(credential.valid_until.astimezone(UTC).date()))


def _conditions(credential: Credential, policy: Policy) -> Iterator[str]:
    row = policy.row[credential.provenance.row - 1]
    yield f"{policy.id}, version {policy.version}: {words(row.status or policy.status)}, {policy.jurisdiction}."
    if row.since or row.until:
        yield f"Applied is what holds {period(row)}."
    yield f"As of {day_text(policy.as_of)}; to be looked up again by {day_text(row.verify_by or policy.verify_by)}."
    if len(policy.custody) < len(CustodyModel):
        yield f"Chain of custody (ISO 22095): only {', '.join(words(each) for each in policy.custody)} counts."
    if policy.attestation == "required":
        yield "Only matter whose every step is attested counts."


def _notes(credential: Credential, *, possible: bool) -> Iterator[str]:
    first, *others = credential.assessment.specified_condition
    yield first
    if possible:
        yield _BOUNDS
    yield from others
    yield _UNNAMED


def _fitting(notes: Sequence[str], room: int) -> tuple[str, ...]:
    """As many of the notes, in their order, as there is room for; at least one, shortened if it must be."""
    told: list[str] = []
    for each in notes:
        if not told:
            each = shortened(each, max(room, 1_000))  # noqa: PLW2901 # what is told of it
        room -= width(each)
        if room < 0 and told:
            break
        told.append(each)
    return tuple(told)


def _most_telling(figures: Sequence[CertifiedFigure]) -> tuple[CertifiedFigure, ...]:
    """Of many figures those that are closest to their thresholds, in the order in which they stand."""
    closest = sorted(range(len(figures)), key=lambda number: _room_left(figures[number]))
    kept = set(closest[:MOST_BARS])
    return tuple(each for number, each in enumerate(figures) if number in kept)


def _room_left(figure: CertifiedFigure) -> int:
    if figure.below is not None:
        return share(figure.below) - share(figure.lower)
    return share(figure.lower) - (share(figure.at_least) if figure.at_least is not None else 0)


def _groups(figures: Iterable[CertifiedFigure]) -> Iterator[Group]:
    tests: dict[str, list[Bar]] = {}
    for each in figures:
        tests.setdefault(each.test, []).append(_bar(each))
    for test, bars in tests.items():
        name = legible(words(test))
        yield Group(name[:1].upper() + name[1:], tuple(bars))


def _bar(figure: CertifiedFigure) -> Bar:
    lower, upper = share(figure.lower), max(share(figure.lower), share(figure.upper))
    element = ELEMENTS.get(figure.of)
    shown = hundredths(lower * 10_000 // FRACTION_ONE)
    if lower < upper:
        shown = f"{shown} to {hundredths(-(-upper * 10_000 // FRACTION_ONE))}"
    if figure.at_least is not None:
        mark, required = figure.at_least, f"at least {percent(figure.at_least)}"
    elif figure.below is not None:
        mark, required = figure.below, f"less than {percent(figure.below)}"
    else:
        mark, required = None, "published"
    met = figure.verdict == "pass"
    name = element.name if element else legible(words(figure.of))
    needs = "no threshold" if mark is None else f"required: {required}"
    verdict = "" if mark is None else (", met" if met else ", not met")
    return Bar(
        of=figure.of if element else "",
        name=name,
        lower=lower,
        upper=upper,
        mark=None if mark is None else share(mark),
        met=met,
        shown=shown,
        required=required,
        spoken=f"{name}: {shown}; {needs}{verdict}.",
    )


def _proofs(shown: Shown) -> Iterator[Entry]:
    provenance = shown.credential.provenance
    yield Entry("Issuer", shown.credential.issuer.id, code=True)
    yield Entry("Log", provenance.log, code=True)
    yield Entry("Recorded as", f"statement {shown.index} of the log")
    yield Entry("Computed from", f"its first {provenance.size} statements")
    yield Entry("Digest of the statement", shown.statement, code=True)
    yield Entry("Digest of the credential", digest_of(shown.jwt), code=True)
    yield Entry("Digest of the policy", provenance.policy_digest, code=True)


_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
