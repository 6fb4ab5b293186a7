"""How certificates change, for people: how many, then outcome and figures before and after, the gravest first."""

from collections.abc import Callable, Iterator, Sequence
from enum import Enum

from provenite_proto.certificate import CertifiedFigure
from provenite_proto.counting import counted
from provenite_proto.policy import as_told

from .. import Cascade, ChangedCertificate
from .failing import say
from .showing import share_text, threshold_text
from .terminal import WIDTH, console, in_line, wrapped

NONE_WOULD = "It would change no certificate that you see."


class _Change(Enum):
    """What becomes of a certificate, the gravest first: what would, and what did."""

    FALLS = "would fall", "fell"
    SHORT = (
        "would still pass, but by less than it says, and be suspended",
        "still passed, but by less than it says, and is suspended",
    )
    UNKNOWN = "cannot be told", "cannot be told"
    FAILS_STILL = (
        "would still not pass, with other figures or thresholds",
        "still did not pass, with other figures or thresholds",
    )
    PASSES_STILL = (
        "would still pass, with other figures or thresholds",
        "still passed, with other figures or thresholds",
    )
    RISES = "would pass again", "passed again"

    def words(self, *, supposed: bool) -> str:
        """What becomes of so many certificates."""
        would, did = self.value
        return would if supposed else did


def pages_of(ask: Callable[[str | None], Cascade]) -> list[Cascade]:
    """All pages of a cascade, each asked for by its cursor."""
    pages = [ask(None)]
    while pages[-1].next is not None:
        pages.append(ask(pages[-1].next))
    return pages


def show(pages: Sequence[Cascade], nothing: str, *, supposed: bool) -> None:
    """Show what changes, or what would if it happened (`supposed`); `nothing` is said when nothing does."""
    groups: dict[_Change, list[ChangedCertificate]] = {change: [] for change in _Change}
    for page in pages:
        for each in page.items:
            groups[_change(each)].append(each)
    found = {change.words(supposed=supposed): each for change, each in groups.items() if each}
    checked = sum(page.checked for page in pages)
    looked_at = f"{counted(checked, 'certificate')} looked at"
    if not pages[-1].settled:
        say("Being worked out: it is not yet known which certificates it may change.")
    elif not found:
        say(f"{nothing} ({looked_at})")
    if not found:
        return
    parts = [f"{len(each)} {words}" for words, each in found.items()]
    if same := checked - sum(map(len, found.values())):
        parts.append(f"{same} {'would say' if supposed else 'said'} the same")
    console().print(wrapped(f"{looked_at}: {'; '.join(parts)}.", WIDTH), soft_wrap=True)
    for words, group in found.items():
        console().print(f"\n{words[0].upper()}{words[1:]}:", soft_wrap=True)
        for each in group:
            _show(each)


def _change(changed: ChangedCertificate) -> _Change:
    if changed.after is None:
        return _Change.UNKNOWN if changed.before is None else _Change.FALLS
    passed = changed.before is not None and changed.before.outcome == "pass"
    if changed.short:
        return _Change.SHORT
    if changed.after.outcome == "pass":
        return _Change.PASSES_STILL if passed else _Change.RISES
    return _Change.FALLS if passed else _Change.FAILS_STILL


def _show(changed: ChangedCertificate) -> None:
    out = console()
    out.print(changed.certificate, style="bold", soft_wrap=True)
    _line(
        f"{changed.policy} version {changed.version} as of {changed.as_of}; it is {changed.status}"
    )
    out.print(f"  {changed.batch}", soft_wrap=True)
    if changed.before is None or changed.after is None:
        _line(changed.reason or "It is not known what becomes of it.")
        return
    before, after = changed.before, changed.after
    style = "bold green" if after.outcome == "pass" else "bold red"
    out.print(f"  {_words(before.outcome)} → {_words(after.outcome)}", style=style)
    for line in _figures(changed.policy, before.figures, after.figures):
        _line(line)
    if before.exemption != after.exemption:
        _line(f"exemption: {before.exemption or 'none'} → {after.exemption or 'none'}")


def _figures(
    policy: str, before: Sequence[CertifiedFigure], after: Sequence[CertifiedFigure]
) -> Iterator[str]:
    earlier = {(each.test, each.of): each for each in before}
    later = {(each.test, each.of): each for each in after}
    for test, of in dict.fromkeys((*earlier, *later)):
        one, other = earlier.get((test, of)), later.get((test, of))
        if one != other:
            yield f"{of}: {_bounds(one)} → {_bounds(other)}  {as_told(policy, test)}{_needed(one, other)}"


def _bounds(figure: CertifiedFigure | None) -> str:
    if figure is None:
        return "nothing"
    if figure.lower == figure.upper:
        return share_text(figure.lower)
    return f"{share_text(figure.lower)} to {share_text(figure.upper)}"


def _needed(before: CertifiedFigure | None, after: CertifiedFigure | None) -> str:
    """What is asked of the figure before and after, where that is not the same."""
    if before is None or after is None:
        return ""
    one, other = threshold_text(before), threshold_text(after)
    return "" if one == other else f" ({one or 'no threshold'} → {other or 'no threshold'})"


def _line(text: str) -> None:
    console().print(wrapped(in_line(text), WIDTH, "  "), soft_wrap=True)


def _words(text: str) -> str:
    return text.replace("_", " ")
