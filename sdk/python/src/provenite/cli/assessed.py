"""An assessment for people, in 80 columns: the figures that it follows from, and which facts are missing."""

from collections.abc import Iterator

from provenite_proto.counting import counted
from provenite_proto.policy import OWN, as_told, is_own

from .. import AssessmentAnswer, FigureAnswer, GapAnswer
from .showing import share_text, threshold_text
from .terminal import WIDTH, in_line, wrapped

MAX_GAPS = 20
"""Gaps that people are shown; --json has all."""
_FACTS = {
    "origin": "say where it came from: it entered there without a statement",
    "replacement": "replace the statement, which does not stand",
    "average": "show what it was made of: the rolling average does not cover it",
    "path": "record the step that is missing after it, or what its source leaves open",
    "attestation": "have it attested",
    "custody": "keep it apart: its chain-of-custody model is not accepted",
    "review": "whoever applies the rule (a customer, an authority) has to judge it by your documents",
}


_MEMBERS = {
    "cost": "cost",
    "holdings": "holdings",
    "minerals": "minerals",
    "product": "product",
    "recovery": "recovered, or of the whole mass as whole",
    "weights": "weights",
    "whole": "whole",
}
"""Members of the facts, by what is missing."""


def assessment_lines(
    found: AssessmentAnswer, margin: str = "", *, facts_only: bool = False
) -> Iterator[str]:
    """All but the batch and the outcome, each line behind the margin; ids are not wrapped.

    With `facts_only` the command has no other option for what is missing than --facts.
    """

    def folded(line: str, begin: str = "") -> str:
        return wrapped(in_line(line), WIDTH, margin + begin)

    rule = "" if found.row is None else f", rule {found.row}"
    yield folded(
        f"{found.policy} version {found.version} as of {found.as_of}{rule}; {counted(found.size, 'statement')}"
    )
    if is_own(found.policy):
        yield folded(OWN)
    if found.exemption:
        exemption = as_told(found.policy, found.exemption)
        yield folded(f"by the exemption {exemption}; the figures do not decide")
    for figure in found.figures:
        yield folded(f"{figure.of}: {_bounds(figure)}  {figure.verdict}", "  ")
        yield folded(f"{as_told(found.policy, figure.test)}{_threshold(figure)}", "    ")
    for missing in found.missing:
        yield folded(
            f"missing: {missing.detail}{_given_with(missing.what, facts_only=facts_only)}", "  "
        )
    for note in found.notes:
        yield folded(f"note: {note}", "  ")
    # A ledger of an earlier version lists gaps where an exemption decides, too.
    gaps = () if found.exemption else found.gaps
    if gaps:
        yield folded("What is missing")
    several = len({gap.test for gap in gaps}) > 1
    for gap in gaps[:MAX_GAPS]:
        of = f" ({as_told(found.policy, gap.test)})" if several else ""
        yield folded(f"{gap.element}{of}: {_FACTS[gap.fact]}; {_then(gap)}", "  ")
        yield f"{margin}    {in_line(gap.at)}"
    if len(gaps) > MAX_GAPS:
        yield folded(f"and {len(gaps) - MAX_GAPS} smaller ones: see --json", "  ")


def _given_with(what: str, *, facts_only: bool) -> str:
    """By which option, and in which of its members, what is missing is given."""
    if what == "product" and not facts_only:
        return " Give it with --product."
    members = _MEMBERS.get(what)
    return f" Give it in the file of --facts, as {members}." if members else ""


def _then(gap: GapAnswer) -> str:
    """What the figure is once the fact is there: its lower bound rises if that speaks for it, else its upper one falls."""
    return (
        f"then at least {share_text(gap.best)} if it counts, at most {share_text(gap.worst)} if not"
    )


def _bounds(figure: FigureAnswer) -> str:
    if figure.lower == figure.upper:
        return share_text(figure.lower_share)
    return f"{share_text(figure.lower_share)} to {share_text(figure.upper_share)}"


def _threshold(figure: FigureAnswer) -> str:
    needed = threshold_text(figure)
    return f", {needed}" if needed else ""
