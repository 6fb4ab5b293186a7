"""The certificate's page as PDF: one page that holds on A4 and Letter, its text, its code, and the credential."""

import io
import re
from datetime import UTC, datetime
from itertools import combinations
from typing import Any, cast
from xml.etree import ElementTree

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops
from pypdf import PdfReader
from zxingcpp import read_barcodes

from provenite_ledger.pages import Shown
from provenite_ledger.pages.fitting import fitted
from provenite_ledger.pages.laying_out import BOTTOM, HEIGHT, TOP
from provenite_ledger.pages.looks import LEFT, RIGHT
from provenite_ledger.pages.pdf import pdf
from provenite_ledger.pages.typesetting import POINT, Text, face
from provenite_proto.certificate import digest_of, qr_text
from tests.ledger.showing import (
    AT,
    RECYCLED,
    STANDINGS,
    STATEMENT,
    crowded,
    figure,
    line,
    replaced,
    shown,
)
from tests.proto.certifying import ISSUANCE

CROWDED = {
    "W": crowded("W"),
    "株": crowded("株"),
    "Щ": crowded("Щ", tests=2),
    "i": crowded("i"),
    "own": crowded("W", own=True),
}
PAGES = STANDINGS | CROWDED
LETTER = 279.4


def read(of: Shown) -> PdfReader:
    return PdfReader(io.BytesIO(pdf(of)))


def text_of(of: Shown) -> str:
    return " ".join(read(of).pages[0].extract_text().split())


def drawn(of: Shown, scale: float = 3) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf(of))
    try:
        picture: Image.Image = document[0].render(scale=scale).to_pil().convert("L")
    finally:
        document.close()
    return picture


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_it_is_one_page_of_a4(page: Shown) -> None:
    found = read(page)
    assert len(found.pages) == 1
    width, height = (float(each) / 72 * 25.4 for each in found.pages[0].mediabox[2:])
    assert (round(width), round(height)) == (210, 297)


@pytest.mark.parametrize("standing", STANDINGS)
def test_its_text_can_be_selected(standing: str) -> None:
    page = STANDINGS[standing]
    text = text_of(page)
    for said in (
        standing.upper(),
        "At least 24.18 % of the neodymium and 22.07 % of the praseodymium in this NdFeB magnet",
        "Magnet Works",
        "24.18 % to 31.1 %",
        "at least 20 %: ✓ met",
        "Matter of unknown class counts against the claim.",
        page.credential.id,
        STATEMENT,
        digest_of(page.jwt),
        page.credential.provenance.policy_digest,
        "statement 1234 of the log",
    ):
        assert said in text, said
    command = f"provenite verify '{qr_text(page.credential.id, page.jwt)}'"
    assert command.replace(" ", "") in text.replace(" ", "")


def test_scripts_that_the_fonts_have_are_written() -> None:
    name = "Žofín Þór Ελληνικά Магніти Việt №1 µΩ"
    assert name in text_of(shown(issuance=replaced(ISSUANCE, holder=name)))
    assert "stands for a character" not in text_of(shown())


@pytest.mark.parametrize("name", ["信越化学工業", "מגנטים", "磁石 Magnets", "🧲"])
def test_what_the_fonts_lack_is_a_box_and_said_to_be_one(name: str) -> None:
    text = text_of(shown(issuance=replaced(ISSUANCE, holder=name)))
    lacking = "".join("□" if ord(each) > 0x500 else each for each in name)
    assert lacking in text
    assert "□ stands for a character that these fonts lack" in text


def test_every_font_is_within_it_and_tells_its_characters() -> None:
    fonts: Any = cast("Any", read(shown()).pages[0]["/Resources"])["/Font"]
    assert len(fonts) >= 4
    for each in fonts.values():
        font = each.get_object()
        assert "/ToUnicode" in font
        assert "/FontFile2" in font["/DescendantFonts"][0].get_object()["/FontDescriptor"]


def test_the_credential_is_within_it() -> None:
    assert read(shown()).attachments == {"certificate.jwt": [shown().jwt.encode()]}


def test_its_metadata_says_what_it_is_and_when() -> None:
    title = "<b>&\"' ]]>"
    at = datetime(2027, 1, 2, 3, 4, tzinfo=UTC)
    page = replaced(shown(replaced(RECYCLED, title=title)), at=at)
    raw = cast("Any", read(page).trailer["/Root"])["/Metadata"].get_data().decode()
    tree = ElementTree.fromstring(re.sub(r"<\?.*?\?>", "", raw).strip())  # noqa: S314 # our own
    values = [each.text or "" for each in tree.iter()]
    assert f"Valid: {title}" in values
    assert set(re.findall(r"\d{4}-\d{2}-\d{2}T[\d:]+", raw)) == {"2027-01-02T03:04:00"}
    assert re.search('pdfaid:part="3" pdfaid:conformance="U"', raw)


@pytest.mark.parametrize("page", [*STANDINGS.values(), CROWDED["W"]], ids=[*STANDINGS, "crowded"])
def test_its_code_is_read_from_the_drawn_page(page: Shown) -> None:
    (found,) = read_barcodes(drawn(page))
    assert found.text == qr_text(page.credential.id, page.jwt)


def test_letter_paper_loses_nothing() -> None:
    page = drawn(CROWDED["W"])
    lost = round(page.height * (HEIGHT - LETTER) / 2 / HEIGHT)
    for strip in ((0, 0, page.width, lost), (0, page.height - lost, page.width, page.height)):
        blank = Image.new("L", (strip[2] - strip[0], strip[3] - strip[1]), 255)
        assert ImageChops.difference(page.crop(strip), blank).getbbox() is None


def assert_in_place(page: Shown) -> None:
    """All text lies within the frame, and none lies over another."""
    texts = [each for each in fitted(page)[1].marks if isinstance(each, Text) and not each.angle]
    boxes = [
        (
            each.x,
            each.y - 0.6 * each.size * POINT,
            each.x + face(each.face).width(each.text, each.size),
            each.y,
        )
        for each in texts
    ]
    for box, each in zip(boxes, texts, strict=True):
        assert box[0] >= LEFT - 0.01, each
        assert box[2] <= RIGHT + 0.01, each
        assert box[1] >= TOP, each
        assert box[3] <= BOTTOM, each
    for (one, a), (other, b) in combinations(zip(boxes, texts, strict=True), 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, (a.text, b.text)


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_no_text_lies_over_another(page: Shown) -> None:
    assert_in_place(page)


ANY = line()


@settings(max_examples=25)
@given(
    ANY,
    ANY,
    line(1_200),
    st.lists(st.tuples(ANY, st.sampled_from(["Nd", "Pr", "value"])), min_size=1, max_size=20),
)
def test_no_text_of_others_breaks_the_page(
    holder: str, title: str, prose: str, tests: list[tuple[str, str]]
) -> None:
    policy = replaced(RECYCLED, title=title, summary=prose, caveat=(prose,) * 16)
    figures = [figure(test, of, "0.5", "0.7", at_least="0.2") for test, of in tests]
    page = shown(policy, figures, issuance=replaced(ISSUANCE, holder=holder, lot=holder))
    assert_in_place(page)
    assert len(read(page).pages) == 1


@pytest.mark.parametrize("page", [*STANDINGS.values(), CROWDED["株"]], ids=[*STANDINGS, "crowded"])
def test_it_is_determined_to_the_byte(page: Shown) -> None:
    assert pdf(page) == pdf(page)
    assert pdf(page) != pdf(replaced(page, at=AT.replace(year=2029)))
