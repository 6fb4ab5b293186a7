"""What came of an assessment, in a sentence: whole reasons, and figures that do not look better than they are."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from provenite_ledger.answering.outcome import LONGEST, sentence
from provenite_proto.policy import Outcome
from provenite_proto.policy.answers import AssessmentAnswer, FigureAnswer


def figure(of: str, lower: str, upper: str, name: str = "recycled") -> FigureAnswer:
    return FigureAnswer(
        test=name,
        of=of,
        lower="0",
        upper="0",
        whole="1",
        lower_share=lower,
        upper_share=upper,
        verdict="fail",
        at_least="0.7",
    )


def said(*figures: FigureAnswer) -> str:
    found = AssessmentAnswer(
        batch="b",
        size=1,
        policy="p",
        version="1",
        digest="d",
        as_of=date(2026, 1, 2),
        outcome=Outcome.FAIL,
        figures=figures,
    )
    return sentence(found)


def test_what_is_just_short_does_not_look_as_if_it_were_enough() -> None:
    begin = "As of 2026-01-02 the outcome is fail: Nd: recycled"
    assert said(figure("Nd", "0.699999999", "0.699999999")) == (
        f"{begin} 69.99 %, needed at least 70 %."
    )
    assert said(figure("Nd", "0.211357034", "0.281357032")) == (
        f"{begin} 21.13 % to 28.14 %, needed at least 70 %."
    )


@given(st.lists(st.integers(1, 120), min_size=1, max_size=12))
def test_no_reason_is_cut_off(lengths: list[int]) -> None:
    each = [figure("Nd", "0.1", "0.2", "x" * length) for length in lengths]
    text = said(*each)
    assert len(text) <= LONGEST
    assert text.endswith(".")
    shown = text.count("needed at least 70 %")
    for length in lengths[:shown]:
        assert f"Nd: {'x' * length} 10.00 % to 20.00 %, needed at least 70 %" in text
    left = len(lengths) - shown
    assert (f"{left} more." in text or f"{left} reason" in text) == bool(left)
