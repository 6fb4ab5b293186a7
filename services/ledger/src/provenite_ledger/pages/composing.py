"""From a certificate, how it stands and its policy to what its page says. Pure: the moment is given."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime

from msgspec import Struct

from provenite_proto.certificate import CertifiedFigure, Credential, digest_of, qr_text
from provenite_proto.matter.element import ELEMENTS
from provenite_proto.matter.quantity import FRACTION_ONE
from provenite_proto.policy import OWN, Policy, is_own, quoted
from provenite_proto.policy.wording import percent, period, words
from provenite_proto.record import CustodyModel

from .claiming import claim, declared_name, hundredths, material_name, share
from .legible import legible, shortened
from .qr import code
from .sheet import Bar, Entry, Group, Sheet, Standing, State
from .shown import Shown

_CONFIDENCE = {
    "high": "read in the source",
    "medium": "known, not read in the source",
    "low": "sources disagree",
}
_LONGEST_OF = 150
"""Tenths of a letter of what a figure is of, where that is no element."""
_UNNAMED = "It does not name the batch, nor who supplied it: who holds the batch can show that it is the one meant."
_BOUNDS = (
    "Where two figures are given, not everything is known: only the lower one counts, the upper one is what "
    "would be if all of the unknown counted."
)


class Limits(Struct, frozen=True):
    """How much is told: figures, and tenths of a letter of each kind of text. What is longer ends in an ellipsis."""

    bars: int
    title: int
    test: int
    name: int
    reason: int
    rule: int
    sources: int
    source: int
    note: int


LIMITS = (
    Limits(
        bars=12,
        title=4_000,
        test=1_600,
        name=6_000,
        reason=6_000,
        rule=12_000,
        sources=3,
        source=4_000,
        note=18_000,
    ),
    Limits(
        bars=8,
        title=1_600,
        test=900,
        name=2_400,
        reason=3_000,
        rule=5_000,
        sources=2,
        source=2_000,
        note=6_000,
    ),
    Limits(
        bars=5,
        title=1_000,
        test=600,
        name=1_200,
        reason=1_500,
        rule=3_000,
        sources=1,
        source=1_200,
        note=2_500,
    ),
)
"""From the most that is told to the least, which fits whatever the texts are."""


def sheet(shown: Shown, limits: Limits) -> Sheet:
    """What the page of a certificate says."""
    credential, policy = shown.credential, shown.policy
    provenance = credential.provenance
    figures = _most_telling(provenance.figures, limits.bars)
    own = is_own(policy.id)
    told = quoted if own else str
    sources = [
        told(each.title) if own else f"{each.title} ({_CONFIDENCE[each.confidence]})."
        for each in policy.source
    ]
    standing = _standing(shown, limits.reason)
    title = told(_cut(policy.title if own else credential.name, limits.title))
    pinned = qr_text(credential.id, shown.jwt)
    possible = any(share(each.lower) < share(each.upper) for each in figures)
    return Sheet(
        name=f"{standing.word}{', by a firm’s own rule' if own else ''}: {title}",
        kind="Certificate by a firm’s own rule" if own else "Certificate of provenance",
        title=title,
        warning=OWN if own else "",
        rule_heading="The rule, in the firm’s own words" if own else "The rule",
        source_heading="What that firm refers to" if own else "Source",
        claim=legible(claim(credential, policy, limits.test)),
        standing=standing,
        entries=tuple(_entries(credential, policy, limits.name)),
        as_of=day_text(provenance.as_of),
        groups=tuple(_groups(figures, limits.test, own=own)),
        unshown=len(provenance.figures) - len(figures),
        possible=possible,
        marked=any(each.at_least or each.below for each in figures),
        rule=told(_cut(policy.summary, limits.rule)),
        conditions=tuple(_conditions(credential, policy, limits.title)),
        sources=tuple(_cut(each, limits.source) for each in sources[: limits.sources]),
        further_sources=tuple(map(legible, sources[limits.sources :])),
        notes=tuple(
            _cut(each, limits.note) for each in _notes(credential, possible=possible, own=own)
        ),
        url=credential.id,
        printable=credential.credential_subject.conformity_certificate.link_url,
        qr=code(pinned),
        command=f"provenite verify '{pinned}'",
        proofs=tuple(_proofs(shown)),
        issuer=_cut(credential.issuer.name, limits.title),
    )


def day_text(day: date) -> str:
    """A day in words: `24 November 2026`."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year:04}"


