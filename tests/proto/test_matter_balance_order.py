"""Of several elements out of balance everyone names the same one."""

import pytest

from provenite_proto.matter.balance import excess
from provenite_proto.problem import Problem


def test_the_first_by_symbol_is_named() -> None:
    with pytest.raises(Problem) as refusal:
        excess({}, {}, [], dict.fromkeys(("Tb", "Pr", "Sm", "Ce", "Nd", "La", "Dy", "Gd"), 1))
    assert refusal.value.figures["element"] == "Ce"
