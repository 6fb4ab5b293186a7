"""The log's texts: what encodes to itself is read, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenite_proto.log import (
    Checkpoint,
    Fork,
    LogProof,
    Note,
    NoteSignature,
    Unproven,
    fork,
    note,
    open_checkpoint,
    parse_key,
    parse_policy,
    policy,
)
from tests.proto.making.log_parts import DIGESTS, LOG, ORIGIN, TIMES, TREE, WITNESSES, checkpoint

signed = checkpoint(7).signed(LOG)
PROOF = LogProof(4, TIMES[4], TREE.path(4, 7), signed).encode()

printable = st.characters(min_codepoint=32, codec="utf-8") | st.just("\n")
names = st.text(printable, min_size=1, max_size=20).filter(note.is_name)
lines = st.builds(
    NoteSignature, names, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=80)
)
notes = st.builds(
    Note,
    st.text(printable, max_size=80).map(lambda text: f"{text}\n"),
    st.lists(lines, min_size=1, max_size=5).map(tuple),
)


@given(notes)
def test_a_note_is_read_as_it_was_written(written: Note) -> None:
    assert note.parse(written.encode()) == written


@given(st.binary() | st.text(printable).map(str.encode) | notes.map(lambda each: each.encode()[1:]))
def test_any_bytes_are_a_note_that_encodes_to_them_or_none(data: bytes) -> None:
    try:
        found = note.parse(data)
    except Unproven as error:
        assert error.slug == "note-malformed"
    else:
        assert found.encode() == data


@given(names, st.integers(0, (1 << 63) - 1), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_is_read_as_it_was_written(origin: str, size: int, root: bytes) -> None:
    written = Checkpoint(origin, size, root)
    assert Checkpoint.parse(written.text) == written


@given(st.integers(0, len(signed) - 1), st.integers(1, 255))
def test_a_checkpoint_with_one_changed_byte_is_refused(at: int, change: int) -> None:
    altered = bytearray(signed)
    altered[at] ^= change
    with pytest.raises(Unproven):
        open_checkpoint(bytes(altered), LOG.key)


@given(st.integers(0, len(PROOF) - 1), st.integers(1, 255))
def test_a_proof_with_one_changed_byte_is_refused(at: int, change: int) -> None:
    altered = bytearray(PROOF)
    altered[at] ^= change
    with pytest.raises(Unproven):
        LogProof.parse(bytes(altered)).check(DIGESTS[4], LOG.key)


@given(
    st.binary()
    | st.text("extraindex 0123456789AE=\n").map(
        lambda text: f"c2sp.org/tlog-proof@v1\n{text}".encode()
    )
)
def test_any_bytes_are_a_proof_that_encodes_to_them_or_none(data: bytes) -> None:
    try:
        found = LogProof.parse(data)
    except Unproven as error:
        assert error.slug == "proof-malformed"
    else:
        assert found.encode() == data


@given(st.text())
def test_any_text_is_a_key_that_is_written_so_or_none(text: str) -> None:
    with pytest.raises(Unproven, match="key-malformed"):
        parse_key(text)


words = st.sampled_from(
    ["log", "witness", "group", "quorum", "none", "any", "all", "1", "w", "g", "#", " ", "\t", "\n"]
)
pieces = words | st.just(str(LOG.key)) | st.just(str(WITNESSES[0].key)) | st.text(max_size=3)


@given(st.lists(pieces).map(" ".join) | st.binary())
def test_any_bytes_are_a_policy_or_refused_by_name(data: str | bytes) -> None:
    try:
        found = parse_policy(data)
    except Unproven as error:
        assert error.slug == "policy-malformed"
    else:
        assert found.met_by([each.name for each in found.witnesses])


def test_a_policy_is_bounded() -> None:
    assert policy.MAX_DEFINED == 64
    groups = [f"group g{at} any {f'g{at - 1}' if at else 'w'}\n" for at in range(65)]
    head = f"witness w {WITNESSES[0].key}\n"
    assert parse_policy(f"{head}{''.join(groups[:64])}quorum g63\n").met_by(["w"])
    for text, why in (
        (f"{head}{''.join(groups)}quorum g64\n", r"Line 66: more than 64 groups\."),
        ("#" * policy.MAX_BYTES + "\n", "65537 bytes"),
        (f"witness {'w' * 257} {WITNESSES[0].key}\n", "Line 1: a name of 257 characters"),
    ):
        with pytest.raises(Unproven, match=f"^policy-malformed: {why}"):
            parse_policy(text)


def test_a_note_is_bounded() -> None:
    line = LOG.sign("x\n")
    long = Note("x" * note.MAX_BYTES + "\n", (line,))
    with pytest.raises(Unproven, match="at most 65536 are read"):
        note.parse(long.encode())
    with pytest.raises(Unproven, match="not a signature"):
        note.parse(Note("x\n", (NoteSignature("n" * 257, line.key_id, b"s"),)).encode())


def test_evidence_of_a_fork_is_bounded() -> None:
    with pytest.raises(
        Unproven, match=r"^fork-malformed: 262145 bytes; at most 262144 are read\.$"
    ):
        Fork.parse(b" " * (fork.MAX_BYTES + 1))


def test_a_policy_gives_what_was_read_on() -> None:
    text = f"# Ours\nlog {LOG.key} https://ledger.example/log\nwitness w {WITNESSES[0].key} https://w1.example/\nquorum w\n"
    read = parse_policy(text.encode())
    assert read.text == text
    assert [(each.key.name, each.url) for each in read.logs] == [
        (ORIGIN, "https://ledger.example/log")
    ]
    assert [(each.name, each.url) for each in read.witnesses] == [("w", "https://w1.example/")]
    assert parse_policy(read.text) == read
