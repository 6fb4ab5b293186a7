"""Checking evidence that a log has forked, without network: what `monitor` leaves, or what somebody sends."""

from pathlib import Path

import msgspec
import typer

from provenite_proto.log import Fork, NoteKey, Unproven, WitnessPolicy, parse_key
from provenite_proto.log.fork import MAX_BYTES

from .failing import REFUSED, say, unable
from .showing import print_json
from .terminal import console, in_line
from .trusting import key_of_log, key_text


class Tree(msgspec.Struct, frozen=True):
    """A tree that the log has signed; `root` in hexadecimal."""

    size: int
    root: str


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """What evidence shows, as `--json` prints it: `forked`, or `unproven` with the slug of what is wrong."""

    verdict: str
    log: str | None = None
    key: str | None = None
    trees: tuple[Tree, ...] = ()
    slug: str | None = None
    detail: str | None = None


def check_evidence(
    path: Path, log_key: str | None, policy: WitnessPolicy | None, *, as_json: bool
) -> None:
    """Say what the evidence in a file shows; exits with 1 when it shows no fork of a log that is trusted."""
    trusted = [] if policy is None else [each.key for each in policy.logs]
    if log_key is not None:
        trusted = [key_of_log(key_text(log_key))]
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        unable(f"{path}: {error.strerror}")
    try:
        found = _shown(data, trusted)
    except Unproven as error:
        if as_json:
            print_json(Evidence("unproven", slug=error.slug, detail=error.detail))
        else:
            say(in_line(f"{path} shows no fork: {error.detail}"))
        raise typer.Exit(REFUSED) from error
    if as_json:
        print_json(found)
        return
    smaller, larger = found.trees
    console().print(
        in_line(
            f"FORKED: the log {found.log} has signed two histories, of {smaller.size} and of {larger.size} "
            "statements, that contradict each other."
        ),
        soft_wrap=True,
    )
    if not trusted:
        say(
            "The key comes with the evidence, and anybody can fork a log of his own. Compare it with the one that "
            f"you trust, or give that with --log-key: {found.key}"
        )


def _shown(data: bytes, trusted: list[NoteKey]) -> Evidence:
    fork = Fork.parse(data)
    trees = tuple(Tree(each.size, each.root.hex()) for each in fork.check())
    key = parse_key(fork.key)
    if trusted and key not in trusted:
        raise Unproven(
            "signature-missing", f"It is of another log than the one you trust, {fork.key}."
        )
    return Evidence("forked", key.name, fork.key, trees)
