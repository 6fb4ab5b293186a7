"""What came of an assessment, in a sentence and in figures: of the batch alone, and of nothing that is upstream."""

from provenite_proto.certificate import (
    Provenance,
    Shortfall,
    overstates,
    read_certificate,
    reassessed,
    shortfalls,
)
from provenite_proto.policy import Outcome
from provenite_proto.policy.answers import AssessmentAnswer, FigureAnswer
from provenite_proto.policy.wording import percent

LONGEST = 256
"""Characters of a text in a statement."""
_MAX_FIGURES = 32


def sentence(found: AssessmentAnswer) -> str:
    """The outcome with the figures and facts that stand against a pass; at most `LONGEST` characters."""
    short = [_figure(each) for each in found.figures if each.verdict != "pass"]
    lacking = [f"{each.what} is missing" for each in found.missing]
    because = "; ".join((*short, *lacking))
    said = f"As of {found.as_of} the outcome is {_words(found.outcome)}"
    return _cut(f"{said}: {because}." if because else f"{said}.")


def less(certified: Provenance, found: AssessmentAnswer) -> str:
    """That it still passes, with which figures that are less than was certified; at most `LONGEST` characters."""
    short = "; ".join(map(_shortfall, shortfalls(certified, reassessed(found))))
    because = f": {short}" if short else ", by another row or exemption"
    return _cut(f"It still passes, with less than it says; ask for a new one{because}.")


def _shortfall(each: Shortfall) -> str:
    said, name = _bounds(each.said.lower, each.said.upper), f"{each.said.of}: {each.said.test}"
    if each.now is None:
        return f"{name} is no longer told, {said} was certified"
    return f"{name} {_bounds(each.now.lower, each.now.upper)}, {said} was certified"


def _cut(whole: str) -> str:
    return whole if len(whole) <= LONGEST else f"{whole[: LONGEST - 1]}…"


def short(jwt: str | None, found: AssessmentAnswer) -> str | None:
    """Why an assessment is less than a certificate (its text) says, in a sentence; nothing when it is not.

    One that was recorded by hand may have no text here.
    """
    if found.outcome is not Outcome.PASS:
        return sentence(found)
    if jwt is None:
        return None
    said = read_certificate(jwt).credential.provenance
    return less(said, found) if overstates(said, reassessed(found)) else None


def figures(found: AssessmentAnswer) -> dict[str, str]:
    """The outcome, and the figures by element and test."""
    return {
        "outcome": found.outcome,
        **{f"{each.of}: {each.test}": _share(each) for each in found.figures[:_MAX_FIGURES]},
    }


def _words(outcome: Outcome) -> str:
    return outcome.replace("_", " ")


def _figure(figure: FigureAnswer) -> str:
    between = _bounds(figure.lower_share, figure.upper_share)
    return f"{figure.of}: {figure.test} {between}{_needed(figure)}"


def _bounds(low: str, high: str) -> str:
    lower, upper = percent(low), percent(high)
    return lower if lower == upper else f"{lower} to {upper}"


def _share(figure: FigureAnswer) -> str:
    if figure.lower_share == figure.upper_share:
        return figure.lower_share
    return f"{figure.lower_share} to {figure.upper_share}"


def _needed(figure: FigureAnswer) -> str:
    if figure.at_least is not None:
        return f", needed at least {percent(figure.at_least)}"
    return "" if figure.below is None else f", needed less than {percent(figure.below)}"
