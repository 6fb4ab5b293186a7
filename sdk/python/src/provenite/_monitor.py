"""Following a log without its I/O: what a checkpoint that is served means, given what was seen before.

A log that shows one reader another history than others, or takes back what it has signed, signs two
checkpoints that cannot both be of one tree. `look` compares each with those before it by proofs that it makes
from the log's own tiles, and checks against signed roots: nothing else of what the log serves is believed.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from provenite_proto.log import (
    Checkpoint,
    Note,
    NoteKey,
    Tile,
    Tiles,
    Unproven,
    WitnessPolicy,
    check_consistency,
    consistency,
    note,
    open_checkpoint,
    root,
)

KEPT = 1000
"""Checkpoints that are remembered, the newest ones."""

Fetch = Callable[[Tile], bytes]
"""The bytes of a tile as the log serves it; `LookupError` when it serves none."""


class Seen(Struct, frozen=True):
    """A checkpoint that the log has served: a note with the log's own signature, and when it was first seen."""

    size: int
    checkpoint: str
    at: datetime


class Following(Struct, frozen=True):
    """What is remembered of a log: its key, the newest checkpoint as served, and those before, oldest first."""

    key: str
    newest: str
    seen: tuple[Seen, ...]


class Fork(Struct, frozen=True, rename="camel"):
    """Evidence that a log has forked: two checkpoints that it has signed, the smaller tree's first.

    Of one size they have two roots. Otherwise `proof`, a consistency proof (base64), shows that the larger tree
    begins with another tree than the smaller one: that of `beginning` (base64).
    """

    key: str
    checkpoints: tuple[str, str]
    found_at: datetime
    beginning: str | None = None
    proof: tuple[str, ...] = ()


class Verdict(StrEnum):
    """What a look at a log has found."""

    GROWN = "grown"
    """A checkpoint that extends the one before, or the first that was seen."""
    UNCHANGED = "unchanged"
    STALE = "stale"
    """A smaller tree than was seen: an old checkpoint, or a log that was rolled back."""
    FORKED = "forked"
    """A tree that contradicts one that was seen: `fork` is the evidence."""
    FALSE = "false"
    """Not a checkpoint that the log has signed, or tiles that are not of its tree."""


class Look(Struct, frozen=True):
    """A verdict, in a sentence where there is one to say, and what to remember.

    `cosigned` has the witnesses of the policy with the second of their cosignatures; absent without a policy or when
    `lacking` says why its quorum is not met. `withheld` has those that were shown more, with its size.
    """

    verdict: Verdict
    following: Following | None
    detail: str = ""
    size: int | None = None
    new: int = 0
    cosigned: Mapping[str, int] | None = None
    lacking: str | None = None
    withheld: Mapping[str, int] = {}
    fork: Fork | None = None

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        going_on = self.verdict in (Verdict.GROWN, Verdict.UNCHANGED)
        return going_on and self.lacking is None and not self.withheld


def look(
    following: Following | None,
    key: NoteKey,
    policy: WitnessPolicy | None,
    served: bytes,
    fetch: Fetch,
    now: datetime,
) -> Look:
    """Judge the checkpoint that the log with this key serves, by what was seen of it before.

    Raises what `fetch` raises but `LookupError`, and that when a proof lacks a tile.
    """
    try:
        checkpoint = open_checkpoint(served, key)
    except Unproven as error:
        return Look(Verdict.FALSE, following, error.detail)
    signed = note.parse(served)
    try:
        found = _compared(following, key, checkpoint, signed, fetch, now)
    except Unproven as error:
        return Look(Verdict.FALSE, following, error.detail, size=checkpoint.size)
    if policy is None or found.verdict not in (Verdict.GROWN, Verdict.UNCHANGED):
        return found
    cosigned, lacking = _quorum(policy, signed)
    return Look(
        found.verdict,
        found.following,
        found.detail,
        found.size,
        found.new,
        cosigned,
        lacking,
    )


def check_fork(fork: Fork) -> tuple[Checkpoint, Checkpoint]:
    """The two checkpoints, once it is certain that the log has forked.

    `Unproven` when the evidence does not show it.
    """
    key = note.parse_key(fork.key)
    smaller, larger = (open_checkpoint(each.encode(), key) for each in fork.checkpoints)
    if fork.beginning is None:
        if smaller.size != larger.size or smaller.root == larger.root:
            raise Unproven("consistency-false", "The two checkpoints do not contradict each other.")
        return smaller, larger
    try:
        beginning = note.unbase64(fork.beginning)
        proof = [note.unbase64(each) for each in fork.proof]
    except ValueError as error:
        raise Unproven("consistency-false", f"The proof is {error}.") from error
    check_consistency(smaller.size, beginning, larger.size, larger.root, proof)
    if beginning == smaller.root:
        raise Unproven("consistency-false", "The larger tree does begin with the smaller one.")
    return smaller, larger


