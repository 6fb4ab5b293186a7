"""The page as HTML: one file without script, which asks for nothing else."""

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files

from markupsafe import Markup

from .composing import Shown
from .fitting import fitted
from .templates import template

_CSS = (files(__package__) / "certificate.css").read_text("utf-8")
_IN_PAGE = "; ".join(
    (
        "default-src 'none'",
        f"style-src 'sha256-{b64encode(sha256(_CSS.encode()).digest()).decode()}'",
        "base-uri 'none'",
        "form-action 'none'",
    )
)
CONTENT_SECURITY_POLICY = f"{_IN_PAGE}; frame-ancestors 'none'"
"""For the response's header of that name: the page's own style, no script, nothing from elsewhere, no frame."""


def html(shown: Shown) -> str:
    """The page of a certificate: the same text for the same argument."""
    said, laid = fitted(shown)
    return _TEMPLATE.render(
        sheet=said,
        laid=laid,
        css=Markup(_CSS),  # noqa: S704 # our own file, with which no other text is mixed
        policy=_IN_PAGE,
    )


_TEMPLATE = template("certificate.html.jinja")
