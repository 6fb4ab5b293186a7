"""What went wrong, for people on stderr, and as an exit code for programs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

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
from .terminal import console, in_line, json_text, wrapped

REFUSED, MISUSED, UNREACHED, INTERRUPTED = 1, 2, 3, 130
HOW_TO_ADD = "`provenite policy add FILE` adds one, `provenite policy list --own` has yours"
UNABLE = UNREACHED
"""The same of a command whose 0, 1 and 2 are a verdict: it has come to none."""


@contextmanager
def failures(as_json: bool, *, of_verdict: bool = False) -> Iterator[None]:
    """Report what a command raises and exit; a refusal as problem details with `as_json`.

    Of a command that gives a verdict (`of_verdict`) none of it is one: it exits with `UNABLE`.
    """
    try:
        yield
    except RefusedError as error:
        if as_json:
            typer.echo(json_text(error.problem), err=True)
        else:
            say(problem_text(error.problem))
        refused = error.status < 500 and error.status != 429 and not of_verdict
        raise typer.Exit(REFUSED if refused else UNREACHED) from error
    except TransportError as error:
        say(f"provenite: {unreached(str(error))}")
        raise typer.Exit(UNREACHED) from error
    except AnswerError as error:
        say(f"provenite: {error}")
        raise typer.Exit(UNREACHED) from error
    except (KeyFileError, NoSigner) as error:
        say(f"provenite: {error}")
        raise typer.Exit(UNABLE if of_verdict else MISUSED) from error


def misused(sentence: str) -> NoReturn:
    """Say what is wrong with the words of the command, and exit."""
    say(f"provenite: {sentence}")
    raise typer.Exit(MISUSED)


def unable(sentence: str) -> NoReturn:
    """Say why a command that gives a verdict has come to none, and exit."""
    say(f"provenite: {sentence}")
    raise typer.Exit(UNABLE)


def say(text: Text | str) -> None:
    """Print on stderr, plain unless it is a terminal. Lines of a `str` are wrapped."""
    out = console(stderr=True)
    if isinstance(text, str):
        text = "\n".join(wrapped(line, out.width) for line in text.split("\n"))
    out.print(text, overflow="ignore", crop=False)


def unreached(reason: str) -> str:
    """What a transport's error means for somebody who typed a URL."""
    url, _, said = reason.partition(": ")
    for marks, sentence in _REASONS:
        if any(mark in said for mark in marks):
            return sentence.format(url=url)
    return f"the ledger at {url} cannot be reached: {said}"


_REASONS = (
    (
        ("Connection refused", "All connection attempts failed"),
        "nothing answers at {url}: is the ledger running there?",
    ),
    (
        ("CERTIFICATE_VERIFY_FAILED",),
        "the certificate of {url} is not one that this machine trusts: is it the right address? "
        "SSL_CERT_FILE can name the operator's own authority",
    ),
    (
        ("WRONG_VERSION_NUMBER", "wrong version number", "record layer failure"),
        "{url} does not speak TLS: should it be http://?",
    ),
    (
        ("Name or service not known", "name resolution", "nodename nor servname", "No address"),
        "there is no host of this name: {url}",
    ),
)
"""What the system or TLS says, and what it means."""


def problem_answer(problem: Problem, pointer: str) -> ProblemAnswer:
    """A problem found here in a record, in the form in which the ledger would answer it."""
    return ProblemAnswer(
        type=f"urn:provenite:problem:{problem.slug}",
        title=problem.kind.title,
        status=400,
        detail=problem.detail,
        remedy=problem.kind.remedy,
        pointer=pointer,
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
        ("remedy", _remedy(problem)),
        ("request", problem.request_id),
    ):
        if value:
            begin = f"  {name:<8} " if name else "  "
            text.append("\n" + wrapped(in_line(value), console(stderr=True).width, begin))
    return text


def _remedy(problem: ProblemAnswer) -> str:
    if problem.slug == "bad-request" and problem.detail.startswith("policy: there is no policy "):
        return f"{HOW_TO_ADD}; `provenite policy list` has those that ship."
    if problem.slug == "token-invalid" and problem.detail.endswith("is registered."):
        return "This key is not enrolled here: `provenite enrol`, or another --key."
    if problem.slug == "token-invalid" and problem.detail.endswith("has been revoked."):
        return "Use another key of your firm: --key FILE."
    if problem.slug == "token-invalid" and problem.detail.startswith("The token is for"):
        return "Sign for this ledger: leave out --origin, or name it there or in PROVENITE_ORIGIN."
    if problem.slug == "not-found" and problem.detail.startswith("No batch "):
        return "`provenite batches` lists yours, each with its id; ids are case-sensitive."
    if problem.slug == "role-not-allowed" and problem.detail.startswith("A certificate_status "):
        return (
            "Only the operator revokes, with the registrar's key: ask him. What does not hold you can end yourself: "
            "`provenite retract` the statement or declaration that it rests on, and the ledger suspends it."
        )
    return problem.remedy
