"""Whom the one at the terminal trusts: a log's key, and a policy that says which witnesses are enough."""

from pathlib import Path
from typing import Annotated

import typer

from provenite_proto.log import (
    NoteKey,
    SignatureType,
    Unproven,
    WitnessPolicy,
    parse_key,
    parse_policy,
)

from .failing import unable

LogKeyOption = Annotated[
    str | None,
    typer.Option(
        metavar="VKEY", help="The log's key that you trust (name+id+base64), or a file that has it."
    ),
]
WitnessesOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Which witnesses you trust: a policy in the form of C2SP."),
]


def witness_policy(path: Path | None) -> WitnessPolicy | None:
    """The policy in a file, if one is named."""
    if path is None:
        return None
    try:
        return parse_policy(path.read_bytes())
    except OSError as error:
        unable(f"{path}: {error.strerror}")
    except Unproven as error:
        unable(f"{path}: {error.detail}")


def key_text(words: str) -> str:
    """A key from the command line: itself, or in a file."""
    if "+" in words:
        return words
    try:
        return Path(words).read_text("utf-8").strip()
    except OSError as error:
        unable(f"{words} is neither a key nor a file: {error.strerror}")
    except UnicodeDecodeError:
        unable(f"{words}: not text in UTF-8")


def key_of_log(text: str) -> NoteKey:
    """The key of a log that a text is."""
    try:
        key = parse_key(text)
    except Unproven as error:
        unable(f"{text}: {error.detail}")
    if key.type is not SignatureType.ED25519:
        unable(f"{text} is the key of a witness, not of a log")
    return key
