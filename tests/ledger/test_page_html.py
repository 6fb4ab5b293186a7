"""The certificate's page as HTML: whole, without script, and whatever others wrote stays text."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given
from PIL import Image
from zxingcpp import read_barcodes

from provenite_ledger.pages import CONTENT_SECURITY_POLICY, Shown
from provenite_ledger.pages.html import html
from provenite_proto.certificate import qr_text
from tests.ledger.showing import RECYCLED, STANDINGS, crowded, hostile, line, replaced, shown
from tests.proto.certifying import ISSUANCE

VOID = {"meta", "br", "link", "rect", "path", "line"}


class Page(HTMLParser):
    """Elements with their attributes, and the text; an element that is not closed is an error."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.mark.parametrize("standing", STANDINGS)
def test_it_has_landmarks_one_heading_and_a_name_for_each_picture(standing: str) -> None:
    page = Page(html(STANDINGS[standing]))
    names = [name for name, _ in page.elements]
    assert page.all("html")[0]["lang"] == "en"
    for once in ("header", "main", "footer", "h1", "title", "table"):
        assert names.count(once) == 1, once
    headings = [int(name[1]) for name in names if re.fullmatch("h[1-6]", name)]
    assert all(after <= before + 1 for before, after in pairwise(headings))
    for picture in page.all("svg"):
        named = picture.get("role") == "img" and picture.get("aria-label")
        inner = "x" in picture
        assert named or inner or picture.get("aria-hidden") == "true", picture
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in page.elements:
        if "aria-labelledby" in attributes:
            assert attributes["aria-labelledby"] in ids


@pytest.mark.parametrize("standing", STANDINGS)
def test_its_standing_is_told_by_word_sign_and_role(standing: str) -> None:
    page = Page(html(STANDINGS[standing]))
    band = next(each for each in page.all("div") if standing in (each.get("class") or ""))
    assert band["role"] == ("status" if standing == "valid" else "alert")
    assert standing.capitalize() in page.text
    assert ("What it said when it was issued:" in page.text) == (standing != "valid")


def test_the_standings_do_not_share_a_sign() -> None:
    signs = {
        re.findall(r'<div class="standing.*?<path d="([^"]+)"', html(each), re.S)[0]
        for each in STANDINGS.values()
    }
    assert len(signs) == len(STANDINGS)


@pytest.mark.parametrize(
    "page", [shown(), hostile(), crowded("W")], ids=["plain", "hostile", "crowded"]
)
def test_nothing_runs_and_nothing_is_fetched(page: Shown) -> None:
    text = html(page)
    found = Page(text)
    assert not {"script", "img", "link", "iframe", "object", "form", "base"} & {
        name for name, _ in found.elements
    }
    for name, attributes in found.elements:
        assert "style" not in attributes
        assert not [each for each in attributes if each.startswith("on")]
        assert {"src", "href"} & attributes.keys() <= ({"href"} if name == "a" else set())
    origin = "https://ledger.example"
    assert [each["href"] for each in found.all("a")] == [
        page.credential.id,
        f"{page.credential.id}.pdf",
        f"{origin}/v1/policies/{page.credential.provenance.policy_digest}",
    ]
    assert "url(" not in text.replace("url(#hatch)", "")


def test_markup_of_others_stays_text() -> None:
    page = Page(html(hostile()))
    said = "".join(page.text)
    plain = Page(html(STANDINGS["suspended"]))
    assert {name for name, _ in page.elements} <= {name for name, _ in plain.elements}
    assert said.count("<script>alert(1)</script>") >= 8
    assert "{{ 7*7 }}" in said


@given(line(), line())
def test_no_text_of_others_makes_an_element(holder: str, title: str) -> None:
    plain = [name for name, _ in Page(html(shown())).elements]
    made = shown(replaced(RECYCLED, title=title), issuance=replaced(ISSUANCE, holder=holder))
    assert [name for name, _ in Page(html(made)).elements] == plain


def test_the_direction_of_a_name_stays_in_the_name() -> None:
    text = html(shown(issuance=replaced(ISSUANCE, holder="מגנטים בע״מ (2)")))
    assert "<bdi>מגנטים בע״מ (2)</bdi>" in text


def test_the_policy_of_the_response_allows_just_the_style_that_it_has() -> None:
    text = html(shown())
    style = re.findall(r"<style>(.*?)</style>", text, re.S)[0]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in CONTENT_SECURITY_POLICY
    assert "default-src 'none'" in CONTENT_SECURITY_POLICY
    assert "frame-ancestors 'none'" in CONTENT_SECURITY_POLICY


def test_bars_end_where_the_figures_do() -> None:
    text = html(shown())
    assert '<rect class="certain" width="24.18%"' in text
    assert '<rect class="possible" x="24.18%" width="6.92%"' in text
    assert '<line x1="20.00%"' in text


def test_the_code_is_read_as_address_and_digest() -> None:
    page = shown()
    found = Page(html(page))
    side = int((found.all("svg")[-1]["viewbox"] or "").split()[-1])
    picture = Image.new("L", (side, side), 255)
    drawn = found.all("path")[-1]["d"] or ""
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", drawn):
        picture.paste(0, (int(x), int(y), int(x) + int(length), int(y) + 1))
    big = picture.resize((side * 4, side * 4), Image.Resampling.NEAREST)
    (read,) = read_barcodes(big)
    assert read.text == qr_text(page.credential.id, page.jwt)


@pytest.mark.parametrize("page", [*STANDINGS.values(), crowded("株")], ids=[*STANDINGS, "crowded"])
def test_it_is_determined_to_the_byte(page: Shown) -> None:
    assert html(page) == html(page)
