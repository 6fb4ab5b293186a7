"""Cosignatures and the policies that say how many of them are enough."""

from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from provenite_proto.log import (
    Checkpoint,
    Note,
    NoteSigner,
    Unproven,
    WitnessSigner,
    cosigned,
    parse_policy,
)

ORIGIN = "ledger.example/log"
NOW = 1_767_600_000
CHECKPOINT = Checkpoint(ORIGIN, 3, sha256(b"root").digest()).text


def private(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(sha256(name.encode()).digest())


LOG = NoteSigner(ORIGIN, private("log"))
WITNESSES = {
    name: WitnessSigner(f"{name}.example", private(name)) for name in ("w1", "w2", "w3", "w4", "w5")
}


def policy_text(rest: str) -> str:
    lines = [f"log {LOG.key}"]
    lines += [f"witness {name} {signer.key}" for name, signer in WITNESSES.items()]
    return "\n".join(lines) + "\n" + rest


def note(*names: str, text: str = CHECKPOINT, log: NoteSigner = LOG) -> Note:
    return Note(text, (log.sign(text), *(WITNESSES[each].cosign(text, NOW) for each in names)))


def test_a_policy_is_met_by_its_quorum_and_tells_the_times() -> None:
    policy = parse_policy(policy_text("group two 2 w1 w2 w3\ngroup all all two w4\nquorum all\n"))
    assert policy.check(note("w4", "w3", "w1")) == {"w1": NOW, "w3": NOW, "w4": NOW}
    with pytest.raises(Unproven, match=r"^quorum-missing: Cosigned by w1, w2, w3, which"):
        policy.check(note("w1", "w2", "w3"))


def test_without_a_quorum_the_log_alone_is_believed() -> None:
    assert parse_policy(policy_text("quorum none\n")).check(note()) == {}


def test_a_note_of_another_log_is_not_believed() -> None:
    policy = parse_policy(policy_text("quorum w1\n"))
    with pytest.raises(Unproven, match="signature-missing"):
        policy.check(note("w1", log=NoteSigner(ORIGIN, private("fork"))))


def test_a_false_cosignature_condemns_a_checkpoint_that_has_its_quorum() -> None:
    good = note("w1", "w2")
    foreign = WITNESSES["w2"].cosign(Checkpoint(ORIGIN, 4, sha256(b"fork").digest()).text, NOW)
    policy = parse_policy(policy_text("quorum w1\n"))
    with pytest.raises(Unproven, match="signature-false"):
        policy.check(Note(good.text, (*good.signatures, foreign)))


def test_a_quorum_is_met_at_the_time_of_the_last_that_it_needs() -> None:
    two = parse_policy(policy_text("group two 2 w1 w2 w3\nquorum two\n"))
    for times, at in (
        ({"w1": 1, "w2": NOW, "w3": NOW + 9}, NOW),
        ({"w1": NOW + 9, "w2": NOW, "w3": NOW + 5}, NOW + 5),
        ({"w1": NOW, "w4": 1}, None),
    ):
        assert two.met_at(times) == at
    some = parse_policy(policy_text("group some any w1 w2\ngroup both all some w3\nquorum both\n"))
    assert some.met_at({"w1": NOW + 3, "w2": 1, "w3": NOW}) == NOW
    assert parse_policy(policy_text("quorum none\n")).met_at({"w1": 1}) is None


def test_the_latest_of_a_witness_times_counts() -> None:
    twice = Note(
        CHECKPOINT, tuple(WITNESSES["w1"].cosign(CHECKPOINT, NOW + each) for each in (0, 5, 3))
    )
    assert cosigned(twice, WITNESSES["w1"].key) == NOW + 5


@pytest.mark.parametrize("time", [-1, 0, 253_402_300_800, 1 << 63])
def test_no_cosignature_is_made_at_a_time_that_none_may_have(time: int) -> None:
    with pytest.raises(ValueError, match="a cosignature at"):
        WITNESSES["w1"].cosign(CHECKPOINT, time)


def test_only_checkpoints_are_cosigned() -> None:
    with pytest.raises(Unproven, match="checkpoint-malformed"):
        WITNESSES["w1"].cosign("Transfer everything.\n", NOW)


# A policy's tree of groups: a witness, or a threshold and what is below.
trees = st.recursive(
    st.just(None),
    lambda below: st.lists(below, min_size=1, max_size=3).flatmap(
        lambda members: st.tuples(st.integers(1, len(members)), st.just(members))
    ),
    max_leaves=5,
)
Tree = tuple[int, list["Tree"]] | None


@given(trees, st.sets(st.sampled_from(sorted(WITNESSES))))
def test_nested_groups_count_as_their_definition_says(tree: Tree, present: set[str]) -> None:
    names = iter(WITNESSES)
    lines: list[str] = []

    def write(below: Tree) -> tuple[str, bool]:
        """The name under which the policy knows this, and whether it has witnessed."""
        if below is None:
            name = next(names)
            return name, name in present
        threshold, members = below
        written = [write(each) for each in members]
        name = f"group-{len(lines)}"
        lines.append(f"group {name} {threshold} {' '.join(each for each, _ in written)}")
        return name, sum(met for _, met in written) >= threshold

    quorum, met = write(tree)
    policy = parse_policy(
        policy_text("".join(f"{each}\n" for each in (*lines, f"quorum {quorum}")))
    )
    assert policy.met_by(present) == met
