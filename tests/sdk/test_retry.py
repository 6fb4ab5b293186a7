"""When the SDK tries again."""

import pytest

from provenite import Retry
from provenite._retry import seconds_asked


def test_pauses_grow_with_jitter_up_to_the_longest() -> None:
    retry = Retry(attempts=8, first=0.25, longest=2.0)
    whole = [retry.pause(attempt, None, lambda: 0.999999) for attempt in range(1, 9)]
    assert whole == pytest.approx([0.25, 0.5, 1, 2, 2, 2, 2, None], abs=1e-4)
    assert retry.pause(1, None, lambda: 0.0) == 0.125


def test_what_the_ledger_asks_for_is_obeyed() -> None:
    retry = Retry()
    assert retry.pause(1, 0.0, lambda: 0.5) == 0
    assert retry.pause(1, 17.0, lambda: 0.5) == 17
    assert retry.pause(1, 60.5, lambda: 0.5) is None
    assert retry.pause(4, 1.0, lambda: 0.5) is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("120", 120),
        ("Mon, 23 Nov 2026 08:00:30 GMT", 30),
        ("Mon, 23 Nov 2026 07:00:00 GMT", 0),
        ("-1", None),
        ("1_0", None),
        ("١", None),
        ("soon", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    now = 1795420800.0  # 2026-11-23T08:00:00Z
    assert seconds_asked(header, now) == seconds
