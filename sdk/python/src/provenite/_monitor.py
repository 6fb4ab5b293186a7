"""Following a log without its I/O: what a checkpoint that is served means, given what was seen before and by others.

A log that shows one reader another history than others, or takes back what it has signed, signs two
checkpoints that cannot both be of one tree. `look` compares each with those before it, `compare` with
those that others were shown, by proofs that they make from the log's own tiles and check against signed roots:
nothing else of what the log serves is believed.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct, structs

from provenite_proto.counting import counted
from provenite_proto.log import (
    Checkpoint,
    Fork,
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


class Shown(Struct, frozen=True):
    """A checkpoint of the log that somebody else was shown: a note, and to whom."""

    to: str
    checkpoint: str


class Following(Struct, frozen=True):
    """What is remembered of a log: its key, the newest checkpoint as served, and those before, oldest first.

    `pending` are checkpoints of others that were larger, or could not be compared, one of either kind for each.
    `evidence` names the file with the evidence that the log has forked, once it has: it stays so.
    """

    key: str
    newest: str
    seen: tuple[Seen, ...]
    pending: tuple[Shown, ...] = ()
    evidence: str = ""


class Verdict(StrEnum):
    """What a look at a log has found."""

    GROWN = "grown"
    """A checkpoint that extends the one before, or the first that was seen."""
    UNCHANGED = "unchanged"
    STALE = "stale"
    """A smaller tree than was seen: an old checkpoint, or a log that was rolled back."""
    FORKED = "forked"
    """A tree that contradicts one that was seen: `fork` is the evidence."""
    INCOMPARABLE = "incomparable"
    """One that others were shown, and of which the log's tiles do not tell whether it is of the same history."""
    FALSE = "false"
    """Not a checkpoint that the log has signed, or tiles that are not of its tree."""


class Look(Struct, frozen=True):
    """A verdict, in a sentence where there is one to say, and what to remember.

    `cosigned` has the witnesses of the policy with the second of their cosignatures; absent without a policy or when
    `lacking` says why its quorum is not met. `ahead` has those that were shown more, with its size, and
    `withheld` those for whom it was so the last time, too, and the log has not come so far since.
    """

    verdict: Verdict
    following: Following | None
    detail: str = ""
    size: int | None = None
    new: int = 0
    cosigned: Mapping[str, int] | None = None
    lacking: str | None = None
    ahead: Mapping[str, int] = {}
    withheld: Mapping[str, int] = {}
    fork: Fork | None = None

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        going_on = self.verdict in (Verdict.GROWN, Verdict.UNCHANGED)
        forked = self.following is not None and self.following.evidence
        return going_on and self.lacking is None and not self.withheld and not forked


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
    return structs.replace(found, cosigned=cosigned, lacking=lacking)


def compare(
    found: Look, key: NoteKey, others: Iterable[Shown], fetch: Fetch, now: datetime
) -> Look:
    """The look at a log with what others were shown of it: another history, or for long more than this reader.

    A log may be a moment behind its witnesses, since it publishes what enough of them have cosigned: so only
    what it still does not show the next time is withheld. What is no checkpoint of the log counts for nothing.
    Raises what `fetch` raises but `LookupError`.
    """
    following = found.following
    if following is None or found.verdict is Verdict.FORKED:
        return found
    shown = following.seen[-1].size
    larger: dict[str, tuple[int, Shown]] = {}
    untold: dict[str, Shown] = {}
    detail = ""
    for each in (*following.pending, *others):
        try:
            checkpoint = open_checkpoint(each.checkpoint.encode(), key)
        except Unproven:
            continue
        try:
            fork = _fork(following, key, checkpoint, _own(each.checkpoint, key), fetch, now)
        except (LookupError, Unproven) as error:
            fork = None
            if checkpoint.size <= shown:
                untold.setdefault(each.to, each)
                detail = (
                    f"Whether the checkpoint of {counted(checkpoint.size, 'statement')} that {each.to} was shown is of the "
                    f"history of {shown} that you were shown cannot be told: {_reason(error)}"
                )
        if fork is not None:
            return _forked(following, checkpoint.size, fork, to=each.to)
        if checkpoint.size > shown:
            larger.setdefault(each.to, (checkpoint.size, each))
    pending = (*untold.values(), *(each for _, each in larger.values()))
    compared = structs.replace(
        found,
        following=structs.replace(following, pending=pending),
        ahead={to: size for to, (size, _) in larger.items()},
        withheld={to: size for to, (size, each) in larger.items() if each in following.pending},
    )
    if untold and found.verdict in (Verdict.GROWN, Verdict.UNCHANGED):
        return structs.replace(compared, verdict=Verdict.INCOMPARABLE, detail=detail)
    return compared


