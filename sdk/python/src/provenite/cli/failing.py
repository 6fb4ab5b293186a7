"""What went wrong, for people on stderr, and as an exit code for programs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import msgspec
import typer
from rich.console import Console
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

REFUSED, MISUSED, UNREACHED, INTERRUPTED = 1, 2, 3, 130


@contextmanager
def failures(as_json: bool) -> Iterator[None]:
    """Report what a command raises and exit; a refusal as problem details with `as_json`."""
    try:
        yield
    except RefusedError as error:
        if as_json:
            typer.echo(msgspec.json.encode(error.problem), err=True)
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


def misused(sentence: str) -> NoReturn:
    """Say what is wrong with the words of the command, and exit."""
    say(f"provenite: {sentence}")
    raise typer.Exit(MISUSED)


def say(text: Text | str) -> None:
    """Print on stderr, plain unless it is a terminal."""
    Console(stderr=True, highlight=False, markup=False, emoji=False).print(text)


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
            text.append(f"\n  {name:<8} {value}" if name else f"\n  {value}")
    return text
