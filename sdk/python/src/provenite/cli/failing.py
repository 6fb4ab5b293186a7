"""What went wrong, for people on stderr, and as an exit code for programs."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.text import Text

from .. import (
    AnswerError,
    KeyFileError,
    NoSigner,
    Problem,
    ProblemAnswer,
    RefusedError,
    TransportError,
)
from .terminal import console, in_line, json_text

REFUSED, MISUSED, UNREACHED, INTERRUPTED = 1, 2, 3, 130


@contextmanager
def failures(as_json: bool) -> Iterator[None]:
    """Report what a command raises and exit; a refusal as problem details with `as_json`."""
    try:
        yield
    except RefusedError as error:
        if as_json:
            typer.echo(json_text(error.problem), err=True)
        else:
            say(problem_text(error.problem))
        raise typer.Exit(
            REFUSED if error.status < 500 and error.status != 429 else UNREACHED
        ) from error
    except (TransportError, AnswerError) as error:
        say(f"provenite: {error}")
        raise typer.Exit(UNREACHED) from error
    except (KeyFileError, NoSigner) as error:
        say(f"provenite: {error}")
        raise typer.Exit(MISUSED) from error


def say(text: Text | str) -> None:
    """Print on stderr, plain unless it is a terminal."""
    console(stderr=True).print(text)


def problem_answer(problem: Problem) -> ProblemAnswer:
    """A problem found here, in the form in which the ledger would answer it."""
    return ProblemAnswer(
        type=f"urn:provenite:problem:{problem.slug}",
        title=problem.kind.title,
        status=400,
        detail=problem.detail,
        remedy=problem.kind.remedy,
        pointer=problem.pointer,
        figures=problem.figures,
    )


def problem_text(problem: ProblemAnswer, place: str = "provenite") -> Text:
    """Slug, sentence, pointer, figures and remedy; `place` says what was refused."""
    text = Text.assemble(f"{place}: refused: ", (problem.slug, "bold red"), f" ({problem.status})")
    figures = ", ".join(f"{name} {value}" for name, value in problem.figures.items())
    for name, value in (
        ("", problem.detail),
        ("where", problem.pointer),
        ("figures", figures),
        ("remedy", problem.remedy),
        ("request", problem.request_id),
    ):
        if value:
            text.append(f"\n  {name:<8} {in_line(value)}" if name else f"\n  {in_line(value)}")
    return text
