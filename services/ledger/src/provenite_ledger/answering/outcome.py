"""What came of an assessment, in a sentence and in figures: of the batch alone, and of nothing that is upstream."""

from collections.abc import Sequence

from provenite_proto.certificate import (
    Provenance,
    Shortfall,
    overstates,
    read_certificate,
    reassessed,
    shortfalls,
)
from provenite_proto.counting import counted
from provenite_proto.matter.quantity import FRACTION_ONE, parts
from provenite_proto.policy import Outcome, as_told
from provenite_proto.policy.answers import AssessmentAnswer, FigureAnswer
from provenite_proto.policy.wording import percent

LONGEST = 256
"""Characters of a text in a statement."""
_MAX_FIGURES = 32
_HUNDREDTH = FRACTION_ONE // 10_000
"""Of a per cent, in parts of a fraction."""


def sentence(found: AssessmentAnswer) -> str:
    """The outcome with the figures and facts that stand against a pass; at most `LONGEST` characters."""
    short = [_figure(found.policy, each) for each in found.figures if each.verdict != "pass"]
    lacking = [f"{each.what} is missing" for each in found.missing]
    return _listed(f"As of {found.as_of} the outcome is {_words(found.outcome)}", short + lacking)


def less(certified: Provenance, found: AssessmentAnswer) -> str:
    """That it still passes, with which figures that are less than was certified; at most `LONGEST` characters."""
    said = "It still passes, with less than it says; ask for a new one"
    short = [_shortfall(found.policy, each) for each in shortfalls(certified, reassessed(found))]
    return _listed(said if short else f"{said}, by another row or exemption", short)


def _listed(said: str, because: Sequence[str]) -> str:
    """A sentence with as many reasons as there is room for, each whole, and how many more there are."""
    for shown in range(len(because), -1, -1):
        more = len(because) - shown
        reasons = [
            *because[:shown],
            *([f"{more} more" if shown else counted(more, "reason")] * bool(more)),
        ]
        whole = f"{said}: {'; '.join(reasons)}." if reasons else f"{said}."
        if len(whole) <= LONGEST:
            break
    return whole


def _shortfall(policy: str, each: Shortfall) -> str:
    said = _bounds(each.said.lower, each.said.upper)
    name = f"{each.said.of}: {as_told(policy, each.said.test)}"
    if each.now is None:
        return f"{name} is no longer told, {said} was certified"
    return f"{name} {_bounds(each.now.lower, each.now.upper)}, {said} was certified"


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
    """The outcome, and the figures by element and test, in per cent."""
    return {
        "outcome": found.outcome,
        **{
            f"{each.of}: {each.test}": _bounds(each.lower_share, each.upper_share)
            for each in found.figures[:_MAX_FIGURES]
        },
    }


def _words(outcome: Outcome) -> str:
    return outcome.replace("_", " ")


def _figure(policy: str, figure: FigureAnswer) -> str:
    low, high = _floor(figure.lower_share), _ceiling(figure.upper_share)
    between = f"{low} to {high}"
    if figure.lower_share == figure.upper_share:
        between = low if figure.below is None else high
    return f"{figure.of}: {as_told(policy, figure.test)} {between}{_needed(figure)}"


def _bounds(low: str, high: str) -> str:
    lower, upper = percent(low), percent(high)
    return lower if lower == upper else f"{lower} to {upper}"


def _floor(share: str) -> str:
    """In per cent with two decimals, rounded away from what is needed: a figure never looks as if it met that."""
    return _hundredths(parts(share) // _HUNDREDTH)


def _ceiling(share: str) -> str:
    return _hundredths(-(-parts(share) // _HUNDREDTH))


def _hundredths(number: int) -> str:
    return f"{number // 100}.{number % 100:02} %"


def _needed(figure: FigureAnswer) -> str:
    if figure.at_least is not None:
        return f", needed at least {percent(figure.at_least)}"
    return "" if figure.below is None else f", needed less than {percent(figure.below)}"
