"""What a ledger answers cannot make a terminal do anything, whoever it is."""

import re
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from provenite import BatchAnswer, ProblemAnswer, TransportError
from provenite.cli.failing import failures, problem_text, say
from provenite.cli.showing import batch_list, facts, print_json, print_json_lines
from provenite.cli.terminal import console, json_text, wrapped

# OSC to set a clipboard, CSI to clear, its C1 form, a carriage return, backspace, an override, an isolate.
HOSTILE = "\x1b]52;c;cm0=\x07\x1b[2J\x9b31mX\ry\x08\u202egnp\u2066\u200f\u061c\u2028z\x00"
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
BATCH = BatchAnswer(
    id="A" * 43 + ".0",
    statement="A" * 43,
    index=7,
    type="extraction",
    material="copper-concentrate",
    elements=("Cu",),
    country="CL",
    status="held",
    available_at=datetime(2026, 1, 1, tzinfo=UTC),
    lot=f"L\n{HOSTILE}",
    product=HOSTILE,
)
PROBLEM = ProblemAnswer(
    type="urn:provenite:problem:x",
    title=HOSTILE,
    status=400,
    detail=f"{HOSTILE}\n  remedy   pay",
    remedy=HOSTILE,
    pointer=HOSTILE,
    figures={HOSTILE: HOSTILE},
)


def checked(printed: str) -> str:
    assert not OBEYED.search(printed), ascii(printed)
    assert "\\u{202e}" in printed
    return printed


def test_listed_batches(capsys: pytest.CaptureFixture[str]) -> None:
    batch_list([BATCH])
    assert checked(capsys.readouterr().out).count("\n") == 3


def test_facts(capsys: pytest.CaptureFixture[str]) -> None:
    facts({"name": f"{HOSTILE}\nkey  mine"})
    assert checked(capsys.readouterr().out).count("\n") == 1


def test_json_is_the_same_and_plain(capsys: pytest.CaptureFixture[str]) -> None:
    print_json(BATCH)
    print_json_lines([BATCH])
    for printed in capsys.readouterr().out.rpartition("\n{")[::2]:
        assert not OBEYED.search(printed)
    assert msgspec.json.decode(json_text(BATCH), type=BatchAnswer) == BATCH


def test_problems_and_failures(capsys: pytest.CaptureFixture[str]) -> None:
    say(problem_text(PROBLEM, f"record {HOSTILE}"))
    shown = checked(capsys.readouterr().err)
    assert "\n  remedy   pay" not in shown
    with pytest.raises(BaseException, match="3"), failures(as_json=False):
        raise TransportError(HOSTILE)
    checked(capsys.readouterr().err)


def test_the_terminal_s_own_styles_stay(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    console().print(Text("a\x1b[4mb", style="bold"))
    assert capsys.readouterr().out == "\x1b[1ma\\u{001b}[4mb\x1b[0m\n"


@given(st.lists(st.sampled_from(["100 %", "59.2 kg", "at least", "of", "kgf", "7"])))
def test_no_line_ends_between_a_figure_and_its_unit(words: list[str]) -> None:
    lines = wrapped(" ".join(words), 14, "  ").split("\n")
    assert " ".join(" ".join(lines).split()) == " ".join(words)
    assert max(map(len, lines)) <= 14
    assert not [line for line in lines if re.match(r" *(%|kg\b)", line)]