def moment_text(moment: datetime) -> str:
    """A moment to the minute: `24 November 2026, 15:04 UTC`."""
    utc = moment.astimezone(UTC)
    return f"{day_text(utc.date())}, {utc:%H:%M} UTC"


def _cut(text: str, most: int) -> str:
    return shortened(legible(text), most)


def _standing(shown: Shown, most: int) -> Standing:
    state: State = shown.status
    ends = shown.credential.valid_until
    if state != "revoked" and shown.at >= ends:
        state = "expired"
    since = f" since {moment_text(shown.since)}" if shown.since else ""
    reason = _cut(shown.reason or "", most)
    because = _sentence(f" {reason[:1].upper()}{reason[1:]}") if reason else ""
    match state:
        case "valid":
            detail = f"until {moment_text(ends)}."
        case "suspended":
            detail = f"{since.strip()}. Do not rely on it for now.{because}".lstrip(". ")
        case "revoked":
            detail = f"{since.strip()}, for good. Do not rely on it.{because}".lstrip(", ")
        case "expired":
            detail = f"on {moment_text(ends)}. It says nothing of the time after."
    return Standing(state, state.capitalize(), detail, moment_text(shown.at))


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _entries(credential: Credential, policy: Policy, most: int) -> Iterator[Entry]:
    subject = credential.credential_subject
    product = credential.assessment.assessed_product[0].product
    yield Entry("Issued to", _cut(subject.issued_to_party.name, most))
    yield Entry("Product", _cut(material_name(product.name), most))
    if (declared := credential.provenance.product) is not None:
        yield Entry("Declared as", _cut(declared_name(declared, policy), most))
    if product.batch_number is not None:
        yield Entry("Lot", _cut(product.batch_number, most))
    yield Entry("Assessed as of", day_text(credential.provenance.as_of))
    yield Entry("Issued on", day_text(credential.valid_from.astimezone(UTC).date()))
    yield Entry("Valid until", day_text(credential.valid_until.astimezone(UTC).date()))


def _conditions(credential: Credential, policy: Policy, most: int) -> Iterator[str]:
    row = policy.row[credential.provenance.row - 1]
    if is_own(policy.id):
        yield f"{policy.id}, version {policy.version}: a firm’s own rule."
    else:
        status = words(row.status or policy.status)
        where = _cut(policy.jurisdiction, most)
        yield _sentence(f"{policy.id}, version {policy.version}: {status}, {where}")
    if row.since or row.until:
        yield f"Applied is what holds {period(row)}."
    yield f"As of {day_text(policy.as_of)}; to be looked up again by {day_text(row.verify_by or policy.verify_by)}."
    if len(policy.custody) < len(CustodyModel):
        yield f"Chain of custody (ISO 22095): only {', '.join(words(each) for each in policy.custody)} counts."
    if policy.attestation == "required":
        yield "Only matter whose every step is attested counts."


def _notes(credential: Credential, *, possible: bool, own: bool) -> Iterator[str]:
    # What is said of a firm's own rule stands above the claim already.
    conditions = credential.assessment.specified_condition[1 if own else 0 :]
    yield from conditions[:1]
    if possible:
        yield _BOUNDS
    yield from conditions[1:]
    yield _UNNAMED


def _most_telling(figures: Sequence[CertifiedFigure], most: int) -> tuple[CertifiedFigure, ...]:
    """Of many figures those that are closest to their thresholds, in the order in which they stand."""
    closest = sorted(range(len(figures)), key=lambda number: _room_left(figures[number]))
    kept = set(closest[:most])
    return tuple(each for number, each in enumerate(figures) if number in kept)


def _room_left(figure: CertifiedFigure) -> int:
    if figure.below is not None:
        return share(figure.below) - share(figure.lower)
    return share(figure.lower) - (share(figure.at_least) if figure.at_least is not None else 0)


def _groups(figures: Iterable[CertifiedFigure], most: int, *, own: bool) -> Iterator[Group]:
    tests: dict[str, list[Bar]] = {}
    for each in figures:
        tests.setdefault(each.test, []).append(_bar(each))
    for test, bars in tests.items():
        name = _cut(words(test), most)
        name = quoted(name) if own else name[:1].upper() + name[1:]
        yield Group(name, tuple(bars))


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
    name = element.name if element else _cut(words(figure.of), _LONGEST_OF)
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
    (definition,) = shown.credential.assessment.evidence
    digest = provenance.policy_digest
    yield Entry("Digest of the policy", digest, code=True, url=definition.link_url)


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