def _compared(
    following: Following | None,
    key: NoteKey,
    checkpoint: Checkpoint,
    signed: Note,
    fetch: Fetch,
    now: datetime,
) -> Look:
    size = checkpoint.size
    whole = signed.encode().decode()
    own = _own(whole, key)
    if following is None:
        _of_tree(checkpoint, Tiles(size, fetch))
        first = Following(str(key), whole, (Seen(size, own, now),))
        return Look(Verdict.GROWN, first, size=size, new=size)
    last = following.seen[-1]
    try:
        fork = _fork(following, key, checkpoint, own, fetch, now)
    except (LookupError, Unproven):
        if size > last.size:
            raise
        return _stale(
            following,
            size,
            "The log no longer serves the tiles that would tell whether it has forked.",
        )
    if fork is not None:
        return _forked(following, size, fork)
    if size < last.size:
        return _stale(following, size, _of_one_history(following, size))
    if size == last.size:
        return Look(Verdict.UNCHANGED, structs.replace(following, newest=whole), size=size)
    seen = (*following.seen, Seen(size, own, now))[-KEPT:]
    grown = structs.replace(following, newest=whole, seen=seen)
    return Look(Verdict.GROWN, grown, size=size, new=size - last.size)


def _of_one_history(following: Following, size: int) -> str:
    for each in following.seen:
        if each.size == size:
            return f"It is the one that was seen {each.at:%Y-%m-%d %H:%M} UTC."
    return "It is of the same history."


def _fork(
    following: Following,
    key: NoteKey,
    checkpoint: Checkpoint,
    own: str,
    fetch: Fetch,
    now: datetime,
) -> Fork | None:
    """Evidence that a checkpoint, `own` as a note, contradicts one that was seen; none when it is of one history.

    `LookupError` or `Unproven` when the log's tiles do not tell.
    """
    for each in following.seen:
        if each.size == checkpoint.size:
            if open_checkpoint(each.checkpoint.encode(), key).root == checkpoint.root:
                return None
            return Fork(following.key, (each.checkpoint, own), now)
    last = following.seen[-1].checkpoint
    pair = [(open_checkpoint(last.encode(), key), last), (checkpoint, own)]
    (smaller, first), (larger, second) = sorted(pair, key=lambda each: each[0].size)
    found = _contradiction(smaller, larger, Tiles(larger.size, fetch))
    if found is None:
        return None
    beginning, proof = found
    return Fork(following.key, (first, second), now, beginning, proof)


def _own(checkpoint: str, key: NoteKey) -> str:
    """A checkpoint with the log's own signature alone."""
    signed = note.parse(checkpoint.encode())
    return Note(signed.text, signed.signed_by(key)).encode().decode()


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


def _forked(following: Following, size: int, fork: Fork, *, to: str = "") -> Look:
    said = f"{to} was shown another history than you. " if to else ""
    return Look(
        Verdict.FORKED,
        following,
        f"{said}The log has signed two histories: the evidence is two checkpoints that contradict each other.",
        size=size,
        fork=fork,
    )


def _reason(error: LookupError | Unproven) -> str:
    return error.detail if isinstance(error, Unproven) else f"{error}."


def _stale(following: Following, size: int, said: str) -> Look:
    seen = following.seen[-1].size
    return Look(
        Verdict.STALE,
        following,
        f"The log serves a checkpoint of {counted(size, 'statement')}, though one of {seen:,} was seen: an old one, or a log that "
        f"was rolled back. {said}",
        size=size,
    )


def _quorum(policy: WitnessPolicy, signed: Note) -> tuple[Mapping[str, int] | None, str | None]:
    try:
        return policy.check(signed), None
    except Unproven as error:
        return None, error.detail
