"""Pages of certificates while many ask for them: each is made once, and what is too much is refused."""

import asyncio
import subprocess
import sys
import threading
from datetime import datetime, timedelta
from typing import get_args

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


def minutes(count: int, what: Shown = VALID) -> list[Shown]:
    """The same, looked up in each of so many minutes."""
    return [replaced(what, at=AT + timedelta(minutes=each)) for each in range(count)]


def named(name: str) -> Shown:
    """A certificate with this id."""
    return replaced(VALID, credential=replaced(VALID.credential, id=name))


async def all_at_once(pages: Printing, form: Form, asked: list[Shown]) -> list[bytes | str]:
    """The pages in the order in which they are asked for, and for what is refused its problem."""

    async def page_or_problem(what: Shown) -> bytes | str:
        try:
            return await pages.page(form, what)
        except Problem as problem:
            return problem.slug

    return await asyncio.gather(*(page_or_problem(each) for each in asked))


@pytest.mark.parametrize("form", get_args(Form))
async def test_beyond_those_that_may_wait_the_ledger_is_busy(
    form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(printing.MAX_WAITING, form, 2)
    press = Press()
    pages = Printing(press)
    asked = minutes(3)
    first, second, third = await all_at_once(pages, form, asked)
    assert isinstance(first, bytes) and isinstance(second, bytes)
    assert third == "ledger-busy"
    # Whoever asks again gets it, and what is kept nobody waits for.
    assert isinstance(await pages.page(form, asked[2]), bytes)
    assert len(press) == 3


async def test_however_many_ask_for_one_page_it_is_one_that_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(printing.MAX_WAITING, "html", 1)
    press = Press()
    answers = await all_at_once(Printing(press), "html", [VALID] * 50)
    assert "ledger-busy" not in answers and len(set(answers)) == 1
    assert press == [("html", "valid")]


async def test_who_leaves_does_not_take_the_page_from_who_waits_for_it_too() -> None:
    press = Press()
    pages = Printing(press)
    leaving, staying = (asyncio.create_task(pages.page("html", VALID)) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    assert (await staying).startswith(b"<!doctype html>")
    assert leaving.cancelled() and len(press) == 1


async def test_a_page_that_fails_is_made_again_for_who_asks_again() -> None:
    press = Press()

    def failing_once(form: Form, what: Shown) -> bytes:
        if not press:
            press.append((form, "failed"))
            raise OSError
        return press(form, what)

    pages = Printing(failing_once)
    with pytest.raises(OSError):
        await pages.page("html", VALID)
    assert isinstance(await pages.page("html", VALID), bytes)
    assert len(press) == 2


async def test_however_much_is_printed_the_page_that_a_code_leads_to_is_made() -> None:
    paper = threading.Event()

    def waiting_for_paper(form: Form, what: Shown) -> bytes:
        if form == "pdf":
            paper.wait()
        return made(form, what)

    pages = Printing(waiting_for_paper)
    most = printing.MAX_WAITING["pdf"]
    *flood, beyond = minutes(most + 1)
    printed = [asyncio.create_task(pages.page("pdf", each)) for each in flood]
    await asyncio.sleep(0)
    try:
        assert await all_at_once(pages, "pdf", [beyond]) == ["ledger-busy"]
        assert b"Suspended" in await pages.page("html", SUSPENDED)
        assert not any(each.done() for each in printed)
    finally:
        paper.set()
    assert len(await asyncio.gather(*printed)) == most


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (VALID, SUSPENDED),
        (SUSPENDED, VALID),
        (SUSPENDED, replaced(SUSPENDED, reason="Another assay was withdrawn")),
        (SUSPENDED, replaced(SUSPENDED, since=AT + timedelta(minutes=1))),
        (VALID, replaced(VALID, at=ENDS)),
    ],
    ids=["suspended", "valid again", "for another reason", "since another time", "expired"],
)
async def test_a_busy_ledger_shows_an_older_page_only_while_the_certificate_stands_so(
    before: Shown, now: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(printing.MAX_WAITING, "html", 1)
    press = Press()
    pages = Printing(press)
    older = await pages.page("html", before)
    later = minutes(2, before)[1]
    _, unchanged, changed = await all_at_once(pages, "html", [named("another"), later, now])
    assert unchanged == older
    assert changed == "ledger-busy"
    # When it is not busy, each is shown as of now.
    assert await pages.page("html", now) != older
    assert await pages.page("html", later) != older
    assert len(press) == 4


async def test_what_is_kept_of_each_form_has_room_and_what_was_asked_for_last_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(printing, "MAX_KEPT_BYTES", 200)
    press: list[tuple[Form, str]] = []

    def sheet(form: Form, what: Shown) -> bytes:
        press.append((form, what.credential.id))
        return bytes(100)

    pages = Printing(sheet)
    for name in "a", "b", "a", "c", "a", "b":
        await pages.page("html", named(name))
    for name in "d", "e", "f":
        await pages.page("pdf", named(name))
    await pages.page("html", named("a"))
    assert [name for _, name in press] == ["a", "b", "c", "b", "d", "e", "f"]
