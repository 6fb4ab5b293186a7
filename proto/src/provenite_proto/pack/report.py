"""The report for people: what a pack holds, in 80 columns. A function of the other members, so that it can be checked.

It says nothing of what is true: only a program that has verified the pack can say that.
"""

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from ..certificate import Certificate
from ..log import Checkpoint, Unproven
from ..log.note import base64, parse
from ..matter.quantity import milligrams
from ..policy.wording import percent
from ..record import AnyRecord, Collection, Extraction, Receipt, Transfer, Transformation
from .members import Content, Head
from .subject import Subject, Subjects

_WIDTH = 80
_STEPS = 400
"""Steps that the report tells apart; what is more goes into one line."""
_LABELS = 12
"""Labels of a lens that are listed by themselves."""
_OTHERS = ("", "other steps", "")
_NO_STEP = "none"
"""What the lenses of stages say of matter that has not gone through theirs."""


class _Step(msgspec.Struct):
    """Statements of one kind, in one country, of one material."""

    count: int = 0
    first: datetime | None = None
    last: datetime | None = None

    def happened(self, time: datetime) -> None:
        self.count += 1
        day = time.astimezone(UTC)
        self.first = day if self.first is None else min(self.first, day)
        self.last = day if self.last is None else max(self.last, day)


class Report:
    """Takes a pack's statements one after the other; holds counts only."""

    def __init__(self, head: Head, checkpoint: bytes) -> None:
        """For a pack with this head and this signed checkpoint."""
        self._head = head
        self._checkpoint = checkpoint
        self._kinds: Counter[str] = Counter()
        self._steps: dict[tuple[str, str, str], _Step] = {}
        self._sections = 0
        self._withheld = 0
        self._subjects = Subjects(head.batch)

    @property
    def subject(self) -> Subject | None:
        """What the batch is, as the statements so far say; none where they do not."""
        return self._subjects.found()

    def add(self, digest: str, record: AnyRecord, withheld: int) -> None:
        """A statement's digest, its record as it is shown, and how many of its sections are withheld."""
        self._subjects.add(digest, record)
        self._kinds[str(record.__struct_config__.tag)] += 1
        self._sections += len(record.sd)
        self._withheld += withheld
        step = _step(record)
        if step is not None:
            name, time = step
            if name not in self._steps and len(self._steps) >= _STEPS:
                name = _OTHERS
            self._steps.setdefault(name, _Step()).happened(time)

    def text(self, content: Content | None, certificates: Sequence[Certificate] = ()) -> str:
        """The report; `content` where the pack has it, and its `certificates`."""
        return "\n".join(map(str.rstrip, self._lines(content, certificates))) + "\n"

    def _lines(self, content: Content | None, certificates: Sequence[Certificate]) -> Iterator[str]:
        head = self._head
        yield "PROVENITE PACK"
        yield ""
        yield f"Batch      {head.batch}"
        yield from self._subject()
        yield from _wrapped("Ledger     ", head.ledger)
        yield f"Made       {_moment(head.created)}"
        yield from self._log()
        yield ""
        yield from textwrap.wrap(
            "This is what the file holds. Whether it is true, `provenite audit FILE` finds out, "
            "without network and without the ledger.",
            _WIDTH,
        )
        yield from _contained(content)
        yield from _certified(certificates)
        yield from self._way()
        yield from self._counts()

    def _subject(self) -> Iterator[str]:
        for name, value in subject_facts(self.subject):
            yield from _wrapped(f"{name:<11}", value)

    def _log(self) -> Iterator[str]:
        """What the checkpoint says, which nobody has verified here."""
        try:
            note = parse(self._checkpoint)
            root = base64(Checkpoint.parse(note.text).root)
        except Unproven as error:
            yield from _wrapped("Log        ", f"its checkpoint cannot be read: {error.slug}")
            return
        yield f"Log        the first {self._head.size:,} statements"
        yield f"Root       {root}"
        for number, each in enumerate(note.signatures):
            yield from _wrapped("Signed by  " if number == 0 else " " * 11, each.name)

    def _counts(self) -> Iterator[str]:
        yield ""
        yield "STATEMENTS"
        yield ""
        for kind, count in sorted(self._kinds.items()):
            yield f"{count:>9,}  {kind}"
        yield f"{self._kinds.total():>9,}  in all"
        yield ""
        if self._withheld:
            verb = "is" if self._withheld == 1 else "are"
            yield from textwrap.wrap(
                f"{self._withheld:,} of their {self._sections:,} sealed sections {verb} withheld from "
                "the reader for whom the pack was made. What depends on them cannot be checked with it.",
                _WIDTH,
            )
        else:
            yield f"None of their {self._sections:,} sealed sections is withheld."

    def _way(self) -> Iterator[str]:
        yield ""
        yield "WHERE IT CAME FROM"
        yield ""
        if not self._steps:
            yield "No statement of matter is in the pack."
        for (country, what, material), step in self._steps.items():
            times = "" if step.count == 1 else f" ({step.count:,} times)"
            text = " ".join(part for part in (what, material) if part) + times
            first = f"{step.first:%Y-%m-%d}"
            last = f"{step.last:%Y-%m-%d}"
            days = first if first == last else f"{first} to {last}"
            yield from _wrapped(f"{days:<24}  {country:<8}", text)


