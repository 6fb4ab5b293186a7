"""What is sent to a witness: read strictly, and bounded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenite_proto.log import Submission, Unproven
from provenite_proto.log.submission import MAX_BYTES, MAX_PROOF
from provenite_proto.log.tree import MAX_SIZE

HASH = bytes(range(32))
LINE = b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
NOTE = b"o\n1\nr\n\n-- s\n"


@given(
    st.integers(0, MAX_SIZE),
    st.lists(st.binary(min_size=32, max_size=32), max_size=MAX_PROOF).map(tuple),
    st.binary(max_size=100),
)
def test_what_is_written_is_read(old: int, proof: tuple[bytes, ...], checkpoint: bytes) -> None:
    submission = Submission(old, proof, checkpoint)
    assert Submission.parse(submission.encode()) == submission


def test_limits() -> None:
    most = Submission(7, (HASH,) * MAX_PROOF, NOTE).encode()
    assert len(Submission.parse(most).proof) == MAX_PROOF
    for beyond in (
        Submission(7, (HASH,) * (MAX_PROOF + 1), NOTE).encode(),
        b"old 7\n\n" + b"x" * (MAX_BYTES - 6),
    ):
        with pytest.raises(Unproven, match="at most"):
            Submission.parse(beyond)
    assert Submission.parse(b"old 7\n\n" + b"x" * (MAX_BYTES - 7)).old == 7
