"""The checkpoint, judged by the keys that the auditor trusts, or by those that come with it, and then that is said."""

import msgspec

from ..answers import LogAnswer
from ..log import (
    Checkpoint,
    NoteKey,
    Unproven,
    WitnessPolicy,
    log_name,
    note,
    open_checkpoint,
    parse_key,
    parse_policy,
)
from .verdict import Tally


class Trust(msgspec.Struct, frozen=True):
    """What the auditor brings: the log's key, and which witnesses are enough. What he does not bring is taken on trust."""

    log_key: NoteKey | None = None
    policy: WitnessPolicy | None = None


class Evidence(msgspec.Struct, frozen=True):
    """What comes with the statements: their ledger, the signed checkpoint, the log's key and the witness policy."""

    ledger: str
    checkpoint: bytes
    log_key: str
    policy: str | None


def evidence_of(ledger: str, log: LogAnswer, covered: int) -> Evidence:
    """What a ledger answers about its log, with the witnessed checkpoint unless that has fewer than `covered` statements.

    Witnesses are asked after the log has signed: a witnessed checkpoint may be older than one that was audited.
    """
    behind = log.witnessed is None or _size(log.witnessed.encode()) < covered
    checkpoint = log.checkpoint if behind or log.witnessed is None else log.witnessed
    return Evidence(ledger, checkpoint.encode(), log.key, log.policy)


def _size(checkpoint: bytes) -> int:
    """How many entries it says that the log has; none when it cannot be read."""
    try:
        return Checkpoint.parse(note.parse(checkpoint).text).size
    except Unproven:
        return 0


class Opened(msgspec.Struct, frozen=True):
    """A checkpoint that holds, who witnessed it when, and by when a quorum had (seconds since 1970)."""

    checkpoint: Checkpoint
    witnesses: dict[str, int]
    witnessed_at: int | None


def opened(evidence: Evidence, trust: Trust, tally: Tally) -> Opened | None:
    """The checkpoint, when the log's key has signed it; what is false or taken on trust is noted."""
    key = _log_key(evidence, trust, tally)
    if key is None:
        return None
    try:
        checkpoint = open_checkpoint(evidence.checkpoint, key)
    except Unproven as unproven:
        tally.fail(unproven.slug, unproven.detail)
        return None
    name = log_name(evidence.ledger)
    if checkpoint.origin != name:
        tally.fail(
            "origin-mismatch",
            f"The checkpoint is of {checkpoint.origin}; the ledger's log is {name}.",
        )
        return None
    tally.verified["checkpoint"] += 1
    return Opened(checkpoint, *_witnesses(evidence, trust, tally))


def _log_key(evidence: Evidence, trust: Trust, tally: Tally) -> NoteKey | None:
    try:
        said = parse_key(evidence.log_key.removesuffix("\n"))
    except Unproven as unproven:
        tally.fail(unproven.slug, unproven.detail)
        return trust.log_key
    if trust.log_key is None:
        tally.claim(
            "log-key",
            f"The log's key was taken from what is audited. Compare it with the one that you know: {said}",
        )
        return said
    if said != trust.log_key:
        tally.fail(
            "log-key-differs", f"It comes with the log key {said}; you trust {trust.log_key}."
        )
    return trust.log_key


def _witnesses(evidence: Evidence, trust: Trust, tally: Tally) -> tuple[dict[str, int], int | None]:
    policy = trust.policy
    try:
        said = None if evidence.policy is None else parse_policy(evidence.policy)
    except Unproven as unproven:
        tally.fail(unproven.slug, unproven.detail)
        said = None
    if policy is None and said is None:
        tally.claim(
            "witnesses",
            "No witness policy: that everyone is shown the same log rests on the operator's word.",
        )
        return {}, None
    if policy is None:
        tally.claim(
            "witness-policy",
            "The witness policy was taken from what is audited. Compare its witnesses with those that you know.",
        )
    asked = policy or said
    assert asked is not None  # noqa: S101 # one of the two is there
    try:
        times = asked.check(note.parse(evidence.checkpoint))
    except Unproven as unproven:
        if unproven.slug == "quorum-missing" and policy is None:
            tally.miss("quorum", unproven.detail)
        else:
            tally.fail(unproven.slug, unproven.detail)
        return {}, None
    tally.verified["cosignature"] += len(times)
    return times, asked.met_at(times)