def subject_facts(subject: Subject | None) -> Iterator[tuple[str, str]]:
    """What is known of a batch, by name, in words."""
    if subject is None:
        return
    mass = "mass withheld" if subject.mass is None else f"{subject.mass} kg"
    yield "Of", f"{subject.material}, {mass}"
    yield "Elements", ", ".join(subject.elements)
    if subject.lot is not None:
        yield "Lot", subject.lot
    if subject.product is not None:
        yield "Product", subject.product


def _contained(content: Content | None) -> Iterator[str]:
    yield ""
    yield "WHAT IS IN IT, AS THE LEDGER SAYS"
    if content is None:
        yield ""
        yield "Withheld from the reader for whom the pack was made."
        return
    for element, claim in content.elements.items():
        yield ""
        yield f"{element}  {claim.mass} kg"
        for lens, labels in claim.lenses.items():
            if set(labels) != {_NO_STEP}:
                yield from _labels(lens, labels)


def _certified(certificates: Sequence[Certificate]) -> Iterator[str]:
    if not certificates:
        return
    yield ""
    yield "CERTIFICATES, AS THEIR ISSUER SAYS"
    for each in certificates:
        credential, said = each.credential, each.credential.provenance
        yield ""
        yield each.id
        yield from _wrapped(
            "  ",
            f"{said.policy} {said.version}, as of {said.as_of}, by the first {said.size:,} statements",
        )
        yield from _wrapped(
            "  ",
            f"valid until {credential.valid_until:%Y-%m-%d}, unless it is suspended or revoked",
        )
        for figure in said.figures[:_LABELS]:
            bounds = dict.fromkeys(map(percent, (figure.lower, figure.upper)))
            yield from _wrapped(f"  {' to '.join(bounds):<24}", f"{figure.of}: {figure.test}")
        if len(said.figures) > _LABELS:
            yield f"  {len(said.figures) - _LABELS:,} more figures"


def _labels(lens: str, labels: Mapping[str, str]) -> Iterator[str]:
    masses = {label: milligrams(mass) for label, mass in labels.items()}
    whole = sum(masses.values())
    ranked = sorted(masses.items(), key=lambda item: (-item[1], item[0]))
    for number, (label, mass) in enumerate(ranked[:_LABELS]):
        name = lens if number == 0 else ""
        shown = "no such step" if label == _NO_STEP else label
        yield from _wrapped(f"  {name:<24}{_share(mass, whole):>10}  ", shown)
    if len(ranked) > _LABELS:
        rest = sum(mass for _, mass in ranked[_LABELS:])
        yield f"  {'':<24}{_share(rest, whole):>10}  {len(ranked) - _LABELS:,} other labels"


def _share(part: int, whole: int) -> str:
    """Per cent with two decimals, rounded half up; what is not quite 0 or 100 does not look as if it were."""
    if not whole:
        return "–"
    hundredths = (20_000 * part + whole) // (2 * whole)
    if part and not hundredths:
        return "< 0.01 %"
    if part < whole and hundredths == 10_000:
        return "> 99.99 %"
    return f"{hundredths // 100}.{hundredths % 100:02} %"


def _step(record: AnyRecord) -> tuple[tuple[str, str, str], datetime] | None:
    """Country, what happened and the material, and when; none for what is no event of matter."""
    match record:
        case Extraction():
            return (record.country, "extraction", _material(record)), record.occurred_at
        case Collection():
            what = f"collection, {record.source.replace('_', ' ')}, {record.stream}"
            return (record.country, what, _material(record)), record.occurred_at
        case Transformation():
            what = record.stage.replace("_", " ")
            return (record.country, what, _material(record)), record.occurred_at
        case Transfer():
            country, what = record.from_country, f"transfer to {record.to_country} by {record.mode}"
            return (country, what.replace("_", " "), ""), record.departed_at
        case Receipt():
            what = "receipt" if record.accepted else "receipt that refuses"
            return ("", what, ""), record.received_at
    return None


def _material(record: Extraction | Collection | Transformation) -> str:
    materials = dict.fromkeys(output.material for output in record.outputs)
    first, *others = materials
    return f"of {first}" + (f" and {len(others)} more" if others else "")


def _moment(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _wrapped(begin: str, text: str) -> Iterator[str]:
    """A text behind `begin`, in as many lines as it needs, none of them longer than the page."""
    yield from textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=begin,
        subsequent_indent=" " * len(begin),
        break_on_hyphens=False,
    )
