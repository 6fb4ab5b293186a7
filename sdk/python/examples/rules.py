"""What a rule says of a batch, for a report: the question, what came out on which day, and why it matters."""

from collections.abc import Sequence

from rich.console import Console

from provenite import AssessmentAnswer, FigureAnswer
from provenite.cli.showing import share_text
from provenite.cli.terminal import WIDTH, wrapped

_STYLES = {"pass": "bold green", "fail": "bold red"}


def show(
    console: Console,
    question: str,
    policy: str,
    answers: Sequence[AssessmentAnswer],
    meaning: str,
) -> None:
    """A question that a buyer asks, the policy that answers it, its answers by day, and what they mean."""
    console.print(f"[bold]{wrapped(question, WIDTH)}[/]")
    console.print(f"  by {policy}", soft_wrap=True)
    for answer in answers:
        style = _STYLES.get(answer.outcome, "bold yellow")
        console.print(f"  {answer.as_of}  [{style}]{answer.outcome.replace('_', ' ')}[/]")
        console.print(wrapped(_figures(answer.figures), WIDTH, "    "))
    console.print(wrapped(meaning, WIDTH, "  "))


def _figures(figures: Sequence[FigureAnswer]) -> str:
    """Each element with its bounds, those with the same ones together; the threshold at the end."""
    together: dict[str, list[str]] = {}
    for figure in figures:
        together.setdefault(bounds(figure), []).append(figure.of)
    shares = "; ".join(f"{', '.join(elements)} {share}" for share, elements in together.items())
    asked = {share_text(each.at_least) for each in figures if each.at_least is not None}
    return f"{shares}; needed: {' and '.join(sorted(asked))}"


def bounds(figure: FigureAnswer) -> str:
    """A share: what is certain, and up to what it may be."""
    lower, upper = share_text(figure.lower_share), share_text(figure.upper_share)
    return lower if figure.lower == figure.upper else f"{lower} to {upper}"


def share_of(answer: AssessmentAnswer, element: str, counts: str) -> str:
    """Which share of an element counts so: `good`, `bad` or `unknown`."""
    mass = sum(
        int(each.mass)
        for each in answer.deciding
        if (each.element, each.counts) == (element, counts)
    )
    (whole,) = {int(each.whole) for each in answer.figures if each.of == element}
    return f"{100 * mass / whole:.2f} %"