def _compared(
    following: Following | None,
    key: NoteKey,
    checkpoint: Checkpoint,
    signed: Note,
    fetch: Fetch,
    now: datetime,
) -> Look:
    size = checkpoint.size
    own = Note(signed.text, signed.signed_by(key)).encode().decode()
    whole = signed.encode().decode()
    if following is None:
        tiles = Tiles(size, fetch)
        _of_tree(checkpoint, tiles)
        first = Following(str(key), whole, (Seen(size, own, now),))
        return Look(Verdict.GROWN, first, size=size, new=size)
    last = following.seen[-1]
    before = open_checkpoint(last.checkpoint.encode(), key)
    if size < before.size:
        return _smaller(following, key, checkpoint, own, fetch, now)
    if size == before.size:
        if checkpoint.root != before.root:
            return _forked(following, (last.checkpoint, own), size, now)
        return Look(Verdict.UNCHANGED, Following(following.key, whole, following.seen), size=size)
    tiles = Tiles(size, fetch)
    fork = _contradiction(before, checkpoint, tiles)
    if fork is not None:
        return _forked(following, (last.checkpoint, own), size, now, fork)
    seen = (*following.seen, Seen(size, own, now))[-KEPT:]
    return Look(
        Verdict.GROWN,
        Following(following.key, whole, seen),
        size=size,
        new=size - before.size,
    )


def _smaller(
    following: Following,
    key: NoteKey,
    checkpoint: Checkpoint,
    own: str,
    fetch: Fetch,
    now: datetime,
) -> Look:
    """A tree that is smaller than the newest one seen: the same history, another, or one that cannot be told."""
    size = checkpoint.size
    newest = open_checkpoint(following.seen[-1].checkpoint.encode(), key)
    for each in following.seen:
        if each.size == size:
            if open_checkpoint(each.checkpoint.encode(), key).root != checkpoint.root:
                return _forked(following, (each.checkpoint, own), size, now)
            return _stale(
                following, size, f"It is the one that was seen {each.at:%Y-%m-%d %H:%M} UTC."
            )
    try:
        fork = _contradiction(checkpoint, newest, Tiles(newest.size, fetch))
    except (LookupError, Unproven):
        return _stale(
            following,
            size,
            "The log no longer serves the tiles that would tell whether it has forked.",
        )
    if fork is not None:
        return _forked(following, (own, following.seen[-1].checkpoint), size, now, fork)
    return _stale(following, size, "It is of the same history.")


def _contradiction(
    smaller: Checkpoint, larger: Checkpoint, tiles: Tiles
) -> tuple[bytes, tuple[bytes, ...]] | None:
    """With which tree the larger one begins instead of the smaller one, and the proof; none when it does with that.

    `Unproven` when the tiles are not of the larger tree.
    """
    proof = consistency(smaller.size, larger.size, tiles.read)
    try:
        check_consistency(smaller.size, smaller.root, larger.size, larger.root, proof)
    except Unproven:
        _of_tree(larger, tiles)
        return root(smaller.size, tiles.read), proof
    return None


def _of_tree(checkpoint: Checkpoint, tiles: Tiles) -> None:
    if root(checkpoint.size, tiles.read) != checkpoint.root:
        raise Unproven(
            "consistency-false",
            f"The log's tiles are not those of the tree of {checkpoint.size} that it has signed.",
        )


def _forked(
    following: Following,
    checkpoints: tuple[str, str],
    size: int,
    now: datetime,
    contradiction: tuple[bytes, tuple[bytes, ...]] | None = None,
) -> Look:
    beginning, proof = contradiction or (None, ())
    fork = Fork(
        following.key,
        checkpoints,
        now,
        None if beginning is None else note.base64(beginning),
        tuple(map(note.base64, proof)),
    )
    return Look(
        Verdict.FORKED,
        following,
        "The log has signed two histories: the evidence is two checkpoints that contradict each other.",
        size=size,
        fork=fork,
    )


def _stale(following: Following, size: int, said: str) -> Look:
    seen = following.seen[-1].size
    return Look(
        Verdict.STALE,
        following,
        f"The log serves a checkpoint of {size} statements, though {seen} were seen: an old one, or a log that "
        f"was rolled back. {said}",
        size=size,
    )


def _quorum(policy: WitnessPolicy, signed: Note) -> tuple[Mapping[str, int] | None, str | None]:
    try:
        return policy.check(signed), None
    except Unproven as error:
        return None, error.detail
