"""The page as HTML: one file without script, which asks for nothing else."""

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from provenite_proto.matter.quantity import FRACTION_ONE

from .composing import Shown, sheet
from .qr import code

_HERE = files(__package__)
_CSS = (_HERE / "certificate.css").read_text("utf-8")
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
    said = sheet(shown)
    return _TEMPLATE.render(sheet=said, qr=code(said.code), css=Markup(_CSS), policy=_IN_PAGE)  # noqa: S704 # our own file


def _percent(parts: int) -> str:
    """Parts per 10^9 in per cent as SVG takes them, to two decimals."""
    hundredths = parts * 10_000 // FRACTION_ONE
    return f"{hundredths // 100}.{hundredths % 100:02}%"


_ENVIRONMENT = Environment(
    autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_ENVIRONMENT.filters["percent"] = _percent
_TEMPLATE = _ENVIRONMENT.from_string((_HERE / "certificate.html.jinja").read_text("utf-8"))
