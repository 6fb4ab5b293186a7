"""What came of an assessment, in a sentence and in figures: of the batch alone, and of nothing that is upstream."""

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
    whole = f"{said}: {because}." if because else f"{said}."
    return whole if len(whole) <= LONGEST else f"{whole[: LONGEST - 1]}…"


def figures(found: AssessmentAnswer) -> dict[str, str]:
    """The outcome, and the figures by element and test."""
    return {
        "outcome": found.outcome,
        **{f"{each.of}: {each.test}": _share(each) for each in found.figures[:_MAX_FIGURES]},
    }


def _words(outcome: Outcome) -> str:
    return outcome.replace("_", " ")


def _figure(figure: FigureAnswer) -> str:
    lower, upper = percent(figure.lower_share), percent(figure.upper_share)
    between = lower if lower == upper else f"{lower} to {upper}"
    return f"{figure.of}: {figure.test} {between}{_needed(figure)}"


def _share(figure: FigureAnswer) -> str:
    if figure.lower_share == figure.upper_share:
        return figure.lower_share
    return f"{figure.lower_share} to {figure.upper_share}"


def _needed(figure: FigureAnswer) -> str:
    if figure.at_least is not None:
        return f", needed at least {percent(figure.at_least)}"
    return "" if figure.below is None else f", needed less than {percent(figure.below)}"
