"""How certificates change, for people: outcome and figures before and after, the gravest first."""

from collections.abc import Callable, Iterator, Sequence

from provenite_proto.certificate import CertifiedFigure

from .. import Cascade, ChangedCertificate
from .failing import say
from .showing import share_text
from .terminal import WIDTH, console, in_line, wrapped


def pages_of(ask: Callable[[str | None], Cascade]) -> list[Cascade]:
    """All pages of a cascade, each asked for by its cursor."""
    pages = [ask(None)]
    while pages[-1].next is not None:
        pages.append(ask(pages[-1].next))
    return pages


def show(pages: Sequence[Cascade], nothing: str) -> None:
    """Show what changes; `nothing` is said when nothing does."""
    changed = sorted((each for page in pages for each in page.items), key=_gravity)
    checked = sum(page.checked for page in pages)
    if not pages[-1].settled:
        say("Being worked out: it is not yet known which certificates it may change.")
    elif not changed:
        say(f"{nothing} ({_number(checked)} looked at)")
    for each in changed:
        _show(each)


def _gravity(changed: ChangedCertificate) -> int:
    """Those that fall or pass no more come first, then those of which it is not known."""
    if changed.after is None:
        return 1 if changed.before is None else 0
    return 0 if changed.after.outcome != "pass" else 2


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
    for line in _figures(before.figures, after.figures):
        _line(line)


def _figures(before: Sequence[CertifiedFigure], after: Sequence[CertifiedFigure]) -> Iterator[str]:
    earlier = {(each.test, each.of): each for each in before}
    later = {(each.test, each.of): each for each in after}
    for test, of in dict.fromkeys((*earlier, *later)):
        one, other = earlier.get((test, of)), later.get((test, of))
        if one != other:
            yield f"{of}: {_bounds(one)} → {_bounds(other)}  {test}"


def _bounds(figure: CertifiedFigure | None) -> str:
    if figure is None:
        return "nothing"
    if figure.lower == figure.upper:
        return share_text(figure.lower)
    return f"{share_text(figure.lower)} to {share_text(figure.upper)}"


def _line(text: str) -> None:
    console().print(wrapped(in_line(text), WIDTH, "  "), soft_wrap=True)


def _words(text: str) -> str:
    return text.replace("_", " ")


def _number(checked: int) -> str:
    return "1 certificate" if checked == 1 else f"{checked} certificates"
