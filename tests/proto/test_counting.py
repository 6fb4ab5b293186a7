"""How many of a thing, in words."""

import pytest

from provenite_proto.counting import counted


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0 seconds"), (1, "1 second"), (2, "2 seconds"), (86_400, "86,400 seconds")],
)
def test_one_of_a_thing_is_not_many(number: int, said: str) -> None:
    assert counted(number, "second") == said
