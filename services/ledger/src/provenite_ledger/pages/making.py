"""The page in the form that is asked for. Whoever imports this imports what lays pages out, a third of a second long."""

from .html import html
from .pdf import pdf
from .shown import Form, Shown


def made(form: Form, shown: Shown) -> bytes:
    """The page as a file."""
    match form:
        case "html":
            return html(shown).encode()
        case "pdf":
            return pdf(shown)
