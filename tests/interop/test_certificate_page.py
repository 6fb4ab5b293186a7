"""A real browser shows and prints the certificate's page, and axe-core finds nothing that keeps anyone from it."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader
from zxingcpp import read_barcodes

from provenite_ledger.pages.html import html
from provenite_proto.certificate import qr_text
from tests.ledger.showing import STANDINGS, crowded, hostile
from tests.needs import need_path, need_tool

HERE = Path(__file__).parent
PAGES = STANDINGS | {"hostile": hostile(), "crowded": crowded("W"), "wide": crowded("株")}


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], dict[str, Any]]:
    """What the browser saw, by page and view."""
    node = need_tool("node", hint="Node.js 20 or later")
    browser = need_tool("chromium", hint="Debian's package chromium")
    need_path(HERE / "node_modules/playwright-core", hint="npm ci in tests/interop")
    folder = tmp_path_factory.mktemp("pages")
    asked = []
    for name, page in PAGES.items():
        file = folder / f"{name}.html"
        file.write_text(html(page), "utf-8")
        asked.append({"name": name, "html": str(file), "folder": str(folder)})
    done = subprocess.run(
        [node, "page.mjs"],
        input=json.dumps({"browser": str(browser), "pages": asked}),
        cwd=HERE,
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    )
    return {(each["name"], each["view"]): each for each in json.loads(done.stdout)}


@pytest.mark.slow
@pytest.mark.parametrize("view", ["desk", "telephone", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_the_page_as_it_is_seen(
    seen: dict[tuple[str, str], dict[str, Any]], name: str, view: str
) -> None:
    found = seen[name, view]
    assert found["violations"] == []
    assert found["said"] == [], "the browser refused something of it"
    assert found["asked"] == [], "it asks for nothing else"
    assert found["scrolls"] == found["width"], "nothing is wider than the window"
    with Image.open(found["shot"]) as shot:
        (code,) = read_barcodes(shot.convert("L"))
    assert code.text == qr_text(PAGES[name].credential.id, PAGES[name].jwt)


@pytest.mark.slow
@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("name", PAGES)
def test_the_page_as_it_is_printed(
    seen: dict[tuple[str, str], dict[str, Any]], name: str, paper: str
) -> None:
    pages = PdfReader(seen[name, "desk"]["printed"][paper]).pages
    assert len(pages) == 1
    text = " ".join(pages[0].extract_text().split())
    assert PAGES[name].credential.id in text
    assert "What it does not say" in text
