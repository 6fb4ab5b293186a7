"""Pages of certificates while many ask for them: each is made once, and what is too much is refused."""

import asyncio
import subprocess
import sys
from datetime import datetime, timedelta

import pytest

from provenite_ledger import printing
from provenite_ledger.pages import Form, Shown
from provenite_ledger.pages.making import made
from provenite_ledger.printing import Printing, as_of
from provenite_proto.problem import Problem
from tests.ledger.showing import AT, SUSPENDED, replaced, shown

VALID = shown()
ENDS = VALID.credential.valid_until


class Press(list[tuple[Form, str]]):
    """Makes the pages, and remembers which."""

    def __call__(self, form: Form, what: Shown) -> bytes:
        self.append((form, what.status))
        return made(form, what)


def test_the_ledger_starts_without_what_lays_pages_out() -> None:
    imported = "import sys, provenite_ledger.cli; print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", imported], capture_output=True, text=True, check=True
    )
    modules = ran.stdout.split()
    assert "provenite_ledger.printing" in modules
    assert not {"fpdf", "fontTools", "PIL", "segno", "jinja2"} & set(modules)


async def test_who_asks_for_the_same_page_gets_the_one_that_was_made() -> None:
    press = Press()
    pages = Printing(press)
    first = await pages.page("html", VALID)
    assert first.startswith(b"<!doctype html>")
    assert await pages.page("html", VALID) is first
    printed = await asyncio.gather(*(pages.page("pdf", VALID) for _ in range(5)))
    assert {each[:5] for each in printed} == {b"%PDF-"} and len(set(map(id, printed))) == 1
    assert press == [("html", "valid"), ("pdf", "valid")]


async def test_a_page_is_another_as_soon_as_its_certificate_falls() -> None:
    press = Press()
    pages = Printing(press)
    before = await pages.page("html", VALID)
    fallen = await pages.page("html", SUSPENDED)
    assert b"Suspended" in fallen and b"Suspended" not in before
    # Suspended again for another reason, looked up a minute later.
    for each in (
        replaced(SUSPENDED, reason="Another assay was withdrawn"),
        replaced(VALID, at=AT + timedelta(minutes=1)),
    ):
        assert await pages.page("html", each) not in (before, fallen)
    assert len(press) == 4


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (AT.replace(second=59), AT.replace(second=0)),
        (ENDS - timedelta(seconds=1), ENDS.replace(second=0)),
        (ENDS, ENDS),
        (ENDS + timedelta(minutes=2), ENDS.replace(second=0) + timedelta(minutes=2)),
    ],
)
def test_the_minute_of_a_page_does_not_outlast_its_certificate(
    now: datetime, expected: datetime
) -> None:
    assert as_of(now, ENDS) == expected


async def test_beyond_those_who_may_wait_the_ledger_is_busy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(printing, "MAX_WAITING", 2)
    press = Press()
    pages = Printing(press)
    minutes = [replaced(VALID, at=AT + timedelta(minutes=each)) for each in range(3)]
    answers = await asyncio.gather(
        *(pages.page("html", each) for each in minutes), return_exceptions=True
    )
    assert [isinstance(each, bytes) for each in answers] == [True, True, False]
    assert isinstance(answers[2], Problem) and answers[2].slug == "ledger-busy"
    # Whoever asks again gets it, and what is kept nobody waits for.
    assert isinstance(await pages.page("html", minutes[2]), bytes)
    assert len(press) == 3


async def test_no_more_is_kept_than_has_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "MAX_KEPT", 2)
    press = Press()
    pages = Printing(press)
    for each in (0, 1, 2, 2, 1, 0):
        await pages.page("html", replaced(VALID, at=AT + timedelta(minutes=each)))
    assert len(press) == 4
