"""The page as PDF/A-3u: one page, its text to be selected, its fonts and the credential itself within it."""

from contextlib import ExitStack
from datetime import UTC
from importlib.resources import as_file

from fpdf import FPDF
from fpdf.enums import DocumentCompliance
from fpdf.prefs import ViewerPreferences

from .fitting import fitted
from .laying_out import HEIGHT, WIDTH
from .sheet import Sheet
from .shown import Shown
from .templates import template
from .typesetting import FONTS, Box, Colour, Mark, Path, Target, Text, font_file

CREDENTIAL = "certificate.jwt"
"""The name of the credential within the document."""


def pdf(shown: Shown) -> bytes:
    """The page of a certificate: the same bytes for the same argument."""
    said, laid = fitted(shown)
    document = _document(shown, said)
    for mark in laid.marks:
        _draw(document, mark)
    return bytes(document.output())


def _document(shown: Shown, said: Sheet) -> FPDF:
    document = FPDF(format=(WIDTH, HEIGHT), enforce_compliance=DocumentCompliance.PDFA_3U)
    document.set_auto_page_break(False)
    document.set_margin(0)
    document.set_creation_date(shown.at)
    document.set_lang("en")
    document.viewer_preferences = ViewerPreferences(display_doc_title=True)
    # Without these fpdf2 would write when it ran.
    document.set_xmp_metadata(
        _METADATA.render(
            at=shown.at.astimezone(UTC).isoformat(timespec="seconds"),
            title=said.name,
            subject=said.claim,
            author=said.issuer,
        )
    )
    with ExitStack() as opened:
        for name in FONTS:
            document.add_font(name, fname=opened.enter_context(as_file(font_file(name))))
    document.embed_file(
        bytes=shown.jwt.encode("ascii"),
        basename=CREDENTIAL,
        mime_type="application/vc+jwt",
        associated_file_relationship="Source",
        modification_date=shown.credential.valid_from,
        desc="The signed credential that this page shows",
        compress=True,
    )
    document.add_page()
    return document


def _draw(document: FPDF, mark: Mark) -> None:
    match mark:
        case Text():
            document.set_font(mark.face, size=mark.size)
            document.set_text_color(*mark.colour)
            with document.rotation(mark.angle, mark.x, mark.y):
                document.text(mark.x, mark.y, mark.text)
        case Box():
            document.set_fill_color(*mark.fill)
            document.rect(mark.x, mark.y, mark.width, mark.height, style="F")
        case Path():
            _line(document, mark)
        case Target():
            document.link(mark.x, mark.y, mark.width, mark.height, mark.url)


def _line(document: FPDF, path: Path) -> None:
    colour: Colour = path.colour
    if not path.thick:
        document.set_fill_color(*colour)
        document.polygon(path.points, style="F")
        return
    document.set_draw_color(*colour)
    document.set_line_width(path.thick)
    document.set_dash_pattern(path.dash, path.dash)
    if path.closed:
        document.polygon(path.points, style="D")
    else:
        document.polyline(path.points, style="D")


_METADATA = template("metadata.xml.jinja")
