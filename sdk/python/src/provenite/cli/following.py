"""The state file of `monitor`, and the evidence that it leaves: each written as a whole or not at all."""

from pathlib import Path

import msgspec

from provenite_proto.log import Fork, Unproven, note, open_checkpoint

from .._monitor import Following
from .replacing import replace

FORMAT = "provenite-monitor/1"


class StateError(Exception):
    """The file is not the state of a monitor of this log, or cannot be read or written."""


class _State(msgspec.Struct, frozen=True):
    format: str
    following: Following


def load(path: Path) -> Following | None:
    """What the file remembers; none when there is no such file. Raises `StateError`."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StateError(f"{path}: {error.strerror}") from error
    try:
        state = msgspec.json.decode(content, type=_State)
        if state.format != FORMAT:
            raise StateError(f"{path} is a state file of another version: {state.format!r}")
        key = note.parse_key(state.following.key)
        for each in state.following.seen:
            if open_checkpoint(each.checkpoint.encode(), key).size != each.size:
                raise StateError(f"{path} contradicts itself at the size {each.size}")
        for other in state.following.pending:
            open_checkpoint(other.checkpoint.encode(), key)
    except (msgspec.DecodeError, Unproven) as error:
        raise StateError(f"{path} is not a state file of `provenite monitor`: {error}") from error
    if not state.following.seen:
        raise StateError(f"{path} has seen nothing")
    return state.following


def save(path: Path, following: Following) -> None:
    """Remember this; `StateError` when it cannot be written."""
    encoded = msgspec.json.encode(_State(FORMAT, following))
    _write(path, msgspec.json.format(encoded, indent=2) + b"\n")


def leave(path: Path, fork: Fork) -> None:
    """Write down evidence of a fork; `StateError` when it cannot be written."""
    _write(path, fork.encode())


def _write(path: Path, content: bytes) -> None:
    try:
        replace(path, content)
    except OSError as error:
        raise StateError(f"{path}: {error.strerror}") from error
