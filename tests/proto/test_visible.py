"""Nothing hides in a text: what shows nothing, turns the writing or is piled up is escaped, and the rest is as it was."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenite_proto.visible import MOST_MARKS, in_line, visible, visible_json

INVISIBLE = [
    "\N{ZERO WIDTH SPACE}",
    "\N{SOFT HYPHEN}",
    "\N{WORD JOINER}",
    "\N{ZERO WIDTH NO-BREAK SPACE}",
    "\N{HANGUL FILLER}",
    "\N{HALFWIDTH HANGUL FILLER}",
    "\N{HANGUL CHOSEONG FILLER}",
    "\N{HANGUL JUNGSEONG FILLER}",
    "\N{COMBINING GRAPHEME JOINER}",
    "\N{KHMER VOWEL INHERENT AQ}",
    "\N{MONGOLIAN VOWEL SEPARATOR}",
    "\N{MONGOLIAN FREE VARIATION SELECTOR ONE}",
    "\N{VARIATION SELECTOR-1}",
    "\N{VARIATION SELECTOR-16}",
    "\N{VARIATION SELECTOR-17}",
    "\N{TAG LATIN SMALL LETTER A}",
    "\N{CANCEL TAG}",
    "\N{MUSICAL SYMBOL BEGIN BEAM}",
    "\N{SHORTHAND FORMAT LETTER OVERLAP}",
    "\N{BRAILLE PATTERN BLANK}",
    "\N{MUSICAL SYMBOL NULL NOTEHEAD}",
    "\N{KHITAN SMALL SCRIPT FILLER}",
    "\N{RIGHT-TO-LEFT OVERRIDE}",
    "\N{ZERO WIDTH JOINER}",
    "\N{ESCAPE}",
    "\N{LINE SEPARATOR}",
    "\U0010fffd",
    "\U000e0fff",
]


@pytest.mark.parametrize("hidden", INVISIBLE)
def test_what_shows_nothing_is_shown(hidden: str) -> None:
    assert visible(f"Acme{hidden}") == in_line(f"Acme{hidden}") == f"Acme\\u{{{ord(hidden):04x}}}"


@pytest.mark.parametrize(
    "text",
    [
        "Société Générale des Métaux, 59.2 kg · “Nd”",
        "می\N{ZERO WIDTH NON-JOINER}خواهم",
        "क्\N{ZERO WIDTH JOINER}ष",
        "東京磁石 한국 Ελλάς Україна עברית ไม่รู้",
        "Ho\N{COMBINING CIRCUMFLEX ACCENT}tel",
        "e" + "\N{COMBINING ACUTE ACCENT}" * MOST_MARKS,
        "ស៊ុំ ज़ुं မှုံ့",
        "a → b … 🧲",
    ],
)
def test_what_hides_nothing_is_as_it_was(text: str) -> None:
    assert visible(text) == text
    assert visible_json(text) == text


def test_marks_that_are_piled_up_are_written_out() -> None:
    mark = "\N{COMBINING GRAVE ACCENT}"
    for each in (mark, chr(0x20DD), "\N{THAI CHARACTER MAITAIKHU}", "\N{DEVANAGARI VOWEL SIGN U}"):
        escaped = f"\\u{{{ord(each):04x}}}"
        text = f"Z{each * (MOST_MARKS + 2)}!{each}"
        assert visible(text) == f"Z{each * MOST_MARKS}{escaped * 2}!{each}"


def test_joiners_join_letters_of_their_scripts_alone() -> None:
    assert visible("Ac\N{ZERO WIDTH NON-JOINER}me") == "Ac\\u{200c}me"
    assert visible("می\N{ZERO WIDTH NON-JOINER}") == "می\\u{200c}"
    assert visible("می\N{ZERO WIDTH NON-JOINER}x") == "می\\u{200c}x"


def test_lines_stay_but_for_those_of_a_value() -> None:
    assert visible("a\n\tb") == "a\n\tb"
    assert in_line("a\n\tb") == "a\\u{000a}\\u{0009}b"


@given(st.text())
def test_nothing_is_left_that_hides_and_what_is_visible_stays_so(text: str) -> None:
    seen = in_line(text)
    assert in_line(seen) == seen
    assert not {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"} & set(map(unicodedata.category, seen))
    assert visible(text).count("\n") == text.count("\n")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_json_document_says_the_same(text: str) -> None:
    written = visible_json(json.dumps({text: text}, ensure_ascii=False, indent=1))
    assert json.loads(written) == {text: text}
    assert visible(written) == written


def test_beyond_the_basic_plane_json_has_surrogate_pairs() -> None:
    assert (
        visible_json('"\N{TAG LATIN SMALL LETTER A}\U0010fffd"') == '"\\udb40\\udc61\\udbff\\udffd"'
    )
